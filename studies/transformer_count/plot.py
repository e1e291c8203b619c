"""plot.py FILE.h5 OUT.png: parameters against the size of the token vector, beside the report's layers."""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr
data = xr.open_dataset(sys.argv[1]).isel(replicate=0)
plt.figure(figsize=(4.2, 3), layout="constrained")
for tying in data["tying"].values:
    plt.loglog(data["d_model"], data["total"].sel(tying=tying), "o-", label=f"vocabulary: {tying}", markersize=3)
report = (data["report_encoder"] + data["report_decoder"]).isel(tying=0)
plt.loglog(data["d_model"], report, "k--", label="report's layers")
plt.gca().set(xlabel="size of a token's vector", ylabel="parameters")
plt.legend(fontsize=7)
plt.savefig(sys.argv[2], dpi=72)
