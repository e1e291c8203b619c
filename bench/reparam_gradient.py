"""Repeated gradient estimates of the reparam_gradient study, through the whole engine, beside vectorised NumPy.

    /usr/bin/python3 bench/reparam_gradient.py [--trawl build/release/trawl] [--repeats 7]

The source's variance experiment as it was run: 100 estimates of a million samples, at phi = 0.3. NumPy has one core and
its best form: chunks that stay in the cache, results in place.
"""
import numpy as np

from beside_numpy import compare, options

PHI, SAMPLES, REPEATS, CHUNK = 0.3, 1_000_000, 100, 1 << 14
MEAN, SD, SLOPE = PHI**3, np.exp(PHI), 3 * PHI**2


def reparameterised(z):
    x = z * SD
    dx = x + SLOPE
    x += MEAN
    term = np.cos(x)
    term += x
    term += x
    term *= dx
    return term.sum()


def score(z):
    x = z * SD
    x += MEAN
    term = np.sin(x)
    x *= x
    term += x
    slope = z + SLOPE / SD
    slope *= z
    slope -= 1
    term *= slope
    return term.sum()


def variance(term_sum):
    rng, estimates = np.random.default_rng(1), []
    for _ in range(REPEATS):
        sums = [term_sum(rng.standard_normal(min(CHUNK, SAMPLES - first))) for first in range(0, SAMPLES, CHUNK)]
        estimates.append(sum(sums) / SAMPLES)
    return np.var(estimates, ddof=1)


def main():
    given = options(__doc__)
    for estimator, term_sum in ("reparameterised", reparameterised), ("score", score):
        fixed = {"estimator": estimator, "phi": PHI, "samples": SAMPLES, "repeats": REPEATS, "steps": 0}
        arguments = ["reparam_gradient", *(word for name in fixed for word in ("--fix", f"{name}={fixed[name]}"))]
        compare(estimator, given, arguments, lambda: variance(term_sum))


if __name__ == "__main__":
    main()
