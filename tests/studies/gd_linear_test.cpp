#include "studies/gd_linear/gd_linear.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/random.hpp"
#include "studies/gd_linear/line_loss.hpp"
#include "tests/engine/vector_targets.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace gd_linear;
using namespace models;
using nlohmann::json;

const GdLinear study;
constexpr double fixed = 1, absolute = 1;

Settings start_of(const json& inputs, const char* name = "phi0") {
  return {{"start_phi0", inputs.at(name)[0]}, {"start_phi1", inputs.at(name)[1]}};
}

TEST(GdLinearGolden, has_the_loss_and_gradient_of_the_source) {
  const json& one = golden("gd_linear/loss_at_0.6_-0.2");
  Settings settings = start_of(one.at("inputs"), "phi");
  settings["steps"] = 0;
  const Values values = evaluate_point(study, settings);
  expect_golden(one, "loss", values.at("loss"));
  expect_golden(one, "printed_loss", values.at("loss"));
  expect_golden(one, "gradient", values.at("gradient"));
  for (std::size_t i = 0; i < Line::data.size(); ++i) {
    EXPECT_EQ(Line::data[i].x, one.at("inputs").at("x")[i].get<double>());
    EXPECT_EQ(Line::data[i].y, one.at("inputs").at("y")[i].get<double>());
  }
}

TEST(GdLinearGolden, has_the_optimum_and_the_curvature) {
  const json& one = golden("gd_linear/optimum");
  const Vector2 best = line_loss.optimum(), lambda = line_loss.hessian_eigenvalues();
  expect_golden(one, "phi", {best.x0, best.x1});
  expect_golden(one, "loss", loss<Line>(best));
  expect_golden(one, "hessian_eigenvalues", {lambda.x0, lambda.x1});
  expect_golden(one, "max_stable_step", 2 / lambda.x1);
  expect_golden(one, "best_fixed_step", 2 / (lambda.x0 + lambda.x1));
}

TEST(GdLinearGolden, walks_as_the_source_does_with_a_line_search) {
  for (const char* id : {"gd_linear/linesearch_start_1.6_-0.5", "gd_linear/linesearch_start_0.0_0.9"}) {
    const json& one = golden(id);
    const json& inputs = one.at("inputs");
    Settings settings = start_of(inputs);
    settings["steps"] = inputs.at("n_steps");
    for (const char* name : {"max_dist", "thresh", "max_iter"}) settings[name] = inputs.at(name);
    expect_golden(one, "final_phi_rule1_relative_to_a", evaluate_point(study, settings).at("phi"));
    settings["halving"] = absolute;
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "phi_trajectory", values.at("phi_path"));
    expect_golden(one, "loss_trajectory", values.at("loss_path"));
  }
}

TEST(GdLinearGolden, walks_with_fixed_steps) {
  for (const char* id : {"gd_linear/fixed_step_0.01_n100", "gd_linear/fixed_step_0.03_n50"}) {
    const json& one = golden(id);
    Settings settings = start_of(one.at("inputs"));
    settings.insert(
        {{"rule", fixed}, {"alpha", one.at("inputs").at("alpha")}, {"steps", one.at("inputs").at("n_steps")}});
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "phi", values.at("phi"));
    expect_golden(one, "loss", values.at("loss"));
    EXPECT_EQ(values.at("contraction")[0] < 1, one.at("expected").at("stable").get<bool>());
  }
}

TEST(GdLinear, has_the_gradient_of_its_loss) {
  const double step = 1e-5;  // central differences of a quadratic are exact up to rounding, 1e-15 * loss / step
  for (const Vector2 phi : {Vector2{0.6, -0.2}, {1.6, -0.5}, {-30, 17}, {0.826, 0.522}}) {
    const Vector2 g = line_loss.gradient(phi), summed = gradient<Line>(phi);
    EXPECT_NEAR(g.x0, summed.x0, 1e-13 * (100 + std::abs(g.x0)));
    EXPECT_NEAR(g.x1, summed.x1, 1e-13 * (100 + std::abs(g.x1)));
    const auto along = [&](Vector2 unit) {
      return (loss<Line>(phi + step * unit) - loss<Line>(phi - step * unit)) / (2 * step);
    };
    EXPECT_NEAR(along({1, 0}), g.x0, 1e-9 * (1 + loss<Line>(phi)));
    EXPECT_NEAR(along({0, 1}), g.x1, 1e-9 * (1 + loss<Line>(phi)));
    const LossAlongGradient change(g);
    for (const double a : {0.001, 0.02, 0.1})
      EXPECT_NEAR(loss<Line>(phi - a * g) - loss<Line>(phi), change(a), 1e-11 * (1 + loss<Line>(phi)));
  }
}

