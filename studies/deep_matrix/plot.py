"""plot.py FILE.h5 OUT.png: the composed network in matrix form, and the size of random networks' activations by layer."""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1])
figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 2.8), layout="constrained")
left.plot(data["x_curve"], data["curve"].isel(hidden2=0, replicate=0))
left.set(xlabel="x", ylabel="y", title="net 2(net 1) as matrices")
size = (data["activation"] ** 2).mean(["neuron", "replicate"]) ** 0.5
right.loglog(data["hidden2"], size, "o-", label=[f"layer {layer:.0f}" for layer in data["layer"].values])
right.legend(fontsize=7), right.set(xlabel="units of layer 2", ylabel="rms activation"), figure.savefig(sys.argv[2], dpi=80)
