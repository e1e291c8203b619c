#include "studies/catalogue.hpp"

#include "studies/diffusion/diffusion.hpp"
#include "studies/fairness/fairness.hpp"
#include "studies/gelu_factor/gelu_factor.hpp"
#include "studies/importance_sampling/importance_sampling.hpp"
#include "studies/null/null.hpp"

namespace trawl::studies {

std::span<const Study* const> catalogue() {
  static const ImportanceSampling importance_sampling;
  static const GeluFactor gelu_factor;
  static const Diffusion diffusion;
  static const Fairness fairness;
  static const Null null;
  static const Study* const all[] = {&importance_sampling, &gelu_factor, &diffusion, &fairness, &null};
  return all;
}

}  // namespace trawl::studies
