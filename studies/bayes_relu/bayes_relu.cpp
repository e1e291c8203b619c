#include "studies/bayes_relu/bayes_relu.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "studies/bayes_relu/posterior.hpp"
#include "studies/bayes_relu/source_data.hpp"

namespace trawl::studies {

using namespace bayes;

namespace {

using P = bayes::Parameters;

constexpr std::size_t hidden_parameter = 0;  // its position in the declaration
constexpr std::size_t curve_size = 100;

enum Stream : std::uint32_t { place_stream, noise_stream };

enum OutputIndex : std::size_t {
  weight_mean,
  weight_covariance,
  predictive_mean,
  predictive_variance,
  truth,
  mean_at_x_star,
  variance_at_x_star,
  truth_at_x_star,
  feature_at_x_star,
  log_evidence,
  rmse,
  squared_error,
};

Declaration make_declaration() {
  return {.name = "bayes_relu",
          .group = "Probability",
          .summary = "Bayesian regression with fixed ReLU features: posterior, predictions, evidence.",
          .maths = "f(x) = phi^T h(x), h_i = relu(x - i/N), phi ~ N(0, sigma_p^2 I), y = f(x) + N(0, sigma^2)",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 9.4, \"Bayesian approach\"",
          .parameters = {}};
}

std::vector<Binding<P>> make_bindings() {
  return {
      bind<&P::hidden>({.name = "hidden", .domain = between(1, 500), .description = "hidden units, N"}),
      bind<&P::prior_variance>(
          {.name = "prior_variance", .domain = above(0), .description = "of each weight, sigma_p^2"}),
      bind<&P::noise_variance>(
          {.name = "noise_variance", .domain = above(0), .description = "of an observation in the model, sigma^2"}),
      bind<&P::data>({.name = "data",
                      .choices = {"source", "random"},
                      .description = "the source's 15 points, or as many drawn as points says"}),
      bind<&P::points>({.name = "points", .domain = between(1, 1000), .description = "points of the random data, n"}),
      bind<&P::data_noise_sd>({.name = "data_noise_sd",
                               .domain = at_least(0),
                               .description = "standard deviation of the random data's noise"}),
      bind<&P::pi>({.name = "pi",
                    .choices = {"source", "exact"},
                    .long_name = "pi of the true curve",
                    .description = "pi in the true curve: the source's 3.1413, or pi"}),
      bind<&P::x_star>({.name = "x_star", .description = "where a single prediction is given"}),
      bind<&P::noisy_prediction>(
          {.name = "noisy_prediction", .description = "whether predictive variances include sigma^2"}),
  };
}

double true_curve(Pi pi, double x) {
  return std::exp(std::sin(2 * (pi == Pi::exact ? std::numbers::pi : 3.1413) * x));
}

double curve_place(std::size_t i) {
  return static_cast<double>(i) / (curve_size - 1);
}

/// Points drawn at random, kept by each thread.
struct RandomData {
  std::vector<double> x, y;

  void draw(const P& p, const RandomStream& random) {
    const auto n = static_cast<std::size_t>(p.points);
    x.resize(n);
    y.resize(n);
    random.uniform(place_stream, 0, x);
    random.normal(noise_stream, 0, y);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = (static_cast<double>(i) + x[i]) / static_cast<double>(n);
      y[i] = true_curve(p.pi, x[i]) + p.data_noise_sd * y[i];
    }
  }
};

}  // namespace

BayesRelu::BayesRelu() : TypedStudy(make_declaration(), make_bindings()) {}

OutputLayout BayesRelu::outputs(std::span<const Extent> extents) const {
  const auto most = static_cast<std::size_t>(extents[hidden_parameter].upper);
  Dimension weight = {.name = "weight", .description = "number of the hidden unit; hidden for the constant"};
  for (std::size_t i = 0; i <= most; ++i) weight.values.push_back(static_cast<double>(i));
  Dimension other = weight;
  other.name = "other_weight";
  Dimension x = {.name = "x", .description = "place on the curve"};
  for (std::size_t i = 0; i < curve_size; ++i) x.values.push_back(curve_place(i));
  const char* beyond = "weight beyond the point's own";
  return {.dimensions = {weight, other, x},
          .outputs = {
              {.name = "weight_mean",
               .description = "mean of the weights' posterior",
               .dimensions = {"weight"},
               .nan_means = beyond},
              {.name = "weight_covariance",
               .description = "covariance of the weights' posterior",
               .dimensions = {"weight", "other_weight"},
               .nan_means = beyond},
              {.name = "predictive_mean", .description = "mean of the prediction", .dimensions = {"x"}},
              {.name = "predictive_variance", .description = "variance of the prediction", .dimensions = {"x"}},
              {.name = "truth", .description = "the true curve", .dimensions = {"x"}},
              {.name = "mean_at_x_star", .description = "mean of the prediction at x_star"},
              {.name = "variance_at_x_star", .description = "variance of the prediction at x_star"},
              {.name = "truth_at_x_star", .description = "the true curve at x_star"},
              {.name = "feature_at_x_star",
               .description = "features h at x_star",
               .dimensions = {"weight"},
               .nan_means = beyond},
              {.name = "log_evidence", .description = "log density of the data under the model"},
              {.name = "rmse",
               .long_name = "root mean squared error",
               .description = "root mean square of predictive_mean less truth over the curve"},
              {.name = "squared_error", .description = "sum of squared errors of the mean on the data"},
          }};
}

void BayesRelu::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  thread_local Posterior posterior;
  thread_local RandomData drawn;
  std::span<const double> x = source_x, y = source_y;
  if (p.data == Data::random) {
    drawn.draw(p, random);
    x = drawn.x;
    y = drawn.y;
  }
  const auto hidden = static_cast<std::size_t>(p.hidden);
  posterior.fit(x, y, hidden, p.noise_variance, p.prior_variance);
  const double noise = p.noisy_prediction ? p.noise_variance : 0;

  std::copy(posterior.mean().begin(), posterior.mean().end(), out[weight_mean].begin());
  posterior.covariance(out[weight_covariance].data(), out[weight_mean].size());
  double square = 0;
  for (std::size_t i = 0; i < curve_size; ++i) {
    const auto prediction = posterior.predict(curve_place(i));
    const double exact = true_curve(p.pi, curve_place(i));
    out[predictive_mean][i] = prediction.mean;
    out[predictive_variance][i] = prediction.variance + noise;
    out[truth][i] = exact;
    square += (prediction.mean - exact) * (prediction.mean - exact);
  }
  const auto single = posterior.predict(p.x_star);
  out.set(mean_at_x_star, single.mean);
  out.set(variance_at_x_star, single.variance + noise);
  out.set(truth_at_x_star, true_curve(p.pi, p.x_star));
  features(p.x_star, hidden, out[feature_at_x_star].data());
  out.set(log_evidence, posterior.log_evidence());
  out.set(rmse, std::sqrt(square / curve_size));
  out.set(squared_error, posterior.squared_error());
}

double BayesRelu::cost(const P& p) const {
  const auto n = static_cast<double>(p.hidden) + 1;
  return 100 + n * n * (n + 100 + static_cast<double>(p.data == Data::random ? p.points : 15));
}

}  // namespace trawl::studies
