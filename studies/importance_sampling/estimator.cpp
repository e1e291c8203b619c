#include "studies/importance_sampling/estimator.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "studies/importance_sampling/kernel.hpp"

namespace trawl::studies::importance {
namespace {

constexpr std::uint64_t block_size = 1024;  // draws; the arrays of a block stay in the first-level cache
constexpr std::size_t blocks_per_leaf = 16;

using Range = tbb::blocked_range<std::uint64_t>;

/// Sums over some draws; the common factors of WeightedIntegrand are left out.
struct Sums {
  double values = 0;
  double weights = 0;
  double squared_weights = 0;

  friend Sums operator+(const Sums& a, const Sums& b) {
    return {a.values + b.values, a.weights + b.weights, a.squared_weights + b.squared_weights};
  }
  double effective_sample_size() const { return squared_weights > 0 ? weights * weights / squared_weights : 0; }
};

/// Number, mean and sum of squared deviations of some estimates.
struct Spread {
  double count = 0;
  double mean = 0;
  double squares = 0;

  /// Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
  friend Spread operator+(const Spread& a, const Spread& b) {
    if (a.count == 0) return b;
    if (b.count == 0) return a;
    const double count = a.count + b.count;
    const double difference = b.mean - a.mean;
    return {count, a.mean + difference * (b.count / count),
            a.squares + b.squares + difference * difference * (a.count * b.count / count)};
  }
};

/// A block's draws and their weighted integrands.
struct Block {
  double z[block_size];
  double values[block_size + 8];

  void fill(const WeightedIntegrand& x, const RandomStream& random, std::uint64_t first, std::uint64_t count) {
    random.normal(0, first, {z, count});
    weighted_integrand(x, z, count, values);
  }

  Sums sums_with_weights(const WeightedIntegrand& x, std::uint64_t count) const {
    if (x.is_plain()) return {sum(values, count), static_cast<double>(count), static_cast<double>(count)};
    double w[block_size];
    weights(x, z, count, w);
    return {sum(values, count), sum(w, count), sum_of_squares(w, count)};
  }
};

/// Sums over draws [first, first + samples).
Sums long_sums(const WeightedIntegrand& x, const RandomStream& random, std::uint64_t first, std::uint64_t samples,
               bool with_weights) {
  return tbb::parallel_deterministic_reduce(
      Range(0, (samples + block_size - 1) / block_size, blocks_per_leaf), Sums{},
      [&](const Range& range, Sums sums) {
        Block block;
        for (std::uint64_t b = range.begin(); b < range.end(); ++b) {
          const std::uint64_t done = b * block_size;
          const std::uint64_t count = std::min(block_size, samples - done);
          block.fill(x, random, first + done, count);
          sums = sums + (with_weights ? block.sums_with_weights(x, count) : Sums{.values = sum(block.values, count)});
        }
        return sums;
      },
      std::plus<>{});
}

class Sampler {
 public:
  Sampler(const Integrand& f, const Normal& proposal, std::uint64_t samples, std::uint64_t repeats,
          const RandomStream& random)
      : x_(f, proposal), random_(random), samples_(samples), repeats_(repeats) {}

  Estimates run() {
    const Spread spread = samples_ > block_size ? long_estimates() : short_estimates();
    return {.first = first_.values * scale(),
            .mean = spread.mean,
            .variance = repeats_ > 1 ? spread.squares / (spread.count - 1) : std::numeric_limits<double>::quiet_NaN(),
            .effective_sample_size = first_.effective_sample_size()};
  }

 private:
  double scale() const { return x_.factor / static_cast<double>(samples_); }

  /// Each estimate takes several blocks.
  Spread long_estimates() {
    return tbb::parallel_deterministic_reduce(
        Range(0, repeats_, 1), Spread{},
        [&](const Range& range, Spread spread) {
          for (std::uint64_t r = range.begin(); r < range.end(); ++r) {
            const Sums sums = long_sums(x_, random_, r * samples_, samples_, r == 0);
            if (r == 0) first_ = sums;
            spread = spread + Spread{1, sums.values * scale(), 0};
          }
          return spread;
        },
        std::plus<>{});
  }

  /// Each block makes several estimates.
  Spread short_estimates() {
    const std::uint64_t per_block = block_size / samples_;
    return tbb::parallel_deterministic_reduce(
        Range(0, (repeats_ + per_block - 1) / per_block, blocks_per_leaf), Spread{},
        [&](const Range& range, Spread spread) {
          Block block;
          for (std::uint64_t b = range.begin(); b < range.end(); ++b) {
            const std::uint64_t done = b * per_block;
            spread = spread + block_of_estimates(block, done, std::min(per_block, repeats_ - done));
          }
          return spread;
        },
        std::plus<>{});
  }

  Spread block_of_estimates(Block& block, std::uint64_t first, std::uint64_t count) {
    block.fill(x_, random_, first * samples_, count * samples_);
    if (first == 0) first_ = block.sums_with_weights(x_, samples_);
    // An estimate's sum may read seven values beyond its own, which the block has room for.
    double estimates[block_size];
    for (std::uint64_t i = 0; i < count; ++i) estimates[i] = sum(block.values + i * samples_, samples_) * scale();
    const double mean = sum(estimates, count) / static_cast<double>(count);
    for (std::uint64_t i = 0; i < count; ++i) estimates[i] -= mean;
    return {static_cast<double>(count), mean, sum_of_squares(estimates, count)};
  }

  WeightedIntegrand x_;
  const RandomStream& random_;
  std::uint64_t samples_;
  std::uint64_t repeats_;
  Sums first_;  ///< of the first estimate; written by the one thread that computes it
};

}  // namespace

Estimates sample_estimates(const Integrand& f, const Normal& proposal, std::uint64_t samples, std::uint64_t repeats,
                           const RandomStream& random) {
  // Isolated, so that a thread that waits for its share of the sums does not take up another point meanwhile.
  return tbb::this_task_arena::isolate([&] { return Sampler(f, proposal, samples, repeats, random).run(); });
}

}  // namespace trawl::studies::importance
