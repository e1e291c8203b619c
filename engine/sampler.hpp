// Where the points of a sampled design lie in the unit cube, and what parameter values that means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/axis_reader.hpp"
#include "engine/permutation.hpp"
#include "engine/sobol.hpp"
#include "engine/sweep_spec.hpp"

namespace trawl {

/// A position in [0, 1) as a multiple of 2^-64.
using Fraction = std::uint64_t;

/// The coordinates of points 0 .. spec.points - 1 of a random, Latin hypercube or Sobol design, one for each axis.
/// Every number follows from the seed, the point and the axis. Immutable.
///
/// random: independent draws from Philox. latin_hypercube: each axis has one point in each of its spec.points equal
/// strata, in the order of a keyed permutation, anywhere in the stratum. sobol: a digital shift by one random number
/// per axis keeps the sequence's equidistribution and moves its first point from the corner.
class Sampler {
 public:
  explicit Sampler(const SweepSpec& spec);

  Fraction fraction(std::uint64_t point, std::size_t axis) const;

 private:
  DesignKind design_;
  std::uint64_t seed_;
  std::uint64_t points_;
  std::vector<Permutation> strata_;  ///< latin_hypercube
  std::optional<Sobol> sobol_;
  std::vector<std::uint64_t> shifts_;  ///< sobol
};

/// The value of an axis at a fraction: a distribution's quantile, inside its closed interval; of an axis of n values
/// number floor(n * fraction).
double axis_quantile(const AxisReader& axis, Fraction fraction);

}  // namespace trawl
