#include "studies/adam_2d/adam_2d.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>

#include "engine/random.hpp"
#include "studies/adam_2d/valley.hpp"
#include "studies/adam_2d/walkers.hpp"
#include "tests/engine/vector_targets.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace adam_2d;
using namespace models;
using nlohmann::json;

const Adam2d study;
constexpr double plain = 0, normalised = 1, adam = 2;

Settings settings_of(const json& inputs) {
  const std::string rule = inputs.at("method");
  return {{"start_phi0", inputs.at("phi0")[0]},
          {"start_phi1", inputs.at("phi0")[1]},
          {"optimizer", rule == "gd"     ? plain
                        : rule == "norm" ? normalised
                                         : adam},
          {"steps", inputs.at("n_steps")},
          {"alpha", inputs.at("alpha")},
          {"beta", inputs.at("beta")},
          {"gamma", inputs.at("gamma")},
          {"epsilon", inputs.at("epsilon")},
          {"bias_correction", inputs.at("bias_correction") ? 1.0 : 0.0}};
}

TEST(Adam2dGolden, has_the_loss_its_gradient_and_its_curvature) {
  const json& one = golden("adam_2d/function");
  std::vector<double> losses, gradients;
  for (const json& phi : one.at("inputs").at("phi")) {
    const Values values = evaluate_point(study, {{"start_phi0", phi[0]}, {"start_phi1", phi[1]}, {"steps", 0}});
    losses.push_back(values.at("loss")[0]);
    gradients.insert(gradients.end(), values.at("gradient").begin(), values.at("gradient").end());
  }
  expect_golden(one, "loss", losses);
  expect_golden(one, "gradient", gradients);
  const Values bottom = evaluate_point(study, {{"start_phi0", 0.7}, {"start_phi1", 0}, {"steps", 0}});
  expect_golden(one, "hessian_at_min", bottom.at("hessian_eigenvalues"));
  expect_golden(one, "max_stable_gd_step_at_min", 2 / bottom.at("hessian_eigenvalues")[1]);
}

TEST(Adam2dGolden, walks_as_the_source_does) {
  int walks = 0;
  for (const json& one : golden_cases("adam_2d")) {
    if (!one.at("inputs").contains("method")) continue;
    ++walks;
    const Values values = evaluate_point(study, settings_of(one.at("inputs")));
    const auto& path = values.at("phi_path");
    std::vector<double> every_tenth;
    for (std::size_t k = 0; k < path.size(); k += 20) every_tenth.insert(every_tenth.end(), &path[k], &path[k] + 2);
    expect_golden(one, "path_steps_0_to_5", {path.begin(), path.begin() + 12});
    expect_golden(one, "path_every_10", every_tenth);
    expect_golden(one, "final_phi", values.at("phi"));
    expect_golden(one, "final_loss", values.at("loss"));
  }
  EXPECT_EQ(walks, 5);
}

TEST(Adam2d, has_the_derivatives_of_its_loss) {
  for (const Vector2 phi : {Vector2{-0.7, -0.9}, {0.2, -0.1}, {2.0, 0.5}, {0.7, 0}, {-3, 0.02}}) {
    const auto dual_loss = [](Dual x, Dual y) { return 1.0 - exp(-(x - 0.7) * (x - 0.7) / 8.0) * exp(-2.0 * y * y); };
    EXPECT_NEAR(gradient(phi).x0, dual_loss({phi.x0, 1}, phi.x1).slope, 1e-15);
    EXPECT_NEAR(gradient(phi).x1, dual_loss(phi.x0, {phi.x1, 1}).slope, 1e-15);
    const double h = 1e-6;
    const Vector2 along0 = (0.5 / h) * (gradient(phi + Vector2{h, 0}) - gradient(phi - Vector2{h, 0}));
    const Vector2 along1 = (0.5 / h) * (gradient(phi + Vector2{0, h}) - gradient(phi - Vector2{0, h}));
    EXPECT_NEAR(hessian(phi).a00, along0.x0, 1e-9);
    EXPECT_NEAR(hessian(phi).a01, along0.x1, 1e-9);
    EXPECT_NEAR(hessian(phi).a11, along1.x1, 1e-9);
  }
}

