"""plot.py FILE.h5 OUT.png: density of the radius that nets of tanh units give, and of the ring itself (black)."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).mean("replicate").sel(activation="tanh")
axes = plt.figure(figsize=(4.2, 3), layout="constrained").gca()
data["radius_density"].plot.line(x="relative_radius", ax=axes)
data["exact_radius_density"].isel(hidden=0).plot.line(x="relative_radius", ax=axes, color="black")
axes.set(xlim=(0.6, 1.5), ylabel="density of the radius", xlabel="radius / mean radius of the ring", title="")
plt.savefig(sys.argv[2], dpi=80)
