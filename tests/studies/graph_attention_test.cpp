#include "studies/graph_attention/graph_attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/random.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace graph;
using nlohmann::json;

const GraphAttention study;
constexpr double random_graph = 1, complete = 2, empty = 3;
constexpr double random_weights = 1;
constexpr double leaky_relu = 1, identity = 3;

/// A layer's results with memory of their own.
struct Result {
  explicit Result(const Problem& problem, Score score = Score::relu, bool masked = true)
      : transformed(problem.features * problem.nodes),
        attention(problem.nodes * problem.nodes),
        output(problem.features * problem.nodes) {
    attend(problem, score, masked, {problem.nodes, transformed.data(), attention.data(), output.data()});
  }

  std::vector<double> transformed, attention, output;
};

Problem problem_of(const json& inputs) {
  Problem problem;
  problem.nodes = inputs.at("X").at(0).size();
  problem.features = inputs.at("X").size();
  for (const double edge : flat(inputs.at("A"))) problem.adjacency.push_back(edge != 0);
  problem.x = flat(inputs.at("X"));
  problem.omega = flat(inputs.at("omega"));
  problem.beta = flat(inputs.at("beta"));
  problem.phi = flat(inputs.at("phi"));
  return problem;
}

Problem random_problem(std::size_t nodes, std::size_t features, std::uint64_t task) {
  const RandomStream random(3, task);
  Problem problem{.nodes = nodes,
                  .features = features,
                  .adjacency = std::vector<std::uint8_t>(nodes * nodes),
                  .x = std::vector<double>(features * nodes),
                  .omega = std::vector<double>(features * features),
                  .beta = std::vector<double>(features),
                  .phi = std::vector<double>(2 * features)};
  random.normal(0, 0, problem.x);
  random.normal(1, 0, problem.omega);
  random.normal(2, 0, problem.beta);
  random.normal(3, 0, problem.phi);
  RandomSequence edges(random, 4);
  for (std::size_t m = 0; m < nodes; ++m)
    for (std::size_t n = m + 1; n < nodes; ++n)
      problem.adjacency[m * nodes + n] = problem.adjacency[n * nodes + m] = edges.uniform() < 0.4;
  return problem;
}

TEST(GraphAttentionGolden, has_the_sources_layer) {
  const json& one = golden("graph_attention/default_seed1");
  const Values values = evaluate_point(study, {});
  expect_golden(one, "X_prime", values.at("transformed"));
  expect_golden(one, "attention_columns_sum_to_one", values.at("attention"));
  expect_golden(one, "output", values.at("output"));
  expect_golden(one, "printed_3_decimals", values.at("output"));
  EXPECT_EQ(values.at("adjacency"), flat(one.at("inputs").at("A")));
  EXPECT_EQ(values.at("edges")[0], 11);
  EXPECT_EQ(Result(problem_of(one.at("inputs"))).output, values.at("output"));
}

TEST(GraphAttentionGolden, has_it_without_the_mask_and_without_edges) {
  const json& unmasked = golden("graph_attention/unmasked");
  for (const Settings& settings : {Settings{{"masked", 0}}, Settings{{"graph", complete}}}) {
    const Values values = evaluate_point(study, settings);
    expect_golden(unmasked, "attention", values.at("attention"));
    expect_golden(unmasked, "output", values.at("output"));
  }
  expect_golden(golden("graph_attention/no_edges"), "output", evaluate_point(study, {{"graph", empty}}).at("output"));
}

TEST(GraphAttentionGolden, has_the_random_layer) {
  const json& one = golden("graph_attention/random_N6_D3_seed11");
  const Result result(problem_of(one.at("inputs")));
  expect_golden(one, "attention", result.attention);
  expect_golden(one, "output", result.output);
}

TEST(GraphAttention, has_columns_that_sum_to_one_and_vanish_off_the_graph) {
  for (const Score score : {Score::relu, Score::leaky_relu, Score::tanh, Score::identity}) {
    const Problem problem = random_problem(9, 5, 1);
    const Result result(problem, score);
    for (std::size_t n = 0; n < 9; ++n) {
      double sum = 0;
      for (std::size_t m = 0; m < 9; ++m) {
        const double a = result.attention[9 * m + n];
        sum += a;
        EXPECT_EQ(a > 0, m == n || problem.adjacency[9 * m + n] != 0);
      }
      EXPECT_NEAR(sum, 1, 1e-15);
    }
  }
}

