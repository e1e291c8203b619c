"""plot.py FILE.h5 OUT.png: error on training (dashed) and test signals per epoch, mean over replicates."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).mean("replicate").squeeze()
axes = plt.figure(figsize=(4.2, 3), layout="constrained").gca()
data["test_error"].plot.line(x="epoch", ax=axes)
axes.set_prop_cycle(None)
data["train_error"].plot.line(x="epoch", ax=axes, add_legend=False, linestyle="dashed")
axes.set(ylabel="error [percent]", title="test (lines), training (dashed)")
plt.savefig(sys.argv[2], dpi=80)
