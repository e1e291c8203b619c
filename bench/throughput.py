"""Measures the engine itself on the null study, each figure beside its baseline, A and B in turn.

    python3 bench/throughput.py [--build build/release] [--directory .] [--repeats 5] [--only NAME]

points      plain `trawl run`, all cores, results in the file; baseline: the same bytes by plain pwrite and fdatasync
bookkeeping `mpirun -n 2 trawl run --range-size 1`: rank 0 computes as well, most points cross no MPI
one_point   `mpirun -n 2 trawl run --range-size 1 --no-master-compute`, where every point crosses MPI as one message
            each way; baseline: messages of that size, there and back, between two ranks (mpi_pingpong)
memory      most memory of `trawl plan`, of scheduling (schedule_bench) and of a run, all for a billion points

Prints medians and the range of the repeats. The result files go to --directory and are removed.
"""

import argparse
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

BYTES_PER_POINT = 9  # one output and the status
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
TWO_RANKS = ["mpirun", "-n", "2", "--oversubscribe", "--bind-to", "none"]


def run(*command):
    """Output and wall seconds of a command, and the most memory that it or one of its ranks had, in MiB."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], env=ENVIRONMENT, stdout=output)
        peak = 0
        while process.poll() is None:
            peak = max([peak, *map(peak_memory, [process.pid, *children(process.pid)])])
            time.sleep(0.005)
        seconds = time.monotonic() - start
        if process.returncode:
            raise SystemExit(f"{command} exited {process.returncode}")
        output.seek(0)
        return output.read(), seconds, peak


def children(pid):
    try:
        return map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    except OSError:
        return []


def peak_memory(pid):
    """Of a process so far, in MiB; 0 if it is gone."""
    try:
        return float(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024
    except (OSError, TypeError):
        return 0


def null_sweep(points, *options):
    """A square grid of the null study with at least `points` points, and their number."""
    side = math.isqrt(points - 1) + 1
    axis = f"linspace:0,1,{side}"
    return ["run", "null", "--axis", f"x={axis}", "--axis", f"y={axis}", "--quiet", *options], side * side


def remove(file):
    for path in file.parent.glob(file.name + "*"):
        path.unlink()


def plain_write(file, size):
    """Bytes per second of pwrite and fdatasync into a file allocated beforehand, as the result file is."""
    block = bytes(4 << 20)
    descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        os.posix_fallocate(descriptor, 0, size)
        start = time.monotonic()
        for offset in range(0, size, len(block)):
            os.pwrite(descriptor, block[:size - offset], offset)
        os.fdatasync(descriptor)
        return size / (time.monotonic() - start)
    finally:
        os.close(descriptor)
        remove(file)


class Table:
    def __init__(self):
        print("| figure | median | range | unit |\n|---|---|---|---|")

    def row(self, name, values, unit, scale=1):
        median, least, most = (f"{float(f'{value / scale:.3g}'):,g}"
                               for value in (statistics.median(values), min(values), max(values)))
        print(f"| {name} | {median} | {least} .. {most} | {unit} |", flush=True)


def measure_points(table, trawl, file, repeats, points):
    command, count = null_sweep(points, "-o", file)
    wall, ours, plain = [], [], []
    for _ in range(repeats):
        _, seconds, _ = run(trawl, *command)
        end = [json.loads(line) for line in open(f"{file}.run.jsonl")][-1]
        wall.append(count / seconds)
        ours.append(count / end["elapsed_s"])
        remove(file)
        plain.append(plain_write(file, BYTES_PER_POINT * count) / BYTES_PER_POINT)
    table.row(f"null study, {count / 1e6:.0f} million points, whole command", wall, "million points/s", 1e6)
    table.row("the same without start and creation of the file", ours, "million points/s", 1e6)
    table.row("baseline: its bytes by plain pwrite", plain, "million points/s", 1e6)


def measure_one_point(table, build, file, repeats, points):
    """Ranges of one point that all cross MPI, as rank 1 computes and rank 0 only schedules and writes, beside what MPI
    itself does with the same messages: one each way for each point, two in flight."""
    command, count = null_sweep(points, "--range-size", "1", "--threads", "1", "--no-master-compute", "-o", file)
    ours, limit, ratio = [], [], []
    for _ in range(repeats):
        run(*TWO_RANKS, build / "trawl", *command)
        end = [json.loads(line) for line in open(f"{file}.run.jsonl")][-1]
        ours.append(count / end["elapsed_s"])
        remove(file)
        output, _, _ = run(*TWO_RANKS, build / "bench/mpi_pingpong")
        limit.append(json.loads(output)["replies_per_s"]["2"])
        ratio.append(ours[-1] / limit[-1])
    table.row(f"{count:,} ranges of one point, all across MPI", ours, "thousand points/s", 1e3)
    table.row("baseline: MPI alone, a message each way for each", limit, "thousand/s", 1e3)
    table.row("ours / baseline, repeat by repeat", ratio, "1")


def measure_bookkeeping(table, build, file, repeats, points):
    """Ranges of one point again, but rank 0 computes too: what it gives itself crosses no MPI, so MPI is no baseline."""
    command, count = null_sweep(points, "--range-size", "1", "--threads", "1", "-o", file)
    ours = []
    for _ in range(repeats):
        run(*TWO_RANKS, build / "trawl", *command)
        end = [json.loads(line) for line in open(f"{file}.run.jsonl")][-1]
        ours.append(count / end["elapsed_s"])
        remove(file)
    table.row(f"{count:,} ranges of one point, most within rank 0", ours, "thousand points/s", 1e3)


def measure_memory(table, build, file, points):
    command, count = null_sweep(points, "-o", file)
    _, _, plan = run(build / "trawl", "plan", *command[1:-3])
    table.row(f"plan of {count / 1e9:.2g} billion points", [plan], "MiB")
    output, _, _ = run(build / "bench/schedule_bench", points)
    table.row("scheduling them to 1000 workers", [json.loads(output)["peak_mib"]], "MiB")
    for what, launcher in [("one process", []), ("rank 0 of two", TWO_RANKS)]:
        _, seconds, peak = run(*launcher, build / "trawl", *command)
        remove(file)
        table.row(f"computing them, {seconds:.0f} s, {what}", [peak], "MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "build/release")
    parser.add_argument("--directory", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--points", type=float, default=64e6)
    parser.add_argument("--one-point", type=int, default=100_000, help="points that cross MPI one by one")
    parser.add_argument("--only", choices=["points", "bookkeeping", "one_point", "memory"])
    options = parser.parse_args()
    file = options.directory / "throughput.h5"
    remove(file)
    table = Table()
    if options.only in (None, "points"):
        measure_points(table, options.build / "trawl", file, options.repeats, int(options.points))
    if options.only in (None, "one_point"):
        measure_one_point(table, options.build, file, options.repeats, options.one_point)
    if options.only in (None, "bookkeeping"):
        measure_bookkeeping(table, options.build, file, options.repeats, 2_000_000)
    if options.only in (None, "memory"):
        measure_memory(table, options.build, file, 1_000_000_000)


if __name__ == "__main__":
    main()
