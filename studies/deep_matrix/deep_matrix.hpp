// Deep networks in matrix form: two shallow ones composed are one deep one, and networks of any sizes.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/models/two_nets.hpp"

namespace trawl::studies {

struct DeepMatrixParameters : models::TwoNets {
  double x = 0.5;
  std::int64_t curve_points = 201;
  std::int64_t inputs = 4;
  std::int64_t hidden1 = 5;
  std::int64_t hidden2 = 2;
  std::int64_t hidden3 = 4;
  std::int64_t outputs = 1;
};

/// Net 2 after net 1 (notebook 4.1) as one network with two hidden layers of three units:
///
///     h1 = relu(beta0 + Omega0 x),  h2 = relu(beta1 + Omega1 h1),  y = beta2 + Omega2 h2
///     beta0_i = theta_i0, Omega0_i = theta_i1 of net 1
///     beta1_i = theta_i0 + theta_i1 phi0', Omega1_ij = theta_i1 phi_j' with theta of net 2 and phi' of net 1
///     beta2 = phi0, Omega2_i = phi_i of net 2
///
/// Omega1 has rank one. And a network of random weights with sizes s_0 (inputs), s_1, .., s_K (outputs):
///
///     h_k = relu(beta_k-1 + Omega_k-1 h_k-1), the last layer without relu;  Omega_k is s_k+1 x s_k
///     number of parameters = sum_k s_k+1 (s_k + 1)
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | theta, phi | net1_theta10 .. net1_phi3, net2_theta10 .. net2_phi3 | any |
/// | x | x: input of the composed network at which y is written | any |
/// | | curve_points: points of the output `curve`, on [-1, 1] | 2 .. 1e6 |
/// | s_0, s_K | inputs, outputs | 1 .. 4096 |
/// | s_1, .. | hidden1, hidden2, hidden3; a hidden layer of size 0 is left out | 0 .. 4096 |
///
/// Weights, biases and inputs of the random network are drawn from N(0, 1).
///
/// Method: sums in order (layers.hpp). Error: rounding; tests/studies/deep_matrix_test.cpp compares with
/// composing_nets. Cost: 2 us, and 2 ns for each weight of the random network. Source: S. J. D. Prince, Understanding
/// Deep Learning (2023), notebook 4.3, "Deep neural networks".
class DeepMatrix final : public TypedStudy<DeepMatrixParameters> {
 public:
  DeepMatrix();

  /// The largest size of a layer in the sweep sets the size of the neuron dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const DeepMatrixParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const DeepMatrixParameters& p) const override;
};

}  // namespace trawl::studies
