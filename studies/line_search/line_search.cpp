#include "studies/line_search/line_search.hpp"

#include <cmath>
#include <numeric>

#include "studies/line_search/shoulder.hpp"

namespace trawl::studies {
namespace {

using P = LineSearchParameters;

enum Output : std::size_t { solution, loss, error, slope, curvature, iterations, bracket };

constexpr std::size_t max_iter_place = 5;  // in the declaration

Declaration declaration() {
  return {.name = "line_search",
          .group = "Fitting",
          .summary = "Four points close in on the minimum of a function with a shoulder.",
          .maths = "min of L(p) = 1 - 0.5 exp(-(p - 0.65)^2 / 0.1) - 0.45 exp(-(p - 0.35)^2 / 0.02), thirds of [a, d]",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.1, \"Line search\"",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  std::vector<Binding<P>> all = {
      bind<&P::start>({.name = "start", .description = "a, the left end of the interval"}),
      bind<&P::b_fraction>({.name = "b_fraction", .domain = between(0, 1), .description = "first b from a to d"}),
      bind<&P::c_fraction>({.name = "c_fraction", .domain = between(0, 1), .description = "first c from a to d"})};
  models::add_line_search(all);
  return all;
}

}  // namespace

LineSearch::LineSearch() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout LineSearch::outputs(std::span<const Extent> extents) const {
  Dimension iteration = {.name = "iteration", .description = "iterations done"};
  iteration.values.resize(static_cast<std::size_t>(extents[max_iter_place].upper));
  std::iota(iteration.values.begin(), iteration.values.end(), 0.0);
  const Dimension corner = {
      .name = "corner", .description = "point of the line search", .labels = {"a", "b", "c", "d"}};
  return {.dimensions = {iteration, corner},
          .outputs = {{.name = "solution", .description = "(b + c) / 2 at the end"},
                      {.name = "loss", .description = "L there"},
                      {.name = "error", .description = "distance from the minimum"},
                      {.name = "slope", .description = "derivative of L at the solution"},
                      {.name = "curvature", .description = "second derivative of L at the solution"},
                      {.name = "iterations", .description = "number of iterations"},
                      {.name = "bracket",
                       .description = "a, b, c, d before each iteration",
                       .dimensions = {"iteration", "corner"},
                       .nan_means = "the search had ended"}}};
}

void LineSearch::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  static const double minimum = shoulder::minimum();
  const models::Bracket start = {p.start, p.start + p.b_fraction * p.max_dist, p.start + p.c_fraction * p.max_dist,
                                 p.start + p.max_dist};
  std::size_t written = 0;
  const auto write_bracket = [&](const models::Bracket& at) {
    for (const double corner : {at.a, at.b, at.c, at.d}) out[bracket][written++] = corner;
  };
  const auto [found, count] = models::line_search(
      [](double x) { return shoulder::loss(x).value; }, start,
      {p.thresh, static_cast<std::size_t>(p.max_iter), p.halving, models::Lowest::below}, write_bracket);
  const shoulder::Derivatives there = shoulder::loss(found);
  out.set(solution, found);
  out.set(loss, there.value);
  out.set(error, std::abs(found - minimum));
  out.set(slope, there.first);
  out.set(curvature, there.second);
  out.set(iterations, static_cast<double>(count));
}

}  // namespace trawl::studies
