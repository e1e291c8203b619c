#include "studies/sgd_gabor/sgd_gabor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "studies/models/batches.hpp"
#include "studies/models/gabor.hpp"
#include "studies/sgd_gabor/batch_noise.hpp"
#include "studies/sgd_gabor/valleys.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace models;
using namespace sgd_gabor;
using nlohmann::json;

const SgdGabor study;
constexpr double searched = 0, fixed = 1, all = 30, absolute = 1;

Settings start_of(const json& phi) {
  return {{"start_phi0", phi[0]}, {"start_phi1", phi[1]}};
}

/// What the case has of the end of a walk and of its first steps.
void expect_walk(const json& one, const Values& values) {
  const auto& path = values.at("phi_path");
  if (one.at("expected").contains("phi_steps_0_to_5"))
    expect_golden(one, "phi_steps_0_to_5", {path.begin(), path.begin() + 12});
  expect_golden(one, "final_phi", values.at("phi"));
  expect_golden(one, "final_loss", values.at("loss"));
}

TEST(SgdGaborGolden, has_the_loss_and_gradient_of_the_source) {
  int cases = 0;
  for (const json& one : golden_cases("sgd_gabor")) {
    if (!one.at("expected").contains("gradient")) continue;
    ++cases;
    Settings settings = start_of(one.at("inputs").at("phi"));
    settings["steps"] = 0;
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "loss", values.at("loss"));
    expect_golden(one, "gradient", values.at("gradient"));
    if (!one.at("inputs").contains("x")) continue;
    expect_golden(one, "printed_loss", values.at("loss"));
    for (std::size_t i = 0; i < Gabor::data.size(); ++i) {
      EXPECT_EQ(Gabor::data[i].x, one.at("inputs").at("x")[i].get<double>());
      EXPECT_EQ(Gabor::data[i].y, one.at("inputs").at("y")[i].get<double>());
    }
  }
  EXPECT_EQ(cases, 4);
}

TEST(SgdGaborGolden, has_the_global_minimum_and_the_others_in_the_window) {
  const json& one = golden("sgd_gabor/global_minimum");
  const json& offset = one.at("inputs").at("window_offset");
  const json& frequency = one.at("inputs").at("window_freq");
  const auto minima = local_minima({offset[0], offset[1], frequency[0], frequency[1]});
  ASSERT_FALSE(minima.empty());
  expect_golden(one, "phi", {minima[0].phi.x0, minima[0].phi.x1});
  expect_golden(one, "loss", minima[0].loss);
  const Vector2 curvature = eigenvalues(gabor_hessian(minima[0].phi));
  expect_golden(one, "hessian_eigenvalues", {curvature.x0, curvature.x1});
  std::vector<double> list;
  for (const Minimum& minimum : minima) list.insert(list.end(), {minimum.loss, minimum.phi.x0, minimum.phi.x1});
  expect_golden(one, "distinct_local_minima_in_window", list);
}

TEST(SgdGaborGolden, walks_with_a_line_search) {
  for (const char* id : {"sgd_gabor/linesearch_-1.5_8.5", "sgd_gabor/linesearch_1.0_15.0"}) {
    const json& one = golden(id);
    Settings settings = start_of(one.at("inputs").at("phi0"));
    settings.insert({{"rule", searched}, {"halving", absolute}, {"steps", one.at("inputs").at("n_steps")}});
    for (const char* name : {"max_dist", "thresh", "max_iter"}) settings[name] = one.at("inputs").at(name);
    expect_walk(one, evaluate_point(study, settings));
  }
}

TEST(SgdGaborGolden, walks_with_fixed_steps_and_with_a_schedule) {
  for (const char* id : {"sgd_gabor/fixed_alpha0.2_n21", "sgd_gabor/fixed_alpha0.05_n200",
                         "sgd_gabor/fixed_alpha1.0_n21", "sgd_gabor/schedule_beta0.5_M10"}) {
    const json& one = golden(id);
    const json& inputs = one.at("inputs");
    Settings settings = start_of(inputs.at("phi0"));
    settings.insert({{"rule", fixed}, {"batch", all}, {"alpha", inputs.at("alpha")}, {"steps", inputs.at("n_steps")}});
    if (inputs.contains("beta"))
      settings.insert({{"schedule_factor", inputs.at("beta")}, {"schedule_every", inputs.at("M")}});
    expect_walk(one, evaluate_point(study, settings));
  }
}