TEST(GraphAttention, commutes_with_permutations_of_the_nodes) {
  const std::size_t nodes = 7, features = 3;
  const Problem problem = random_problem(nodes, features, 2);
  std::vector<std::size_t> place(nodes);
  std::iota(place.begin(), place.end(), 0u);
  RandomSequence(RandomStream(8, 0), 0).shuffle(std::span(place));
  Problem moved = problem;
  for (std::size_t n = 0; n < nodes; ++n) {
    for (std::size_t d = 0; d < features; ++d) moved.x[d * nodes + place[n]] = problem.x[d * nodes + n];
    for (std::size_t m = 0; m < nodes; ++m)
      moved.adjacency[place[m] * nodes + place[n]] = problem.adjacency[m * nodes + n];
  }
  const Result before(problem), after(moved);
  for (std::size_t n = 0; n < nodes; ++n) {
    for (std::size_t d = 0; d < features; ++d)
      EXPECT_NEAR(after.output[d * nodes + place[n]], before.output[d * nodes + n], 1e-14);
    for (std::size_t m = 0; m < nodes; ++m)
      EXPECT_NEAR(after.attention[place[m] * nodes + place[n]], before.attention[m * nodes + n], 1e-15);
  }
}

TEST(GraphAttention, drops_the_second_half_of_phi_when_the_score_is_linear) {
  Problem problem = random_problem(6, 4, 3);
  const Result before(problem, Score::identity);
  for (std::size_t d = 4; d < 8; ++d) problem.phi[d] = 10;
  const Result after(problem, Score::identity);
  for (std::size_t i = 0; i < before.attention.size(); ++i) EXPECT_NEAR(after.attention[i], before.attention[i], 1e-13);
  EXPECT_NE(Result(problem).attention, Result(random_problem(6, 4, 3)).attention);
}

TEST(GraphAttention, stays_finite_for_scores_beyond_the_exponential) {
  Problem problem = random_problem(6, 4, 4);
  for (double& phi : problem.phi) phi *= 1e4;
  for (const double value : Result(problem).output) EXPECT_TRUE(std::isfinite(value));
}

TEST(GraphAttention, averages_all_nodes_when_phi_is_zero) {
  Problem problem = random_problem(5, 2, 5);
  std::fill(problem.phi.begin(), problem.phi.end(), 0);
  const Result result(problem, Score::relu, false);
  for (const double a : result.attention) EXPECT_DOUBLE_EQ(a, 0.2);
}

TEST(GraphAttention, has_entropies_between_zero_and_that_of_equal_shares) {
  const Values alone = evaluate_point(study, {{"graph", empty}});
  for (const double entropy : alone.at("entropy")) EXPECT_EQ(entropy, 0);
  const Values values = evaluate_point(
      study,
      {{"nodes", 20}, {"features", 6}, {"graph", random_graph}, {"weights", random_weights}, {"score", leaky_relu}});
  for (std::size_t n = 0; n < 20; ++n) {
    double degree = 1, entropy = 0;
    for (std::size_t m = 0; m < 20; ++m) {
      degree += values.at("adjacency")[20 * m + n];
      const double a = values.at("attention")[20 * m + n];
      entropy -= a > 0 ? a * std::log(a) : 0;
    }
    EXPECT_DOUBLE_EQ(values.at("entropy")[n], entropy);
    EXPECT_LE(values.at("entropy")[n], std::log(degree) + 1e-15);
  }
  EXPECT_NEAR(values.at("mean_entropy")[0],
              std::accumulate(values.at("entropy").begin(), values.at("entropy").end(), 0.0) / 20, 1e-15);
}

TEST(GraphAttention, draws_edges_with_their_probability) {
  // 499 * 250 pairs: 5 standard deviations of a binomial number.
  const double pairs = 500 * 499 / 2.0, p = 0.3;
  const Values values = evaluate_point(study, {{"nodes", 500},
                                               {"features", 1},
                                               {"graph", random_graph},
                                               {"edge_probability", p},
                                               {"weights", random_weights},
                                               {"score", identity}});
  EXPECT_NEAR(values.at("edges")[0], pairs * p, 5 * std::sqrt(pairs * p * (1 - p)));
}

TEST(GraphAttention, leaves_what_is_beyond_its_own_size_empty) {
  const Settings small{{"nodes", 3}, {"features", 2}, {"graph", complete}, {"weights", random_weights}};
  Settings large = small;
  large["nodes"] = 5;
  large["features"] = 4;
  const Values first = evaluate_block(study, {row_of(study, small), row_of(study, large)})[0];
  const Values alone = evaluate_point(study, small);
  for (std::size_t d = 0; d < 4; ++d)
    for (std::size_t n = 0; n < 5; ++n) {
      const double value = first.at("output")[5 * d + n];
      if (d < 2 && n < 3) EXPECT_EQ(value, alone.at("output")[3 * d + n]);
      else EXPECT_TRUE(std::isnan(value));
    }
}

TEST(GraphAttention, refuses_the_sources_graph_and_weights_in_other_sizes) {
  EXPECT_THROW(evaluate_point(study, {{"nodes", 9}, {"weights", random_weights}}), std::domain_error);
  EXPECT_THROW(evaluate_point(study, {{"features", 5}}), std::domain_error);
}

TEST(GraphAttention, allocates_nothing_per_point_like_the_last) {
  EXPECT_EQ(allocations(study, {}), 0);
  EXPECT_EQ(allocations(study, {{"weights", random_weights}, {"graph", random_graph}, {"nodes", 30}}), 0);
}

}  // namespace
}  // namespace trawl::studies
