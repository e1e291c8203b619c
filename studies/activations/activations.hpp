// What the activation function makes of a network: sigmoid, step, straight line or relu.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/models/theta_net.hpp"

namespace trawl::studies {

namespace activations {
enum class Kind { sigmoid, heaviside, linear, relu };
}  // namespace activations

struct ActivationsParameters {
  models::Triple theta0 = {0.3, -1.0, -0.5};
  models::Triple theta1 = {-1.0, 2.0, 0.65};
  models::Phi phi = {0.3, 0.5, -1.0, 0.9};
  activations::Kind activation = activations::Kind::sigmoid;
  double gain = 10;
  double a = 0;
  double b = 1;
  double x = 0.5;
  std::int64_t curve_points = 101;
};

/// One network, four activations:
///
///     y(x) = phi0 + sum_i phi_i s(theta_i0 + theta_i1 x),  i = 1, 2, 3
///     sigmoid    s(z) = 1 / (1 + e^(-k z));  the source has k = 10
///     heaviside  s(z) = 1 for z >= 0, else 0;  the limit of the sigmoid for k -> infinity
///     linear     s(z) = a + b z, which makes a straight line of slope b sum phi_i theta_i1
///     relu       s(z) = max(z, 0)
///     distance to the Heaviside net: integral over [0, 1] of |y(x) - y_heaviside(x)|, O(1/k) for the sigmoid
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | theta_i0, theta_i1 | theta10 .. theta31: offset and slope of hidden unit i = 1, 2, 3 | any |
/// | phi0, phi_i | phi0 .. phi3: offset and weights of the output | any |
/// | s | activation: sigmoid, heaviside, linear, relu | |
/// | k | gain; sigmoid only | > 0 |
/// | a, b | a, b; linear only | any |
/// | x | x: input at which y and the hidden units are written | any |
/// | | curve_points: points of the output `curve`, on [0, 1] | 2 .. 1e6 |
///
/// Method: the difference has a closed primitive, sum_i phi_i (S(z_i) - relu(z_i)) / theta_i1 with S' = s, so the
/// distance is a sum over the intervals between its changes of sign, which are found by bisection (distance.hpp).
/// Error: 1e-13; tests/studies/activations_test.cpp compares with quadrature and measures the order in 1/k.
/// Cost: 20 us. Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 3.4, "Activation functions".
class Activations final : public TypedStudy<ActivationsParameters> {
 public:
  Activations();

  OutputLayout outputs(std::span<const Extent> extents) const override;

 protected:
  void evaluate(const ActivationsParameters& p, const RandomStream& random, const Outputs& out) const override;
};

}  // namespace trawl::studies
