#include "studies/kl_gauss/kl_gauss.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "studies/models/gaussian.hpp"

namespace trawl::studies {
namespace {

constexpr std::size_t most = 4;  // dimensions
constexpr std::size_t triangle = most * (most + 1) / 2;

// Places of the parameters in a row.
constexpr std::size_t dimension = 0, form = 1, mean0 = 2, covariance0 = mean0 + most, mean1 = covariance0 + triangle,
                      covariance1 = mean1 + most, log_variance = covariance1 + triangle;

enum OutputIndex : std::size_t {
  kl,
  determinant_term,
  trace_term,
  mean_term,
  gradient_mean,
  gradient_log_variance,
  gradient_covariance,
};

void add_normal(std::vector<Parameter>& parameters, const std::string& index, double mean, double variance) {
  const std::string distribution = index == "0" ? "the first distribution" : "the second distribution";
  for (std::size_t i = 1; i <= most; ++i)
    parameters.push_back({.name = "mean" + index + "_" + std::to_string(i),
                          .default_value = i == 1 ? mean : 0,
                          .description = "mean of " + distribution + ", component " + std::to_string(i)});
  for (std::size_t i = 1; i <= most; ++i)
    for (std::size_t j = 1; j <= i; ++j)
      parameters.push_back({.name = "covariance" + index + "_" + std::to_string(i) + std::to_string(j),
                            .default_value = i != j   ? 0
                                             : i == 1 ? variance
                                                      : 1,
                            .description = "covariance of " + distribution + ", row " + std::to_string(i) +
                                           ", column " + std::to_string(j)});
}

std::vector<Parameter> make_parameters() {
  std::vector<Parameter> parameters = {
      {.name = "dimension",
       .kind = Kind::integer,
       .domain = between(1, most),
       .default_value = 1,
       .description = "of the space, d"},
      {.name = "form",
       .kind = Kind::choice,
       .choices = {"full", "standard"},
       .description = "full covariances, or from log variances to the standard normal distribution"}};
  add_normal(parameters, "0", 0, 1);
  add_normal(parameters, "1", 1, 4);
  for (std::size_t i = 1; i <= most; ++i)
    parameters.push_back(
        {.name = "log_variance_" + std::to_string(i),
         .domain = between(-700, 700),
         .description = "of the first distribution in the standard form, component " + std::to_string(i)});
  return parameters;
}

/// The leading n x n lower triangle of the packed one.
void unpack(const double* packed, std::size_t n, double* matrix) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) matrix[i * n + j] = *packed++;
}

/// l is Cholesky's factor.
void require_inverse(const double* l, std::size_t n, const char* name) {
  for (std::size_t i = 0; i < n; ++i)
    if (l[i * n + i] < 1e-150)
      throw std::domain_error(std::string(name) +
                              " is nearly singular (its inverse is beyond the doubles). Raise its "
                              "diagonal?");
}

struct Where {
  const Columns& columns;
  std::size_t task;
  std::size_t rows;  ///< size of the layout's dimensions

  double& scalar(std::size_t output) const { return columns.of(output, task)[0]; }
  double& component(std::size_t output, std::size_t i) const { return columns.of(output, task)[i]; }
  double& entry(std::size_t i, std::size_t j) const { return columns.of(gradient_covariance, task)[i * rows + j]; }
};

void evaluate_full(const double* row, std::size_t n, const Where& out) {
  double s0[most * most], l0[most * most], l1[most * most];
  unpack(row + covariance0, n, s0);
  std::copy_n(s0, n * n, l0);
  unpack(row + covariance1, n, l1);
  require_cholesky(l0, n, "covariance0");
  require_cholesky(l1, n, "covariance1");
  require_inverse(l0, n, "covariance0");
  require_inverse(l1, n, "covariance1");

  double inverse0[most * most], inverse1[most * most], shift[most];
  invert(l0, n, inverse0, n);
  invert(l1, n, inverse1, n);
  for (std::size_t i = 0; i < n; ++i) shift[i] = row[mean0 + i] - row[mean1 + i];
  double trace = 0, distance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double gradient = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double slope = (inverse1[i * n + j] - inverse0[i * n + j]) / 2;
      trace += 2 * slope * s0[std::max(i, j) * n + std::min(i, j)];  // tr(S1^-1 S0) - d
      gradient += inverse1[i * n + j] * shift[j];
      out.entry(i, j) = slope;
    }
    distance += shift[i] * gradient;
    out.component(gradient_mean, i) = gradient;
    out.component(gradient_log_variance, i) = out.entry(i, i) * s0[i * n + i];
  }
  out.scalar(determinant_term) = (log_determinant(l1, n) - log_determinant(l0, n)) / 2;
  out.scalar(trace_term) = trace / 2;
  out.scalar(mean_term) = distance / 2;
  out.scalar(kl) = out.scalar(determinant_term) + out.scalar(trace_term) + out.scalar(mean_term);
}

