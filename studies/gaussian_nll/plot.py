"""plot.py FILE.h5 OUT.png: negative log-likelihood over beta1 and sigma, with the best of each given the other."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).squeeze()
plt.figure(figsize=(4.2, 3))
data["nll"].plot.contourf(x="beta1", y="sigma", levels=[1.9, 2, 3, 4, 6, 10, 20, 40, 60], cbar_kwargs={"label": "NLL"})
data["best_sigma"].isel(sigma=0).plot(x="beta1", color="white", label="best sigma")
data["best_beta1"].isel(beta1=0).plot(y="sigma", color="red", label="best beta1")
plt.gca().set(xlabel="beta1", ylabel="sigma", title="", ylim=(0.1, 0.495)), plt.legend()
plt.savefig(sys.argv[2], dpi=80, bbox_inches="tight")
