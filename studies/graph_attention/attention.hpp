// One graph attention layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trawl::studies::graph {

enum class Score { relu, leaky_relu, tanh, identity };

/// A graph of N nodes with D features each, and the layer's parameters. Matrices row by row.
struct Problem {
  std::size_t nodes = 0;
  std::size_t features = 0;
  std::vector<std::uint8_t> adjacency;  ///< N x N, 1 for an edge; the diagonal does not matter
  std::vector<double> x;                ///< D x N, a column for each node
  std::vector<double> omega;            ///< D x D
  std::vector<double> beta;             ///< D
  std::vector<double> phi;              ///< 2 D
};

/// Where results go: matrices with a column for each node, their rows `width` >= N apart.
struct Layer {
  std::size_t width;
  double* transformed;  ///< D rows
  double* attention;    ///< N rows
  double* output;       ///< D rows
};

/// X' = beta 1^T + Omega X;  S_mn = score(phi_1..D . x'_m + phi_D+1..2D . x'_n);  attention = softmax over m of S_mn,
/// in each column n over the neighbours of n and n itself (over all nodes if not masked);  output = relu(X' attention).
void attend(const Problem& problem, Score score, bool masked, const Layer& out);

/// -sum a ln a of column n of the attention, in nats.
double entropy(const Problem& problem, const Layer& layer, std::size_t n);

}  // namespace trawl::studies::graph
