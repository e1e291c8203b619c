#include "studies/diffusion/predictor.hpp"

#include <vector>

#include "studies/diffusion/kernels.hpp"
#include "studies/diffusion/training.hpp"

namespace trawl::studies::diffusion {
namespace {

class BinnedModels : public Predictor {
 public:
  BinnedModels(const Parameters& p, std::span<const Step> chain, const RandomStream& random)
      : chain_(chain), bins_{p.bins, p.bin_limit}, tables_(train_models(p, chain, random)) {}

  void advance(std::size_t k, const double* noise, double* z, std::size_t n) const override {
    diffusion::advance(chain_[k], bins_, tables_.data() + k * static_cast<std::size_t>(bins_.count), noise, z, n);
  }

 private:
  std::span<const Step> chain_;
  Bins bins_;
  std::vector<double> tables_;
};

class IdealModels : public Predictor {
 public:
  IdealModels(const Parameters& p, std::span<const Step> chain) : chain_(chain) {
    for (const Step& step : chain) predictions_.emplace_back(target_of(p.sampler), p.beta, step.trained_at);
  }

  void advance(std::size_t k, const double* noise, double* z, std::size_t n) const override {
    diffusion::advance(chain_[k], predictions_[k], noise, z, n);
  }

 private:
  std::span<const Step> chain_;
  std::vector<IdealPrediction> predictions_;
};

}  // namespace

std::unique_ptr<Predictor> make_predictor(const Parameters& p, std::span<const Step> chain,
                                          const RandomStream& random) {
  if (p.model == ModelKind::exact) return std::make_unique<IdealModels>(p, chain);
  return std::make_unique<BinnedModels>(p, chain, random);
}

}  // namespace trawl::studies::diffusion
