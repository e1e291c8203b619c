"""One estimate of 100 million samples, and the source's table, beside NumPy and the source's own loop.

    /usr/bin/python3 bench/importance_sampling.py [--bench build/release/bench/importance_sampling_bench] [--repeats 5]

Ratios are of wall time with ours on two threads and NumPy on its one, and of CPU time with ours on one thread, which
other people's load disturbs less. NumPy is given its best form: chunks that stay in the
cache, squares instead of **4, the exponents of f p/q in one exp. The source's loop is run with a tenth of its 10000
estimates and counted tenfold.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time

import numpy as np

COUNTS = [*range(1, 11), 15, 20, 25, 30, 45, 50, *range(60, 101, 10), *range(150, 501, 50)]
CHUNK = 1 << 15


def exponents(z, centre, mean):
    """ln of exp(-(y - centre)^4) p(y)/q(y), y = mean + z, in few passes."""
    d = z + (mean - centre)
    d *= d
    d *= d
    if mean == 0:
        return np.negative(d, out=d)
    weight = z * -mean
    weight -= mean * mean / 2
    weight -= d
    return weight


def numpy_estimate(mean, samples=100_000_000):
    rng, total = np.random.default_rng(1), 0.0
    for first in range(0, samples, CHUNK):
        x = exponents(rng.standard_normal(min(CHUNK, samples - first)), 3, mean)
        total += np.exp(x, out=x).sum()
    return 20.446 * total / samples


def numpy_variance(rng, n, centre, mean, estimates=10_000):
    values, rows = [], max(1, CHUNK // n)
    for first in range(0, estimates, rows):
        x = exponents(rng.standard_normal((min(rows, estimates - first), n)), centre, mean)
        values.append(np.exp(x, out=x).mean(axis=1))
    return np.concatenate(values).var()


def numpy_table():
    rng = np.random.default_rng(1)
    return [numpy_variance(rng, n, *curve) for n in COUNTS for curve in [(1, 0), (3, 0), (3, 3)]]


def source_f(y):
    return np.exp(-(y - 1) * (y - 1) * (y - 1) * (y - 1))


def source_f2(y):
    return 20.446 * np.exp(-(y - 3) * (y - 3) * (y - 3) * (y - 3))


def source_weighted(n):
    y = np.random.normal(size=(n, 1)) + 3
    p = (1 / np.sqrt(2 * np.pi)) * np.exp(-0.5 * y * y)
    q = (1 / np.sqrt(2 * np.pi)) * np.exp(-0.5 * (y - 3) * (y - 3))
    return np.mean(source_f2(y) * p / q)


def source_table(estimates):
    """Notebook 17.3: one call per estimate."""
    for n in COUNTS:
        for expectation in (lambda n: np.mean(source_f(np.random.normal(size=(n, 1)))),
                            lambda n: np.mean(source_f2(np.random.normal(size=(n, 1)))), source_weighted):
            values = np.zeros((estimates, 1))
            for i in range(estimates):
                values[i] = expectation(n)
            values.var()


def timed(function, *arguments):
    """(wall, CPU) seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    function(*arguments)
    return np.array([time.perf_counter() - wall, time.process_time() - cpu])


def ours(bench, name, threads):
    report = subprocess.run([bench, f"--benchmark_filter=^{name}/threads:{threads}/", "--benchmark_format=json"],
                            check=True, capture_output=True, text=True).stdout
    result = json.loads(report)["benchmarks"][0]
    return np.array([result["real_time"], result["cpu_time"]]) * 1e-3


def summary(values):
    return f"{statistics.median(values):.3g} ({min(values):.3g} .. {max(values):.3g})"


def compare(title, bench, name, repeats, baseline):
    """Baseline and ours in turn; prints medians and ranges."""
    base, one, two = np.array([[baseline(), ours(bench, name, 1), ours(bench, name, 2)] for _ in range(repeats)]).swapaxes(0, 1)
    print(f"{title}, {repeats} runs")
    print(f"  wall: baseline {summary(base[:, 0])} s, two threads {summary(two[:, 0])} s,"
          f" ratio {summary(base[:, 0] / two[:, 0])}")
    print(f"  CPU:  baseline {summary(base[:, 1])} s, one thread {summary(one[:, 1])} s,"
          f" ratio {summary(base[:, 1] / one[:, 1])}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--bench", default=str(root / "build/release/bench/importance_sampling_bench"))
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    for estimator, mean in (("plain", 0), ("importance", 3)):
        compare(f"1e8 samples, {estimator}, against NumPy", options.bench, f"one_estimate/estimator:{int(mean > 0)}",
                options.repeats, lambda: timed(numpy_estimate, mean))
    compare("source's table, against vectorised NumPy", options.bench, "source_table", options.repeats,
            lambda: timed(numpy_table))
    compare("source's table, against its own loop", options.bench, "source_table", max(1, options.repeats // 2),
            lambda: 10 * timed(source_table, 1000))


if __name__ == "__main__":
    main()