TEST(GdLinear, shrinks_the_distance_in_each_eigendirection_by_a_constant_factor) {
  const Vector2 lambda = line_loss.hessian_eigenvalues(), start = {-3, 4};
  const Symmetric2 h = 2 * line_loss.s;
  for (const double alpha : {0.001, 0.02, 0.037, 0.041}) {
    const int steps = 25;
    const Values values = evaluate_point(
        study,
        {{"start_phi0", start.x0}, {"start_phi1", start.x1}, {"rule", fixed}, {"alpha", alpha}, {"steps", steps}});
    const Vector2 end = {values.at("phi")[0], values.at("phi")[1]};
    for (const double eigenvalue : {lambda.x0, lambda.x1}) {
      const Vector2 direction = {h.a01, eigenvalue - h.a00};
      const double before = dot(direction, start - line_loss.optimum()) / norm(direction);
      const double after = dot(direction, end - line_loss.optimum()) / norm(direction);
      EXPECT_NEAR(after, std::pow(1 - alpha * eigenvalue, steps) * before, 1e-12) << alpha;
    }
    EXPECT_EQ(values.at("contraction")[0] < 1, alpha < 2 / lambda.x1);
  }
}

TEST(GdLinear, walks_eight_points_as_it_would_walk_each_alone_with_the_plain_line_search) {
  RandomSequence random(RandomStream(11, 0), 0);
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < 45; ++i)
    rows.push_back({4 * random.uniform() - 2, 4 * random.uniform() - 2, static_cast<double>(random.below(2)),
                    0.04 * random.uniform(), static_cast<double>(random.below(9)), 0.05 + 0.2 * random.uniform(),
                    1e-4 * random.uniform(), static_cast<double>(1 + random.below(25)),
                    static_cast<double>(random.below(2)), static_cast<double>(random.below(5))});
  for_each_vector_target([&] {
    const auto together = evaluate_block(study, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const GdLinearParameters p = study.parameters(rows[i]);
      const LineSearch rules = {p.thresh, static_cast<std::size_t>(p.max_iter), p.halving};
      Vector2 phi = {p.start_phi0, p.start_phi1};
      for (int k = 0; k < p.steps; ++k) {
        const Vector2 g = line_loss.gradient(phi);
        const bool searches = p.rule == StepRule::line_search;
        phi = phi - (searches ? line_search(LossAlongGradient(g), bracket_from_zero(p.max_dist), rules) : p.alpha) * g;
      }
      EXPECT_EQ(together[i].at("phi"), (std::vector<double>{phi.x0, phi.x1})) << i;
      EXPECT_NEAR(together[i].at("loss")[0], loss<Line>(phi), 1e-13 * (1 + loss<Line>(phi)));
    }
  });
}

TEST(GdLinear, stays_at_the_optimum_and_descends_from_elsewhere) {
  const Vector2 best = line_loss.optimum();
  const Values still = evaluate_point(study, {{"start_phi0", best.x0}, {"start_phi1", best.x1}});
  EXPECT_LT(still.at("distance")[0], 1e-13);
  const auto path = evaluate_point(study, {{"start_phi0", 5}, {"steps", 40}}).at("loss_path");
  ASSERT_EQ(path.size(), 41u);
  for (std::size_t k = 1; k < path.size(); ++k) EXPECT_LE(path[k], path[k - 1] * (1 + 1e-12));
}

TEST(GdLinear, keeps_the_first_steps_of_the_path) {
  const Values all = evaluate_point(study, {}), some = evaluate_point(study, {{"path_steps", 3}});
  ASSERT_EQ(some.at("loss_path").size(), 4u);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(some.at("loss_path")[k], all.at("loss_path")[k]);
  EXPECT_EQ(some.at("phi"), all.at("phi"));
  const auto block = evaluate_block(study, {row_of(study, {{"steps", 2}}), row_of(study, {{"steps", 5}})});
  EXPECT_TRUE(std::isnan(block[0].at("loss_path")[3]));
  EXPECT_FALSE(std::isnan(block[1].at("loss_path")[5]));
}

TEST(GdLinear, takes_no_memory_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
