#include "studies/graph_attention/attention.hpp"

#include <cmath>
#include <limits>

#include "engine/activation.hpp"
#include "engine/softmax.hpp"

namespace trawl::studies::graph {
namespace {

double score_of(Score score, double z) {
  switch (score) {
    case Score::relu:
      return relu(z);
    case Score::leaky_relu:
      return z > 0 ? z : 0.2 * z;
    case Score::tanh:
      return std::tanh(z);
    case Score::identity:
      break;
  }
  return z;
}

/// phi . x' for each half of phi and each node: scores[n] for the first, scores[N + n] for the second.
void half_scores(const Problem& problem, const Layer& layer, std::span<double> scores) {
  for (std::size_t half = 0; half < 2; ++half)
    for (std::size_t n = 0; n < problem.nodes; ++n) {
      double sum = 0;
      for (std::size_t d = 0; d < problem.features; ++d)
        sum += problem.phi[half * problem.features + d] * layer.transformed[d * layer.width + n];
      scores[half * problem.nodes + n] = sum;
    }
}

}  // namespace

void attend(const Problem& problem, Score score, bool masked, const Layer& out) {
  const std::size_t nodes = problem.nodes, features = problem.features, width = out.width;
  for (std::size_t d = 0; d < features; ++d)
    for (std::size_t n = 0; n < nodes; ++n) {
      double sum = problem.beta[d];
      for (std::size_t k = 0; k < features; ++k) sum += problem.omega[d * features + k] * problem.x[k * nodes + n];
      out.transformed[d * width + n] = sum;
    }

  thread_local std::vector<double> scratch;
  scratch.resize(3 * nodes);
  const std::span<double> scores = std::span(scratch).first(2 * nodes), column = std::span(scratch).last(nodes);
  half_scores(problem, out, scores);
  for (std::size_t n = 0; n < nodes; ++n) {
    for (std::size_t m = 0; m < nodes; ++m) {
      const bool attends = !masked || m == n || problem.adjacency[m * nodes + n] != 0;
      column[m] = attends ? score_of(score, scores[m] + scores[nodes + n]) : -std::numeric_limits<double>::infinity();
    }
    softmax(column, column);
    for (std::size_t m = 0; m < nodes; ++m) out.attention[m * width + n] = column[m];
    for (std::size_t d = 0; d < features; ++d) {
      double sum = 0;
      for (std::size_t m = 0; m < nodes; ++m) sum += out.transformed[d * width + m] * column[m];
      out.output[d * width + n] = relu(sum);
    }
  }
}

double entropy(const Problem& problem, const Layer& layer, std::size_t n) {
  double sum = 0;
  for (std::size_t m = 0; m < problem.nodes; ++m) {
    const double a = layer.attention[m * layer.width + n];
    if (a > 0) sum -= a * std::log(a);
  }
  return sum;
}

}  // namespace trawl::studies::graph
