#include "studies/graph_attention/graph_attention.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "studies/graph_attention/source_instance.hpp"

namespace trawl::studies {

using namespace graph;

namespace {

using P = graph::Parameters;

constexpr std::size_t nodes_parameter = 0, features_parameter = 1;  // their positions in the declaration

enum Stream : std::uint32_t { x_stream, omega_stream, beta_stream, phi_stream, edge_stream };

enum OutputIndex : std::size_t {
  adjacency,
  transformed,
  attention,
  output,
  node_entropy,
  mean_entropy,
  edges,
};

Declaration make_declaration() {
  return {.name = "graph_attention",
          .group = "Structure",
          .summary = "A graph attention layer: who attends to whom, how sharply, and what comes out.",
          .maths = "a_mn = softmax_m score(phi_a . x'_m + phi_b . x'_n) over neighbours, output = relu(X' a)",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 13.4, \"Graph attention networks\"",
          .parameters = {}};
}

std::vector<Binding<P>> make_bindings() {
  return {
      bind<&P::nodes>({.name = "nodes", .domain = between(1, 512), .description = "nodes of the graph, N"}),
      bind<&P::features>({.name = "features", .domain = between(1, 256), .description = "features of a node, D"}),
      bind<&P::graph>({.name = "graph",
                       .choices = {"source", "random", "complete", "empty"},
                       .description = "edges: the source's 11, at random, all, or none"}),
      bind<&P::edge_probability>(
          {.name = "edge_probability", .domain = between(0, 1), .description = "of each edge of the random graph"}),
      bind<&P::weights>({.name = "weights",
                         .choices = {"source", "random"},
                         .description = "X, Omega, beta, phi: the source's, or iid N(0, 1)"}),
      bind<&P::score>({.name = "score",
                       .choices = {"relu", "leaky_relu", "tanh", "identity"},
                       .description = "nonlinearity of the scores"}),
      bind<&P::masked>({.name = "masked", .description = "whether nodes attend to neighbours and themselves only"}),
  };
}

void connect(Problem& problem, std::size_t m, std::size_t n) {
  problem.adjacency[m * problem.nodes + n] = problem.adjacency[n * problem.nodes + m] = 1;
}

/// Returns the number of edges.
std::size_t make_graph(const P& p, const RandomStream& random, Problem& problem) {
  problem.adjacency.assign(problem.nodes * problem.nodes, 0);
  if (p.graph == Graph::source) {
    if (p.nodes != source_nodes)
      throw std::domain_error("the source's graph has 8 nodes (nodes differs). Fix nodes = 8 or take another graph?");
    for (const auto& edge : source_edges) connect(problem, edge[0], edge[1]);
    return std::size(source_edges);
  }
  const double probability = p.graph == Graph::random ? p.edge_probability : p.graph == Graph::complete ? 1 : 0;
  RandomSequence draws(random, edge_stream);
  std::size_t count = 0;
  for (std::size_t m = 0; m < problem.nodes; ++m)
    for (std::size_t n = m + 1; n < problem.nodes; ++n)
      if (draws.uniform() < probability) {
        connect(problem, m, n);
        ++count;
      }
  return count;
}

void make_weights(const P& p, const RandomStream& random, Problem& problem) {
  const std::size_t nodes = problem.nodes, features = problem.features;
  problem.x.resize(features * nodes);
  problem.omega.resize(features * features);
  problem.beta.resize(features);
  problem.phi.resize(2 * features);
  if (p.weights == Weights::random) {
    random.normal(x_stream, 0, problem.x);
    random.normal(omega_stream, 0, problem.omega);
    random.normal(beta_stream, 0, problem.beta);
    random.normal(phi_stream, 0, problem.phi);
    return;
  }
  if (p.nodes != source_nodes || p.features != source_features)
    throw std::domain_error(
        "the source's weights are for 8 nodes of 4 features (nodes or features differ). Take weights = random?");
  std::copy(std::begin(source_x), std::end(source_x), problem.x.begin());
  std::copy(std::begin(source_omega), std::end(source_omega), problem.omega.begin());
  std::copy(std::begin(source_beta), std::end(source_beta), problem.beta.begin());
  std::copy(std::begin(source_phi), std::end(source_phi), problem.phi.begin());
}

Dimension counted(const char* name, const char* description, double size) {
  Dimension dimension = {.name = name, .description = description};
  dimension.values.resize(static_cast<std::size_t>(size));
  std::iota(dimension.values.begin(), dimension.values.end(), 0.0);
  return dimension;
}

}  // namespace

GraphAttention::GraphAttention() : TypedStudy(make_declaration(), make_bindings()) {}

OutputLayout GraphAttention::outputs(std::span<const Extent> extents) const {
  const double nodes = extents[nodes_parameter].upper;
  const char* beyond = "beyond the point's own nodes or features";
  return {.dimensions = {counted("node", "node that attends", nodes), counted("neighbour", "node attended to", nodes),
                         counted("feature", "feature of a node", extents[features_parameter].upper)},
          .outputs = {
              {.name = "adjacency",
               .description = "1 where there is an edge",
               .dimensions = {"neighbour", "node"},
               .nan_means = beyond},
              {.name = "transformed", .description = "X'", .dimensions = {"feature", "node"}, .nan_means = beyond},
              {.name = "attention",
               .description = "share of the node's attention that the neighbour has",
               .dimensions = {"neighbour", "node"},
               .nan_means = beyond},
              {.name = "output",
               .description = "the layer's output",
               .dimensions = {"feature", "node"},
               .nan_means = beyond},
              {.name = "entropy",
               .description = "entropy of the node's attention, in nats",
               .dimensions = {"node"},
               .nan_means = beyond},
              {.name = "mean_entropy", .description = "mean of entropy over nodes"},
              {.name = "edges", .description = "edges of the graph"},
          }};
}

void GraphAttention::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  thread_local Problem problem;
  problem.nodes = static_cast<std::size_t>(p.nodes);
  problem.features = static_cast<std::size_t>(p.features);
  out.set(edges, static_cast<double>(make_graph(p, random, problem)));
  make_weights(p, random, problem);

  const Layer layer{.width = out[node_entropy].size(),
                    .transformed = out[transformed].data(),
                    .attention = out[attention].data(),
                    .output = out[output].data()};
  attend(problem, p.score, p.masked, layer);
  double sum = 0;
  for (std::size_t n = 0; n < problem.nodes; ++n) {
    for (std::size_t m = 0; m < problem.nodes; ++m)
      out[adjacency][m * layer.width + n] = problem.adjacency[m * problem.nodes + n];
    out[node_entropy][n] = entropy(problem, layer, n);
    sum += out[node_entropy][n];
  }
  out.set(mean_entropy, sum / static_cast<double>(problem.nodes));
}

double GraphAttention::cost(const P& p) const {
  const auto n = static_cast<double>(p.nodes), d = static_cast<double>(p.features);
  return 100 + n * d * d + n * n * (d + 10);
}

}  // namespace trawl::studies
