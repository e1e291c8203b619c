#include "studies/momentum/momentum.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "studies/gd_linear/line_loss.hpp"
#include "studies/models/gabor.hpp"
#include "studies/momentum/momentum_step.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace models;
using nlohmann::json;

const Momentum study;
constexpr double line = 1, sgd = 0, heavy = 1, nesterov = 2, nesterov_full = 3, all = 30;

double lookahead_of(const std::string& text, double alpha, double beta) {
  return text == "none" ? 0 : text == "phi - alpha*beta*m" ? alpha * beta : alpha;
}

TEST(MomentumGolden, walks_on_the_stored_batches) {
  int walks = 0;
  for (const json& one : golden_cases("momentum")) {
    const json& inputs = one.at("inputs");
    if (!inputs.contains("batch_indices")) continue;
    ++walks;
    const double alpha = inputs.at("alpha"), beta = inputs.at("beta");
    momentum::MomentumStep step = {alpha, beta, lookahead_of(inputs.at("lookahead"), alpha, beta)};
    Vector2 phi = {inputs.at("phi0")[0], inputs.at("phi0")[1]};
    std::vector<double> path = {phi.x0, phi.x1};
    for (const json& batch : inputs.at("batch_indices")) {
      const auto indices = batch.get<std::vector<std::size_t>>();
      phi = step(phi, [&](Vector2 at) { return gradient<Gabor>(at, indices); });
      path.insert(path.end(), {phi.x0, phi.x1});
    }
    if (one.at("expected").contains("phi_steps_0_to_5"))
      expect_golden(one, "phi_steps_0_to_5", {path.begin(), path.begin() + 12});
    expect_golden(one, "final_phi", {phi.x0, phi.x1});
    expect_golden(one, "final_loss", loss<Gabor>(phi));
  }
  EXPECT_EQ(walks, 5);
}

TEST(MomentumGolden, looks_ahead_without_beta_too) {  // the catalogue gives this loss to six digits
  const json& inputs = golden("momentum/default_nesterov_alphabeta").at("inputs");
  momentum::MomentumStep step = {0.6, 0.6, 0.6};
  Vector2 phi = {-1.5, 6.5};
  for (const json& batch : inputs.at("batch_indices")) {
    const auto indices = batch.get<std::vector<std::size_t>>();
    phi = step(phi, [&](Vector2 at) { return gradient<Gabor>(at, indices); });
  }
  EXPECT_NEAR(loss<Gabor>(phi), 0.803359, 1e-6);
}

TEST(MomentumGolden, walks_on_the_line) {
  const json& one = golden("momentum/quadratic_momentum_beta0.9_alpha0.1_n100");
  const json& inputs = one.at("inputs");
  const Values values = evaluate_point(study, {{"problem", line},
                                               {"start_phi0", inputs.at("phi0")[0]},
                                               {"start_phi1", inputs.at("phi0")[1]},
                                               {"alpha", inputs.at("alpha")},
                                               {"beta", inputs.at("beta")},
                                               {"batch", all},
                                               {"steps", inputs.at("n_steps")}});
  expect_golden(one, "phi", values.at("phi"));
  expect_golden(one, "loss", values.at("loss"));
}

TEST(Momentum, is_plain_descent_without_a_past) {
  const Values plain = evaluate_point(study, {{"optimizer", sgd}, {"beta", 0.7}});
  for (const double optimizer : {heavy, nesterov})
    EXPECT_EQ(evaluate_point(study, {{"optimizer", optimizer}, {"beta", 0}}).at("phi_path"), plain.at("phi_path"));
}

TEST(Momentum, takes_its_first_step_without_a_look_ahead) {
  const auto path = [](double optimizer) {
    return evaluate_point(study, {{"optimizer", optimizer}, {"steps", 2}}, 4).at("phi_path");
  };
  const auto a = path(heavy), b = path(nesterov), c = path(nesterov_full);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(a[k], b[k]);
    EXPECT_EQ(a[k], c[k]);
  }
  EXPECT_NE(a[4], b[4]);
  EXPECT_NE(b[4], c[4]);
}

/// Along an eigenvector of the Hessian with eigenvalue q, e_k = phi_k - optimum obeys, for a look ahead of w alpha m,
/// e_{k+1} = (1 + beta - (1 - beta)(alpha + w alpha) q) e_k - (beta - (1 - beta) w alpha q) e_{k-1}.
TEST(Momentum, obeys_its_recurrence_on_the_line) {
  const double alpha = 0.08, beta = 0.7;
  const Vector2 optimum = gd_linear::line_loss.optimum(), lambda = gd_linear::line_loss.hessian_eigenvalues();
  const Symmetric2 h = 2 * gd_linear::line_loss.s;
  for (const auto& [optimizer, w] : {std::pair{heavy, 0.0}, {nesterov, beta}, {nesterov_full, 1.0}}) {
    const auto path = evaluate_point(study, {{"problem", line},
                                             {"optimizer", optimizer},
                                             {"alpha", alpha},
                                             {"beta", beta},
                                             {"batch", all},
                                             {"steps", 40}})
                          .at("phi_path");
    for (const double q : {lambda.x0, lambda.x1}) {
      const Vector2 direction = {h.a01, q - h.a00};
      const auto e = [&](std::size_t k) {
        return dot(direction, Vector2{path[2 * k], path[2 * k + 1]} - optimum) / norm(direction);
      };
      for (std::size_t k = 1; k < 40; ++k) {
        const double g = (1 - beta) * alpha * q;
        EXPECT_NEAR(e(k + 1), (1 + beta - g - w * g) * e(k) - (beta - w * g) * e(k - 1), 1e-12)
            << optimizer << ' ' << k;
      }
    }
  }
}

TEST(Momentum, sees_the_same_batches_whatever_the_optimizer) {
  const auto end = [](double optimizer, std::uint64_t seed) {
    return evaluate_point(study, {{"optimizer", optimizer}, {"beta", 0}}, seed).at("phi");
  };
  EXPECT_EQ(end(heavy, 9), end(sgd, 9));
  EXPECT_NE(end(sgd, 9), end(sgd, 10));
}

TEST(Momentum, takes_no_memory_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
