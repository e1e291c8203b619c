#include "studies/latent_variable/sampling.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "studies/latent_variable/kernel.hpp"

namespace trawl::studies::latent {
namespace {

constexpr std::uint64_t block_size = 512;  // samples; the arrays of a block stay in the nearest caches
constexpr std::size_t blocks_per_leaf = 4;

struct Sums {
  SampleSums x;
  double log_density = 0;

  friend Sums operator+(const Sums& a, const Sums& b) { return {a.x + b.x, a.log_density + b.log_density}; }
};

using Range = tbb::blocked_range<std::uint64_t>;

}  // namespace

SampleStatistics draw_samples(const Map& map, double sigma_sq, const Grid& quadrature, const Point& exact_mean,
                              std::uint64_t samples, std::uint64_t scored, const RandomStream& random) {
  const double sigma = std::sqrt(sigma_sq);
  const auto block_sums = [&](std::uint64_t first) {
    const std::uint64_t count = std::min(block_size, samples - first);
    double z[block_size], e1[block_size], e2[block_size], x1[block_size], x2[block_size];
    random.normal(0, first, {z, count});
    random.normal(1, first, {e1, count});
    random.normal(2, first, {e2, count});
    Sums sums{sample(map, sigma, exact_mean, z, e1, e2, count, x1, x2)};
    thread_local std::vector<double> scratch;
    for (std::uint64_t i = 0; i < count && first + i < scored; ++i)
      sums.log_density += posterior_on(quadrature, {x1[i], x2[i]}, sigma_sq, scratch).log_density;
    return sums;
  };
  // Isolated, so that a thread that waits for its share of the sums does not take up another point meanwhile.
  const Sums sums = tbb::this_task_arena::isolate([&] {
    return tbb::parallel_deterministic_reduce(
        Range(0, (samples + block_size - 1) / block_size, blocks_per_leaf), Sums{},
        [&](const Range& range, Sums total) {
          for (std::uint64_t b = range.begin(); b < range.end(); ++b) total = total + block_sums(b * block_size);
          return total;
        },
        std::plus<>{});
  });

  const auto n = static_cast<double>(samples);
  const double mean1 = sums.x.first1 / n, mean2 = sums.x.first2 / n;  // from the exact mean
  const auto covariance = [&](double products, double means) {
    return samples > 1 ? (products - n * means) / (n - 1) : std::numeric_limits<double>::quiet_NaN();
  };
  return {.moments = {.mean = {exact_mean.x1 + mean1, exact_mean.x2 + mean2},
                      .variance1 = covariance(sums.x.square1, mean1 * mean1),
                      .variance2 = covariance(sums.x.square2, mean2 * mean2),
                      .covariance = covariance(sums.x.product, mean1 * mean2)},
          .mean_log_density = sums.log_density / static_cast<double>(scored)};
}

}  // namespace trawl::studies::latent
