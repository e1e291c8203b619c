"""plot.py FILE.h5 OUT.png: error of finite differences of dl/domega0 against their step."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

error = xr.open_dataset(sys.argv[1])["fd_error"].isel(replicate=0).sel(weight="omega0")
plt.figure(figsize=(4.2, 3), layout="constrained")
for difference in error["difference"].values:
    plt.loglog(error["fd_step"], error.sel(difference=difference), ".-", markersize=3, label=difference)
plt.gca().set(xlabel="step", ylabel="error of dl/domega0"), plt.legend()
plt.savefig(sys.argv[2], dpi=80)
