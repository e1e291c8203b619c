"""plot.py FILE.h5 OUT.png: density over (x1, x2), and the posterior of z at the source's point (0.9, -0.9)."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0).squeeze()
figure, (left, right) = plt.subplots(1, 2, figsize=(5.6, 2.8), layout="constrained")
data["density"].plot(x="x1", y="x2", ax=left, cbar_kwargs={"label": "p(x)"})
left.plot(0.9, -0.9, "r+")
left.set(title="", xlabel="x1", ylabel="x2")
data["posterior"].sel(x1=0.9, x2=-0.9, method="nearest").plot(ax=right)
right.set(title="at the red cross", xlabel="z", ylabel="p(z | x)")
plt.savefig(sys.argv[2], dpi=70)
