"""plot.py FILE.h5 OUT.png: attention of each node (a column) to each other, with the mask and without."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

attention = xr.open_dataset(sys.argv[1])["attention"].isel(replicate=0, score=0)
figure, axes = plt.subplots(1, 2, figsize=(5.4, 2.6), sharey=True, layout="constrained")
for axis, masked in zip(axes, attention["masked"].values):
    image = axis.imshow(attention.sel(masked=masked), vmin=0, vmax=1)
    axis.set(title="neighbours" if masked else "all nodes", xlabel="node", ylabel="attends to")
figure.colorbar(image, ax=axes, label="attention")
plt.savefig(sys.argv[2], dpi=75)
