"""plot.py FILE.h5 OUT.png: the samples' density beside the truth (grey), and the distance to it against timesteps."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
data = xr.open_dataset(sys.argv[1]).mean("replicate").swap_dims({"sampler_sigma": "sampler"}).reset_coords(drop=True)
x, (w, m, s) = data["x"], np.array([[.2, .3, .35, .15], [1.5, -.216, .45, -1.875], [.3, .15, .525, .075]])
figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3), constrained_layout=True)
density = (w / s * np.exp(-(((x.values[:, None] - m) / s) ** 2) / 2)).sum(1) / np.sqrt(2 * np.pi)
left.plot(x, density, "k", linewidth=4, alpha=0.3)
data["histogram"].sel(timesteps=100).plot(hue="sampler", ax=left)
data["wasserstein_1"].plot(hue="sampler", x="timesteps", marker="o", yscale="log", ax=right, add_legend=False)
figure.savefig(sys.argv[2], dpi=80)
