"""plot.py FILE.h5 OUT.png: variance of both gradient estimators along phi, measured (points) and exact (lines)."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0).squeeze()
plt.figure(figsize=(4.2, 3), layout="constrained")
for name, one in data.groupby("estimator"):
    line, = plt.semilogy(one["phi"], one["exact_variance"], label=name)
    plt.plot(one["phi"], one["estimator_variance"], ".", color=line.get_color(), markersize=3)
plt.gca().set(xlabel="phi", ylabel="variance of the gradient estimate")
plt.legend()
plt.savefig(sys.argv[2], dpi=80)
