#include "engine/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <variant>

#include "engine/random.hpp"

namespace trawl {

namespace {

__extension__ using uint128 = unsigned __int128;

// The engine's own random streams; see RandomStream.
constexpr std::uint32_t point_stream = 65280;  // index: point, block: axis
constexpr std::uint32_t key_stream = 65281;    // index: axis

std::uint64_t random_word(std::uint64_t seed, std::uint32_t stream, std::uint64_t index, std::uint64_t block) {
  const auto words = RandomStream(seed, index).block(stream, block);
  return words[0] | std::uint64_t{words[1]} << 32;
}

std::uint64_t scaled(std::uint64_t n, Fraction fraction) {
  return static_cast<std::uint64_t>((uint128{n} * fraction) >> 64);
}

// (stratum + jitter) / n, rounded down. The jitter is kept from its lowest n / 2^64, so that scaled(n, result) is the
// stratum again.
Fraction in_stratum(std::uint64_t stratum, Fraction jitter, std::uint64_t n) {
  return static_cast<Fraction>(((uint128{stratum} << 64) + std::max(jitter, n)) / n);
}

// In (0, 1), as RandomStream::uniform has it.
double to_unit(Fraction fraction) {
  return (static_cast<double>(fraction >> 12) + 0.5) * 0x1p-52;
}

}  // namespace

Sampler::Sampler(const SweepSpec& spec) : design_(spec.design), seed_(spec.seed), points_(spec.points) {
  if (design_ == DesignKind::sobol) sobol_.emplace(spec.axes.size());
  for (std::size_t axis = 0; axis < spec.axes.size(); ++axis) {
    const std::uint64_t key = random_word(seed_, key_stream, axis, 0);
    if (design_ == DesignKind::sobol) shifts_.push_back(key);
    if (design_ == DesignKind::latin_hypercube) strata_.emplace_back(points_, key);
  }
}

Fraction Sampler::fraction(std::uint64_t point, std::size_t axis) const {
  if (design_ == DesignKind::sobol) return (*sobol_)(point, axis) ^ shifts_[axis];
  const std::uint64_t draw = random_word(seed_, point_stream, point, axis);
  if (design_ == DesignKind::latin_hypercube) return in_stratum(strata_[axis](point), draw, points_);
  return draw;
}

double axis_quantile(const AxisReader& reader, Fraction fraction) {
  if (reader.size() != 0) return reader.value(scaled(reader.size(), fraction));
  const AxisValues& values = reader.axis().values;
  if (const auto* uniform = std::get_if<Uniform>(&values)) {
    const double x = uniform->lower + to_unit(fraction) * (uniform->upper - uniform->lower);
    return std::clamp(x, uniform->lower, uniform->upper);
  }
  if (const auto* log_uniform = std::get_if<LogUniform>(&values)) {
    const double lower = std::log(log_uniform->lower);
    const double upper = std::log(log_uniform->upper);
    return std::clamp(std::exp(lower + to_unit(fraction) * (upper - lower)), log_uniform->lower, log_uniform->upper);
  }
  const auto& integers = std::get<Integers>(values);
  const auto count = static_cast<std::uint64_t>(integers.upper - integers.lower) + 1;
  return static_cast<double>(static_cast<std::int64_t>(integers.lower) +
                             static_cast<std::int64_t>(scaled(count, fraction)));
}

}  // namespace trawl
