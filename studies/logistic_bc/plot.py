"""plot.py FILE.h5 OUT.png: loss after each step of gradient descent, for each learning rate."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
axes = plt.figure(figsize=(4.2, 3), layout="constrained").gca()
for rate, one in data.groupby("learning_rate"):
    axes.semilogy(one["step"], one["bce"].squeeze(), label=f"{rate:g}")
axes.set(xlabel="steps of gradient descent", ylabel="binary cross-entropy")
axes.legend(title="learning rate")
plt.savefig(sys.argv[2], dpi=80)
