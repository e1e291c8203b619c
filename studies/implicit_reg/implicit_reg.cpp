#include "studies/implicit_reg/implicit_reg.hpp"

#include "studies/implicit_reg/flow.hpp"
#include "studies/implicit_reg/loss.hpp"

namespace trawl::studies {
namespace {

using namespace models;
using P = ImplicitRegParameters;

enum Output : std::size_t {
  regulariser = walk_outputs,
  modified_loss,
  modified_gradient,
  flow_limit_phi0,
  phi0_offset,
  flow_phi,
  modified_flow_phi,
  distance_to_flow,
  distance_to_modified_flow
};

constexpr std::size_t steps_place = 4, path_steps_place = 5;  // in the declaration

Declaration declaration() {
  return {.name = "implicit_reg",
          .group = "Fitting",
          .summary = "Descent with finite steps beside the flows that it follows, on a loss with a line of minima.",
          .maths = "phi <- phi - alpha grad (L + (alpha_reg / 4) |grad L|^2), L = 1 - exp(-phi1^2 exp(4 phi0^2) / 2)",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 9.2, \"Implicit regularization\"",
          .parameters = {}};
}

/// Farther out exp(4 phi0^2) is not a number that fits.
Parameter near_start(const char* name) {
  Parameter start = start_parameter(name);
  start.domain = between(-10, 10);
  return start;
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::start_phi0>(near_start("start_phi0")),
      bind<&P::start_phi1>(near_start("start_phi1")),
      bind<&P::alpha>(
          {.name = "alpha", .domain = at_least(0), .long_name = "step size alpha", .description = "size of a step"}),
      bind<&P::alpha_reg>({.name = "alpha_reg",
                           .domain = at_least(0),
                           .long_name = "strength of the regulariser",
                           .description = "strength of the explicit regulariser (alpha_reg / 4) |grad L|^2"}),
      bind<&P::steps>(steps_parameter()),
      bind<&P::path_steps>(path_steps_parameter())};
}

/// From the point's start, for as long as its descent takes.
Vector2 flow_of(const P& p, double strength) {
  return implicit_reg::gradient_flow({p.start_phi0, p.start_phi1}, p.alpha * static_cast<double>(p.steps),
                                     [=](Vector2 phi) { return implicit_reg::modified_gradient(phi, strength); });
}

}  // namespace

ImplicitReg::ImplicitReg() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout ImplicitReg::outputs(std::span<const Extent> extents) const {
  OutputLayout layout = walk_layout(extents[steps_place], extents[path_steps_place]);
  const std::vector<std::string> per_component = {"component"};
  layout.outputs.insert(
      layout.outputs.end(),
      {{.name = "regulariser", .description = "(alpha_reg / 4) |grad L|^2 at the end"},
       {.name = "modified_loss", .description = "loss + regulariser at the end"},
       {.name = "modified_gradient",
        .description = "gradient of modified_loss at the end",
        .dimensions = per_component},
       {.name = "flow_limit_phi0", .description = "phi0 where the flow of the loss ends after infinite time"},
       {.name = "phi0_offset",
        .long_name = "distance to the limit of the flow",
        .description = "phi0 at the end - flow_limit_phi0"},
       {.name = "flow_phi", .description = "end of the flow of modified_loss", .dimensions = per_component},
       {.name = "modified_flow_phi",
        .description = "end of the flow with strength alpha_reg + alpha in place of alpha_reg",
        .dimensions = per_component},
       {.name = "distance_to_flow", .description = "|phi - flow_phi|"},
       {.name = "distance_to_modified_flow", .description = "|phi - modified_flow_phi|"}});
  return layout;
}

void ImplicitReg::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const Vector2 start = {p.start_phi0, p.start_phi1};
  const auto next = [&p](Vector2 phi, std::int64_t) {
    return phi - p.alpha * implicit_reg::modified_gradient(phi, p.alpha_reg);
  };
  const Vector2 end = descend(
      {start, p.steps, p.path_steps}, next, [](Vector2 phi) { return implicit_reg::loss(phi).value; },
      [](Vector2 phi) { return implicit_reg::loss(phi).gradient; }, out);

  const double added = implicit_reg::regulariser(end, p.alpha_reg), limit = implicit_reg::flow_limit(start).x0;
  out.set(regulariser, added);
  out.set(modified_loss, implicit_reg::loss(end).value + added);
  write(implicit_reg::modified_gradient(end, p.alpha_reg), out[modified_gradient]);
  out.set(flow_limit_phi0, limit);
  out.set(phi0_offset, end.x0 - limit);

  const Vector2 flow = flow_of(p, p.alpha_reg), modified = flow_of(p, p.alpha_reg + p.alpha);
  write(flow, out[flow_phi]);
  write(modified, out[modified_flow_phi]);
  out.set(distance_to_flow, norm(end - flow));
  out.set(distance_to_modified_flow, norm(end - modified));
}

}  // namespace trawl::studies