/// expm1(v) - v without cancellation: its Taylor series for small v.
double expm1_less(double v) {
  if (std::abs(v) > 0.1) return std::expm1(v) - v;
  double sum = 0;
  for (int k = 11; k >= 2; --k) sum = (1 + sum) * v / k;  // v/2 (1 + v/3 (1 + v/4 ...))
  return sum * v;
}

void evaluate_standard(const double* row, std::size_t n, const Where& out) {
  double variance = 0, trace = 0, determinant = 0, distance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double m = row[mean0 + i], v = row[log_variance + i];
    const double excess = std::expm1(v);
    variance += expm1_less(v);
    trace += excess;
    determinant -= v;
    distance += m * m;
    out.component(gradient_mean, i) = m;
    out.component(gradient_log_variance, i) = excess / 2;
    for (std::size_t j = 0; j < n; ++j) out.entry(i, j) = i == j ? -std::expm1(-v) / 2 : 0;
  }
  out.scalar(determinant_term) = determinant / 2;
  out.scalar(trace_term) = trace / 2;
  out.scalar(mean_term) = distance / 2;
  out.scalar(kl) = (variance + distance) / 2;
}

}  // namespace

KlGauss::KlGauss()
    : declaration_{.name = "kl_gauss",
                   .group = "Probability",
                   .summary = "Kullback-Leibler divergence between two normal distributions, with its gradient.",
                   .maths = "KL = (ln(det S1/det S0) + tr(S1^-1 S0) - d + (m1 - m0)^T S1^-1 (m1 - m0)) / 2",
                   .source = "Report on transformers, independent components and conditional autoencoders (scanned)",
                   .parameters = make_parameters()} {}

OutputLayout KlGauss::outputs(std::span<const Extent> extents) const {
  Dimension row = {.name = "row", .description = "component of the first distribution"};
  row.values.resize(static_cast<std::size_t>(extents[dimension].upper));
  std::iota(row.values.begin(), row.values.end(), 1.0);
  Dimension column = row;
  column.name = "column";
  const char* beyond = "component beyond the point's own dimension";
  return {.dimensions = {row, column},
          .outputs = {
              {.name = "kl", .long_name = "KL divergence", .description = "the divergence, in nats"},
              {.name = "determinant_term", .description = "ln(det S1 / det S0) / 2"},
              {.name = "trace_term", .description = "(tr(S1^-1 S0) - d) / 2"},
              {.name = "mean_term", .description = "(m1 - m0)^T S1^-1 (m1 - m0) / 2"},
              {.name = "gradient_mean", .description = "derivative in m0", .dimensions = {"row"}, .nan_means = beyond},
              {.name = "gradient_log_variance",
               .description = "derivative in the logarithms of the diagonal of S0",
               .dimensions = {"row"},
               .nan_means = beyond},
              {.name = "gradient_covariance",
               .description = "derivative in S0",
               .dimensions = {"row", "column"},
               .nan_means = beyond}}};
}

void KlGauss::evaluate(const Tasks& tasks, const Columns& columns) const {
  for (std::size_t i = 0; i < tasks.size; ++i) {
    const double* row = tasks.row(i).data();
    const auto n = static_cast<std::size_t>(row[dimension]);
    const Where out{columns, i, columns.sizes[gradient_mean]};
    if (row[form] == 0) evaluate_full(row, n, out);
    else evaluate_standard(row, n, out);
  }
}

}  // namespace trawl::studies
