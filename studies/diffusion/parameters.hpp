// What the diffusion study can be asked for; the defaults are the source's.
#pragma once

#include <cstdint>

namespace trawl::studies::diffusion {

enum class Sampler { direct, reparameterised, ddim, accelerated };
enum class SigmaRule { constant, posterior };
enum class ModelKind { binned, exact };
enum class Indexing { correct, source };

struct Parameters {
  std::int64_t timesteps = 100;
  double beta = 0.01511;
  Sampler sampler = Sampler::direct;
  std::int64_t sampler_steps = 20;  ///< accelerated only
  double sigma = 0.12288;
  SigmaRule sigma_rule = SigmaRule::constant;
  bool noise_at_last_step = false;
  std::int64_t samples = 100'000;
  ModelKind model = ModelKind::binned;
  std::int64_t n_train = 100'000;  ///< this and the next two: binned only
  std::int64_t bins = 600;
  double bin_limit = 3;
  Indexing indexing = Indexing::correct;
  std::int64_t forward_time = 50;
};

}  // namespace trawl::studies::diffusion
