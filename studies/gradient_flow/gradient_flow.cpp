#include "studies/gradient_flow/gradient_flow.hpp"

#include <cmath>
#include <stdexcept>

#include "studies/gradient_flow/linear_flow.hpp"

namespace trawl::studies {
namespace {

using P = GradientFlowParameters;
using Flow = gradient_flow::LinearFlow<2, 3>;

enum Output : std::size_t {
  phi,
  residual,
  loss,
  ml,
  map,
  min_loss,
  eigenvalues,
  predictive_mean,
  predictive_variance,
  euler_phi,
  euler_loss,
  euler_distance,
  euler_contraction
};

constexpr std::size_t predict_points_place = 13;  // in the declaration

Declaration declaration() {
  return {.name = "gradient_flow",
          .group = "Fitting",
          .summary = "A straight line under gradient flow: weights, predictions and a discrete descent at time t.",
          .maths = "dphi/dt = -X (X^T phi - y), phi(t) = phi_ML + exp(-X X^T t) (phi(0) - phi_ML)",
          .source = "S. J. D. Prince, Borealis AI blog \"Gradient flow\" (2023), notebook BorealisGradientFlow",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  std::vector<Binding<P>> all = {
      bind<&P::t>(
          {.name = "t", .domain = between(0, 1e6), .long_name = "time t", .description = "time since the start"}),
      bind<&P::start_slope>({.name = "start_slope", .description = "slope at time 0"}),
      bind<&P::start_intercept>({.name = "start_intercept", .description = "intercept at time 0"})};
  const auto add = [&all](std::vector<Binding<P>> more) { all.insert(all.end(), more.begin(), more.end()); };
  add(bind_elements<&P::x>({.name = "x#", .long_name = "input of datum #", .description = "input of datum #"}));
  add(bind_elements<&P::y>({.name = "y#", .long_name = "output of datum #", .description = "output of datum #"}));
  add({bind<&P::sigma_sq>({.name = "sigma_sq",
                           .domain = at_least(0),
                           .long_name = "noise variance",
                           .description = "variance of the observations' noise, for map"}),
       bind<&P::sigma_sq_p>({.name = "sigma_sq_p",
                             .domain = above(0),
                             .long_name = "prior variance of the weights",
                             .description = "variance of the weights' prior, for map"}),
       bind<&P::prior_var>({.name = "prior_var",
                            .domain = at_least(0),
                            .long_name = "prior variance of the start",
                            .description = "variance of phi(0), for the predictive"}),
       bind<&P::euler_step>({.name = "euler_step", .domain = above(0), .description = "step of the discrete descent"}),
       bind<&P::predict_points>({.name = "predict_points",
                                 .domain = between(1, 1e5),
                                 .description = "places 0, 1/k, .., (k-1)/k to predict at"})});
  return all;
}

/// Whole steps of size eta in t; the quotient may be a rounding error below a whole number.
double whole_steps(double t, double eta) {
  return std::floor(t / eta * (1 + 1e-15));
}

template <class Vector>
void write(const Vector& values, std::span<double> out) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(values.size()); ++i)
    out[i] = values[static_cast<Eigen::Index>(i)];
}

}  // namespace

GradientFlow::GradientFlow() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout GradientFlow::outputs(std::span<const Extent> extents) const {
  const auto points = static_cast<std::size_t>(extents[predict_points_place].upper);
  Dimension x_star = {.name = "x_star", .description = "place k of the prediction, at x = k / predict_points"};
  for (std::size_t k = 0; k < points; ++k)
    x_star.values.push_back(static_cast<double>(k) / static_cast<double>(points));
  const std::vector<std::string> weight = {"weight"}, place = {"x_star"};
  const char* beyond = "place beyond the point's own";
  return {
      .dimensions = {{.name = "weight", .description = "weight of the line", .labels = {"slope", "intercept"}},
                     {.name = "datum", .description = "number of the datum", .values = {0, 1, 2}},
                     {.name = "mode", .description = "eigenvector of X X^T", .labels = {"slow", "fast"}},
                     x_star},
      .outputs = {
          {.name = "phi", .long_name = "weights at time t", .description = "weights at time t", .dimensions = weight},
          {.name = "residual", .description = "prediction - y at time t", .dimensions = {"datum"}},
          {.name = "loss", .description = "half the sum of squared residuals at time t"},
          {.name = "ml",
           .long_name = "maximum-likelihood weights",
           .description = "maximum-likelihood weights",
           .dimensions = weight},
          {.name = "map",
           .long_name = "maximum a posteriori weights",
           .description = "maximum a posteriori weights",
           .dimensions = weight},
          {.name = "min_loss", .description = "loss of the maximum-likelihood weights"},
          {.name = "eigenvalues", .description = "rates of learning, of X X^T", .dimensions = {"mode"}},
          {.name = "predictive_mean", .description = "mean prediction", .dimensions = place, .nan_means = beyond},
          {.name = "predictive_variance",
           .description = "variance of the prediction, without noise",
           .dimensions = place,
           .nan_means = beyond},
          {.name = "euler_phi", .description = "weights after the discrete steps in t", .dimensions = weight},
          {.name = "euler_loss", .description = "loss after the discrete steps"},
          {.name = "euler_distance", .description = "|euler_phi - phi|"},
          {.name = "euler_contraction", .description = "largest |1 - eta lambda|; the descent is stable below 1"}}};
}

void GradientFlow::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  Flow::Design design;
  design << p.x[0], p.x[1], p.x[2], 1, 1, 1;
  const Flow flow(design, {p.y[0], p.y[1], p.y[2]});
  const Flow::Weights lambda = flow.eigenvalues();
  if (!(lambda[0] > 1e-14 * lambda[1]))
    throw std::domain_error("x0, x1 and x2 are equal (no line is determined by one place). Give two places at least?");

  const Flow::Weights start = {p.start_slope, p.start_intercept}, now = flow.flow(start, p.t), best = flow.ridge(0);
  write(now, out[phi]);
  write(flow.residual(now), out[residual]);
  out.set(loss, flow.loss(now));
  write(best, out[ml]);
  write(flow.ridge(p.sigma_sq / p.sigma_sq_p), out[map]);
  out.set(min_loss, flow.loss(best));
  write(lambda, out[eigenvalues]);

  for (std::size_t k = 0; k < static_cast<std::size_t>(p.predict_points); ++k) {
    const Flow::Weights place = {static_cast<double>(k) / static_cast<double>(p.predict_points), 1.0};
    out[predictive_mean][k] = flow.predictive_mean(place, p.t);
    out[predictive_variance][k] = flow.predictive_variance(place, p.t, p.prior_var);
  }

  const Flow::Weights stepped = flow.euler(start, p.euler_step, whole_steps(p.t, p.euler_step));
  write(stepped, out[euler_phi]);
  out.set(euler_loss, flow.loss(stepped));
  out.set(euler_distance, (stepped - now).norm());
  out.set(euler_contraction, (1 - p.euler_step * lambda.array()).abs().maxCoeff());
}

}  // namespace trawl::studies
