"""Posteriors and samples of the latent_variable study, through the whole engine, beside vectorised NumPy.

    /usr/bin/python3 bench/latent_variable.py [--trawl build/release/trawl] [--repeats 7]

posteriors   200 x 200 points x: density, mean and variance of the posterior by quadrature, its curve, the same on the
             source's grid; for the source's noise and for a smaller one, which takes a finer quadrature
samples      20 million samples of the model and their mean and covariance

NumPy has one core and its best form: f and the prior computed once, chunks that stay in the cache, results in place.
It is spared the search for the posterior's mode.
"""
import numpy as np

from beside_numpy import compare, options

SIGMA_SQ = 0.04  # of the samples
SIDE, SAMPLES, CHUNK = 200, 20_000_000, 1 << 13
X1, X2 = np.linspace(0, 1.8, SIDE), np.linspace(-1.5, 1.5, SIDE)


def f(z):
    return 0.5 * np.exp(np.sin(2 + 3.675 * z)), np.cos(2 + 2.85 * z)


class Grid:
    def __init__(self, z, sigma_sq):
        self.half_precision = 0.5 / sigma_sq
        self.z, (self.f1, self.f2) = z, f(z)
        self.log_prior = -z * z / 2
        self.step = z[1] - z[0]
        self.powers = np.stack([np.ones_like(z), z, z * z], axis=1)

    def logs(self, x1, x2):
        d1 = x1[:, None] - self.f1
        d1 *= d1
        d2 = x2[:, None] - self.f2
        d2 *= d2
        d1 += d2
        d1 *= -self.half_precision
        d1 += self.log_prior
        return d1

    def posterior(self, x1, x2):
        """Log density up to a constant, mean, variance, largest mass."""
        logs = self.logs(x1, x2)
        largest = logs.max(axis=1)
        logs -= largest[:, None]
        total, first, second = (np.exp(logs, out=logs) @ self.powers).T
        mean = first / total
        return largest + np.log(total * self.step), mean, second / total - mean * mean, 1 / total


def posteriors(sigma_sq):
    quadrature = Grid(np.linspace(-9, 9, round(144 / np.sqrt(sigma_sq)) + 1), sigma_sq)
    curve, source = Grid(np.linspace(-3, 3, 301), sigma_sq), Grid(np.arange(-3, 3, 0.01), sigma_sq)
    results = []
    rows = CHUNK // len(quadrature.z)
    x1, x2 = (axis.ravel() for axis in np.meshgrid(X1, X2, indexing="ij"))
    for first in range(0, len(x1), rows):
        a, b = x1[first:first + rows], x2[first:first + rows]
        exact = quadrature.posterior(a, b)
        density = curve.logs(a, b)
        density -= exact[0][:, None]
        results.append((exact, np.exp(density, out=density), source.posterior(a, b)))
    return results


def samples():
    rng, sums, products = np.random.default_rng(1), np.zeros(2), np.zeros((2, 2))
    for first in range(0, SAMPLES, CHUNK):
        size = min(CHUNK, SAMPLES - first)
        x = rng.standard_normal((2, size))
        x *= np.sqrt(SIGMA_SQ)
        f1, f2 = f(rng.standard_normal(size))
        x[0] += f1
        x[1] += f2
        sums += x.sum(axis=1)
        products += x @ x.T
    return sums / SAMPLES, products / SAMPLES


def main():
    given = options(__doc__)
    one_sample = ["--fix", "samples=1", "--fix", "scored_samples=0", "--fix", "with_expected_log_density=false"]
    axes = ["--axis", f"x1=linspace:0,1.8,{SIDE}", "--axis", f"x2=linspace:-1.5,1.5,{SIDE}"]
    for sigma_sq in 0.04, 0.0025:
        noise = ["--fix", f"sigma_sq={sigma_sq}"]
        compare(f"posteriors, sigma^2 {sigma_sq}", given, ["latent_variable", *axes, *noise, *one_sample],
                lambda: posteriors(sigma_sq))
    one_point = ["--fix", f"samples={SAMPLES}", "--fix", "scored_samples=0", "--fix", "with_expected_log_density=false"]
    compare("samples", given, ["latent_variable", *one_point], samples)


if __name__ == "__main__":
    main()
