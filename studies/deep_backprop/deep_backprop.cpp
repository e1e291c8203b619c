#include "studies/deep_backprop/deep_backprop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace trawl::studies {
namespace {

using namespace backprop;
using P = DeepBackpropParameters;

enum Output : std::size_t {
  output,
  loss,
  weight_gradient_norm,
  bias_gradient_norm,
  active_fraction,
  min_abs_preactivation,
  parameter_count,
  max_difference,
  max_scaled_difference,
  accepted_fraction
};

constexpr std::size_t layers_parameter = 0;  // its position in the declaration

MlpShape shape_of(const P& p) {
  MlpShape shape = {{1}};
  shape.sizes.insert(shape.sizes.end(), static_cast<std::size_t>(p.hidden_layers), static_cast<std::size_t>(p.width));
  shape.sizes.push_back(1);
  return shape;
}

Declaration declaration() {
  return {.name = "deep_backprop",
          .group = "Backpropagation and training",
          .summary = "Gradients of a deep ReLU net with normal weights, layer by layer, beside finite differences",
          .maths = "f_k = beta_k + Omega_k relu(f_k-1), l = (f_K - y)^2, dl/df_k-1 = 1[f_k-1 > 0] * Omega_k^T dl/df_k",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 7.2, \"Backpropagation\"",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::hidden_layers>(
          {.name = "hidden_layers", .domain = between(0, 200), .description = "number K of hidden layers"}),
      bind<&P::width>({.name = "width", .domain = between(1, 512), .description = "units of each hidden layer"}),
      bind<&P::weight_scale>(
          {.name = "weight_scale", .domain = at_least(0), .description = "standard deviation of the normal weights"}),
      bind<&P::bias_scale>(
          {.name = "bias_scale", .domain = at_least(0), .description = "standard deviation of the normal biases"}),
      bind<&P::input>({.name = "input", .description = "x"}),
      bind<&P::target>({.name = "target", .description = "y"}),
      bind<&P::difference_step>(
          {.name = "difference_step", .domain = above(0), .description = "step of the finite differences"}),
      bind<&P::differences>({.name = "differences",
                             .choices = {"central", "forward"},
                             .description = "from both sides, or the source's from one"}),
  };
}

std::vector<double> draw_params(const P& p, const MlpShape& shape, const RandomStream& random) {
  std::vector<double> params(shape.parameter_count());
  random.normal(0, 0, params);
  for (std::size_t k = 0; k < shape.layers(); ++k) {
    for (std::size_t i = shape.weights(k); i < shape.biases(k); ++i) params[i] *= p.weight_scale;
    for (std::size_t i = shape.biases(k); i < shape.weights(k + 1); ++i) params[i] *= p.bias_scale;
  }
  return params;
}

double norm(std::span<const double> x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

void write_layers(const MlpShape& shape, const Passes& passes, const Outputs& out) {
  std::span<const double> f = passes.preactivations;
  const std::span<const double> gradient = passes.gradient;
  for (std::size_t k = 0; k < shape.layers(); ++k) {
    const std::size_t weights = shape.weights(k), biases = shape.biases(k), units = shape.sizes[k + 1];
    out[weight_gradient_norm][k] = norm(gradient.subspan(weights, biases - weights));
    out[bias_gradient_norm][k] = norm(gradient.subspan(biases, units));
    const auto active =
        std::count_if(f.begin(), f.begin() + static_cast<std::ptrdiff_t>(units), [](double f_i) { return f_i > 0; });
    out[active_fraction][k] = static_cast<double>(active) / static_cast<double>(units);
    f = f.subspan(units);
  }
}

void write_agreement(std::span<const double> gradient, std::span<const double> differences, const Outputs& out) {
  double largest = 0, scaled = 0;
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double difference = std::abs(differences[i] - gradient[i]), size = std::abs(gradient[i]);
    largest = std::max(largest, difference);
    scaled = std::max(scaled, difference / std::max(1.0, size));
    accepted += difference <= 1e-8 + 1e-5 * size ? 1 : 0;
  }
  const auto count = static_cast<double>(gradient.size());
  out.set(parameter_count, count);
  out.set(max_difference, largest);
  out.set(max_scaled_difference, scaled);
  out.set(accepted_fraction, static_cast<double>(accepted) / count);
}

}  // namespace

DeepBackprop::DeepBackprop() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout DeepBackprop::outputs(std::span<const Extent> extents) const {
  Dimension layer = {.name = "layer", .description = "k of Omega_k and beta_k"};
  layer.values.resize(static_cast<std::size_t>(extents[layers_parameter].upper) + 1);
  std::iota(layer.values.begin(), layer.values.end(), 0.0);
  const auto of_layers = [](const char* name, const char* description) {
    return trawl::Output{
        .name = name, .description = description, .dimensions = {"layer"}, .nan_means = "layer beyond the point's own"};
  };
  return {
      .dimensions = {layer},
      .outputs = {{.name = "output", .description = "f_K"},
                  {.name = "loss", .description = "(f_K - y)^2"},
                  of_layers("weight_gradient_norm", "Euclidean norm of dl/dOmega_k"),
                  of_layers("bias_gradient_norm", "Euclidean norm of dl/dbeta_k = dl/df_k"),
                  of_layers("active_fraction", "part of the layer's units with f_k > 0"),
                  {.name = "min_abs_preactivation",
                   .long_name = "smallest preactivation",
                   .description = "smallest |f_k| of all units"},
                  {.name = "parameter_count", .description = "weights and biases"},
                  {.name = "max_difference", .description = "largest |difference - gradient| of all parameters"},
                  {.name = "max_scaled_difference", .description = "the same over max(1, |gradient|)"},
                  {.name = "accepted_fraction",
                   .description = "part of the parameters with |difference - gradient| <= 1e-8 + 1e-5 |gradient|"}}};
}

void DeepBackprop::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const MlpShape shape = shape_of(p);
  const std::vector<double> params = draw_params(p, shape, random);
  const double x[] = {p.input}, y[] = {p.target};
  const Passes passes = forward_and_backward(shape, params, x, y);
  out.set(output, passes.output[0]);
  out.set(loss, passes.loss);
  write_layers(shape, passes, out);
  double smallest = std::numeric_limits<double>::infinity();
  for (const double f : passes.preactivations) smallest = std::min(smallest, std::abs(f));
  out.set(min_abs_preactivation, smallest);
  write_agreement(passes.gradient, difference_gradient(shape, params, x, y, p.differences, p.difference_step), out);
}

double DeepBackprop::cost(const P& p) const {
  const auto weights = static_cast<double>(shape_of(p).parameter_count());
  return weights * (weights + 100);
}

}  // namespace trawl::studies
