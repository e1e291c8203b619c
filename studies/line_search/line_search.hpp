// Line search by four points on a function with one minimum and a shoulder.
#pragma once

#include "engine/typed_study.hpp"
#include "studies/models/step_rule.hpp"

namespace trawl::studies {

struct LineSearchParameters {
  double start = 0.0;
  double max_dist = 1.0;
  double b_fraction = 0.33;
  double c_fraction = 0.66;
  double thresh = 1e-4;
  std::int64_t max_iter = 10;
  models::Halving halving = models::Halving::towards_a;
};

/// How fast do four points close in on a minimum, and when do they miss it?
///
///     L(p) = 1 - 0.5 exp(-(p - 0.65)^2 / 0.1) - 0.45 exp(-(p - 0.35)^2 / 0.02)
///     a = start, b = start + b_fraction max_dist, c = start + c_fraction max_dist, d = start + max_dist
///     while |b - c| > thresh, max_iter times at most:
///       1. L(a) below the others: b, c, d go halfway to a
///       2. else L(b) < L(c): d <- c, b and c at the thirds      3. else a <- b, b and c at the thirds
///     solution (b + c) / 2
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | a, d - a | start, max_dist | any, > 0 |
/// | (b - a), (c - a) over (d - a) at the start | b_fraction, c_fraction | [0, 1] |
/// | thresh, iterations | thresh, max_iter | >= 0, 1 .. 1000 |
/// | what rule 1 halves | halving | towards_a; absolute, as the source: b, c, d themselves, right while a = 0 only |
///
/// Rules 2 and 3 shrink the interval by 2/3. Below thresh of about 1e-8 differences of L are rounding noise. An
/// interval that does not hold the minimum makes the points creep to its end.
/// Method: studies/models/line_search.hpp.
/// Error: the last |b - c| when the interval holds the minimum; the output `error` is the distance to it.
/// tests/studies/line_search_test.cpp measures both.
/// Cost: 80 ns an iteration.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.1, "Line search".
class LineSearch final : public TypedStudy<LineSearchParameters> {
 public:
  LineSearch();

  /// The largest max_iter of the sweep sets the size of the iteration dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }
  std::size_t max_block() const override { return 64; }

 protected:
  void evaluate(const LineSearchParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const LineSearchParameters& p) const override { return 1 + static_cast<double>(p.max_iter); }
};

}  // namespace trawl::studies
