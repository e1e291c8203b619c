// What a chain's steps use as g: the binned model, or the ideal one that an infinite training set and no bins give.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "engine/random.hpp"
#include "studies/diffusion/chain.hpp"

namespace trawl::studies::diffusion {

/// Takes steps of a chain. Immutable; any thread may use it.
class Predictor {
 public:
  virtual ~Predictor() = default;

  /// Takes step k of n chains at once. Arrays as in kernels.hpp; `noise` is not read if the step's sigma is 0.
  virtual void advance(std::size_t k, const double* noise, double* z, std::size_t n) const = 0;
};

/// Trains the models if there is something to train. Refers to `chain`.
std::unique_ptr<Predictor> make_predictor(const Parameters& p, std::span<const Step> chain, const RandomStream& random);

}  // namespace trawl::studies::diffusion
