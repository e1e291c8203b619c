#include "studies/toy_backprop/toy_backprop.hpp"

#include <algorithm>
#include <cmath>

namespace trawl::studies {
namespace {

using namespace toy_backprop;
using P = ToyBackpropParameters;

enum Output : std::size_t { forward_pass, backward_pass, gradient_outputs, finite_difference, fd_error };

Declaration declaration() {
  return {
      .name = "toy_backprop",
      .group = "Backpropagation and training",
      .summary = "Backpropagation through a chain of sin, exp and cos, beside finite differences.",
      .maths = "l = (f3 - y)^2, f_k = beta_k + omega_k h_k, h1 = sin f0, h2 = exp f1, h3 = cos f2",
      .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 7.1, \"Backpropagation in toy model\"",
      .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  std::vector<Binding<P>> all = bind_elements<&P::beta>({.name = "beta#",
                                                         .long_name = "constant of the linear function #",
                                                         .description = "constant of the linear function #"});
  const auto slopes = bind_elements<&P::omega>({.name = "omega#",
                                                .long_name = "slope of the linear function #",
                                                .description = "slope of the linear function #"});
  all.insert(all.end(), slopes.begin(), slopes.end());
  all.push_back(bind<&P::x>({.name = "x", .description = "input"}));
  all.push_back(bind<&P::y>({.name = "y", .long_name = "target", .description = "target"}));
  all.push_back(bind<&P::fd_step>({.name = "fd_step",
                                   .domain = above(0),
                                   .long_name = "difference step",
                                   .description = "step of the differences"}));
  all.push_back(bind<&P::difference>(
      {.name = "difference", .choices = {"forward", "central"}, .description = "kind of the finite differences"}));
  return all;
}

/// Of the loss by `weight`, one of `weights`, which is changed meanwhile.
double difference_by(double& weight, const Weights<double>& weights, const P& p) {
  const double held = weight;
  const auto loss_at = [&](double value) {
    weight = value;
    return forward(weights, p.x, p.y).loss;
  };
  const bool central = p.difference == Difference::central;
  const double above = loss_at(held + p.fd_step), below = loss_at(central ? held - p.fd_step : held);
  weight = held;
  return (above - below) / (central ? 2 * p.fd_step : p.fd_step);
}

}  // namespace

ToyBackprop::ToyBackprop() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout ToyBackprop::outputs(std::span<const Extent>) const {
  const std::vector<std::string> per_weight = {"weight"};
  return {.dimensions = {{.name = "node",
                          .description = "quantity of the forward pass",
                          .labels = {"f0", "h1", "f1", "h2", "f2", "h3", "f3", "l"}},
                         {.name = "back_node",
                          .description = "what the loss is differentiated by, in the order of the backward pass",
                          .labels = {"f3", "h3", "f2", "h2", "f1", "h1", "f0"}},
                         {.name = "weight",
                          .description = "weight",
                          .labels = {"beta0", "beta1", "beta2", "beta3", "omega0", "omega1", "omega2", "omega3"}}},
          .outputs = {{.name = "forward", .description = "the chain's values", .dimensions = {"node"}},
                      {.name = "backward", .description = "derivative of the loss", .dimensions = {"back_node"}},
                      {.name = "gradient", .description = "derivative of the loss", .dimensions = per_weight},
                      {.name = "finite_difference", .description = "the same by differences", .dimensions = per_weight},
                      {.name = "fd_error",
                       .long_name = "error of the differences",
                       .description = "|finite_difference - gradient|",
                       .dimensions = per_weight}}};
}

void ToyBackprop::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  Weights<double> weights = {p.beta, p.omega};
  const Forward<double> pass = forward(weights, p.x, p.y);
  const Backward back = backward(weights, pass, p.y);
  const Weights<double> g = gradient(pass, back);
  std::ranges::copy(std::array{pass.f[0], pass.h[1], pass.f[1], pass.h[2], pass.f[2], pass.h[3], pass.f[3], pass.loss},
                    out[forward_pass].begin());
  std::ranges::copy(std::array{back.f[3], back.h[3], back.f[2], back.h[2], back.f[1], back.h[1], back.f[0]},
                    out[backward_pass].begin());
  for (std::size_t k = 0; k < 8; ++k) {
    const double exact = k < 4 ? g.beta[k] : g.omega[k - 4];
    const double differed = difference_by(k < 4 ? weights.beta[k] : weights.omega[k - 4], weights, p);
    out[gradient_outputs][k] = exact;
    out[finite_difference][k] = differed;
    out[fd_error][k] = std::abs(differed - exact);
  }
}

}  // namespace trawl::studies
