"""plot.py FILE.h5 OUT.png: median Amari index of each source and phi over the steps; thick where theory is stable."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).median("replicate")
figure, rows = plt.subplots(1, data.sizes["source"], sharey=True, figsize=(5.6, 3), layout="constrained")
for axes, (source, of_source) in zip(rows, data.groupby("source")):
    for phi, one in of_source.groupby("phi"):
        axes.loglog(one["step"] + 1, one["amari"].squeeze(), label=phi, linewidth=3 if one["stable"] else 1)
    axes.set(title=source, xlabel="step")
rows[0].set_ylabel("Amari index"), rows[0].legend(fontsize=6)
plt.savefig(sys.argv[2], dpi=80)
