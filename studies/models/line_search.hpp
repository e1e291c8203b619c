// Line search by moving four points a < b < c < d together around a minimum.
#pragma once

#include <cmath>
#include <cstddef>

namespace trawl::studies::models {

struct Bracket {
  double a, b, c, d;
};

/// What the first rule does: halves the distances from a, or, as the source does, b, c and d themselves, which is right
/// while a = 0 only.
enum class Halving { towards_a, absolute };

/// When the first rule applies: L(a) below the other three, or not above them (the source's argmin in 6.2 and 6.3).
enum class Lowest { below, not_above };

struct LineSearch {
  double thresh;
  std::size_t max_iter;
  Halving halving = Halving::towards_a;
  Lowest lowest = Lowest::not_above;
};

struct LineSearchResult {
  double solution;
  std::size_t iterations;
};

/// While |b - c| > thresh, and max_iter times at most: (1) if L(a) is the lowest of the four, move b, c, d halfway
/// towards a; (2) else, if L(b) < L(c), drop what lies beyond c; (3) else drop what lies before b. After (2) and (3)
/// b and c part [a, d] in thirds. The solution is (b + c) / 2. visit(bracket) is called before each iteration.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.1, "Line search".
template <class Loss, class Visit>
LineSearchResult line_search(const Loss& loss, Bracket at, const LineSearch& rules, const Visit& visit) {
  std::size_t iterations = 0;
  const auto lowest = [&rules](double l, double other) {
    return rules.lowest == Lowest::below ? l < other : l <= other;
  };
  while (iterations < rules.max_iter && std::abs(at.b - at.c) > rules.thresh) {
    ++iterations;
    visit(at);
    const double la = loss(at.a), lb = loss(at.b), lc = loss(at.c), ld = loss(at.d);
    if (lowest(la, lb) && lowest(la, lc) && lowest(la, ld)) {
      const double centre = rules.halving == Halving::towards_a ? at.a : 0.0;
      at = {at.a, centre + (at.b - centre) / 2, centre + (at.c - centre) / 2, centre + (at.d - centre) / 2};
    } else {
      const double a = lb < lc ? at.a : at.b, d = lb < lc ? at.c : at.d, third = (d - a) / 3;
      at = {a, a + third, a + 2 * third, d};
    }
  }
  return {(at.b + at.c) / 2, iterations};
}

template <class Loss>
double line_search(const Loss& loss, const Bracket& start, const LineSearch& rules) {
  return line_search(loss, start, rules, [](const Bracket&) {}).solution;
}

/// The source's start: 0, 0.33, 0.66 and 1 times max_dist.
constexpr Bracket bracket_from_zero(double max_dist) {
  return {0.0, 0.33 * max_dist, 0.66 * max_dist, max_dist};
}

}  // namespace trawl::studies::models
