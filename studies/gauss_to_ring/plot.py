"""plot.py FILE.h5 OUT.png: density of the radius that nets of tanh units give, and of the ring itself (black)."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).mean("replicate").sel(activation="tanh")
axes = plt.figure(figsize=(4.2, 3), layout="constrained").gca()
for hidden, one in data.groupby("hidden"):
    axes.plot(one["relative_radius"], one["radius_density"].squeeze(), label=hidden)
axes.plot(data["relative_radius"], data["exact_radius_density"].isel(hidden=0), "k", label="ring")
axes.set(xlim=(0.6, 1.4), xlabel="radius / mean radius of the ring", ylabel="density of the radius")
axes.legend(title="hidden units", loc="upper left", fontsize=8)
plt.savefig(sys.argv[2], dpi=80)
