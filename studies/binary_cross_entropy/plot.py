"""plot.py FILE.h5 OUT.png: probability of y = 1 against x for a few beta1, and the loss of each beta1."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).squeeze().assign_coords(beta1=lambda d: d["beta1"].round(3))
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")
left.plot(data["x"], data["lambda"].isel(beta1=slice(0, None, 18)).T, label=data["beta1"].values[::18])
data["nll"].isel(x=0).plot(x="beta1", ax=right)
right.axvline(data["best_beta1"][0, 0], color="red", label="best beta1"), right.legend()
left.legend(title="beta1", fontsize=7), left.set(xlabel="x", ylabel="P(y = 1 | x)")
right.set(ylabel="NLL", xlabel="beta1", title=""), figure.savefig(sys.argv[2], dpi=80)
