"""Strong and weak scaling of a sweep over ranks of this machine: tables, times as HDF5, and pictures.

    bench/scaling/scaling.py build/release/trawl [--nodes 1,2,4] [--repeats 3] [--directory DIR]

Exit code 1 if a series lost more than half of what its processors could give, or has no law: for CI.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SWEEP = SOURCE / "studies/importance_sampling/sweep.toml"


def run_series(trawl, kind, options):
    """Runs one series and returns its report."""
    output = pathlib.Path(options.directory) / f"{kind}.h5"
    words = [trawl, "scale", str(SWEEP), "--replicates", "4", "--nodes", options.nodes, "--repeats",
             str(options.repeats), "--launcher", "local", "-o", str(output), "--json"]
    if kind == "weak":
        words.append("--weak")
    report = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout)
    print(f"{kind} scaling, {output.with_suffix('.svg')}")
    for point in report["points"]:
        print("  {nodes:>4} ranks  {wall_s:8.3f} s  speed-up {speedup:5.2f}  busy {busy:6.1%}  "
              "METG(50 %) {metg_50_s:.2g} s".format(**point))
    for name, law in report["laws"].items():
        if not name.endswith("_lambda"):
            print(f"  {name:<13} {law['value']}  [{law['lower']}, {law['upper']}]")
    for name, reason in report["laws_not_fitted"].items():
        print(f"  {name:<13} {reason}")
    return report


def is_sound(report):
    """Whether every number of ranks gave at least half of what the processors it had could give."""
    processors = len(os.sched_getaffinity(0))
    enough = all(point["speedup"] > 0.5 * min(point["nodes"], processors) for point in report["points"])
    return enough and "amdahl_alpha" in report["laws"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trawl", help="path of the command")
    parser.add_argument("--nodes", default="1,2,4")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--directory", default=".")
    options = parser.parse_args()
    reports = [run_series(options.trawl, kind, options) for kind in ("strong", "weak")]
    sys.exit(0 if all(map(is_sound, reports)) else 1)


if __name__ == "__main__":
    main()
