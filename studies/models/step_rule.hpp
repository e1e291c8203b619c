// How a step of gradient descent is sized, and the parameters of the line search.
#pragma once

#include <span>
#include <vector>

#include "engine/typed_study.hpp"
#include "studies/models/descent.hpp"
#include "studies/models/line_search.hpp"

namespace trawl::studies::models {

enum class StepRule { line_search, fixed };

/// Adds the parameters max_dist, thresh, max_iter and halving, which are members of P.
template <class P>
void add_line_search(std::vector<Binding<P>>& bindings) {
  bindings.insert(
      bindings.end(),
      {bind<&P::max_dist>({.name = "max_dist",
                           .domain = above(0),
                           .long_name = "length of the searched interval",
                           .description = "length of the interval that is searched"}),
       bind<&P::thresh>({.name = "thresh",
                         .domain = at_least(0),
                         .long_name = "line search threshold",
                         .description = "the line search stops at |b - c| <= thresh"}),
       bind<&P::max_iter>({.name = "max_iter",
                           .domain = between(1, 1000),
                           .long_name = "most iterations of the line search",
                           .description = "iterations of the line search at most"}),
       bind<&P::halving>({.name = "halving",
                          .choices = {"towards_a", "absolute"},
                          .description = "its first rule: b, c, d go halfway to a, or to 0 as the source has it"})});
}

/// start_phi0, start_phi1, rule, alpha, steps, the line search's parameters, path_steps: members of P.
template <class P>
std::vector<Binding<P>> descent_bindings() {
  std::vector<Binding<P>> all = {
      bind<&P::start_phi0>(start_parameter("start_phi0")), bind<&P::start_phi1>(start_parameter("start_phi1")),
      bind<&P::rule>({.name = "rule", .choices = {"line_search", "fixed"}, .description = "how a step is sized"}),
      bind<&P::alpha>({.name = "alpha",
                       .domain = at_least(0),
                       .long_name = "step size alpha",
                       .description = "step of rule = fixed"}),
      bind<&P::steps>(steps_parameter())};
  add_line_search(all);
  all.push_back(bind<&P::path_steps>(path_steps_parameter()));
  return all;
}

/// The layout of WalkOutput for a study whose parameters begin with these.
inline OutputLayout descent_layout(std::span<const Extent> extents) {
  constexpr std::size_t steps_place = 4, path_steps_place = 9;
  return walk_layout(extents[steps_place], extents[path_steps_place]);
}

}  // namespace trawl::studies::models
