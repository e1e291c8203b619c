#include "studies/binary_cross_entropy/binary_cross_entropy.hpp"

#include <cmath>

#include "engine/activation.hpp"
#include "engine/softmax.hpp"
#include "studies/data/x20.hpp"
#include "studies/models/logit_shift.hpp"
#include "studies/models/loss_net.hpp"

namespace trawl::studies {
namespace {

using data::x20;
using P = BinaryCrossEntropyParameters;

constexpr std::array<int, 20> y_train = {0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1};
constexpr std::size_t positives = 11;

enum Output : std::size_t {
  nll,
  likelihood,
  best_beta1,
  best_beta1_nll,
  lambda,
  point_probability,
  point_nll,
  logit,
  probability,
  gradient
};

Declaration declaration() {
  return {.name = "binary_cross_entropy",
          .group = "Losses",
          .summary = "Logistic loss as maximum likelihood: a small network predicts the logit of a yes or no.",
          .maths = "NLL = sum_i ln(1 + exp f(x_i)) - y_i f(x_i)",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 5.2, \"Binary cross-entropy loss\""};
}

std::vector<Binding<P>> bindings() {
  auto all = models::loss_net_bindings<P>();
  all.push_back(bind<&P::x>({.name = "x", .description = "input at which lambda and the point_ outputs are written"}));
  all.push_back(bind<&P::y>(
      {.name = "y", .domain = between(0, 1), .description = "label for which the point_ outputs are written"}));
  return all;
}

}  // namespace

BinaryCrossEntropy::BinaryCrossEntropy() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout BinaryCrossEntropy::outputs(std::span<const Extent>) const {
  return {.dimensions = {models::training_inputs(), models::weights_of(declaration(), 10)},
          .outputs = {
              {.name = "nll",
               .long_name = "negative log-likelihood",
               .description = "negative log-likelihood of the training points"},
              {.name = "likelihood", .description = "their likelihood; 0 where it underflows"},
              {.name = "best_beta1", .description = "beta1 of smallest nll, all else as it is"},
              {.name = "best_beta1_nll",
               .long_name = "negative log-likelihood at best beta1",
               .description = "nll at best_beta1"},
              {.name = "lambda", .description = "probability that y = 1 at x"},
              {.name = "point_probability", .description = "P(y | x)"},
              {.name = "point_nll", .long_name = "negative log-likelihood of the point", .description = "-ln P(y | x)"},
              {.name = "logit",
               .long_name = "network's output at each training input",
               .description = "the network's output at each training input",
               .dimensions = {"x_train"}},
              {.name = "probability", .description = "sigmoid of logit", .dimensions = {"x_train"}},
              {.name = "gradient", .description = "gradient of nll", .dimensions = {"weight"}}}};
}

void BinaryCrossEntropy::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const auto net = models::net_of(p);
  std::array<double, x20.size()> logits;
  std::array<models::Triple, x20.size()> hidden;
  for (std::size_t i = 0; i < x20.size(); ++i) {
    hidden[i] = net.hidden(x20[i]);
    logits[i] = net.outputs(hidden[i])[0];
  }
  const auto e = models::exp_minus_abs(logits);
  models::ShallowNet<1> slope;
  CrossEntropySum loss;
  for (std::size_t i = 0; i < x20.size(); ++i) {
    const double probability_1 = loss.add(logits[i], y_train[i], e[i]);
    net.add_gradient(x20[i], hidden[i], {probability_1 - y_train[i]}, slope);
    out[logit][i] = logits[i];
    out[probability][i] = probability_1;
  }
  const double shift = models::best_logit_shift(logits, positives);
  const double f = net(p.x)[0];

  out.set(nll, loss.value());
  out.set(likelihood, std::exp(-loss.value()));
  out.set(best_beta1, p.beta1[0] + shift);
  out.set(best_beta1_nll, models::shifted_cross_entropy(logits, shift, [](std::size_t i) { return y_train[i]; }));
  out.set(lambda, sigmoid(f));
  out.set(point_probability, sigmoid(p.y == 1 ? f : -f));
  out.set(point_nll, binary_cross_entropy(f, static_cast<double>(p.y)));
  models::write_gradient(slope, out[gradient]);
}

}  // namespace trawl::studies
