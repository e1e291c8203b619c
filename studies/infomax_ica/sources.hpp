// Sources of unit variance, and what theory says of their separation.
#pragma once

#include <span>

#include "engine/random.hpp"
#include "studies/infomax_ica/infomax.hpp"

namespace trawl::studies::ica {

enum class Source { laplace, logistic, uniform, gaussian };
inline constexpr std::size_t source_count = 4;

/// Draws [first, first + out.size()) of `stream` with that distribution, mean 0 and variance 1.
void draw_source(Source source, const RandomStream& random, std::uint32_t stream, std::uint64_t first,
                 std::span<double> out);

/// A point where the rule comes to rest: u = c s, s one of the sources, with E[phi(c s) c s] = 1.
struct FixedPoint {
  double row_scale;          ///< c
  double output_variance;    ///< c^2
  double stability_product;  ///< E[phi'(u)] E[u^2]
  bool stable;               ///< product above 1; at 1, as for normal sources, nothing is separated
};

/// Computed once per process for each pair, by quadrature to about 1e-12.
const FixedPoint& fixed_point(Density density, Source source);

}  // namespace trawl::studies::ica
