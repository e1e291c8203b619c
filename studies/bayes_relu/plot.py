"""plot.py FILE.h5 OUT.png: mean of the prediction and two standard deviations about it, beside the true curve."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0).sel(hidden=[5, 20], prior_variance=1000)
figure, axes = plt.subplots(1, 2, figsize=(5.6, 2.6), sharey=True, layout="constrained")
for axis, (hidden, one) in zip(axes, data.groupby("hidden", squeeze=True)):
    mean, sd = one["predictive_mean"].squeeze(), one["predictive_variance"].squeeze()**0.5
    axis.fill_between(data["x"], mean - 2 * sd, mean + 2 * sd, alpha=0.3)
    axis.plot(data["x"], mean, data["x"], one["truth"].squeeze(), "k--")
    axis.set(title=f"{hidden} hidden units", xlabel="x", ylim=(-1, 4.5))
plt.savefig(sys.argv[2], dpi=70)
