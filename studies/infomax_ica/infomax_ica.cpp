#include "studies/infomax_ica/infomax_ica.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace trawl::studies {
namespace {

using namespace ica;
using P = InfomaxIcaParameters;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor, most_signals, most_signals>;

enum Output : std::size_t {
  amari,
  log_likelihood,
  final_amari,
  final_log_likelihood,
  unmixing,
  gain,
  row_scale,
  output_variance,
  stability_product,
  stable
};

enum Stream : std::uint32_t { mixing, sources };  // sources takes one for each signal

constexpr std::size_t signals_parameter = 4, steps_parameter = 5;  // positions in the declaration
constexpr std::size_t likelihood_stride = 10;                      // steps from one likelihood to the next

Declaration declaration() {
  return {.name = "infomax_ica",
          .group = "Generative",
          .summary = "Separates mixed sources by the infomax rule, natural or ordinary, and says when that must fail",
          .maths = "u = W x, W += eta (I - E[phi(u) u^T]) W, phi = -p'/p",
          .source = "Report on infomax; Bell, Sejnowski (1995), Amari, Cichocki, Yang (1996)",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::source>({.name = "source",
                        .choices = {"laplace", "logistic", "uniform", "gaussian"},
                        .description = "distribution of the sources, variance 1"}),
      bind<&P::density>({.name = "phi",
                         .choices = {"logistic", "tanh", "cubic", "u_minus_tanh"},
                         .long_name = "nonlinearity phi",
                         .description = "-p'/p of the density that the outputs are thought to have"}),
      bind<&P::eta>({.name = "eta",
                     .domain = at_least(0),
                     .long_name = "step size eta",
                     .description = "step along the direction of ascent"}),
      bind<&P::samples>({.name = "samples", .domain = between(1, 1e7), .description = "samples of the mixtures"}),
      bind<&P::signals>({.name = "signals",
                         .domain = between(1, static_cast<double>(most_signals)),
                         .description = "sources, and mixtures of them"}),
      bind<&P::steps>({.name = "steps", .domain = between(0, 1e6), .description = "steps of the rule"}),
      bind<&P::batch>({.name = "batch",
                       .domain = at_least(1),
                       .description = "samples in a step, the next stretch each time; all if there are no more"}),
      bind<&P::rule>({.name = "rule",
                      .choices = {"natural", "ordinary"},
                      .description = "direction of ascent: of the natural or the ordinary gradient"}),
      bind<&P::max_condition>({.name = "max_condition",
                               .domain = at_least(2),
                               .description = "largest condition number of the mixing matrix"}),
  };
}

/// d x d with normal entries, the first of the stream whose condition number is small enough.
Matrix draw_mixing(std::size_t d, double max_condition, const RandomStream& random) {
  constexpr std::uint64_t most_attempts = 1000000;
  const auto size = static_cast<Eigen::Index>(d);
  Matrix a(size, size);
  for (std::uint64_t attempt = 0; attempt < most_attempts; ++attempt) {
    random.normal(mixing, attempt * d * d, {a.data(), d * d});
    const auto singular = Eigen::JacobiSVD<Matrix>(a).singularValues();
    if (singular[0] <= max_condition * singular[size - 1]) return a;
  }
  throw std::domain_error("no mixing matrix in a million has a condition number that small. Raise max_condition?");
}

Signals draw_mixtures(const P& p, const Matrix& a, const RandomStream& random) {
  const auto d = static_cast<std::size_t>(p.signals);
  Signals mixtures(d, static_cast<std::size_t>(p.samples));
  std::vector<double> source(mixtures.size);
  for (std::size_t j = 0; j < d; ++j) {
    draw_source(p.source, random, sources + static_cast<std::uint32_t>(j), 0, source);
    for (std::size_t i = 0; i < d; ++i) {
      double* const x = mixtures.signal(i);
      const double weight = a(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
      for (std::size_t n = 0; n < mixtures.size; ++n) x[n] += weight * source[n];
    }
  }
  return mixtures;
}

/// The mixtures' stretches of `batch` samples, one after the other and from the beginning again; a last shorter one
/// is left out.
class Stretches {
 public:
  Stretches(const Signals& all, std::size_t batch) : all_(all), stretch_(all.count, std::min(batch, all.size)) {}

  const Signals& next() {
    if (stretch_.size == all_.size) return all_;
    if (first_ + stretch_.size > all_.size) first_ = 0;
    for (std::size_t i = 0; i < all_.count; ++i)
      std::copy_n(all_.signal(i) + first_, stretch_.size, stretch_.signal(i));
    first_ += stretch_.size;
    return stretch_;
  }

 private:
  const Signals& all_;
  Signals stretch_;
  std::size_t first_ = 0;
};

/// Writes a d x d matrix into the corner of a larger one.
void write(const Matrix& from, std::size_t width, std::span<double> to) {
  for (Eigen::Index i = 0; i < from.rows(); ++i)
    for (Eigen::Index j = 0; j < from.cols(); ++j) to[static_cast<std::size_t>(i) * width + j] = from(i, j);
}

Dimension counted(const char* name, std::size_t size, double first, double stride, const char* description) {
  Dimension dimension = {.name = name, .description = description};
  for (std::size_t k = 0; k < size; ++k) dimension.values.push_back(first + stride * static_cast<double>(k));
  return dimension;
}

}  // namespace

InfomaxIca::InfomaxIca() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout InfomaxIca::outputs(std::span<const Extent> extents) const {
  const auto steps = static_cast<std::size_t>(extents[steps_parameter].upper);
  const auto d = static_cast<std::size_t>(extents[signals_parameter].upper);
  const char* const beyond = "signal beyond the point's own";
  return {
      .dimensions = {counted("step", steps + 1, 0, 1, "steps so far"),
                     counted("every_tenth_step", steps / likelihood_stride + 1, 0, likelihood_stride, "steps so far"),
                     counted("output", d, 1, 1, "row of W"), counted("mixture", d, 1, 1, "column of W"),
                     counted("source_number", d, 1, 1, "column of W A")},
      .outputs = {
          {.name = "amari",
           .long_name = "Amari index",
           .description = "Amari index of W A: 0 separated, 1 not at all",
           .dimensions = {"step"},
           .nan_means = "step beyond the point's own"},
          {.name = "log_likelihood",
           .description = "ln |det W| + mean of sum ln p(u_i), per sample",
           .dimensions = {"every_tenth_step"},
           .nan_means = "step beyond the point's own"},
          {.name = "final_amari", .description = "Amari index after the last step"},
          {.name = "final_log_likelihood", .description = "log-likelihood after the last step"},
          {.name = "unmixing",
           .description = "W after the last step",
           .dimensions = {"output", "mixture"},
           .nan_means = beyond},
          {.name = "gain",
           .description = "W A after the last step",
           .dimensions = {"output", "source_number"},
           .nan_means = beyond},
          {.name = "row_scale", .description = "c of a separating W A at rest, E[phi(c s) c s] = 1"},
          {.name = "output_variance", .description = "variance of the outputs there, c^2"},
          {.name = "stability_product", .description = "E[phi'(u)] E[u^2] there"},
          {.name = "stable", .description = "whether it is above 1: 1, or 0"},
      }};
}

void InfomaxIca::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const auto d = static_cast<std::size_t>(p.signals), steps = static_cast<std::size_t>(p.steps);
  const Matrix a = draw_mixing(d, p.max_condition, random);
  const Signals mixtures = draw_mixtures(p, a, random);
  Stretches stretches(mixtures, static_cast<std::size_t>(p.batch));
  Matrix w = Matrix::Identity(a.rows(), a.cols()), direction = w, product = a;
  for (std::size_t step = 0;; ++step) {
    product.noalias() = w * a;
    out[amari][step] = amari_index(d, product.data());
    if (step % likelihood_stride == 0)
      out[log_likelihood][step / likelihood_stride] = mean_log_likelihood(p.density, mixtures, w.data());
    if (step == steps) break;
    ascent_direction(p.density, p.rule, stretches.next(), w.data(), direction.data());
    w += p.eta * direction;
  }
  out.set(final_amari, amari_index(d, product.data()));
  out.set(final_log_likelihood, mean_log_likelihood(p.density, mixtures, w.data()));
  const auto width = static_cast<std::size_t>(std::sqrt(static_cast<double>(out[unmixing].size())) + 0.5);
  write(w, width, out[unmixing]);
  write(product, width, out[gain]);

  const FixedPoint& rest = fixed_point(p.density, p.source);
  out.set(row_scale, rest.row_scale);
  out.set(output_variance, rest.output_variance);
  out.set(stability_product, rest.stability_product);
  out.set(stable, rest.stable ? 1 : 0);
}

double InfomaxIca::cost(const P& p) const {
  const auto d = static_cast<double>(p.signals), samples = static_cast<double>(p.samples);
  const double in_a_step = std::min(samples, static_cast<double>(p.batch));
  return 1 + d * (20 + d) * (static_cast<double>(p.steps) * (in_a_step + 50) + 5 * samples);
}

}  // namespace trawl::studies
