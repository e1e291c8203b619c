"""plot.py FILE.h5 OUT.png: root mean square error of the linearised GELU over its reference point."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

data = xr.open_dataset(sys.argv[1]).isel(replicate=0, activation=0)
plt.figure(figsize=(4.2, 3), layout="constrained")
for s in data["s"].values[1:]:
    line, = plt.semilogy(data["z"], data["rmse"].sel(s=s), label=f"s = {s:g}")
    plt.plot(data["z"], abs(data["bias"].sel(s=s)), ":", color=line.get_color())
plt.gca().set(xlabel="reference z", ylabel="rmse; dotted: |bias|", ylim=(1e-4, 10))
plt.legend(fontsize=7)
plt.savefig(sys.argv[2], dpi=68)
