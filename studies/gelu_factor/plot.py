"""plot.py FILE.h5 OUT.png: training loss per epoch; columns are hidden sizes, rows sample counts."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1])
loss = data["train_loss"].mean("replicate")
loss.plot.line(x="epoch", hue="learning_rate", row="samples", col="hidden", yscale="log")
plt.savefig(sys.argv[2], dpi=100)
