"""plot.py FILE.h5 OUT.png: distance of each iterate from the fixed point, for every map of the sweep."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0, place=0)
distance = abs(data["trajectory"] - data["fixed_point"])
plt.figure(figsize=(4.2, 3), layout="constrained")
for one in distance.transpose(..., "iteration").stack(map=distance.dims[:-1]).transpose("map", "iteration"):
    plt.semilogy(data["iteration"], one, ".-", label=f"a = {float(one['a']):g} ({one['mode'].item()})")
plt.gca().set(xlabel="iterations", ylabel="distance from the fixed point")
plt.legend(fontsize=7)
plt.savefig(sys.argv[2], dpi=72)
