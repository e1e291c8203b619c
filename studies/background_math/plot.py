"""plot.py FILE.h5 OUT.png: a linear function of two inputs, exponential and logarithm."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")
data["y"].isel(z=0, row=0).plot.contourf(x="x1", y="x2", levels=12, ax=left, cbar_kwargs={"label": "y1"})
for name in "exp_z", "log_z", "log_exp_z":
    right.plot(data["z"], data[name].isel(x1=0, x2=0), label=name)
left.set(xlabel="x1", ylabel="x2", title=""), right.set(xlabel="z", ylim=(-3, 10)), right.legend()
figure.savefig(sys.argv[2], dpi=80)
