// Backpropagation through a deep ReLU net, checked by finite differences.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/deep_backprop/backward.hpp"

namespace trawl::studies {

/// The net, its random weights and the check.
struct DeepBackpropParameters {
  std::int64_t hidden_layers = 5;
  std::int64_t width = 6;
  double weight_scale = 1;
  double bias_scale = 1;
  double input = 1.2;
  double target = 20;
  double difference_step = 1e-6;
  backprop::Differences differences = backprop::Differences::central;
};

/// How large are the gradients of each layer, and do finite differences agree with them?
///
///     f_k = beta_k + Omega_k h_k, h_0 = x, h_{k+1} = relu(f_k), k = 0 .. K;  loss l = (f_K - y)^2
///     dl/df_K = 2 (f_K - y), dl/dbeta_k = dl/df_k, dl/dOmega_k = dl/df_k h_k^T,
///     dl/df_{k-1} = 1[f_{k-1} > 0] * (Omega_k^T dl/df_k)
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | K, units of a hidden layer | hidden_layers, width | 0 .. 200, 1 .. 512 |
/// | standard deviation of the normal Omega_k, beta_k | weight_scale, bias_scale | >= 0 |
/// | x, y | input, target | any |
/// | step of the differences | difference_step | > 0 |
///
/// A parameter's difference is accepted where |difference - gradient| <= 1e-8 + 1e-5 |gradient|, the source's rule.
/// Method: dense layers in double precision (studies/models/mlp.hpp), central or the source's forward differences.
/// Error: gradients are good to rounding; differences to step^2 or step by truncation and 1e-16 l / step by rounding,
/// but not where a step crosses f = 0 (tests/studies/deep_backprop_test.cpp).
/// Cost: a forward pass for each parameter and side; 187 parameters and 0.1 ms at the defaults.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 7.2, "Backpropagation".
class DeepBackprop final : public TypedStudy<DeepBackpropParameters> {
 public:
  DeepBackprop();

  /// The largest number of layers of the sweep sets the size of the layer dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const DeepBackpropParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const DeepBackpropParameters& p) const override;
};

}  // namespace trawl::studies
