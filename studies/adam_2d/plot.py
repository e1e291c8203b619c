"""plot.py FILE.h5 OUT.png: the walks in the plane; the star is the minimum."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
plt.figure(figsize=(4.2, 3), layout="constrained")
for k in range(data.sizes["point"]):
    label = f"{data['optimizer'].values[k]} {data['alpha'].values[k]:g}"
    plt.plot(*data["phi_path"][k].T, ".-", linewidth=1, markersize=3, label=label)
plt.plot(0.7, 0, "k*"), plt.gca().set(xlabel="phi0", ylabel="phi1"), plt.legend(fontsize=8)
plt.savefig(sys.argv[2], dpi=80)
