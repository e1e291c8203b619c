// Sobol's low-discrepancy sequence, at any index at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace trawl {

/// Coordinate j of point i is the exclusive or of the direction numbers v[j][k] over the bits k of i, read as a binary
/// fraction of 64 digits. (The Gray-code order in common use has the same first 2^m points in another order, for
/// every m.)
///
/// Direction numbers: Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci.
/// Comput. 30 (2008), as tabulated in Boost.Random. Cost: O(log i) per coordinate.
class Sobol {
 public:
  explicit Sobol(std::size_t dimensions);  ///< at most 3667

  /// Multiples of 2^-64; point 0 is the origin.
  std::uint64_t operator()(std::uint64_t i, std::size_t dimension) const;

 private:
  std::vector<std::uint64_t> directions_;  ///< [dimension][64]
};

}  // namespace trawl