/// One walk with std::exp, as the formulas have it.
Vector2 reference(const Adam2dParameters& p) {
  Vector2 phi = {p.start_phi0, p.start_phi1}, m, v;
  for (int t = 1; t <= p.steps; ++t) {
    const Vector2 g = gradient(phi);
    m = p.beta * m + (1 - p.beta) * g;
    v = p.gamma * v + (1 - p.gamma) * Vector2{g.x0 * g.x0, g.x1 * g.x1};
    const double m_scale = p.bias_correction ? 1 - std::pow(p.beta, t) : 1;
    const double v_scale = p.bias_correction ? 1 - std::pow(p.gamma, t) : 1;
    const auto adaptive = [&](double mean, double square, double slope) {
      if (p.optimizer == Adam2dOptimizer::gradient) return slope;
      if (p.optimizer == Adam2dOptimizer::normalised) return slope / (std::sqrt(slope * slope) + p.epsilon);
      return mean / m_scale / (std::sqrt(square / v_scale) + p.epsilon);
    };
    phi = phi - p.alpha * Vector2{adaptive(m.x0, v.x0, g.x0), adaptive(m.x1, v.x1, g.x1)};
  }
  return phi;
}

/// Rows of all optimizers with settings drawn at random and 0 .. 30 steps: rounding grows by less than 1e6 in them.
std::vector<std::vector<double>> random_rows(std::size_t count) {
  RandomSequence random(RandomStream(5, 0), 0);
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < count; ++i)
    rows.push_back({2 * random.uniform() - 1, 2 * random.uniform() - 1, static_cast<double>(random.below(3)),
                    0.1 * random.uniform(), random.uniform(), random.uniform(), 1e-8,
                    static_cast<double>(random.below(2)), static_cast<double>(random.below(31)),
                    static_cast<double>(random.below(20))});
  return rows;
}

TEST(Adam2d, walks_eight_points_as_it_would_walk_each_alone) {
  const auto rows = random_rows(61);
  for_each_vector_target([&] {
    const auto together = evaluate_block(study, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Vector2 end = reference(study.parameters(rows[i]));
      EXPECT_NEAR(together[i].at("phi")[0], end.x0, 1e-9) << i;
      EXPECT_NEAR(together[i].at("phi")[1], end.x1, 1e-9) << i;
      const Values alone = evaluate_block(study, {rows[i]}).front();
      EXPECT_EQ(together[i].at("phi"), alone.at("phi"));
      EXPECT_EQ(together[i].at("loss"), alone.at("loss"));
      for (std::size_t k = 0; k < alone.at("loss_path").size(); ++k)
        EXPECT_EQ(together[i].at("loss_path")[k], alone.at("loss_path")[k]);
    }
  });
}

TEST(Adam2d, has_the_same_bits_on_every_vector_width) {
  const auto rows = random_rows(40);
  std::vector<std::vector<double>> ends;
  for_each_vector_target([&] {
    std::vector<double> phi;
    for (const Values& values : evaluate_block(study, rows))
      phi.insert(phi.end(), values.at("phi").begin(), values.at("phi").end());
    ends.push_back(phi);
  });
  for (const auto& end : ends) EXPECT_EQ(end, ends.front());
}

TEST(Adam2d, first_step_is_alpha_whatever_the_gradient) {
  for (const double correction : {0.0, 1.0}) {  // (1 - 0.9) / sqrt(1 - 0.99) = 1
    const Values values = evaluate_point(study, {{"steps", 1}, {"bias_correction", correction}});
    EXPECT_NEAR(values.at("phi")[0], -0.65, 1e-12);
    EXPECT_NEAR(values.at("phi")[1], -0.85, 1e-12);
  }
  const auto second = [](double correction) {
    return evaluate_point(study, {{"steps", 2}, {"bias_correction", correction}}).at("phi")[0];
  };
  EXPECT_GT(second(0), second(1) + 1e-3);  // too large without the correction
}

TEST(Adam2d, settles_or_bounces_as_theory_says) {
  const auto end = [](double optimizer, double alpha, double steps) {
    return evaluate_point(study, {{"optimizer", optimizer}, {"alpha", alpha}, {"steps", steps}});
  };
  EXPECT_LT(std::abs(end(plain, 0.45, 2000).at("distance")[0]), 1e-12);
  EXPECT_GT(std::abs(end(plain, 0.55, 2000).at("phi")[1]), 0.05);
  const auto bounce = end(normalised, 0.08, 100).at("phi_path");
  for (std::size_t k = 50; k < 100; ++k) {
    EXPECT_NEAR(std::abs(bounce[2 * k + 3] - bounce[2 * k + 1]), 0.08, 1e-12);
    EXPECT_LT(std::abs(bounce[2 * k + 1]), 0.08);
  }
}

TEST(Adam2d, takes_no_memory_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
