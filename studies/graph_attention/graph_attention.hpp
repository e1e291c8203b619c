// Attention between the nodes of a graph.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/graph_attention/attention.hpp"

namespace trawl::studies {

namespace graph {

enum class Graph { source, random, complete, empty };
enum class Weights { source, random };

struct Parameters {
  std::int64_t nodes = 8;
  std::int64_t features = 4;
  Graph graph = Graph::source;
  double edge_probability = 0.4;
  Weights weights = Weights::source;
  Score score = Score::relu;
  bool masked = true;
};

}  // namespace graph

/// A graph attention layer on N nodes with D features each, X with a column for each node:
///
///     X' = beta 1^T + Omega X
///     S_mn = score(phi_1..D . x'_m + phi_D+1..2D . x'_n)
///     a = softmax over m of S_mn, over the neighbours of n and n itself: each column sums to one
///     output = relu(X' a);   entropy of column n = -sum over m of a_mn ln a_mn
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | N, D | nodes, features | 1 .. 512, 1 .. 256; 8, 4 for the source's graph and weights |
/// | | graph: source (11 edges), random (each edge with edge_probability), complete, empty | |
/// | X, Omega, beta, phi | weights: source, random (iid N(0, 1)) | |
/// | | score: relu as in the source; leaky_relu (0.2 below 0), tanh, identity | |
/// | | masked: whether only neighbours are attended to | |
///
/// With a score that is linear where it is used, the second half of phi is constant in a column and drops out. A node
/// without neighbours attends to itself. The largest score of a column is taken out before the exponentials.
/// Method: attention.hpp. Error: 1e-14. tests/studies/graph_attention_test.cpp measures it, and that the layer commutes
/// with permutations of the nodes. Cost: N D^2 + N^2 (D + 10) operations, a microsecond at the defaults.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 13.4, "Graph attention networks".
class GraphAttention final : public TypedStudy<graph::Parameters> {
 public:
  GraphAttention();

  /// The largest numbers of nodes and features of the sweep set the sizes of their dimensions.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  using TypedStudy::cost;
  using TypedStudy::evaluate;
  void evaluate(const graph::Parameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const graph::Parameters& p) const override;
};

}  // namespace trawl::studies
