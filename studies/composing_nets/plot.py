"""plot.py FILE.h5 OUT.png: net 1, net 2 behind it, and how the number of linear regions grows with the copies."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")
for copies, net2, name in (1, 0, "net 1"), (0, 1, "net 2"), (1, 1, "net 2(net 1)"):
    left.plot(data["x_curve"], data["curve"].sel(copies=copies).isel(then_net2=net2), label=name)
right.semilogy(data["copies"], data["linear_regions"], "o-", label=["N copies of net 1", "and net 2"])
left.legend(fontsize=7), left.set(xlabel="x", ylabel="y"), right.legend()
right.set(xlabel="N", ylabel="linear regions"), figure.savefig(sys.argv[2], dpi=80)
