"""A 1000 x 1000 threshold grid of the fairness study, every output in the file, beside vectorised NumPy.

    /usr/bin/python3 bench/fairness.py [--trawl build/release/trawl] [--directory /tmp] [--repeats 5]
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import h5py
import numpy as np
from scipy.special import ndtr

CURVES = {  # weight, mean1, mean2, sd1, sd2, prop
    "y0p0": (800, -1.5, -2.5, 0.8, 0.6, 0.6),
    "y1p0": (500, 0.1, 0.7, 1.5, 0.8, 0.4),
    "y0p1": (400, 0.2, -0.1, 0.8, 0.6, 0.3),
    "y1p1": (650, 0.6, 1.6, 1.2, 0.7, 0.6),
}


def above(curve, tau):
    _, mean1, mean2, sd1, sd2, prop = CURVES[curve]
    return prop * ndtr((mean1 - tau) / sd1) + (1 - prop) * ndtr((mean2 - tau) / sd2)


def numpy_sweep(path, points):
    """What follows from the thresholds alone: no target thresholds, no profit optimum, no ROC curves."""
    axis = np.linspace(-4, 4, points)
    shape = (points, points, 1, 2)
    taus = np.meshgrid(axis, axis, indexing="ij")
    out = {name: np.empty(shape) for name in ("acceptance", "tpr", "fpr", "default_rate", "profit")}
    right = 0
    for group, tau in enumerate(taus):
        weight0, weight1 = CURVES[f"y0p{group}"][0], CURVES[f"y1p{group}"][0]
        fpr, tpr = above(f"y0p{group}", tau), above(f"y1p{group}", tau)
        defaulted, repaid = weight0 * fpr, weight1 * tpr
        granted = defaulted + repaid
        for name, values in (("acceptance", granted / (weight0 + weight1)), ("tpr", tpr), ("fpr", fpr),
                             ("default_rate", defaulted / granted), ("profit", repaid - defaulted)):
            out[name][..., 0, group] = values
        right = right + repaid + weight0 - defaulted
    out["parity_gap"] = out["acceptance"][..., 0] - out["acceptance"][..., 1]
    out["opportunity_gap"] = out["tpr"][..., 0] - out["tpr"][..., 1]
    out["accuracy"] = right / sum(curve[0] for curve in CURVES.values())
    with h5py.File(path, "w") as file:
        for name, values in out.items():
            file[name] = values


def timed(function):
    """Seconds by the wall clock, and of processor time (children's included)."""
    wall, before = time.perf_counter(), os.times()
    function()
    return time.perf_counter() - wall, sum(os.times()[:4]) - sum(before[:4])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trawl", default=str(pathlib.Path(__file__).resolve().parent.parent / "build/release/trawl"))
    parser.add_argument("--directory", default="/tmp")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--points", type=int, default=1000)
    options = parser.parse_args()
    seconds = {"trawl run": [], "numpy": []}
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        path = pathlib.Path(folder) / "fairness.h5"
        axes = [f"--axis=tau{group}=linspace:-4,4,{options.points}" for group in (0, 1)]

        def trawl():
            subprocess.run([options.trawl, "run", "fairness", *axes, "-q", "-o", path], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        for _ in range(options.repeats):
            for name, function in (("trawl run", trawl), ("numpy", lambda: numpy_sweep(path, options.points))):
                seconds[name].append(timed(function))
                size = path.stat().st_size
                for leftover in pathlib.Path(folder).iterdir():
                    leftover.unlink()
                wall, processor = seconds[name][-1]
                print(f"{name:10} {wall:6.2f} s, processor {processor:5.2f} s, {size / 1e6:6.1f} MB", flush=True)
    for name, values in seconds.items():
        walls, processor = zip(*values)
        print(f"{name:10} median {statistics.median(walls):.2f} s ({min(walls):.2f} .. {max(walls):.2f}), "
              f"processor {statistics.median(processor):.2f} s")


if __name__ == "__main__":
    main()
