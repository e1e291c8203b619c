"""plot.py FILE.h5 OUT.png: loss after each step of gradient descent, for each learning rate."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0).squeeze()
plt.figure(figsize=(4.2, 3), layout="constrained")
data["bce"].plot.line(x="step", yscale="log")
plt.ylabel("binary cross-entropy")
plt.savefig(sys.argv[2], dpi=80)
