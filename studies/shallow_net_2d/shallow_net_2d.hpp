// Three relu units of two inputs: two outputs, linear regions, and how many regions there can be.
#pragma once

#include <array>
#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/models/shallow_net.hpp"

namespace trawl::studies {

struct ShallowNet2dParameters {
  models::Triple theta0 = {-4.0, 5.0, -7.0};
  models::Triple theta1 = {0.9, -0.9, 0.5};
  models::Triple theta2 = {0.0, -0.5, 0.9};
  std::array<double, 4> phi1 = {0.0, -2.0, 2.0, 1.5};
  std::array<double, 4> phi2 = {-2.0, -1.0, -2.0, 0.8};
  double x1 = 5;
  double x2 = 5;
  std::int64_t map_points = 21;
  std::int64_t region_inputs = 2;
  std::int64_t region_units = 3;
};

/// Two outputs k = 1, 2 from the same three hidden units i = 1, 2, 3, on [0, 10]^2:
///
///     y_k(x1, x2) = phi_k0 + sum_i phi_ki relu(theta_i0 + theta_i1 x1 + theta_i2 x2)
///     pattern = sum over the active units of 2^(i-1), 0 .. 7: each pattern that occurs is a linear region
///     most regions of D units and D_i inputs: N = sum_{j=0}^{min(D_i, D)} C(D, j)
///     parameters of such a network with one output: D_i D + 2 D + 1
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | theta_i0, theta_i1, theta_i2 | theta10 .. theta32: offset and weights of hidden unit i = 1, 2, 3 | any |
/// | phi_k0, phi_ki | phi1_0 .. phi2_3: offset and weights of output k | any |
/// | x1, x2 | x1, x2: input at which y and pattern_at are written | any |
/// | | map_points: points a side of the output `map`, on [0, 10]^2 | 2 .. 2000 |
/// | D_i, D | region_inputs, region_units: of the network whose regions are counted | 1 .. 1e6 |
///
/// Method: ranges, means and patterns over the source's grid 0, 0.1, .., 9.9 of both inputs. N by exact products, and
/// its logarithm, which does not overflow. Error: rounding; N is exact while its largest term times D is below
/// 2^53, its logarithm always good to 1e-13.
/// tests/studies/shallow_net_2d_test.cpp compares N with the recursion N(D_i, D) = N(D_i, D-1) + N(D_i - 1, D-1).
/// Cost: 0.1 ms, and min(D_i, D) * 5 ns.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebooks 3.2, "Shallow networks II", and 3.3, "Shallow
/// network regions".
class ShallowNet2d final : public TypedStudy<ShallowNet2dParameters> {
 public:
  ShallowNet2d();

  OutputLayout outputs(std::span<const Extent> extents) const override;

 protected:
  void evaluate(const ShallowNet2dParameters& p, const RandomStream& random, const Outputs& out) const override;
};

}  // namespace trawl::studies
