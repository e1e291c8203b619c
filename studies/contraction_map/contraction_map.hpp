// Fixed-point iteration of a line with a ripple, and the inversion of a residual layer by it.
#pragma once

#include "engine/study.hpp"

namespace trawl::studies {

/// Iteration of f(z) = a + b z + c sin(w z), either of f itself or to invert y = z + f(z):
///
///     iterate   z <- f(z)             converges to a fixed point f(z) = z wherever |f'| < 1 near it
///     invert    z <- y - f(z)         converges to the z with z + f(z) = y; if z ~ N(m, s^2), the log density
///                                     of y is ln N(z; m, s^2) - ln |1 + f'(z)|
///     f'(z) = b + c w cos(w z),   sup |f'| = |b| + |c w|: a contraction everywhere if that is below one
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | a, b, c, w | a, b, c, frequency | any |
/// | | mode: iterate, invert; y, used by invert | any |
/// | | start, iterations | any; 0 .. 10000 |
/// | | threshold: converged says whether the last step was no longer in size | >= 0 |
/// | | search_lower, search_upper: where fixed points are looked for | any |
/// | | fixed_points: how many are listed | 1 .. 64 |
/// | m, s | base_mean, base_sd | any; 1e-100 .. 1e100 |
///
/// In invert mode all of it is about g(z) = y - f(z): its fixed points are the solutions of z + f(z) = y, of which
/// there may be several when f is no contraction. A derivative above one in size at a fixed point means that it repels.
/// Near one that attracts, errors and steps shrink by the derivative g' itself, sign included: (z_{k+1} - z*) / (z_k -
/// z*) -> g'(z*), so that a negative rate says that the iterates alternate about it, and last_step is signed too.
/// Method: fixed points from the sign changes of g(z) - z between its extrema, which are known in closed form, then
/// Newton's method kept inside the bracket. All fixed points are found but those that touch (double roots).
/// Error: 1e-15 of the size of z / |g' - 1|. tests/studies/contraction_map_test.cpp measures it. An iteration that
/// leaves the doubles gives NaN from there on, and the point is no failure. Cost: 15 ns an iteration, 150 ns a fixed
/// point. Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 16.3, "Contraction mappings"; its third
/// map is called a contraction there and is none.
class ContractionMap final : public Study {
 public:
  ContractionMap();

  const Declaration& declaration() const override { return declaration_; }
  /// The largest numbers of iterations and of fixed points of the sweep set the sizes of their dimensions.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  double cost(std::span<const double> point) const override;
  bool has_uniform_cost() const override { return false; }
  std::size_t max_block() const override { return 256; }
  void evaluate(const Tasks& tasks, const Columns& columns) const override;

 private:
  Declaration declaration_;
};

}  // namespace trawl::studies
