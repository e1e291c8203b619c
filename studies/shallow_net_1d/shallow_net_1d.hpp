// A network of one input and three relu units: its curve, joints and slopes, and its fit to twenty points.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/models/theta_net.hpp"

namespace trawl::studies {

struct ShallowNet1dParameters {
  models::Triple theta0 = {0.3, -1.0, -0.5};
  models::Triple theta1 = {-1.0, 2.0, 0.65};
  models::Phi phi = {-0.3, 2.0, -1.0, 7.0};
  double x = 0.5;
  std::int64_t curve_points = 101;
};

/// A piecewise linear function and how well it fits points (x_i, y_i):
///
///     y(x) = phi0 + sum_i phi_i relu(theta_i0 + theta_i1 x),  i = 1, 2, 3
///     joint of unit i: -theta_i0 / theta_i1;  slope between joints: sum of phi_i theta_i1 over the active units
///     loss = sum of squared residuals over the twenty points
///     best phi0 = phi0 + mean residual;  best phi = least squares in (phi0, .., phi3) for the given theta
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | theta_i0, theta_i1 | theta10 .. theta31: offset and slope of hidden unit i = 1, 2, 3 | any |
/// | phi0, phi_i | phi0 .. phi3: offset and weights of the output | any |
/// | x | x: input at which y is written | any |
/// | | curve_points: points of the output `curve`, on [0, 1] | 2 .. 1e6 |
///
/// Multiplying theta_i0, theta_i1 by c > 0 and phi_i by 1/c changes nothing; c < 0 does.
///
/// Method: best phi by a complete orthogonal decomposition, so that dead or equal units give the solution of least
/// norm. Error: rounding; tests/studies/shallow_net_1d_test.cpp checks that the residuals are orthogonal to the units.
/// Cost: 4 us. Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 3.1, "Shallow networks I".
class ShallowNet1d final : public TypedStudy<ShallowNet1dParameters> {
 public:
  ShallowNet1d();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 64; }

 protected:
  void evaluate(const ShallowNet1dParameters& p, const RandomStream& random, const Outputs& out) const override;
};

}  // namespace trawl::studies
