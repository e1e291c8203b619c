"""plot.py FILE.h5 OUT.png: size of the gradient in each layer, median over replicates, for each scale of the weights."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).median("replicate")
axes = plt.figure(figsize=(4.2, 3), layout="constrained").gca()
for scale, one in data.groupby("weight_scale"):
    axes.semilogy(one["layer"], one["bias_gradient_norm"].squeeze(), label=f"{scale:g}")
axes.set(xlabel="layer", ylabel="norm of dl/df"), axes.legend(title="sd of weights", fontsize=8)
plt.savefig(sys.argv[2], dpi=80)
