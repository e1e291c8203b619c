"""plot.py FILE.h5 OUT.png: the descents in the plane; the dotted line is where the flow ends."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
plt.figure(figsize=(4.2, 3), layout="constrained")
for k in range(data.sizes["point"]):
    label = f"alpha = {data['alpha'].values[k]:g}, alpha_reg = {data['alpha_reg'].values[k]:g}"
    plt.plot(*data["phi_path"][k].T, ".-" if k == 1 else "-", linewidth=1, markersize=4, label=label)
plt.axvline(float(data["flow_limit_phi0"][0]), color="black", linestyle=":"), plt.legend(fontsize=8)
plt.gca().set(xlabel="phi0", ylabel="phi1"), plt.savefig(sys.argv[2], dpi=80)
