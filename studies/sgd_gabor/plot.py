"""plot.py FILE.h5 OUT.png: share of runs that end in the global valley."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

share = xr.open_dataset(sys.argv[1])["in_global_valley"].mean("replicate")
plt.figure(figsize=(4.2, 3), layout="constrained")
for batch, one in share.groupby("batch"):
    plt.semilogx(one["alpha"], one.squeeze(), ".-", label=f"batch = {batch}")
plt.gca().set(xlabel="alpha", ylabel="share in the global valley"), plt.legend(fontsize=8)
plt.savefig(sys.argv[2], dpi=80)
