// Repeated Monte Carlo estimates of the mean of a function of one normal number.
#pragma once

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>

#include "engine/random.hpp"
#include "studies/models/lane_sums.hpp"

namespace trawl::studies {

/// Number, mean and sum of squared deviations of some numbers.
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

struct NoExtra {
  friend NoExtra operator+(NoExtra, NoExtra) { return {}; }
};

/// A quantity X(z), z ~ N(0, 1), whose mean is estimated. Derive and override.
template <class ExtraSums = NoExtra>
struct Quantity {
  using Extra = ExtraSums;

  double factor = 1;  ///< X = factor * values

  /// values[i] for z[i]; both arrays have room for `count` rounded up to a multiple of 8.
  virtual void values(const double* z, std::size_t count, double* values) const = 0;
  /// Further sums over the draws, taken for the first estimate only.
  virtual Extra extra(const double* /*z*/, std::size_t /*count*/) const { return {}; }

 protected:
  ~Quantity() = default;
};

template <class Extra>
struct RepeatedEstimates {
  double first = 0;     ///< the first estimate
  double mean = 0;      ///< of all estimates
  double variance = 0;  ///< of the estimates, divided by their number less one; NaN if there is one only
  Extra extra;          ///< of the first estimate
};

namespace detail {

template <class Q>
class Estimator {
 public:
  using Extra = typename Q::Extra;

  Estimator(const Q& quantity, std::uint64_t samples, std::uint64_t repeats, const RandomStream& random,
            std::uint32_t stream, std::uint64_t first_draw)
      : quantity_(quantity),
        random_(random),
        stream_(stream),
        first_draw_(first_draw),
        samples_(samples),
        repeats_(repeats) {}

  RepeatedEstimates<Extra> run() {
    const Spread spread = samples_ > block_size ? long_estimates() : short_estimates();
    return {.first = first_.values * scale(),
            .mean = spread.mean,
            .variance = repeats_ > 1 ? spread.squares / (spread.count - 1) : std::numeric_limits<double>::quiet_NaN(),
            .extra = first_.extra};
  }

 private:
  static constexpr std::uint64_t block_size = 1024;  // draws; the arrays of a block stay in the first-level cache
  static constexpr std::size_t blocks_per_leaf = 16;
  using Range = tbb::blocked_range<std::uint64_t>;

  struct Sums {
    double values = 0;
    Extra extra = {};

    friend Sums operator+(const Sums& a, const Sums& b) { return {a.values + b.values, a.extra + b.extra}; }
  };

  /// A block's draws and the quantity there.
  struct Block {
    double z[block_size];
    double values[block_size + 8];
  };

  double scale() const { return quantity_.factor / static_cast<double>(samples_); }

  void fill(Block& block, std::uint64_t first, std::uint64_t count) const {
    random_.normal(stream_, first_draw_ + first, {block.z, count});
    quantity_.values(block.z, count, block.values);
  }

  /// Sums over draws [first, first + samples_).
  Sums long_sums(std::uint64_t first, bool with_extra) const {
    return tbb::parallel_deterministic_reduce(
        Range(0, (samples_ + block_size - 1) / block_size, blocks_per_leaf), Sums{},
        [&](const Range& range, Sums sums) {
          Block block;
          for (std::uint64_t b = range.begin(); b < range.end(); ++b) {
            const std::uint64_t done = b * block_size;
            const std::uint64_t count = std::min(block_size, samples_ - done);
            fill(block, first + done, count);
            sums = sums + Sums{sum(block.values, count), with_extra ? quantity_.extra(block.z, count) : Extra{}};
          }
          return sums;
        },
        std::plus<>{});
  }

  /// Each estimate takes several blocks.
  Spread long_estimates() {
    return tbb::parallel_deterministic_reduce(
        Range(0, repeats_, 1), Spread{},
        [&](const Range& range, Spread spread) {
          for (std::uint64_t r = range.begin(); r < range.end(); ++r) {
            const Sums sums = long_sums(r * samples_, r == 0);
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
    fill(block, first * samples_, count * samples_);
    if (first == 0) first_ = {sum(block.values, samples_), quantity_.extra(block.z, samples_)};
    // An estimate's sum may read seven values beyond its own, which the block has room for.
    double estimates[block_size];
    for (std::uint64_t i = 0; i < count; ++i) estimates[i] = sum(block.values + i * samples_, samples_) * scale();
    const double mean = sum(estimates, count) / static_cast<double>(count);
    for (std::uint64_t i = 0; i < count; ++i) estimates[i] -= mean;
    return {static_cast<double>(count), mean, sum_of_squares(estimates, count)};
  }

  const Q& quantity_;
  const RandomStream& random_;
  std::uint32_t stream_;
  std::uint64_t first_draw_;
  std::uint64_t samples_;
  std::uint64_t repeats_;
  Sums first_;  ///< of the first estimate; written by the one thread that computes it
};

}  // namespace detail

/// `repeats` independent estimates, each the mean of the quantity over `samples` draws z. Estimate r uses the draws
/// [first_draw + r * samples, first_draw + (r + 1) * samples) of the stream.
///
/// Parallel within the calling thread's TBB arena. Draws are summed in blocks of 1024 with eight running sums each, and
/// blocks and estimates are combined by trees that depend on `samples` and `repeats` only: the result has the same bits
/// for any number of threads and any instruction set.
template <class Q>
RepeatedEstimates<typename Q::Extra> repeated_estimates(const Q& quantity, std::uint64_t samples, std::uint64_t repeats,
                                                        const RandomStream& random, std::uint32_t stream,
                                                        std::uint64_t first_draw = 0) {
  // Isolated, so that a thread that waits for its share of the sums does not take up another point meanwhile.
  return tbb::this_task_arena::isolate(
      [&] { return detail::Estimator<Q>(quantity, samples, repeats, random, stream, first_draw).run(); });
}

/// Throws std::invalid_argument if a stream has fewer than samples * repeats draws. Both must be positive.
inline void check_draws(std::int64_t samples, std::int64_t repeats) {
  constexpr std::int64_t draws = std::int64_t{1} << 49;
  if (samples > draws / repeats)
    throw std::invalid_argument("samples * repeats exceeds 2^49 (the draws of a task's random stream). Ask for less?");
}

}  // namespace trawl::studies
