"""plot.py FILE.h5 OUT.png: error on test (lines) and training signals (dashed) per epoch, mean over replicates."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).mean("replicate")
axes = plt.figure(figsize=(4.2, 3), layout="constrained").gca()
for hidden, one in data.groupby("hidden"):
    line, = axes.plot(one["epoch"], one["test_error"].squeeze(), label=hidden)
    axes.plot(one["epoch"], one["train_error"].squeeze(), "--", color=line.get_color())
axes.set(xlabel="epoch", ylabel="error [percent], training dashed"), axes.legend(title="units of a hidden layer")
plt.savefig(sys.argv[2], dpi=80)
