#include "studies/catalogue.hpp"

#include "studies/adam_2d/adam_2d.hpp"
#include "studies/binary_cross_entropy/binary_cross_entropy.hpp"
#include "studies/diffusion/diffusion.hpp"
#include "studies/fairness/fairness.hpp"
#include "studies/gaussian_nll/gaussian_nll.hpp"
#include "studies/gd_linear/gd_linear.hpp"
#include "studies/gelu_factor/gelu_factor.hpp"
#include "studies/importance_sampling/importance_sampling.hpp"
#include "studies/latent_variable/latent_variable.hpp"
#include "studies/line_search/line_search.hpp"
#include "studies/logistic_bc/logistic_bc.hpp"
#include "studies/mnist1d_mlp/mnist1d_mlp.hpp"
#include "studies/momentum/momentum.hpp"
#include "studies/multiclass_cross_entropy/multiclass_cross_entropy.hpp"
#include "studies/null/null.hpp"
#include "studies/reparam_gradient/reparam_gradient.hpp"
#include "studies/sgd_gabor/sgd_gabor.hpp"

namespace trawl::studies {
namespace {

template <class Concrete>
const Study* the() {
  static const Concrete study;
  return &study;
}

}  // namespace

std::span<const Study* const> catalogue() {
  static const Study* const all[] = {
      // GELU
      the<GeluFactor>(),
      // Losses
      the<GaussianNll>(),
      the<BinaryCrossEntropy>(),
      the<MulticlassCrossEntropy>(),
      // Fitting
      the<LineSearch>(),
      the<GdLinear>(),
      the<SgdGabor>(),
      the<Momentum>(),
      the<Adam2d>(),
      // Backpropagation and training
      the<Mnist1dMlp>(),
      the<LogisticBc>(),
      // Probability
      the<LatentVariable>(),
      the<ReparamGradient>(),
      the<ImportanceSampling>(),
      // Generative
      the<Diffusion>(),
      // Fairness
      the<Fairness>(),
      // Engine
      the<Null>(),
  };
  return all;
}

}  // namespace trawl::studies
