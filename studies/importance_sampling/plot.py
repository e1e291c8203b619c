"""plot.py FILE.h5 OUT.png: variance of the estimator against samples, measured (points) and exact (lines)."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr
data = xr.open_dataset(sys.argv[1]).isel(replicate=0).squeeze()
curves = data.stack(curve=[d for d in data.dims if d != "samples"])
lines = plt.loglog(data["samples"], curves["exact_variance"].transpose("samples", "curve"))
for line, points in zip(lines, curves["estimator_variance"].transpose("curve", "samples")):
    plt.plot(data["samples"], points, ".", color=line.get_color())
plt.legend(lines, [" ".join(map(str, c)) for c in curves["curve"].values], fontsize=7)
plt.gca().set(xlabel="samples in an estimate", ylabel="variance of the estimate")
plt.gcf().set_size_inches(4.2, 3)
plt.savefig(sys.argv[2], dpi=80, bbox_inches="tight")
