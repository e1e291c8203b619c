#include "studies/catalogue.hpp"

#include "studies/activations/activations.hpp"
#include "studies/adam_2d/adam_2d.hpp"
#include "studies/background_math/background_math.hpp"
#include "studies/bayes_relu/bayes_relu.hpp"
#include "studies/binary_cross_entropy/binary_cross_entropy.hpp"
#include "studies/composing_nets/composing_nets.hpp"
#include "studies/contraction_map/contraction_map.hpp"
#include "studies/cvae/cvae.hpp"
#include "studies/deep_backprop/deep_backprop.hpp"
#include "studies/deep_matrix/deep_matrix.hpp"
#include "studies/diffusion/diffusion.hpp"
#include "studies/fairness/fairness.hpp"
#include "studies/gauss_to_ring/gauss_to_ring.hpp"
#include "studies/gaussian_nll/gaussian_nll.hpp"
#include "studies/gd_linear/gd_linear.hpp"
#include "studies/gelu_factor/gelu_factor.hpp"
#include "studies/gelu_taylor/gelu_taylor.hpp"
#include "studies/gradient_flow/gradient_flow.hpp"
#include "studies/graph_attention/graph_attention.hpp"
#include "studies/implicit_reg/implicit_reg.hpp"
#include "studies/importance_sampling/importance_sampling.hpp"
#include "studies/infomax_ica/infomax_ica.hpp"
#include "studies/kl_gauss/kl_gauss.hpp"
#include "studies/latent_variable/latent_variable.hpp"
#include "studies/line_search/line_search.hpp"
#include "studies/logistic_bc/logistic_bc.hpp"
#include "studies/mnist1d_mlp/mnist1d_mlp.hpp"
#include "studies/momentum/momentum.hpp"
#include "studies/multiclass_cross_entropy/multiclass_cross_entropy.hpp"
#include "studies/null/null.hpp"
#include "studies/reparam_gradient/reparam_gradient.hpp"
#include "studies/sgd_gabor/sgd_gabor.hpp"
#include "studies/shallow_net_1d/shallow_net_1d.hpp"
#include "studies/shallow_net_2d/shallow_net_2d.hpp"
#include "studies/toy_backprop/toy_backprop.hpp"
#include "studies/transformer_count/transformer_count.hpp"

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
      the<GeluTaylor>(),
      the<GeluFactor>(),
      // First principles
      the<BackgroundMath>(),
      the<ShallowNet1d>(),
      the<ShallowNet2d>(),
      the<Activations>(),
      the<ComposingNets>(),
      the<DeepMatrix>(),
      // Losses
      the<GaussianNll>(),
      the<BinaryCrossEntropy>(),
      the<MulticlassCrossEntropy>(),
      // Fitting
      the<GradientFlow>(),
      the<LineSearch>(),
      the<GdLinear>(),
      the<SgdGabor>(),
      the<Momentum>(),
      the<Adam2d>(),
      the<ImplicitReg>(),
      // Backpropagation and training
      the<ToyBackprop>(),
      the<DeepBackprop>(),
      the<Mnist1dMlp>(),
      the<LogisticBc>(),
      // Probability
      the<BayesRelu>(),
      the<LatentVariable>(),
      the<ReparamGradient>(),
      the<ImportanceSampling>(),
      the<KlGauss>(),
      // Structure
      the<GraphAttention>(),
      the<ContractionMap>(),
      the<TransformerCount>(),
      // Generative
      the<InfomaxIca>(),
      the<GaussToRing>(),
      the<Diffusion>(),
      the<Cvae>(),
      // Fairness
      the<Fairness>(),
      // Engine
      the<Null>(),
  };
  return all;
}

}  // namespace trawl::studies
