"""The diffusion study at the source's defaults, training and sampling, beside vectorised NumPy.

    /usr/bin/python3 bench/diffusion.py [--bench build/release/bench/diffusion_bench] [--repeats 7]

The ratio on two cores is of wall time (NumPy uses one core whatever it has), that per core of CPU time.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import time

import numpy as np

WEIGHTS, MEANS, SDS = np.array([[0.2, 0.3, 0.35, 0.15], [1.5, -0.216, 0.45, -1.875], [0.3, 0.15, 0.525, 0.075]])
T, BETA, N_TRAIN, SAMPLES, BINS, LIMIT = 100, 0.01511, 100_000, 100_000, 600, 3.0


def bin_of(z):
    return np.clip(((z + LIMIT) * (BINS / (2 * LIMIT))).astype(np.int64), 0, BINS - 1)


def table_of(z, target):
    bins = bin_of(z)
    return np.bincount(bins, target, BINS) / (np.bincount(bins, minlength=BINS) + 1)


def train_step(rng, x, t):
    """The table of z_{t-1} - z_t (notebook 18.2)."""
    alpha, before = (1 - BETA) ** t, (1 - BETA) ** (t - 1)
    z = np.sqrt(alpha) * x + np.sqrt(1 - alpha) * rng.standard_normal(x.size)
    mean = ((1 - before) * np.sqrt(1 - BETA) * z + np.sqrt(before) * BETA * x) / (1 - alpha)
    previous = mean + np.sqrt(BETA * (1 - before) / (1 - alpha)) * rng.standard_normal(x.size)
    z = np.clip(z, -LIMIT, LIMIT)
    return table_of(z, np.clip(previous, -LIMIT, LIMIT) - z)


def train_noise(rng, x, t):
    """The table of eps (notebooks 18.3 and 18.4)."""
    alpha = (1 - BETA) ** t
    noise = rng.standard_normal(x.size)
    return table_of(np.sqrt(alpha) * x + np.sqrt(1 - alpha) * noise, np.clip(noise, -LIMIT, LIMIT))


def coefficients(sampler, t, s, sigma):
    """z_s = a z_t + b g(z_t) + sigma e."""
    alpha, after = (1 - BETA) ** t, (1 - BETA) ** s
    if sampler == "direct":
        return 1.0, 1.0
    if sampler == "reparameterised":
        return 1 / np.sqrt(1 - BETA), -BETA / np.sqrt((1 - alpha) * (1 - BETA))
    a = np.sqrt(after / alpha)
    return a, np.sqrt(max(1 - after - sigma**2, 0)) - np.sqrt(1 - alpha) * a


def run(sampler, sigma, stride=1, seed=0):
    rng = np.random.default_rng(seed)
    component = rng.choice(4, N_TRAIN, p=WEIGHTS)
    x = MEANS[component] + SDS[component] * rng.standard_normal(N_TRAIN)
    train = train_step if sampler == "direct" else train_noise
    times = range(T, 0, -stride)
    tables = {t: train(rng, x, t) for t in times}
    z = rng.standard_normal(SAMPLES)
    for t in times:
        last = t == stride
        a, b = coefficients(sampler, t, t - stride, 0 if last else sigma)
        z = a * z + b * tables[t][bin_of(z)]
        if not last:
            z += sigma * rng.standard_normal(SAMPLES)
    density, _ = np.histogram(z, 120, (-3, 3), density=True)
    return density, z.mean(), z.std()


SAMPLERS = {"direct": (0.12288, 1), "reparameterised": (0.12288, 1), "ddim": (0.001, 1), "accelerated": (0.11, 5)}


def numpy_seconds(sampler):
    wall, cpu = time.perf_counter(), time.process_time()
    run(sampler, *SAMPLERS[sampler])
    return time.perf_counter() - wall, time.process_time() - cpu


def trawl_seconds(bench, sampler, threads):
    name = f"train_and_sample/sampler:{list(SAMPLERS).index(sampler)}/threads:{threads}/"
    report = subprocess.run([bench, f"--benchmark_filter={name}", "--benchmark_min_time=0.3",
                             "--benchmark_format=json"], check=True, capture_output=True, text=True).stdout
    result = json.loads(report)["benchmarks"][0]
    return result["real_time"] * 1e-3, result["cpu_time"] * 1e-3


def median_and_range(values, unit=""):
    return f"{statistics.median(values):6.1f}{unit} ({min(values):.1f} .. {max(values):.1f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--bench", default=str(root / "build/release/bench/diffusion_bench"))
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    for sampler in SAMPLERS:
        runs = [(numpy_seconds(sampler), trawl_seconds(options.bench, sampler, 1),
                 trawl_seconds(options.bench, sampler, 2)) for _ in range(options.repeats)]
        print(sampler)
        for label, k, clock in (("numpy, CPU", 0, 1), ("trawl on one core, CPU", 1, 1), ("numpy, wall", 0, 0),
                                ("trawl on two cores, wall", 2, 0)):
            print(f"  {label:25} {median_and_range([1e3 * r[k][clock] for r in runs], ' ms')}")
        print(f"  {'ratio per core':25} {median_and_range([r[0][1] / r[1][1] for r in runs])}")
        print(f"  {'ratio on two cores':25} {median_and_range([r[0][0] / r[2][0] for r in runs])}")


if __name__ == "__main__":
    main()
