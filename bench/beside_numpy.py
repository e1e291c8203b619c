"""Times a `trawl run` beside NumPy doing the same, in turn: what the comparisons of single studies share."""
import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time


def options(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--trawl", default=str(root / "build/release/trawl"))
    parser.add_argument("--repeats", type=int, default=7)
    return parser.parse_args()


def cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def trawl_seconds(trawl, arguments, threads):
    """(wall from the first range to the last, CPU of the whole command)."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "bench.h5"
        cpu = cpu_of_children()
        subprocess.run([trawl, "run", *arguments, "--threads", str(threads), "--quiet", "-o", file], check=True,
                       stderr=subprocess.DEVNULL)
        cpu = cpu_of_children() - cpu
        with open(f"{file}.run.jsonl") as log:
            return [json.loads(line) for line in log][-1]["elapsed_s"], cpu


def numpy_seconds(function):
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - cpu


def summary(values):
    return f"{statistics.median(values):.3g} ({min(values):.3g} .. {max(values):.3g})"


def compare(title, given, arguments, baseline):
    """Runs NumPy, ours on one thread and ours on two in turn; prints medians and ranges."""
    rows = [(numpy_seconds(baseline), trawl_seconds(given.trawl, arguments, 1), trawl_seconds(given.trawl, arguments, 2))
            for _ in range(given.repeats)]
    for what, k in ("wall", 0), ("CPU", 1):
        base, one, two = ([row[side][k] for row in rows] for side in range(3))
        print(f"{title}, {what}: NumPy {summary(base)} s, one thread {summary(one)} s, two {summary(two)} s;"
              f" NumPy / one {summary([b / a for a, b in zip(one, base)])},"
              f" NumPy / two {summary([b / a for a, b in zip(two, base)])}", flush=True)
