#include "studies/gelu_factor/gelu_factor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/engine/vector_targets.hpp"
#include "tests/studies/evaluate_point.hpp"

namespace trawl::studies {
namespace {

const GeluFactor gelu_factor_study;
const Study& study = gelu_factor_study;

/// A few milliseconds' worth of everything, with a partial last batch.
const Settings small = {{"hidden", 9}, {"samples", 50}, {"d", 3}, {"m", 5}, {"batch", 16}, {"test_pairs", 100}};

Settings with(Settings settings, const Settings& changes) {
  for (const auto& [name, value] : changes) settings[name] = value;
  return settings;
}

TEST(GeluFactor, learning_rate_zero_changes_nothing) {
  // The epoch's loss is then the plain mean over all pairs in another order: equal up to rounding only if the partial
  // last batch has its right weight.
  const Values run = evaluate_point(study, with(small, {{"learning_rate", 0}}));
  EXPECT_EQ(run.at("final_loss"), run.at("initial_loss"));
  for (const double loss : run.at("train_loss")) EXPECT_NEAR(loss, run.at("initial_loss")[0], 1e-14);
}

TEST(GeluFactor, a_batch_larger_than_the_training_set_is_the_whole_set) {
  EXPECT_EQ(evaluate_point(study, with(small, {{"batch", 50}})), evaluate_point(study, with(small, {{"batch", 1e15}})));
  const Values run = evaluate_point(study, with(small, {{"batch", 50}}));
  EXPECT_NEAR(run.at("train_loss")[0], run.at("initial_loss")[0], 1e-14) << "one step an epoch: the loss before it";
}

TEST(GeluFactor, batches_of_one_pair_and_networks_of_one_unit_work) {
  const Values run = evaluate_point(
      study, {{"hidden", 1}, {"samples", 3}, {"d", 1}, {"m", 1}, {"batch", 1}, {"epochs", 2}, {"test_pairs", 1}});
  for (const auto& [name, values] : run)
    for (const double value : values) EXPECT_TRUE(std::isfinite(value)) << name;
}

TEST(GeluFactor, shorter_training_is_the_beginning_of_longer_training) {
  std::vector<std::vector<double>> rows = {row_of(study, with(small, {{"epochs", 7}}))};
  const Values longer = evaluate_block(study, rows).front();
  rows.insert(rows.begin(), row_of(study, with(small, {{"epochs", 3}})));
  const std::vector<double> shorter = evaluate_block(study, rows).front().at("train_loss");
  ASSERT_EQ(shorter.size(), 7u);
  for (std::size_t e = 0; e < 3; ++e) EXPECT_EQ(shorter[e], longer.at("train_loss")[e]);
  for (std::size_t e = 3; e < 7; ++e) EXPECT_TRUE(std::isnan(shorter[e]));
}

TEST(GeluFactor, epoch_dimension_counts_from_one_to_the_longest_training) {
  std::vector<Extent> extents;
  for (const double value : row_of(study, {})) extents.push_back({value, value});
  for (std::size_t p = 0; p < extents.size(); ++p)
    if (study.declaration().parameters[p].name == "epochs") extents[p] = {2, 4};
  const OutputLayout layout = study.outputs(extents);
  EXPECT_EQ(layout.dimensions.at(0).values, (std::vector<double>{1, 2, 3, 4}));
}

TEST(GeluFactor, a_diverged_training_does_not_look_finite) {
  const Values run = evaluate_point(study, with(small, {{"learning_rate", 1e200}}));
  EXPECT_FALSE(std::isfinite(run.at("final_loss")[0]));
  EXPECT_FALSE(std::isfinite(run.at("test_mse_tanh")[0]));
}

TEST(GeluFactor, has_the_same_bits_on_every_target) {
  std::vector<Values> runs;
  for_each_vector_target([&] { runs.push_back(evaluate_point(study, small)); });
  for (const Values& run : runs) EXPECT_EQ(run, runs.front());
}

TEST(GeluFactor, test_errors_against_both_forms_differ_by_no_more_than_the_forms) {
  const Values run = evaluate_point(study, small);
  EXPECT_NEAR(run.at("test_rmse_erf")[0], run.at("test_rmse_tanh")[0], 4.8e-4);
  EXPECT_EQ(run.at("test_rmse_erf")[0], std::sqrt(run.at("test_mse_erf")[0]));
  EXPECT_LE(run.at("pair_rmse")[0], run.at("test_rmse_tanh")[0]) << "a mean of roots is below the root of the mean";
}

TEST(GeluFactor, cost_is_proportional_to_the_multiplications) {
  const auto cost = [](const Settings& changes) { return study.cost(row_of(study, changes)); };
  EXPECT_FALSE(study.has_uniform_cost());
  EXPECT_DOUBLE_EQ(cost({{"hidden", 256}}), 4 * cost({{"hidden", 64}}));
  EXPECT_DOUBLE_EQ(cost({{"samples", 4096}, {"test_pairs", 16384}}), 4 * cost({{"samples", 1024}}));
  EXPECT_GT(cost({{"d", 8}}), cost({}));
}

}  // namespace
}  // namespace trawl::studies
