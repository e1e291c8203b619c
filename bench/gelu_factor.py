"""Training of the gelu_factor study at the source's defaults beside the same training in PyTorch, on one core.

    /usr/bin/python3 bench/gelu_factor.py [--bench build/release/bench/gelu_factor_bench] [--repeats 9]

CPU time of one training (80 steps of 64 pairs) without the drawing of its data; A and B in turn.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time

import torch


def network(d, hidden, m):
    return torch.nn.Sequential(torch.nn.Linear(d, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, m))


def torch_training(d=2, m=16, hidden=64, samples=1024, batch=64, epochs=5, learning_rate=1e-3):
    """CPU seconds of one training."""
    matrices, vectors = torch.randn(samples, d, d), torch.randn(samples, d)
    targets = torch.nn.functional.gelu(torch.einsum("nij,nj->ni", matrices, vectors))
    phi, psi = network(d, hidden, m), network(d, hidden, m)
    optimizer = torch.optim.Adam([*phi.parameters(), *psi.parameters()], lr=learning_rate)
    losses = []
    start = time.process_time()
    for _ in range(epochs):
        order, total = torch.randperm(samples), 0.0
        for first in range(0, samples, batch):
            chosen = order[first : first + batch]
            rows = phi(matrices[chosen].reshape(-1, d)).reshape(-1, d, m)
            prediction = torch.bmm(rows, psi(vectors[chosen]).unsqueeze(2)).squeeze(2)
            loss = torch.nn.functional.mse_loss(prediction, targets[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        losses.append(total / samples)
    return time.process_time() - start


def trawl_training(bench):
    """CPU seconds of one training, the mean over about a fifth of a second."""
    report = subprocess.run([bench, "--benchmark_filter=train_at_defaults", "--benchmark_min_time=0.2",
                             "--benchmark_format=json"], check=True, capture_output=True, text=True).stdout
    return json.loads(report)["benchmarks"][0]["cpu_time"] * 1e-3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--bench", default=str(root / "build/release/bench/gelu_factor_bench"))
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch_training()
    seconds = {"trawl": [], "torch": []}
    for _ in range(options.repeats):
        seconds["trawl"].append(trawl_training(options.bench))
        seconds["torch"].append(torch_training())
    for name, values in seconds.items():
        print(f"{name:6} {statistics.median(values) * 1e3:8.2f} ms CPU a training"
              f"  (range {min(values) * 1e3:.2f} .. {max(values) * 1e3:.2f}, {len(values)} repeats)")
    ratios = [b / a for a, b in zip(seconds["trawl"], seconds["torch"])]
    print(f"ratio  {statistics.median(ratios):8.1f}  (range {min(ratios):.1f} .. {max(ratios):.1f})")


if __name__ == "__main__":
    main()
