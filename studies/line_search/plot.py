"""plot.py FILE.h5 OUT.png: how the interval [a, d] closes in on the minimum, for each length it begins with."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
plt.figure(figsize=(4.2, 3), layout="constrained")
for length, one in data["bracket"].groupby("max_dist"):
    a, d = (one.squeeze().sel(corner=corner) for corner in "ad")
    plt.fill_between(one["iteration"], a, d, alpha=0.4, label=f"max_dist = {length:g}")
plt.axhline(0.3803215, color="black", linewidth=0.8), plt.legend(fontsize=8)
plt.gca().set(xlabel="iteration", ylabel="interval [a, d]"), plt.savefig(sys.argv[2], dpi=80)
