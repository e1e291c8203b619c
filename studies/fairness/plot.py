"""plot.py FILE.h5 OUT.png: accuracy over the two thresholds, with the lines where the groups are treated alike."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).squeeze()
plt.figure(figsize=(4.2, 3))
data["accuracy"].plot(x="tau0", y="tau1")
for gap, colour in ("demographic_parity_gap", "white"), ("equal_opportunity_gap", "red"):
    data[gap].plot.contour(x="tau0", y="tau1", levels=[0], colors=[colour])
plt.title("white: demographic parity, red: equal opportunity", fontsize=8)
plt.savefig(sys.argv[2], dpi=80, bbox_inches="tight")
