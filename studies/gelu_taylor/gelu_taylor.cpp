#include "studies/gelu_taylor/gelu_taylor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "engine/activation.hpp"
#include "studies/gelu_taylor/errors.hpp"
#include "studies/gelu_taylor/printed_instance.hpp"

namespace trawl::studies {

using namespace taylor;

namespace {

using P = taylor::Parameters;

constexpr std::size_t size_parameter = 5;  // its position in the declaration

enum Stream : std::uint32_t { matrix_stream, point_stream, direction_stream };

enum OutputIndex : std::size_t {
  value,
  derivative,
  second_derivative,
  bias,
  mse,
  rmse,
  max_error,
  series,
  tanh_erf_gap,
  minimum_at,
  minimum_value,
  largest_gap_at,
  largest_gap_value,
  population_mse,
  phi,
  psi,
  reference_z,
  taylor_output,
  exact_output,
  layer_rmse,
  layer_max_error,
  source_weighted,
  source_constant,
  source_difference,
};

Declaration make_declaration() {
  return {.name = "gelu_taylor",
          .group = "GELU",
          .summary = "Error of the Taylor polynomial of the GELU about a reference point, for a unit and for a layer.",
          .maths = "g(z + t) ~ g(z) + g'(z) t, y = [diag(g'(W xbar)) W, g(W xbar)] [x - xbar; 1]",
          .source = "Notebook \"Lisa_Biased_Estimation\"",
          .parameters = {}};
}

std::vector<Binding<P>> make_bindings() {
  return {
      bind<&P::activation>({.name = "activation", .choices = {"tanh", "erf"}, .description = "form of the GELU, g"}),
      bind<&P::z>({.name = "z",
                   .domain = between(-1000, 1000),
                   .long_name = "reference z",
                   .description = "reference of a unit, zbar"}),
      bind<&P::s>({.name = "s",
                   .domain = {.lower = 0, .upper = 100, .lower_open = true},
                   .long_name = "displacement of a unit s",
                   .description = "standard deviation of a unit's displacement"}),
      bind<&P::order>({.name = "order",
                       .domain = between(0, 2),
                       .long_name = "degree of the polynomial",
                       .description = "degree of the Taylor polynomial"}),
      bind<&P::series_terms>({.name = "series_terms",
                              .domain = between(0, 50),
                              .description = "terms of the Maclaurin series of the erf form"}),
      bind<&P::d>({.name = "d",
                   .domain = between(1, 256),
                   .long_name = "layer size d",
                   .description = "size of the layer; W is d x d"}),
      bind<&P::r>({.name = "r",
                   .domain = between(0, 20),
                   .long_name = "displacement length r",
                   .description = "length of the layer's displacement"}),
      bind<&P::instance>({.name = "instance",
                          .choices = {"random", "printed"},
                          .description = "W and xbar: iid N(0, 1), or those that the source prints (d = 10)"}),
      bind<&P::direction>({.name = "direction",
                           .choices = {"alternating", "random"},
                           .description = "direction of the layer's displacement"}),
  };
}

/// W, xbar and x of a layer, kept by each thread.
struct Layer {
  std::vector<double> matrix, point, query;

  void make(const P& p, const RandomStream& random) {
    const auto d = static_cast<std::size_t>(p.d);
    matrix.resize(d * d);
    point.resize(d);
    query.resize(d);
    if (p.instance == Instance::printed) {
      if (d != printed_size)
        throw std::domain_error("the printed instance has d = 10 (d differs). Fix d = 10 or take the random instance?");
      std::copy(std::begin(printed_matrix), std::end(printed_matrix), matrix.begin());
      std::copy(std::begin(printed_point), std::end(printed_point), point.begin());
    } else {
      random.normal(matrix_stream, 0, matrix);
      random.normal(point_stream, 0, point);
    }
    if (p.direction == Direction::alternating)
      for (std::size_t i = 0; i < d; ++i) query[i] = i % 2 == 0 ? 1 : -1;
    else random.normal(direction_stream, 0, query);
    double square = 0;
    for (const double component : query) square += component * component;
    for (std::size_t i = 0; i < d; ++i) query[i] = point[i] + query[i] * (p.r / std::sqrt(square));
  }
};

void evaluate_unit(const P& p, const Outputs& out) {
  const auto order = static_cast<int>(p.order);
  out.set(value, gelu(p.activation, p.z));
  out.set(derivative, gelu_derivative(p.activation, p.z));
  out.set(second_derivative, gelu_second_derivative(p.activation, p.z));
  const ErrorMoments moments = error_moments(p.activation, order, p.z, p.s);
  out.set(bias, moments.bias);
  out.set(mse, moments.mean_square);
  out.set(rmse, std::sqrt(moments.mean_square));
  out.set(max_error, moments.largest);
  out.set(series, maclaurin(p.z, static_cast<int>(p.series_terms)));
  out.set(tanh_erf_gap, gelu_tanh(p.z) - gelu_erf(p.z));

  static const Extremum minima[] = {minimum(Form::tanh), minimum(Form::erf)};
  static const Extremum gap = largest_gap();
  const Extremum& least = minima[static_cast<int>(p.activation)];
  out.set(minimum_at, least.at);
  out.set(minimum_value, least.value);
  out.set(largest_gap_at, gap.at);
  out.set(largest_gap_value, gap.value);
}

void evaluate_layer(const P& p, const Layer& layer, const Outputs& out) {
  const auto d = static_cast<std::size_t>(p.d);
  const std::size_t terms = out[psi].size();  // room for the largest d of the sweep, and one
  double square = 0, largest = 0;
  for (std::size_t i = 0; i < d; ++i) {
    const double* row = &layer.matrix[i * d];
    double z = 0, displaced = 0;
    for (std::size_t j = 0; j < d; ++j) {
      z += row[j] * layer.point[j];
      displaced += row[j] * layer.query[j];
    }
    double displacement = 0;
    for (std::size_t j = 0; j < d; ++j) displacement += row[j] * (layer.query[j] - layer.point[j]);
    const double slope = gelu_derivative(p.activation, z);
    for (std::size_t j = 0; j < d; ++j) out[phi][i * terms + j] = slope * row[j];
    out[phi][i * terms + terms - 1] = gelu(p.activation, z);
    out[psi][i] = layer.query[i] - layer.point[i];
    out[reference_z][i] = z;
    out[taylor_output][i] = Expansion(p.activation, static_cast<int>(p.order), z)(displacement);
    out[exact_output][i] = gelu(p.activation, displaced);
    const double error = out[taylor_output][i] - out[exact_output][i];
    square += error * error;
    largest = std::max(largest, std::abs(error));
  }
  out[psi][terms - 1] = 1;
  out.set(layer_rmse, std::sqrt(square / static_cast<double>(d)));
  out.set(layer_max_error, largest);

  out.set(source_constant, gelu(p.activation, out[reference_z][0]));
  for (std::size_t i = 0; i < d; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < d; ++j)
      sum += layer.matrix[i * d + j] * gelu_derivative(p.activation, out[reference_z][j]);
    out[source_weighted][i] = sum;
    out[source_difference][i] = layer.point[i] - out[reference_z][i];
  }
}

/// Kept by each thread for as long as its parameters stay the same.
double kept_population_mean_square(const P& p) {
  struct Kept {
    Form activation;
    std::int64_t order, d;
    double r, mean_square;
  };
  thread_local Kept last{.activation = Form::tanh, .order = -1, .d = 0, .r = 0, .mean_square = 0};
  if (last.activation != p.activation || last.order != p.order || last.d != p.d || last.r != p.r)
    last = {p.activation, p.order, p.d, p.r,
            population_mean_square(p.activation, static_cast<int>(p.order), static_cast<int>(p.d), p.r)};
  return last.mean_square;
}

}  // namespace

