#include "studies/models/step_rule.hpp"

namespace trawl::studies::models {

Parameter rule_parameter() {
  return {.name = "rule", .choices = {"line_search", "fixed"}, .description = "how a step is sized"};
}

Parameter max_dist_parameter() {
  return {.name = "max_dist", .domain = above(0), .description = "length of the interval that is searched"};
}

Parameter thresh_parameter() {
  return {.name = "thresh", .domain = at_least(0), .description = "the line search stops when |b - c| is this small"};
}

Parameter max_iter_parameter() {
  return {.name = "max_iter", .domain = between(1, 1000), .description = "iterations of the line search at most"};
}

Parameter halving_parameter() {
  return {.name = "halving",
          .choices = {"towards_a", "absolute"},
          .description = "first rule of the line search: b, c, d go halfway to a, or to 0 as the source has it"};
}

}  // namespace trawl::studies::models
