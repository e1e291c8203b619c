"""Sweeps of a million points of the closed-form studies: points per second beside the null study's, A and B in turn.

    python3 bench/closed_form.py [--build build/release] [--directory .] [--repeats 5] [--only STUDY] [--points 1e6]

Each line is a plain `trawl run` on all cores, every output of the study in the file. Target: a million points/s.
Prints medians and the range of the repeats. The result files go to --directory and are removed.
"""

import argparse
import math
import pathlib
import statistics

from throughput import remove, run

# Two axes that span each sweep, as START,STOP, and single values; every other parameter has its default.
# adam_2d keeps no path: 61 steps of it are 1.5 kB a point, and the disk would be measured.
SWEEPS = {
    "gaussian_nll": {"beta1": "0,1", "sigma": "0.1,0.5"},
    "binary_cross_entropy": {"beta1": "-2,6", "omega1_0": "-30,0"},
    "multiclass_cross_entropy": {"beta1_0": "-2,6", "omega1_00": "-30,0"},
    "gd_linear": {"start_phi0": "-2,2", "start_phi1": "-2,2"},
    "adam_2d": {"start_phi0": "-2,2", "start_phi1": "-2,2", "path_steps": "0"},
    "kl_gauss": {"mean0_1": "-3,5", "covariance0_11": "0.1,100"},
    "transformer_count": {"d_model": "1,1000", "d_ff": "1,1000"},
    "contraction_map": {"a": "-1,1", "b": "-0.9,0.9"},
}
BASELINE = {"x": "0,1", "y": "0,1"}


def sweep(study, axes, points, file):
    """A square grid, as the arguments of `trawl`, and its number of points."""
    side = math.isqrt(points - 1) + 1
    spans = [word for name, span in axes.items() for word in
             (("--axis", f"{name}=linspace:{span},{side}") if "," in span else ("--fix", f"{name}={span}"))]
    return ["run", study, *spans, "--quiet", "-o", file], side * side


def rate(trawl, study, axes, points, file):
    """Points per second of the whole command, and bytes per point of its file."""
    command, count = sweep(study, axes, points, file)
    _, seconds, _ = run(trawl, *command)
    size = file.stat().st_size
    remove(file)
    return count / seconds, size / count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "build/release")
    parser.add_argument("--directory", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--points", type=float, default=1e6)
    parser.add_argument("--only", choices=SWEEPS)
    options = parser.parse_args()
    trawl, file = options.build / "trawl", options.directory / "closed_form.h5"
    remove(file)
    print("| study | bytes a point | million points/s (range) | null study |\n|---|---|---|---|")
    for study in [options.only] if options.only else SWEEPS:
        ours, baseline = [], []
        for _ in range(options.repeats):
            speed, size = rate(trawl, study, SWEEPS[study], int(options.points), file)
            ours.append(speed / 1e6)
            baseline.append(rate(trawl, "null", BASELINE, int(options.points), file)[0] / 1e6)
        print(f"| {study} | {size:.0f} | {statistics.median(ours):.2f} ({min(ours):.2f} .. {max(ours):.2f}) "
              f"| {statistics.median(baseline):.1f} |", flush=True)


if __name__ == "__main__":
    main()
