// A straight line under gradient flow: where it is at time t, what it predicts, and how far a discrete descent strays.
#pragma once

#include <array>

#include "engine/typed_study.hpp"

namespace trawl::studies {

struct GradientFlowParameters {
  double t = 19.99;
  double start_slope = -0.05;
  double start_intercept = -0.4;
  std::array<double, 3> x = {0.2, 0.4, 0.8};
  std::array<double, 3> y = {-0.1, 0.15, 0.3};
  double sigma_sq = 0.05;
  double sigma_sq_p = 3.0;
  double prior_var = 2.0;
  double euler_step = 0.01;
  std::int64_t predict_points = 100;
};

/// What is learned first, and what a finite step changes?
///
///     f(x) = phi . (x, 1),  X = (x_1 x_2 x_3; 1 1 1),  L = |X^T phi - y|^2 / 2,  dphi/dt = -X (X^T phi - y)
///     flow          phi(t) = phi(0) - (X X^T)^-1 X (I - exp(-X^T X t)) (X^T phi(0) - y),  residual r = X^T phi - y
///     estimates     ml = (X X^T)^-1 X y,   map = (X X^T + sigma^2 / sigma_p^2 I)^-1 X y
///     predictive    for phi(0) ~ N(0, v I), x* = (x, 1): mean x*^T (X X^T)^-1 X (I - exp(-X^T X t)) y,
///                   variance v |exp(-X X^T t) x*|^2 (no observation noise)
///     euler         phi <- phi - eta X (X^T phi - y), the n = floor(t / eta) steps that fit into t
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | t | t | [0, 1e6] |
/// | phi(0) = (slope, intercept) | start_slope, start_intercept | any |
/// | x_i, y_i | x0 .. x2, y0 .. y2 | any; the x_i not all equal |
/// | sigma^2, sigma_p^2 | sigma_sq, sigma_sq_p | >= 0, > 0 |
/// | v | prior_var | >= 0 |
/// | eta | euler_step | > 0 |
/// | number of x* = 0, 1/k, .., (k - 1)/k | predict_points | 1 .. 10^5 |
///
/// Each eigenvector of X X^T is learned with the time constant 1 / lambda (6.586 and 0.2711 for the source's data); the
/// discrete descent is stable for eta < 2 / lambda_max = 0.5423.
/// Method: closed forms in the eigenbasis of X X^T (linear_flow.hpp).
/// Error: 1e-14 relative to phi, times lambda_max / lambda_min. tests/studies/gradient_flow_test.cpp checks the
/// equation by differences in time, the descent one step after another, and measures its first order in eta.
/// Cost: 1 us and 50 ns for each x*.
/// Source: S. J. D. Prince, Borealis AI blog "Gradient flow" (2023), notebook BorealisGradientFlow.
class GradientFlow final : public TypedStudy<GradientFlowParameters> {
 public:
  GradientFlow();

  /// The largest predict_points of the sweep sets the size of x_star; a point with fewer leaves the rest NaN.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const GradientFlowParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const GradientFlowParameters& p) const override { return 20 + static_cast<double>(p.predict_points); }
};

}  // namespace trawl::studies
