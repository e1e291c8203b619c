// Minimum of a function of two variables.
#pragma once

#include <array>
#include <functional>

namespace trawl::studies::importance {

using Point2 = std::array<double, 2>;

/// The simplex method of Nelder and Mead (Computer Journal 7, 1965) with its usual coefficients 1, 2, 1/2, 1/2, from a
/// simplex of edge `size` at `start`, until the simplex is smaller than 1e-9 or 500 steps are done. Infinite values are
/// avoided like large ones.
Point2 nelder_mead(const std::function<double(const Point2&)>& function, Point2 start, double size);

}  // namespace trawl::studies::importance