GeluTaylor::GeluTaylor() : TypedStudy(make_declaration(), make_bindings()) {}

OutputLayout GeluTaylor::outputs(std::span<const Extent> extents) const {
  const auto d = static_cast<std::size_t>(extents[size_parameter].upper);
  Dimension row = {.name = "row", .description = "row of W and of the layer's output"};
  row.values.resize(d);
  std::iota(row.values.begin(), row.values.end(), 1.0);
  Dimension term = {.name = "term", .description = "component of x - xbar, then the constant"};
  for (std::size_t j = 1; j <= d; ++j) term.labels.push_back("x" + std::to_string(j));
  term.labels.push_back("constant");
  const char* beyond = "beyond the point's own d";
  const auto per_row = [&](const char* name, const char* description) {
    return Output{.name = name, .description = description, .dimensions = {"row"}, .nan_means = beyond};
  };
  return {
      .dimensions = {row, term},
      .outputs = {
          {.name = "value", .description = "g(z)"},
          {.name = "derivative", .description = "g'(z)"},
          {.name = "second_derivative", .description = "g''(z)"},
          {.name = "bias", .description = "mean error of the polynomial over e ~ N(0, 1)"},
          {.name = "mse", .long_name = "mean squared error", .description = "mean squared error over e"},
          {.name = "rmse", .long_name = "root mean squared error", .description = "its square root"},
          {.name = "max_error", .description = "largest error for |e| up to 3"},
          {.name = "series", .description = "Maclaurin series of the erf form at z"},
          {.name = "tanh_erf_gap", .description = "tanh form less erf form at z"},
          {.name = "minimum_at", .description = "where g is least"},
          {.name = "minimum", .description = "the least value of g"},
          {.name = "largest_gap_at", .description = "z > 0 where the two forms differ most"},
          {.name = "largest_gap", .description = "their difference there"},
          {.name = "population_mse", .description = "mean squared error of an output over W, xbar and direction"},
          {.name = "phi", .description = "Phi(W)", .dimensions = {"row", "term"}, .nan_means = beyond},
          {.name = "psi", .long_name = "Psi(x)", .description = "Psi(x)", .dimensions = {"term"}, .nan_means = beyond},
          per_row("reference_z", "W xbar"),
          per_row("taylor_output", "the polynomial at x; Phi Psi for order 1"),
          per_row("exact_output", "g(W x)"),
          {.name = "layer_rmse", .description = "root mean square error of the layer's outputs"},
          {.name = "layer_max_error", .description = "largest error of the layer's outputs"},
          per_row("source_weighted", "what the source's code has for Phi: W g'(W xbar)"),
          {.name = "source_constant", .description = "what it has for the constant: g of the first component"},
          per_row("source_difference", "what it has for Psi: xbar - W xbar"),
      }};
}

void GeluTaylor::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  thread_local Layer layer;
  evaluate_unit(p, out);
  layer.make(p, random);
  evaluate_layer(p, layer, out);
  out.set(population_mse, kept_population_mean_square(p));
}

double GeluTaylor::cost(const P& p) const {
  const auto d = static_cast<double>(p.d);
  return 2000 + 300 * p.s + 60 * d + d * d;
}

}  // namespace trawl::studies
