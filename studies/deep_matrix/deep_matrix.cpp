#include "studies/deep_matrix/deep_matrix.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "studies/deep_matrix/layers.hpp"

namespace trawl::studies {
namespace {

using P = DeepMatrixParameters;

constexpr std::size_t curve_points_place = 21, inputs_place = 22, outputs_place = 26;
constexpr std::size_t most_layers = 4;
constexpr double left = -1, right = 1;

enum Output : std::size_t {
  y,
  beta0,
  omega0,
  beta1,
  omega1,
  beta2,
  omega2,
  n_parameters,
  rows,
  columns,
  input,
  activation,
  curve
};
enum Stream : std::uint32_t { weights_stream, input_stream };

Declaration declaration() {
  return {.name = "deep_matrix",
          .group = "First principles",
          .summary = "Deep networks in matrix form: two shallow ones composed, and random ones of any sizes.",
          .maths = "h_k+1 = relu(beta_k + Omega_k h_k), y = beta_K + Omega_K h_K",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 4.3, \"Deep neural networks\""};
}

std::vector<Binding<P>> bindings() {
  auto all = models::two_nets_bindings<P>();
  const Domain size = between(1, 4096), maybe = between(0, 4096);
  const std::vector<Binding<P>> more = {
      bind<&P::x>({.name = "x", .description = "input of the composed network at which y is written"}),
      bind<&P::curve_points>(models::curve_points_parameter()),
      bind<&P::inputs>({.name = "inputs", .domain = size, .description = "inputs of the random network"}),
      bind<&P::hidden1>(
          {.name = "hidden1", .domain = maybe, .description = "units of hidden layer 1; 0: no such layer"}),
      bind<&P::hidden2>(
          {.name = "hidden2", .domain = maybe, .description = "units of hidden layer 2; 0: no such layer"}),
      bind<&P::hidden3>(
          {.name = "hidden3", .domain = maybe, .description = "units of hidden layer 3; 0: no such layer"}),
      bind<&P::outputs>({.name = "outputs", .domain = size, .description = "outputs of the random network"})};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Inputs and outputs of each layer that there is.
struct Sizes {
  std::array<std::size_t, most_layers + 1> size;
  std::size_t layers = 0;

  explicit Sizes(const P& p) {
    size[0] = static_cast<std::size_t>(p.inputs);
    for (const std::int64_t units : {p.hidden1, p.hidden2, p.hidden3, p.outputs})
      if (units > 0) size[++layers] = static_cast<std::size_t>(units);
  }
  std::size_t parameters() const {
    std::size_t sum = 0;
    for (std::size_t k = 0; k < layers; ++k) sum += size[k + 1] * (size[k] + 1);
    return sum;
  }
};

template <class Values>
void write(const Values& values, std::span<double> out) {
  std::copy(values.begin(), values.end(), out.begin());
}

void run_random_net(const Sizes& sizes, const RandomStream& random, const Outputs& out) {
  thread_local std::vector<double> weights;
  weights.resize(sizes.parameters());
  random.normal(weights_stream, 0, weights);
  std::span<double> x = out[input].first(sizes.size[0]);
  random.normal(input_stream, 0, x);
  std::span<const double> rest = weights;
  const std::size_t width = out[activation].size() / most_layers;
  for (std::size_t k = 0; k < sizes.layers; ++k) {
    const std::size_t units = sizes.size[k + 1], weight_count = units * sizes.size[k];
    out[rows][k] = static_cast<double>(units);
    out[columns][k] = static_cast<double>(sizes.size[k]);
    const std::span<double> h = out[activation].subspan(k * width, units);
    deep_matrix::affine(rest.first(units), rest.subspan(units, weight_count), x, h);
    if (k + 1 < sizes.layers) deep_matrix::relu_in_place(h);
    rest = rest.subspan(units + weight_count);
    x = h;
  }
}

}  // namespace

DeepMatrix::DeepMatrix() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout DeepMatrix::outputs(std::span<const Extent> extents) const {
  double widest = 1;
  for (std::size_t p = inputs_place; p <= outputs_place; ++p) widest = std::max(widest, extents[p].upper);
  Dimension neuron = {.name = "neuron", .description = "input or unit of a layer of the random network"};
  neuron.values.resize(static_cast<std::size_t>(widest));
  std::iota(neuron.values.begin(), neuron.values.end(), 1.0);
  const char* no_layer = "the network has fewer layers";
  const char* no_neuron = "the layer is narrower, or the network has fewer layers";
  return {
      .dimensions = {{.name = "unit1",
                      .long_name = "unit of hidden layer 1",
                      .description = "unit of hidden layer 1",
                      .values = {1, 2, 3}},
                     {.name = "unit2",
                      .long_name = "unit of hidden layer 2",
                      .description = "unit of hidden layer 2",
                      .values = {1, 2, 3}},
                     {.name = "layer", .description = "layer of the random network", .values = {1, 2, 3, 4}},
                     neuron,
                     models::curve_dimension(left, right, extents[curve_points_place].upper)},
      .outputs = {{.name = "y", .long_name = "network output y", .description = "output of the composed network at x"},
                  {.name = "beta0",
                   .long_name = "offsets of hidden layer 1",
                   .description = "offsets of hidden layer 1",
                   .dimensions = {"unit1"}},
                  {.name = "omega0",
                   .long_name = "weights of hidden layer 1",
                   .description = "weights of hidden layer 1",
                   .dimensions = {"unit1"}},
                  {.name = "beta1",
                   .long_name = "offsets of hidden layer 2",
                   .description = "offsets of hidden layer 2",
                   .dimensions = {"unit2"}},
                  {.name = "omega1",
                   .long_name = "weights of hidden layer 2",
                   .description = "weights of hidden layer 2",
                   .dimensions = {"unit2", "unit1"}},
                  {.name = "beta2", .long_name = "offset of the output", .description = "offset of the output"},
                  {.name = "omega2",
                   .long_name = "weights of the output",
                   .description = "weights of the output",
                   .dimensions = {"unit2"}},
                  {.name = "n_parameters",
                   .long_name = "number of parameters",
                   .description = "number of weights and offsets of the random network"},
                  {.name = "rows",
                   .description = "outputs of the random network's layer: rows of its matrix",
                   .dimensions = {"layer"},
                   .nan_means = no_layer},
                  {.name = "columns",
                   .description = "inputs of the random network's layer: columns of its matrix",
                   .dimensions = {"layer"},
                   .nan_means = no_layer},
                  {.name = "input",
                   .description = "inputs of the random network",
                   .dimensions = {"neuron"},
                   .nan_means = "the network has fewer inputs"},
                  {.name = "activation",
                   .description = "outputs of each layer of the random network",
                   .dimensions = {"layer", "neuron"},
                   .nan_means = no_neuron},
                  {.name = "curve", .description = "composed network on [-1, 1]", .dimensions = {"x_curve"}}}};
}

void DeepMatrix::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const auto net = deep_matrix::compose(p.first(), p.second());
  out.set(y, net(p.x));
  write(net.beta0, out[beta0]);
  write(net.omega0, out[omega0]);
  write(net.beta1, out[beta1]);
  write(net.omega1, out[omega1]);
  out.set(beta2, net.beta2);
  write(net.omega2, out[omega2]);
  models::write_curve(left, right, net, out[curve]);

  const Sizes sizes(p);
  out.set(n_parameters, static_cast<double>(sizes.parameters()));
  run_random_net(sizes, random, out);
}

double DeepMatrix::cost(const P& p) const {
  return 1000 + static_cast<double>(Sizes(p).parameters());
}

}  // namespace trawl::studies
