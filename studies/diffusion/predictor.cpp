#include "studies/diffusion/predictor.hpp"

#include <cmath>
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
    const Step& step = chain_[k];
    for (std::size_t i = 0; i < n; ++i) {
      z[i] =
          step.of_z * z[i] + step.of_prediction * predictions_[k](z[i]) + (step.sigma > 0 ? step.sigma * noise[i] : 0);
    }
  }

 private:
  std::span<const Step> chain_;
  std::vector<IdealPrediction> predictions_;
};

}  // namespace

IdealPrediction::IdealPrediction(Target target, double beta, std::int64_t time)
    : posterior_mean(true_distribution, noise_level(beta, time)) {
  if (target == Target::step) {
    const auto reverse = reverse_conditional(beta, time);
    of_z = reverse.of_z - 1;
    of_data = reverse.of_x;
  } else if (time > 0) {  // z_0 holds no noise to predict
    const auto level = noise_level(beta, time);
    of_z = 1 / std::sqrt(level.noise);
    of_data = -std::sqrt(level.alpha / level.noise);
  }
}

std::unique_ptr<Predictor> make_predictor(const Parameters& p, std::span<const Step> chain,
                                          const RandomStream& random) {
  if (p.model == ModelKind::exact) return std::make_unique<IdealModels>(p, chain);
  return std::make_unique<BinnedModels>(p, chain, random);
}

}  // namespace trawl::studies::diffusion
