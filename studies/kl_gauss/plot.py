"""plot.py FILE.h5 OUT.png: the divergence of N(m, s) from N(1, 4) over m and s."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

kl = xr.open_dataset(sys.argv[1])["kl"].isel(replicate=0)
plt.figure(figsize=(4.2, 3), layout="constrained")
kl.plot.contourf(x="mean0_1", y="covariance0_11", yscale="log", levels=[0, 0.05, 0.2, 0.5, 1, 2, 5, 10],
                 cbar_kwargs={"label": "KL [nats]"})
plt.plot([0, 1], [1, 4], "w.")
plt.gca().set(title="", xlabel="mean", ylabel="variance")
plt.savefig(sys.argv[2], dpi=80)
