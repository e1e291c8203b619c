#include "studies/gaussian_nll/gaussian_nll.hpp"

#include <cmath>
#include <numbers>

#include "studies/data/x20.hpp"
#include "studies/models/loss_net.hpp"

namespace trawl::studies {
namespace {

using data::x20;
using P = GaussianNllParameters;

constexpr std::array<double, 20> y_train = {-0.25934537, 0.18195445, 0.65127015,  0.13921448,  0.09366691,
                                            0.30567674,  0.37229117, 0.20716968,  -0.08131792, 0.51187806,
                                            0.16943738,  0.3994327,  0.01906257,  0.5582041,   0.45256496,
                                            -0.1183121,  0.02957665, -1.24354444, 0.24803884,  0.2682497};
constexpr double n = x20.size();

enum Output : std::size_t {
  nll,
  likelihood,
  sum_of_squares,
  best_beta1,
  best_beta1_nll,
  best_beta1_sum_of_squares,
  best_sigma,
  best_sigma_nll,
  mu,
  density,
  prediction,
  gradient
};

Declaration declaration() {
  return {.name = "gaussian_nll",
          .group = "Losses",
          .summary = "Least squares as maximum likelihood: a small network predicts the mean of a normal distribution.",
          .maths = "NLL = (n/2) ln(2 pi sigma^2) + sum_i (y_i - f(x_i))^2 / (2 sigma^2)",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 5.1, \"Least squares loss\""};
}

std::vector<Binding<P>> bindings() {
  auto all = models::loss_net_bindings<P>();
  all.push_back(bind<&P::sigma>({.name = "sigma",
                                 .domain = between(1e-100, 1e100),
                                 .description = "standard deviation of y about the network's output"}));
  all.push_back(bind<&P::x>({.name = "x", .description = "input at which mu and density are written"}));
  all.push_back(
      bind<&P::y>({.name = "y", .long_name = "output y", .description = "output at which density is written"}));
  return all;
}

double negative_log_likelihood(double squares, double sigma) {
  return 0.5 * n * std::log(2 * std::numbers::pi) + n * std::log(sigma) + 0.5 * squares / (sigma * sigma);
}

}  // namespace

double normal_density(double y, double mean, double sd) {
  const double z = (y - mean) / sd;
  return std::exp(-0.5 * z * z) * std::numbers::inv_sqrtpi / (std::numbers::sqrt2 * sd);
}

GaussianNll::GaussianNll() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout GaussianNll::outputs(std::span<const Extent>) const {
  return {.dimensions = {models::training_inputs(), models::weights_of(declaration(), 11)},
          .outputs = {{.name = "nll",
                       .long_name = "negative log-likelihood",
                       .description = "negative log-likelihood of the training points"},
                      {.name = "likelihood", .description = "their likelihood; 0 where it underflows"},
                      {.name = "sum_of_squares", .description = "sum of their squared residuals"},
                      {.name = "best_beta1", .description = "beta1 of smallest nll, all else as it is"},
                      {.name = "best_beta1_nll",
                       .long_name = "negative log-likelihood at best beta1",
                       .description = "nll at best_beta1"},
                      {.name = "best_beta1_sum_of_squares",
                       .long_name = "sum of squares at best beta1",
                       .description = "sum_of_squares at best_beta1"},
                      {.name = "best_sigma", .description = "sigma of smallest nll, all else as it is"},
                      {.name = "best_sigma_nll",
                       .long_name = "negative log-likelihood at best sigma",
                       .description = "nll at best_sigma"},
                      {.name = "mu", .long_name = "network's output at x", .description = "the network's output at x"},
                      {.name = "density", .description = "probability density P(y | x)"},
                      {.name = "prediction",
                       .description = "the network's output at each training input",
                       .dimensions = {"x_train"}},
                      {.name = "gradient", .description = "gradient of nll", .dimensions = {"weight"}}}};
}

void GaussianNll::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const auto net = models::net_of(p);
  const double precision = 1 / (p.sigma * p.sigma);
  const auto predicted = out[prediction];
  models::ShallowNet<1> slope;
  double squares = 0, sum = 0;
  for (std::size_t i = 0; i < x20.size(); ++i) {
    const auto h = net.hidden(x20[i]);
    predicted[i] = net.outputs(h)[0];
    const double residual = y_train[i] - predicted[i];
    squares += residual * residual;
    sum += residual;
    net.add_gradient(x20[i], h, {-residual * precision}, slope);
  }
  const double mean = sum / n;
  double least_squares = 0;
  for (std::size_t i = 0; i < x20.size(); ++i) {
    const double residual = y_train[i] - predicted[i] - mean;
    least_squares += residual * residual;
  }
  const double loss = negative_log_likelihood(squares, p.sigma);
  const double root_mean_square = std::sqrt(squares / n);

  out.set(nll, loss);
  out.set(likelihood, std::exp(-loss));
  out.set(sum_of_squares, squares);
  out.set(best_beta1, p.beta1[0] + mean);
  out.set(best_beta1_nll, negative_log_likelihood(least_squares, p.sigma));
  out.set(best_beta1_sum_of_squares, least_squares);
  out.set(best_sigma, root_mean_square);
  out.set(best_sigma_nll, negative_log_likelihood(squares, root_mean_square));
  out.set(mu, net(p.x)[0]);
  out.set(density, normal_density(p.y, net(p.x)[0], p.sigma));
  models::write_gradient(slope, out[gradient])[0] = n / p.sigma - squares * precision / p.sigma;
}

}  // namespace trawl::studies