TEST(SgdGaborGolden, walks_on_the_stored_batches) {
  int walks = 0;
  for (const json& one : golden_cases("sgd_gabor")) {
    if (!one.at("inputs").contains("batch_indices")) continue;
    ++walks;
    const json& inputs = one.at("inputs");
    Vector2 phi = {inputs.at("phi0")[0], inputs.at("phi0")[1]};
    Values values;
    const auto note = [&] {
      values["phi_path"].insert(values["phi_path"].end(), {phi.x0, phi.x1});
      values["loss_path"].push_back(loss<Gabor>(phi));
    };
    note();
    for (const json& batch : inputs.at("batch_indices")) {
      phi = phi - inputs.at("alpha").get<double>() * gradient<Gabor>(phi, batch.get<std::vector<std::size_t>>());
      note();
    }
    values["phi"] = {phi.x0, phi.x1};
    values["loss"] = {loss<Gabor>(phi)};
    expect_walk(one, values);
    if (!one.at("expected").contains("loss_every_8th_after_step_1_9_17_25_33_41")) continue;
    std::vector<double> every_eighth;
    for (std::size_t k = 1; k < values["loss_path"].size(); k += 8) every_eighth.push_back(values["loss_path"][k]);
    expect_golden(one, "loss_every_8th_after_step_1_9_17_25_33_41", every_eighth);
  }
  EXPECT_EQ(walks, 3);
}

TEST(SgdGaborGolden, has_the_law_of_a_batchs_gradient) {
  const json& one = golden("sgd_gabor/batch_gradient_moments_-1.5_8.5_b5");
  Settings settings = start_of(one.at("inputs").at("phi"));
  settings.insert({{"steps", 0}, {"batch", one.at("inputs").at("batch")}});
  const Values values = evaluate_point(study, settings);
  expect_golden(one, "mean_batch_gradient", values.at("batch_gradient_mean"));
  expect_golden(one, "cov_batch_gradient", values.at("batch_gradient_covariance"));
}

TEST(SgdGabor, has_the_derivatives_of_its_model) {
  for (const Vector2 phi : {Vector2{0.6, -0.2}, {-1.5, 8.5}, {3.5, 6.5}, {-5, 25}})
    for (const auto [x, y] : Gabor::data) {
      const auto model = [x = x](Dual phi0, Dual phi1) {
        const Dual u = phi0 + 0.06 * phi1 * x;
        return sin(u) * exp(-u * u / 32.0);
      };
      const Prediction f = Gabor::predict(phi, x);
      EXPECT_NEAR(f.gradient.x0, model({phi.x0, 1}, phi.x1).slope, 1e-14);
      EXPECT_NEAR(f.gradient.x1, model(phi.x0, {phi.x1, 1}).slope, 1e-14);
    }
}

TEST(SgdGabor, has_the_gradient_and_the_hessian_of_its_loss) {
  const double h = 1e-5;  // central differences: error h^2 / 6 times a third derivative, and rounding 1e-15 / h
  for (const Vector2 phi : {Vector2{0.6, -0.2}, {-1.5, 8.5}, {3.5, 6.5}, {0.0038, 16.03}}) {
    const auto slope = [&](Vector2 unit) {
      return (loss<Gabor>(phi + h * unit) - loss<Gabor>(phi - h * unit)) / (2 * h);
    };
    EXPECT_NEAR(gradient<Gabor>(phi).x0, slope({1, 0}), 1e-8);
    EXPECT_NEAR(gradient<Gabor>(phi).x1, slope({0, 1}), 1e-8);
    const auto bend = [&](Vector2 unit) {
      return (0.5 / h) * (gradient<Gabor>(phi + h * unit) - gradient<Gabor>(phi - h * unit));
    };
    EXPECT_NEAR(gabor_hessian(phi).a00, bend({1, 0}).x0, 1e-7);
    EXPECT_NEAR(gabor_hessian(phi).a01, bend({1, 0}).x1, 1e-7);
    EXPECT_NEAR(gabor_hessian(phi).a11, bend({0, 1}).x1, 1e-7);
  }
}

