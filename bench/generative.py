"""Training steps of cvae, gauss_to_ring and infomax_ica at their defaults beside the same steps in NumPy (and PyTorch), on one core.

    /usr/bin/python3 bench/generative.py [--bench build/release/bench/generative_bench] [--repeats 7]

CPU time of a step; double precision on both sides; A and B in turn. NumPy's gradients are written out by hand, which is
several times faster than automatic differentiation at these sizes.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time

import numpy as np
import torch

rng = np.random.default_rng(1)


class Adam:
    def __init__(self, params, rate):
        self.params, self.rate, self.t = params, rate, 0
        self.m, self.v = np.zeros_like(params), np.zeros_like(params)

    def step(self, gradient):
        self.t += 1
        self.m += 0.1 * (gradient - self.m)
        self.v += 0.001 * (gradient * gradient - self.v)
        root = np.sqrt(self.v / (1 - 0.999**self.t)) + 1e-8
        self.params -= self.rate / (1 - 0.9**self.t) * self.m / root


class Net:
    """inputs - hidden tanh - outputs; weights and gradients are views of one flat array each."""

    def __init__(self, params, gradient, inputs, hidden, outputs):
        shapes = [(inputs, hidden), (hidden,), (hidden, outputs), (outputs,)]
        ends = np.cumsum([0] + [int(np.prod(shape)) for shape in shapes])
        self.p, self.g = ([flat[a:b].reshape(shape) for a, b, shape in zip(ends, ends[1:], shapes)]
                          for flat in (params, gradient))

    @staticmethod
    def size(inputs, hidden, outputs):
        return (inputs + 1) * hidden + (hidden + 1) * outputs

    def forward(self, x):
        self.x, self.h = x, np.tanh(x @ self.p[0] + self.p[1])
        return self.h @ self.p[2] + self.p[3]

    def backward(self, dy):
        np.dot(self.h.T, dy, out=self.g[2]), np.sum(dy, axis=0, out=self.g[3])
        df = dy @ self.p[2].T * (1 - self.h * self.h)
        np.dot(self.x.T, df, out=self.g[0]), np.sum(df, axis=0, out=self.g[1])
        return df


def cvae_steps(steps=500, rows=50):
    split, total = Net.size(7, 16, 10), Net.size(7, 16, 10) + Net.size(7, 16, 5)
    params, gradient = rng.uniform(-0.3, 0.3, total), np.zeros(total)
    encoder = Net(params[:split], gradient[:split], 7, 16, 10)
    decoder = Net(params[split:], gradient[split:], 7, 16, 5)
    adam, y, c = Adam(params, 3e-3), rng.standard_normal((rows, 5)), np.eye(2)[np.arange(rows) % 2]
    yc, dcode = np.hstack([y, c]), np.empty((rows, 10))
    for _ in range(steps):
        epsilon = rng.standard_normal((rows, 5))
        code = encoder.forward(yc)
        mu, lv = code[:, :5], code[:, 5:]
        deviation = np.exp(0.5 * lv)
        residual = decoder.forward(np.hstack([mu + deviation * epsilon, c])) - y
        variance = deviation * deviation
        np.sum(residual * residual) / rows, 0.5 * np.sum(mu * mu + variance - 1 - lv) / rows
        dz = (decoder.backward(2 / rows * residual) @ decoder.p[0].T)[:, :5]
        dcode[:, :5] = dz + mu / rows
        dcode[:, 5:] = 0.5 * (dz * deviation * epsilon + (variance - 1) / rows)
        encoder.backward(dcode)
        adam.step(gradient)
    return steps


def gauss_to_ring_steps(epochs=25):
    size = Net.size(2, 5, 2)
    params, gradient = rng.uniform(-0.5, 0.5, size), np.zeros(size)
    net, adam, z = Net(params, gradient, 2, 5, 2), Adam(params, 0.01), rng.standard_normal((1000, 2))
    g = 0.1 * z + z / np.linalg.norm(z, axis=1, keepdims=True)
    for _ in range(epochs):
        order = rng.permutation(1000)
        for first in range(0, 1000, 50):
            chosen = order[first : first + 50]
            residual = net.forward(z[chosen]) - g[chosen]
            np.mean(residual * residual)
            net.backward(residual * (2 / residual.size))
            adam.step(gradient)
    return epochs * 20


def infomax_ica_steps(steps=500):
    x, w, identity = rng.laplace(size=(2, 2000)), np.array([[1, 0.3], [-0.2, 1]]), np.eye(2)
    for _ in range(steps):
        u = w @ x
        w = w + 0.1 * (identity - np.tanh(0.5 * u) @ u.T / 2000) @ w
    return steps


def infomax_ica_torch_steps(steps=500):
    x = torch.from_numpy(rng.laplace(size=(2, 2000)))
    w, identity = torch.tensor([[1, 0.3], [-0.2, 1]], dtype=x.dtype), torch.eye(2, dtype=x.dtype)
    for _ in range(steps):
        u = w @ x
        w = w + 0.1 * (identity - torch.tanh(0.5 * u) @ u.T / 2000) @ w
    return steps


BASELINES = [("cvae", "NumPy", cvae_steps), ("gauss_to_ring", "NumPy", gauss_to_ring_steps),
             ("infomax_ica", "NumPy", infomax_ica_steps), ("infomax_ica", "PyTorch", infomax_ica_torch_steps)]


def seconds_per_step(run):
    start = time.process_time()
    steps = run()
    return (time.process_time() - start) / steps


def trawl_seconds(bench, study):
    report = subprocess.run([bench, f"--benchmark_filter=^{study}$", "--benchmark_min_time=0.2",
                             "--benchmark_format=json"], check=True, capture_output=True, text=True).stdout
    return 1 / json.loads(report)["benchmarks"][0]["items_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--bench", default=str(root / "build/release/bench/generative_bench"))
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for study, library, run in BASELINES:
        pairs = [(trawl_seconds(options.bench, study), seconds_per_step(run)) for _ in range(options.repeats)]
        ours, theirs = (statistics.median(values) * 1e6 for values in zip(*pairs))
        ratios = [b / a for a, b in pairs]
        print(f"{study:14} trawl {ours:7.2f} us, {library:7} {theirs:7.1f} us a step; its time / ours "
              f"{statistics.median(ratios):5.1f}  (range {min(ratios):.1f} .. {max(ratios):.1f}, {len(pairs)} repeats)")


if __name__ == "__main__":
    main()
