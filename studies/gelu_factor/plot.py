"""plot.py FILE.h5 OUT.png: training loss per epoch; a row for each sample count, a column for each hidden size."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

loss = xr.open_dataset(sys.argv[1])["train_loss"].mean("replicate")
places = {"hue": "learning_rate", "row": "samples", "col": "hidden"}
loss.plot.line(x="epoch", yscale="log", **{place: axis for place, axis in places.items() if axis in loss.dims})
plt.savefig(sys.argv[2], dpi=40)
