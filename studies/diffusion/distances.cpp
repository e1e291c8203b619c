#include "studies/diffusion/distances.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "studies/diffusion/mixture.hpp"

namespace trawl::studies::diffusion {
namespace {

constexpr auto cell_count = static_cast<std::size_t>(2 * cells_limit) * cells_per_unit;
constexpr std::size_t cells_per_bin = 2 * static_cast<std::size_t>(histogram_limit) * cells_per_unit / histogram_bins;
constexpr auto first_bin_cell = static_cast<std::size_t>(cells_limit - histogram_limit) * cells_per_unit;

/// The true distribution function at the cells' edges.
const std::vector<double>& true_cdf() {
  static const auto values = [] {
    std::vector<double> table(cell_count + 1);
    for (std::size_t i = 0; i <= cell_count; ++i) {
      table[i] = cdf(true_distribution, static_cast<double>(i) / cells_per_unit - cells_limit);
    }
    return table;
  }();
  return values;
}

/// Samples in each bin of the histogram.
std::array<std::uint64_t, histogram_bins> bin_counts(const Tally& tally) {
  std::array<std::uint64_t, histogram_bins> counts;
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) {
    const auto cells = tally.cells().subspan(first_bin_cell + bin * cells_per_bin, cells_per_bin);
    counts[bin] = std::accumulate(cells.begin(), cells.end(), std::uint64_t{0});
  }
  return counts;
}

double total_variation(const Tally& tally) {
  const auto& truth = true_cdf();
  const auto total = static_cast<double>(tally.total());
  const auto counts = bin_counts(tally);
  double sum = 0;
  double share_outside = 1;
  double truth_outside = 1;
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) {
    const std::size_t edge = first_bin_cell + bin * cells_per_bin;
    const double share = static_cast<double>(counts[bin]) / total;
    const double expected = truth[edge + cells_per_bin] - truth[edge];
    sum += std::abs(share - expected);
    share_outside -= share;
    truth_outside -= expected;
  }
  return 0.5 * (sum + std::abs(share_outside - truth_outside));
}

}  // namespace

Tally::Tally() : counts_(cell_count + 2) {}

void Tally::add(std::span<const double> samples) {
  for (const double z : samples) {
    // A NaN is counted as outside; the samples' mean tells of it.
    const double place = (z + cells_limit) * cells_per_unit;
    if (!(place >= 0)) ++counts_.front();
    else if (place >= static_cast<double>(cell_count)) ++counts_.back();
    else ++counts_[1 + static_cast<std::size_t>(place)];
  }
}

void Tally::add(const Tally& other) {
  std::transform(counts_.begin(), counts_.end(), other.counts_.begin(), counts_.begin(), std::plus<>());
}

std::uint64_t Tally::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::array<double, histogram_bins> density(const Tally& tally) {
  const auto counts = bin_counts(tally);
  const double unit = histogram_width * static_cast<double>(tally.total());
  std::array<double, histogram_bins> values;
  std::transform(counts.begin(), counts.end(), values.begin(),
                 [unit](std::uint64_t count) { return static_cast<double>(count) / unit; });
  return values;
}

Distances distances(const Tally& tally, double excess) {
  const auto& truth = true_cdf();
  const auto total = static_cast<double>(tally.total());
  std::uint64_t below = tally.below();
  double before = std::abs(static_cast<double>(below) / total - truth[0]);
  double area = 0;
  double largest = before;
  for (std::size_t i = 0; i < cell_count; ++i) {
    below += tally.cells()[i];
    const double gap = std::abs(static_cast<double>(below) / total - truth[i + 1]);
    area += 0.5 * (before + gap);
    largest = std::max(largest, gap);
    before = gap;
  }
  return {total_variation(tally), area / cells_per_unit + excess / total, largest};
}

}  // namespace trawl::studies::diffusion
