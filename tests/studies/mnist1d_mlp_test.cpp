#include "studies/mnist1d_mlp/mnist1d_mlp.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "studies/data/mnist1d.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/goldens.hpp"
#include "tests/studies/mlp_goldens.hpp"

namespace trawl::studies {
namespace {

using namespace mnist1d;

const Mnist1dMlp mnist1d_mlp;
const Study& study = mnist1d_mlp;

/// The reference's net of 5-4-4-3 units and its six examples.
struct FixedNet {
  FixedNet() : net({{5, 4, 4, 3}}, 6) {
    net.params = flat_params(inputs["weights"], inputs["biases"]);
    x = flat(inputs["x"]);
    labels = inputs["y"].get<std::vector<std::uint8_t>>();
  }
  Examples examples() const { return {x.data(), labels}; }

  const Json& inputs = golden("mnist1d_mlp/fixed_net_5_4_4_3")["inputs"];
  const Json& expected = golden("mnist1d_mlp/fixed_net_5_4_4_3")["expected"];
  Classifier net;
  Numbers x;
  std::vector<std::uint8_t> labels;
};

TEST(Mnist1dMlp, logits_and_gradients_equal_the_reference) {
  FixedNet fixed;
  const auto logits = mlp_forward(fixed.net.shape, fixed.net.params, 6, fixed.x.data(), fixed.net.workspace);
  expect_near(logits, flat(fixed.expected["logits_initial"]), 1e-9);
  compute_gradient(fixed.net, fixed.examples());
  expect_near(fixed.net.gradient,
              flat_params(fixed.expected["grad_weights_initial"], fixed.expected["grad_biases_initial"]), 1e-9);
}

TEST(Mnist1dMlp, steps_with_momentum_and_a_falling_rate_equal_the_reference) {
  FixedNet fixed;
  Sgd sgd = {.learning_rate = fixed.inputs["lr"], .momentum = fixed.inputs["momentum"]};
  Numbers losses;
  for (int step = 0; step < fixed.inputs["n_steps"]; ++step) {
    if (step > 0 && step % 10 == 0) sgd.learning_rate /= 2;
    losses.push_back(score(fixed.net, fixed.examples()).loss);
    compute_gradient(fixed.net, fixed.examples());
    sgd.step(fixed.net.params, fixed.net.gradient);
  }
  expect_near(losses, flat(fixed.expected["loss_before_each_step"]), 1e-9);
}

TEST(Mnist1dMlp, gradient_equals_central_differences) {
  // Step 1e-6: 1e-12 by truncation, 1e-16 / 1e-6 by rounding; no preactivation lies within a step of a kink.
  FixedNet fixed;
  compute_gradient(fixed.net, fixed.examples());
  for (std::size_t i = 0; i < fixed.net.params.size(); ++i) {
    const double held = fixed.net.params[i];
    fixed.net.params[i] = held + 1e-6;
    const double above = score(fixed.net, fixed.examples()).loss;
    fixed.net.params[i] = held - 1e-6;
    const double below = score(fixed.net, fixed.examples()).loss;
    fixed.net.params[i] = held;
    EXPECT_NEAR(fixed.net.gradient[i], (above - below) / 2e-6, 1e-8) << i;
  }
}

TEST(Mnist1dMlp, scores_do_not_depend_on_how_many_rows_go_at_a_time) {
  const Set set = draw(RandomStream(2, 0), 0, 150);
  Score scores[2];
  for (const std::size_t capacity : {7, 150}) {
    Classifier net({{40, 20, 10}}, capacity);
    initialise(net, Initialisation::he_uniform, RandomStream(2, 0), 5);
    scores[capacity == 7 ? 0 : 1] = score(net, {set.x.data(), set.labels});
  }
  EXPECT_EQ(scores[0].loss, scores[1].loss);
  EXPECT_EQ(scores[0].error, scores[1].error);
}

TEST(Mnist1dMlp, first_weights_have_the_bound_and_variance_of_he) {
  const Json& reference = golden("mnist1d_mlp/he_init");
  const auto bounds = reference["expected"]["uniform_bound"].get<Numbers>();
  const auto variances = reference["expected"]["variance"].get<Numbers>();
  for (const auto kind : {Initialisation::he_uniform, Initialisation::he_normal}) {
    Classifier net({{40, 100, 100, 10}}, 1);
    EXPECT_EQ(net.params.size(), reference["expected"]["n_parameters_40_100_100_10"].get<std::size_t>());
    initialise(net, kind, RandomStream(3, 0), 0);
    for (std::size_t k = 0; k < 2; ++k) {
      const std::size_t begin = net.shape.weights(k), end = net.shape.biases(k);
      double squares = 0, largest = 0;
      for (std::size_t i = begin; i < end; ++i) {
        squares += net.params[i] * net.params[i] / static_cast<double>(end - begin);
        largest = std::max(largest, std::abs(net.params[i]));
      }
      // The sample variance of n normal numbers has relative deviation sqrt(2/n), of uniform ones less: 5 of them.
      EXPECT_NEAR(squares / variances[k], 1, 5 * std::sqrt(2 / static_cast<double>(end - begin)));
      if (kind == Initialisation::he_uniform) {
        EXPECT_LE(largest, bounds[k]);
        EXPECT_GT(largest, 0.99 * bounds[k]);
      }
      for (std::size_t i = end; i < net.shape.weights(k + 1); ++i) EXPECT_EQ(net.params[i], 0);
    }
  }
}

/// What the data at hand contribute to the spread, where the reference trained on one published set: the standard
/// deviation of losses and errors between sets, about as large as that between runs on fresh sets.
constexpr double between_sets[] = {0.02, 1.5, 0.05, 1.5};

class Mnist1dMlpReference : public testing::TestWithParam<std::string> {};

TEST_P(Mnist1dMlpReference, training_has_the_distribution_of_the_reference_runs) {
  // One run against the mean of n: 5 standard deviations of the difference, sd sqrt(1 + 1/n), false for one number in
  // a million were sd known; of the three to twelve runs that gave it, for one in a thousand to a hundred thousand.
  const Json& one = golden("mnist1d_mlp/" + GetParam());
  const Json &inputs = one["inputs"], &changes = inputs["changes"], &expected = one["expected"];
  Settings settings = {{"learning_rate", inputs["lr"]},
                       {"momentum", inputs["momentum"]},
                       {"batch", inputs["batch"]},
                       {"epochs", inputs["epochs"]},
                       {"learning_rate_step", inputs["lr_step"]},
                       {"learning_rate_factor", inputs["lr_gamma"]}};
  for (const auto& [ours, theirs] : {std::pair{"learning_rate", "lr"},
                                     {"batch", "bs"},
                                     {"epochs", "epochs"},
                                     {"hidden", "hidden"},
                                     {"depth", "depth"}})
    if (changes.contains(theirs)) settings[ours] = changes[theirs];
  if (changes.contains("init")) settings["initialisation"] = 1;
  const Values run = evaluate_point(study, settings, 1);

  const bool same_data = inputs["data"] != "published set";
  const char* const columns[] = {"train_loss", "train_error", "test_loss", "test_error"};
  for (std::size_t row = 0; row < expected["epoch"].size(); ++row)
    for (std::size_t column = 0; column < 4; ++column) {
      const auto epoch = expected["epoch"][row].get<std::size_t>();
      const double mean = expected["mean"][row][column], sd = expected["sd"][row][column];
      const double variance = sd * sd * (1 + 1 / expected["n"].get<double>()) +
                              (same_data ? 0 : between_sets[column] * between_sets[column]);
      EXPECT_NEAR(run.at(columns[column])[epoch], mean, 5 * std::sqrt(variance)) << columns[column] << " " << epoch;
    }
  // Before training the loss is ln 10 and what the spread of the logits adds, about half its variance of 2.
  EXPECT_GT(run.at("train_loss")[0], std::numbers::ln10);
  EXPECT_LT(run.at("train_loss")[0], std::numbers::ln10 + 1.5);
}

std::vector<std::string> training_cases() {
  std::vector<std::string> names;
  for (const Json& one : golden_cases("mnist1d_mlp")) {
    const std::string id = one["id"];
    if (id.starts_with("mnist1d_mlp/train_")) names.push_back(id.substr(id.find('/') + 1));
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Training, Mnist1dMlpReference, testing::ValuesIn(training_cases()),
                         [](const auto& param_info) {
                           std::string name = param_info.param;
                           std::erase(name, '.');
                           return name;
                         });

TEST(Mnist1dMlp, epochs_beyond_the_points_own_are_nan_and_the_last_is_given_as_the_final_one) {
  const auto all = evaluate_block(
      study, {row_of(study, {{"epochs", 1}, {"hidden", 5}, {"train_samples", 200}, {"test_samples", 50}}),
              row_of(study, {{"epochs", 3}, {"hidden", 5}, {"train_samples", 200}, {"test_samples", 50}})});
  EXPECT_EQ(all[0].at("train_loss").size(), 4u);
  EXPECT_EQ(all[0].at("final_train_loss")[0], all[0].at("train_loss")[1]);
  EXPECT_TRUE(std::isnan(all[0].at("train_loss")[2]));
  EXPECT_EQ(all[1].at("final_test_error")[0], all[1].at("test_error")[3]);
}

TEST(Mnist1dMlp, a_rate_that_falls_to_nothing_ends_the_training) {
  const Values run = evaluate_point(study, {{"epochs", 4},
                                            {"hidden", 8},
                                            {"train_samples", 300},
                                            {"test_samples", 50},
                                            {"momentum", 0},
                                            {"learning_rate_step", 2},
                                            {"learning_rate_factor", 1e-300}});
  EXPECT_LT(run.at("train_loss")[2], run.at("train_loss")[1]);
  EXPECT_EQ(run.at("train_loss")[3], run.at("train_loss")[2]);
  EXPECT_EQ(run.at("train_loss")[4], run.at("train_loss")[2]);
}

}  // namespace
}  // namespace trawl::studies
