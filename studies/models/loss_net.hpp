// What the three loss studies have in common: a shallow network with K outputs on the inputs x20.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "engine/typed_study.hpp"
#include "studies/data/x20.hpp"
#include "studies/models/shallow_net.hpp"

namespace trawl::studies::models {

/// A shallow network as members of a study's parameters P: std::arrays beta0[3], omega0[3], beta1[K] and omega1[3 K],
/// the last row after row, a row for each output.
template <class P>
constexpr std::size_t outputs_of = std::tuple_size_v<decltype(P::beta1)>;

template <class P>
ShallowNet<outputs_of<P>> net_of(const P& p) {
  ShallowNet<outputs_of<P>> net{.hidden_offset = p.beta0, .hidden_slope = p.omega0, .offset = p.beta1};
  for (std::size_t k = 0; k < outputs_of<P>; ++k)
    std::copy_n(&p.omega1[k * hidden_units], hidden_units, net.weight[k].begin());
  return net;
}

/// Declares them as beta0_0 .. omega1_2; with several outputs beta1_0 .. and omega1_00 .. (output, unit).
template <class P>
std::vector<Binding<P>> loss_net_bindings() {
  auto bindings = bind_elements<&P::beta0>(
      {.name = "beta0_#", .long_name = "offset of hidden unit #", .description = "offset of hidden unit #"});
  const auto append = [&](std::vector<Binding<P>> more) { bindings.insert(bindings.end(), more.begin(), more.end()); };
  append(bind_elements<&P::omega0>(
      {.name = "omega0_#", .long_name = "slope of hidden unit #", .description = "slope of hidden unit #"}));
  if constexpr (outputs_of<P> == 1) {
    append(bind_elements<&P::beta1>(
        {.name = "beta1", .long_name = "offset of the output", .description = "offset of the output"}));
    append(bind_elements<&P::omega1>(
        {.name = "omega1_#", .long_name = "weight of hidden unit #", .description = "weight of hidden unit #"}));
  } else {
    append(bind_elements<&P::beta1>({.name = "beta1_#",
                                     .long_name = "offset of the logit of class #",
                                     .description = "offset of the logit of class #"}));
    auto weights = bind_elements<&P::omega1>({});
    for (std::size_t n = 0; n < weights.size(); ++n) {
      const std::string k = std::to_string(n / hidden_units), i = std::to_string(n % hidden_units);
      weights[n].parameter.name = "omega1_" + k + i;
      weights[n].parameter.description = "weight of hidden unit " + i + " in the logit of class " + k;
    }
    append(weights);
  }
  return bindings;
}

/// The inputs x20 as a dimension.
inline Dimension training_inputs() {
  return {
      .name = "x_train", .description = "input of the training point", .values = {data::x20.begin(), data::x20.end()}};
}

/// The first `count` parameters as a dimension, for gradients.
inline Dimension weights_of(const Declaration& declaration, std::size_t count) {
  Dimension weight = {.name = "weight", .description = "parameter that the gradient is in"};
  for (std::size_t p = 0; p < count; ++p) weight.labels.push_back(declaration.parameters[p].name);
  return weight;
}

/// Writes a gradient in the order of the parameters and returns what is left of `out`.
template <std::size_t K>
std::span<double> write_gradient(const ShallowNet<K>& gradient, std::span<double> out) {
  const auto write = [&](const auto& values) {
    std::copy(values.begin(), values.end(), out.begin());
    out = out.subspan(values.size());
  };
  write(gradient.hidden_offset);
  write(gradient.hidden_slope);
  write(gradient.offset);
  for (const Triple& row : gradient.weight) write(row);
  return out;
}

}  // namespace trawl::studies::models
