"""plot.py FILE.h5 OUT.png: median loss along the walk, and the middle half of the runs."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

loss = xr.open_dataset(sys.argv[1])["loss_path"].quantile([0.25, 0.5, 0.75], "replicate")
plt.figure(figsize=(4.2, 3), layout="constrained")
for optimizer in loss["optimizer"].values:
    low, middle, high = loss.sel(optimizer=optimizer)
    plt.fill_between(loss["step"], low, high, alpha=0.3), plt.semilogy(loss["step"], middle, label=optimizer)
plt.gca().set(xlabel="step", ylabel="loss"), plt.legend(fontsize=8)
plt.savefig(sys.argv[2], dpi=80)
