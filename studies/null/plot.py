"""plot.py FILE.h5 OUT.png: the sum of x and y, at most a few hundred points each way."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1])
value = data["value"].isel(replicate=0)[:: max(1, data.sizes["x"] // 200), :: max(1, data.sizes["y"] // 200)]
plt.figure(figsize=(4.2, 3))
value.plot()
plt.savefig(sys.argv[2], dpi=80, bbox_inches="tight")
