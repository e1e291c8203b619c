#include "studies/activations/activations.hpp"

#include <algorithm>

#include "studies/activations/distance.hpp"

namespace trawl::studies {
namespace {

using P = ActivationsParameters;

constexpr std::size_t curve_points_place = 15;

enum Output : std::size_t { y, hidden, heaviside_distance, line_slope, line_intercept, curve };

Declaration declaration() {
  return {
      .name = "activations",
      .version = 2,
      .group = "First principles",
      .summary = "One small network with sigmoid, step, straight or relu activations, and how far it is from steps.",
      .maths = "y(x) = phi0 + sum_i phi_i s(theta_i0 + theta_i1 x), s(z) = sigmoid(k z), step(z), a + b z, relu(z)",
      .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 3.4, \"Activation functions\""};
}

std::vector<Binding<P>> bindings() {
  auto all = models::theta_net_bindings<P, &P::theta0, &P::theta1, &P::phi>();
  const std::vector<Binding<P>> more = {
      bind<&P::activation>({.name = "activation",
                            .choices = {"sigmoid", "heaviside", "linear", "relu"},
                            .description = "what each hidden unit does to its input"}),
      bind<&P::gain>({.name = "gain", .domain = above(0), .description = "k of sigmoid(k z); unused by the others"}),
      bind<&P::a>({.name = "a",
                   .long_name = "linear offset a",
                   .description = "offset of the linear activation; unused by the others"}),
      bind<&P::b>({.name = "b",
                   .long_name = "linear slope b",
                   .description = "slope of the linear activation; unused by the others"}),
      bind<&P::x>({.name = "x", .description = "input at which y and hidden are written"}),
      bind<&P::curve_points>(models::curve_points_parameter())};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

Activations::Activations() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout Activations::outputs(std::span<const Extent> extents) const {
  const char* not_straight = "the activation is not linear";
  return {.dimensions = {models::unit_dimension(), models::curve_dimension(0, 1, extents[curve_points_place].upper)},
          .outputs = {{.name = "y", .long_name = "network output y", .description = "the network's output at x"},
                      {.name = "hidden", .description = "the hidden units at x", .dimensions = {"unit"}},
                      {.name = "heaviside_distance",
                       .description = "integral over [0, 1] of the distance to the same network with step functions"},
                      {.name = "line_slope", .description = "dy/dx of the straight line", .nan_means = not_straight},
                      {.name = "line_intercept", .description = "y(0) of the straight line", .nan_means = not_straight},
                      {.name = "curve", .description = "y(x) on [0, 1]", .dimensions = {"x_curve"}}}};
}

void Activations::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const auto net = models::theta_net(p.theta0, p.theta1, p.phi);
  const auto units = [&](double x) { return net.hidden(x, [&](double z) { return activations::activate(p, z); }); };
  const models::Triple h = units(p.x);
  std::copy(h.begin(), h.end(), out[hidden].begin());
  out.set(y, net.outputs(h)[0]);
  out.set(heaviside_distance, activations::heaviside_distance(p));
  if (p.activation == activations::Kind::linear) {
    out.set(line_slope, p.b * models::dot(net.weight[0], p.theta1));
    out.set(line_intercept, net.outputs(units(0))[0]);
  }
  models::write_curve(
      0, 1, [&](double x) { return net.outputs(units(x))[0]; }, out[curve]);
}

}  // namespace trawl::studies
