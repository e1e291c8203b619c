"""plot.py FILE.h5 OUT.png: the source's first output over its inputs, and the most regions against the hidden units."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")
data["map"].isel(region_inputs=0, region_units=0, output=0).plot.contourf(x="x1_map", y="x2_map", levels=12, ax=left, cbar_kwargs={"label": "y1"})
right.plot(data["region_units"], data["log10_max_regions"].T, label=data["region_inputs"].values)
left.set(xlabel="x1", ylabel="x2", title=""), right.legend(title="inputs", fontsize=7)
right.set(xlabel="hidden units", ylabel="log10(most regions)")
figure.savefig(sys.argv[2], dpi=80)
