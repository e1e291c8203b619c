"""plot.py FILE.h5 OUT.png: the steps in the plane of the two parameters."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
plt.figure(figsize=(4.2, 3), layout="constrained")
for k in range(data.sizes["point"]):
    rule, alpha = data["rule"].values[k], data["alpha"].values[k]
    plt.plot(*data["phi_path"][k].T, ".-", label=rule if rule == "line_search" else f"alpha = {alpha:g}")
plt.gca().set(xlabel="phi0", ylabel="phi1"), plt.legend(fontsize=8)
plt.savefig(sys.argv[2], dpi=80)
