"""plot.py FILE.h5 OUT.png: probability of each class against x at the best offset, and the loss of each offset."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).squeeze()
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")
left.stackplot(data["x"], data["lambda"].sel(beta1_0=0.6, method="nearest").T, labels=["0", "1", "2"])
data["nll"].isel(x=0).plot(x="beta1_0", ax=right)
right.axvline(data["best_beta1"][0, 0], color="red", label="best"), right.legend()
left.legend(title="class", loc="lower left"), left.set(xlabel="x", ylabel="P(class | x)", title="beta1_0 = 0.6")
right.set(ylabel="NLL", xlabel="beta1_0", title=""), figure.savefig(sys.argv[2], dpi=80)
