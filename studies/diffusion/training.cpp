#include "studies/diffusion/training.hpp"

#include <algorithm>

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include "studies/diffusion/streams.hpp"

namespace trawl::studies::diffusion {
namespace {

struct Entry {
  double sum = 0;
  double count = 0;
};

struct alignas(64) Workspace {
  double noise[block_size] = {};
  double second_noise[block_size] = {};
  std::uint64_t bin[block_size] = {};
};

}  // namespace

AlignedVector draw_data(std::int64_t n, const RandomStream& random) {
  AlignedVector data(row_start(1, n));
  tbb::parallel_for(std::size_t{0}, data.size() / block_size, [&](std::size_t block) {
    const std::uint64_t first = block * block_size;
    double chooser[block_size];
    random.uniform(data_component, first, chooser);
    const std::span values(data.data() + first, block_size);
    random.normal(data_value, first, values);
    for (std::size_t i = 0; i < block_size; ++i) values[i] = draw(true_distribution, chooser[i], values[i]);
  });
  return data;
}

void train(Target target, double beta, std::int64_t time, const Bins& bins, const AlignedVector& data, std::int64_t n,
           const RandomStream& random, std::span<double> table) {
  const auto level = noise_level(beta, time);
  std::vector<Entry> entries(table.size());
  Workspace work;
  for (std::int64_t first = 0; first < n; first += block_size) {
    const auto size = static_cast<std::size_t>(std::min<std::int64_t>(block_size, n - first));
    const std::uint64_t place = row_start(time, n) + static_cast<std::uint64_t>(first);
    double* targets = work.noise;
    random.normal(forward_noise, place, work.noise);
    if (target == Target::noise) {
      noise_pairs(level, bins, data.data() + first, targets, work.bin, size);
    } else {
      targets = work.second_noise;
      random.normal(previous_noise, place, work.second_noise);
      step_pairs(level, reverse_conditional(beta, time), bins, data.data() + first, work.noise, targets, work.bin,
                 size);
    }
    for (std::size_t i = 0; i < size; ++i) {
      Entry& entry = entries[work.bin[i]];
      entry.sum += targets[i];
      entry.count += 1;
    }
  }
  std::transform(entries.begin(), entries.end(), table.begin(),
                 [](const Entry& entry) { return entry.sum / (entry.count + 1); });
}

std::vector<double> train_models(const Parameters& p, std::span<const Step> chain, const RandomStream& random) {
  const auto data = draw_data(p.n_train, random);
  const auto bins = static_cast<std::size_t>(p.bins);
  std::vector<double> tables(chain.size() * bins);
  tbb::parallel_for(std::size_t{0}, chain.size(), [&](std::size_t k) {
    train(target_of(p.sampler), p.beta, chain[k].trained_at, {p.bins, p.bin_limit}, data, p.n_train, random,
          std::span(tables).subspan(k * bins, bins));
  });
  return tables;
}

}  // namespace trawl::studies::diffusion
