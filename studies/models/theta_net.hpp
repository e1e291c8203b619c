// A shallow network in the notation of the source's first chapters, as parameters of a study:
// y(x) = phi0 + sum_i phi_i a(theta_i0 + theta_i1 x), i = 1, 2, 3.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/typed_study.hpp"
#include "studies/models/shallow_net.hpp"

namespace trawl::studies::models {

using Phi = std::array<double, 1 + hidden_units>;

inline ShallowNet<1> theta_net(const Triple& theta0, const Triple& theta1, const Phi& phi) {
  return {.hidden_offset = theta0, .hidden_slope = theta1, .offset = {phi[0]}, .weight = {{{phi[1], phi[2], phi[3]}}}};
}

/// Binds std::array members of P as PREFIXtheta10, .. theta30, theta11, .. theta31, phi0, .. phi3.
template <class P, auto Theta0, auto Theta1, auto Phi>
auto theta_net_bindings(const std::string& prefix = "") {
  auto bindings = bind_elements<Theta0, P>({.name = prefix + "theta#0", .description = "offset of hidden unit #"}, 1);
  const auto append = [&](const auto& more) { bindings.insert(bindings.end(), more.begin(), more.end()); };
  append(bind_elements<Theta1, P>({.name = prefix + "theta#1", .description = "slope of hidden unit #"}, 1));
  append(
      bind_elements<Phi, P>({.name = prefix + "phi#", .description = "output's weight of hidden unit # (0: offset)"}));
  return bindings;
}

inline Dimension unit_dimension() {
  return {.name = "unit", .description = "hidden unit", .values = {1, 2, 3}};
}

inline double curve_input(double left, double right, std::size_t k, std::size_t points) {
  const double share = static_cast<double>(k) / static_cast<double>(points - 1);
  return left + (right - left) * share;
}

/// The inputs of a curve: `points` values from left to right, both included.
inline Dimension curve_dimension(double left, double right, double points) {
  Dimension x = {.name = "x_curve", .description = "input of the curve"};
  const auto size = static_cast<std::size_t>(points);
  for (std::size_t k = 0; k < size; ++k) x.values.push_back(curve_input(left, right, k, size));
  return x;
}

inline Parameter curve_points_parameter() {
  return {.name = "curve_points",
          .domain = between(2, 1e6),
          .long_name = "points of the curve",
          .description = "points of the curve; the sweep's largest value counts"};
}

/// y(x) at the inputs of curve_dimension.
template <class Function>
void write_curve(double left, double right, const Function& y, std::span<double> out) {
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = y(curve_input(left, right, k, out.size()));
}

}  // namespace trawl::studies::models
