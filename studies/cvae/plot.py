"""plot.py FILE.h5 OUT.png: loss over beta, of trained nets (points) and of the best linear one (line)."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).mean("replicate")
axes = plt.figure(figsize=(4.2, 3), layout="constrained").gca()
axes.semilogx(data["beta"], data["linear_loss"].isel(hidden=0), "k", label="best linear")
for hidden, one in data.groupby("hidden"):
    axes.plot(one["beta"], one["test_loss"].squeeze(), "o", markersize=4, label=f"{hidden} tanh units" if hidden else "linear nets")
axes.set(xlabel="beta", ylabel="loss"), axes.legend()
plt.savefig(sys.argv[2], dpi=80)
