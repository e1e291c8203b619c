// Squared error of one sample through a deep ReLU net, its gradient backwards, and the same by finite differences.
#pragma once

#include <span>
#include <vector>

#include "studies/models/mlp.hpp"

namespace trawl::studies::backprop {

/// What goes forward and what comes back; the flat arrays are as in MlpShape.
struct Passes {
  std::vector<double> preactivations;  ///< f_0 .. f_K one behind the other
  std::vector<double> output;          ///< f_K
  double loss = 0;                     ///< |f_K - y|^2
  std::vector<double> gradient;        ///< dl/dOmega_k, dl/dbeta_k = dl/df_k
};

Passes forward_and_backward(const MlpShape& shape, std::span<const double> params, std::span<const double> x,
                            std::span<const double> y);

enum class Differences { central, forward };

/// The gradient by differences of the loss: one (forward) or two (central) evaluations for each parameter.
std::vector<double> difference_gradient(const MlpShape& shape, std::span<const double> params,
                                        std::span<const double> x, std::span<const double> y, Differences differences,
                                        double step);

}  // namespace trawl::studies::backprop