TEST(SgdGabor, has_the_law_of_every_pair_of_data) {
  const Vector2 phi = {-1.5, 8.5};
  const BatchNoise law = batch_noise<Gabor>(phi, 2);
  Vector2 mean;
  Symmetric2 square;
  const double pairs = 30.0 * 29 / 2;
  for (std::size_t i = 0; i < 30; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const std::size_t batch[] = {i, j};
      const Vector2 g = gradient<Gabor>(phi, batch);
      mean = mean + (1 / pairs) * g;
      square = square + (1 / pairs) * outer(g);
    }
  EXPECT_NEAR(law.mean.x0, mean.x0, 1e-13);
  EXPECT_NEAR(law.mean.x1, mean.x1, 1e-13);
  EXPECT_NEAR(law.covariance.a00, square.a00 - mean.x0 * mean.x0, 1e-12);
  EXPECT_NEAR(law.covariance.a01, square.a01 - mean.x0 * mean.x1, 1e-12);
  EXPECT_NEAR(law.covariance.a11, square.a11 - mean.x1 * mean.x1, 1e-12);
  const BatchNoise whole = batch_noise<Gabor>(phi, 30);
  EXPECT_NEAR(norm(whole.mean - gradient<Gabor>(phi)), 0, 1e-13);
  EXPECT_EQ(whole.covariance.a00, 0);
}

TEST(SgdGabor, draws_batches_without_replacement_in_which_all_data_are_equally_likely) {
  Batches<30> batches(RandomStream(3, 0), 0, 5);
  std::array<int, 30> count{};
  constexpr int draws = 12000;
  for (int k = 0; k < draws; ++k) {
    const auto batch = batches.next();
    EXPECT_EQ(std::set(batch.begin(), batch.end()).size(), 5u);
    for (const std::size_t i : batch) ++count[i];
  }
  // Binomial, mean 2000 and sd sqrt(12000 / 6 * 5 / 6) = 40.8: 5 sd for each of 30 counts fails 2e-5 of the time.
  for (const int times : count) EXPECT_NEAR(times, 2000, 204);
}

TEST(SgdGabor, takes_the_whole_sum_when_the_batch_is_all_the_data) {
  const Values a = evaluate_point(study, {{"batch", all}, {"alpha", 0.1}}, 1);
  const Values b = evaluate_point(study, {{"batch", all}, {"alpha", 0.1}}, 2);
  EXPECT_EQ(a.at("phi_path"), b.at("phi_path"));
  const Values c = evaluate_point(study, {{"batch", 29}, {"alpha", 0.1}}, 1);
  EXPECT_NE(a.at("phi_path"), c.at("phi_path"));
}

TEST(SgdGabor, finds_the_minimum_downhill) {
  const auto minima = local_minima(default_window);
  for (const Minimum& minimum : minima) {
    EXPECT_LT(norm(gradient<Gabor>(minimum.phi)), 1e-9);
    EXPECT_GT(eigenvalues(gabor_hessian(minimum.phi)).x0, 0);
    for (const Vector2 offset : {Vector2{0.1, 0}, {-0.1, 0.2}, {0.05, -0.2}}) {
      const auto found = settle(minimum.phi + offset);
      ASSERT_TRUE(found);
      EXPECT_LT(norm(found->phi - minimum.phi), 1e-7);
    }
  }
  const Values near = evaluate_point(study, {{"start_phi0", 0.1}, {"start_phi1", 15}, {"steps", 0}});
  EXPECT_EQ(near.at("in_global_valley")[0], 1);
  EXPECT_EQ(near.at("valley_rank")[0], 0);
  const Values far = evaluate_point(study, {{"start_phi0", 1000}, {"steps", 0}});  // flat: sin(u) exp(-u^2/32) is 0
  EXPECT_EQ(far.at("in_global_valley")[0], 0);
  EXPECT_TRUE(std::isnan(far.at("valley_loss")[0]));
}

TEST(SgdGabor, takes_no_memory_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
