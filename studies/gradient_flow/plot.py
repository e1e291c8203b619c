"""plot.py FILE.h5 OUT.png: prediction and two standard deviations as the line learns."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
plt.figure(figsize=(4.2, 3), layout="constrained")
for t in data["t"].values[4::5]:
    mean, sd = data["predictive_mean"].sel(t=t), data["predictive_variance"].sel(t=t) ** 0.5
    line, = plt.plot(data["x_star"], mean, label=f"t = {t:g}")
    plt.fill_between(data["x_star"], mean - 2 * sd, mean + 2 * sd, alpha=0.3, color=line.get_color())
plt.gca().set(xlabel="x", ylabel="prediction"), plt.legend(fontsize=8), plt.savefig(sys.argv[2], dpi=80)
