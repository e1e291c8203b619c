"""plot.py FILE.h5 OUT.png: the curve for a few slopes of unit 2, and the loss against its weight."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")
left.plot(data["x_curve"], data["curve"].sel(phi2=-1, method="nearest").T, label=data["theta21"].values)
right.semilogy(data["phi2"], data["loss"].T)
left.legend(title="theta21", fontsize=7), left.set(xlabel="x", ylabel="y", title="phi2 = -1")
right.set(xlabel="phi2", ylabel="sum of squares")
figure.savefig(sys.argv[2], dpi=80)
