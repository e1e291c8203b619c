#!/usr/bin/env python3
"""Ranks beyond this machine: measures what messages cost here, checks the simulation against real runs, then simulates.

    python3 bench/simulate/run.py --build build/release [--ranks 64,256,1024,4096] [--group 64] [--json FILE]

Builds the targets simulate and simulate_calibrate (Debian: libsimgrid-dev). Prints two tables in Markdown. 16,384 ranks
take about 5 GB and, on a quiet core, ten minutes.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile

POINTS_PER_RANK = 250
POINT_S = 1e-3
LATENCY_S = 2e-6  # of a cluster's network, where this machine has shared memory
REPEATS = 5


def run(*words, **keywords):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **keywords).stdout


def mpirun(ranks):
    return ["mpirun", "-n", ranks, "--oversubscribe", "--bind-to", "none"]


def measured_costs(build):
    """Processor time of each step. Other processes only ever add to it, so the least of several counts."""
    results = [json.loads(run(*mpirun(2), build / "bench/simulate/simulate_calibrate")) for _ in range(REPEATS)]
    return {name: min(result[name] for result in results) for name in results[0]}


def real_run(build, ranks):
    """A sweep of points that sleep, so that ranks do not compete for this machine's processors; its log's last word."""
    program = build / "tests/cluster/trawl_test_studies"
    points = 1000 * ranks
    with tempfile.TemporaryDirectory() as directory:
        run(*(mpirun(ranks) if ranks > 1 else ()), program, "run", "fragile", "--axis", f"x=linspace:1,{points},{points}",
            "--fix", f"sleep={POINT_S}", "--threads", 1, "--oversubscribe", "-o", "real.h5", "-q", cwd=directory)
        lines = (pathlib.Path(directory) / "real.h5.run.jsonl").read_text().splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == "end"][-1]


def simulated(build, costs, **options):
    words = [word for name, value in {**costs, **options}.items() for word in ("--" + name.replace("_", "-"), value)]
    return json.loads(run(build / "bench/simulate/simulate", *words))


def check_against_real_runs(build, costs):
    print("| ranks | a point takes | real run | simulated | simulated / real |\n|---|---|---|---|---|")
    for ranks in (1, 2, 3, 4):
        ends = [real_run(build, ranks) for _ in range(REPEATS)]
        end = sorted(ends, key=lambda e: e["elapsed_s"] * e["computed"] / e["busy_s"])[REPEATS // 2]
        point_s = end["busy_s"] / end["computed"]
        result = simulated(build, costs, ranks=ranks, points_per_rank=1000, point_seconds=point_s)
        print(f"| {ranks} | {1e3 * point_s:.3f} ms | {end['elapsed_s']:.3f} s | {result['elapsed_s']:.3f} s | "
              f"{result['elapsed_s'] / end['elapsed_s']:.3f} |", flush=True)


def table(build, costs, ranks, group):
    costs = {**costs, "latency": LATENCY_S}
    print("| ranks | sub-masters | efficiency | rank 0 busy | busiest sub-master |\n|---|---|---|---|---|")
    results = []
    for count in ranks:
        for size in (0, group):
            result = simulated(build, costs, ranks=count, points_per_rank=POINTS_PER_RANK, point_seconds=POINT_S,
                               sub_masters=size)
            results.append(result)
            kind = f"one for {size} ranks" if size else "none"
            print(f"| {count:,} | {kind} | {100 * result['efficiency']:.1f} % | {100 * result['master_busy']:.1f} % | "
                  f"{100 * result['sub_master_busy']:.1f} % |", flush=True)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default="build/release")
    parser.add_argument("--ranks", default="64,256,1024,4096", help="counts of simulated ranks")
    parser.add_argument("--group", type=int, default=64, help="ranks of a sub-master")
    parser.add_argument("--json", type=pathlib.Path, help="keeps the results here")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    run("cmake", "--build", build, "--target", "simulate", "simulate_calibrate", "trawl_test_studies")
    costs = measured_costs(build)
    print("measured:", json.dumps(costs))
    check_against_real_runs(build, costs)
    results = table(build, costs, [int(count) for count in arguments.ranks.split(",")], arguments.group)
    if arguments.json:
        arguments.json.write_text(json.dumps({"costs": costs, "simulated": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
