"""plot.py FILE.h5 OUT.png: the network with each activation, and the sigmoid's distance to the step against its gain."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")
left.plot(data["x_curve"], data["curve"].sel(gain=10, method="nearest").T, label=data["activation"].values)
right.loglog(data["gain"], data["heaviside_distance"].sel(activation="sigmoid"))
left.legend(fontsize=7), left.set(xlabel="x", ylabel="y", title="gain 10")
right.set(xlabel="gain of the sigmoid", ylabel="distance to the step")
figure.savefig(sys.argv[2], dpi=80)
