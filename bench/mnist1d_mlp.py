"""Training of the mnist1d_mlp study at the source's defaults beside the same training in PyTorch, on one core.

    /usr/bin/python3 bench/mnist1d_mlp.py [--bench build/release/bench/mnist1d_mlp_bench] [--repeats 7]

CPU time of an epoch: 40 steps of 100 signals, then losses and errors on all 4000 + 1000. PyTorch computes in single
precision, Trawl in double. The same run measures what the core multiplies in registers at most; A and B in turn.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time

import torch


class TorchTraining:
    def __init__(self):
        self.x, self.y = torch.randn(5000, 40), torch.randint(0, 10, (5000,))
        linear, relu = torch.nn.Linear, torch.nn.ReLU()
        self.net = torch.nn.Sequential(linear(40, 100), relu, linear(100, 100), relu, linear(100, 10))
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.05, momentum=0.9)

    def epoch(self):
        """CPU seconds of one epoch."""
        loss = torch.nn.functional.cross_entropy
        start = time.process_time()
        order = torch.randperm(4000)
        for first in range(0, 4000, 100):
            chosen = order[first : first + 100]
            self.optimizer.zero_grad(set_to_none=True)
            loss(self.net(self.x[chosen]), self.y[chosen]).backward()
            self.optimizer.step()
        with torch.no_grad():
            for part in slice(0, 4000), slice(4000, 5000):
                logits = self.net(self.x[part])
                loss(logits, self.y[part]).item(), (logits.argmax(1) != self.y[part]).float().mean().item()
        return time.process_time() - start


def measure(bench, name):
    report = subprocess.run([bench, f"--benchmark_filter=^{name}$", "--benchmark_min_time=0.2",
                             "--benchmark_format=json"], check=True, capture_output=True, text=True).stdout
    return json.loads(report)["benchmarks"][0]


def spread(values):
    return f"(range {min(values):.3g} .. {max(values):.3g}, {len(values)} repeats)"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--bench", default=str(root / "build/release/bench/mnist1d_mlp_bench"))
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)
    training = TorchTraining()
    training.epoch()
    ours, theirs, of_peak = [], [], []
    for _ in range(options.repeats):
        peak, epoch = measure(options.bench, "peak"), measure(options.bench, "epoch")
        ours.append(epoch["cpu_time"])
        of_peak.append(peak["multiplications/s"] / epoch["multiplications/s"])
        theirs.append(training.epoch() * 1e3)
    print(f"trawl  {statistics.median(ours):8.1f} ms CPU an epoch  {spread(ours)}")
    print(f"torch  {statistics.median(theirs):8.1f} ms CPU an epoch  {spread(theirs)}")
    ratios = [b / a for a, b in zip(ours, theirs)]
    print(f"torch's time / ours                     {statistics.median(ratios):6.1f}  {spread(ratios)}")
    print(f"our time / its multiplications at peak  {statistics.median(of_peak):6.2f}  {spread(of_peak)}")


if __name__ == "__main__":
    main()
