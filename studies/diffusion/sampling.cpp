#include "studies/diffusion/sampling.hpp"

#include <algorithm>
#include <cmath>

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include "studies/diffusion/streams.hpp"

namespace trawl::studies::diffusion {
namespace {

struct Moments {
  double mean = 0;
  double squares = 0;  ///< sum of squared deviations from the mean
  double excess = 0;
};

Moments moments_of(std::span<const double> z) {
  Moments m;
  for (const double value : z) m.mean += value;
  m.mean /= static_cast<double>(z.size());
  for (const double value : z) {
    m.squares += (value - m.mean) * (value - m.mean);
    m.excess += std::max(std::abs(value) - cells_limit, 0.0);
  }
  return m;
}

/// The blocks' moments combined in their order, whoever computed them.
void combine(std::span<const Moments> blocks, std::int64_t samples, Samples& out) {
  double count = 0;
  double squares = 0;
  for (const Moments& block : blocks) {
    const double size = std::min(static_cast<double>(block_size), static_cast<double>(samples) - count);
    const double difference = block.mean - out.mean;
    out.mean += difference * (size / (count + size));
    squares += block.squares + difference * difference * (count * size / (count + size));
    out.excess += block.excess;
    count += size;
  }
  out.sd = std::sqrt(squares / count);
}

struct alignas(64) Workspace {
  double z[block_size] = {};
  double noise[block_size] = {};
};

}  // namespace

Samples draw_samples(const Parameters& p, std::span<const Step> chain, const Predictor& predictor,
                     const RandomStream& random, std::span<double> trajectories, std::size_t times) {
  const auto record = [&](std::int64_t time, const double* z) {
    for (std::int64_t i = 0; i < std::min(p.samples, trajectory_count); ++i) {
      trajectories[static_cast<std::size_t>(i) * times + static_cast<std::size_t>(time)] = z[i];
    }
  };

  std::vector<Moments> moments(row_start(1, p.samples) / block_size);
  tbb::enumerable_thread_specific<Tally> tallies;
  tbb::parallel_for(std::size_t{0}, moments.size(), [&](std::size_t block) {
    const std::uint64_t first = block * block_size;
    const std::size_t size = std::min<std::uint64_t>(block_size, static_cast<std::uint64_t>(p.samples) - first);
    Workspace work;
    random.normal(start_noise, first, {work.z, size});
    if (block == 0) record(p.timesteps, work.z);
    for (std::size_t k = 0; k < chain.size(); ++k) {
      if (chain[k].sigma > 0) {
        random.normal(step_noise, row_start(chain[k].time, p.samples) + first, {work.noise, size});
      }
      predictor.advance(k, work.noise, work.z, size);
      if (block == 0) record(chain[k].next, work.z);
    }
    moments[block] = moments_of({work.z, size});
    tallies.local().add({work.z, size});
  });

  Samples samples;
  combine(moments, p.samples, samples);
  for (const Tally& tally : tallies) samples.tally.add(tally);
  return samples;
}

}  // namespace trawl::studies::diffusion
