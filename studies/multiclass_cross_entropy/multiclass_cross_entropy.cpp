#include "studies/multiclass_cross_entropy/multiclass_cross_entropy.hpp"

#include <algorithm>
#include <cmath>

#include "engine/softmax.hpp"
#include "studies/data/x20.hpp"
#include "studies/models/logit_shift.hpp"
#include "studies/models/loss_net.hpp"

namespace trawl::studies {
namespace {

using data::x20;
using models::Triple;
using P = MulticlassCrossEntropyParameters;

constexpr std::array<std::size_t, 20> y_train = {2, 0, 1, 2, 1, 0, 0, 2, 2, 0, 2, 0, 2, 0, 1, 2, 1, 2, 1, 0};

enum Output : std::size_t { nll, likelihood, best_beta1, best_nll, lambda, point_nll, true_probability, gradient };

Declaration declaration() {
  return {
      .name = "multiclass_cross_entropy",
      .group = "Losses",
      .summary = "Softmax loss as maximum likelihood: a small network predicts the logits of three classes.",
      .maths = "NLL = -sum_i ln lambda_y_i(x_i), lambda_k = exp f_k / sum_m exp f_m",
      .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 5.3, \"Multiclass cross-entropy loss\""};
}

std::vector<Binding<P>> bindings() {
  auto all = models::loss_net_bindings<P>();
  all.push_back(bind<&P::component>(
      {.name = "component", .domain = between(0, 2), .description = "class whose best offset is sought"}));
  all.push_back(bind<&P::x>({.name = "x", .description = "input at which lambda and point_nll are written"}));
  all.push_back(bind<&P::y>({.name = "y",
                             .domain = between(0, 2),
                             .long_name = "label y",
                             .description = "label for which point_nll is written"}));
  return all;
}

/// Log-sum-exp of the two classes other than c.
double rest_of(const Triple& z, std::size_t c) {
  const double a = z[(c + 1) % 3], b = z[(c + 2) % 3];
  return std::max(a, b) + std::log(1 + std::exp(-std::abs(a - b)));
}

}  // namespace

MulticlassCrossEntropy::MulticlassCrossEntropy() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout MulticlassCrossEntropy::outputs(std::span<const Extent>) const {
  const Dimension classes = {.name = "class", .description = "class of the labels", .values = {0, 1, 2}};
  return {.dimensions = {classes, models::training_inputs(), models::weights_of(declaration(), 18)},
          .outputs = {
              {.name = "nll",
               .long_name = "negative log-likelihood",
               .description = "negative log-likelihood of the training points"},
              {.name = "likelihood", .description = "their likelihood; 0 where it underflows"},
              {.name = "best_beta1", .description = "offset of class `component` of smallest nll, all else as it is"},
              {.name = "best_beta1_nll",
               .long_name = "negative log-likelihood at best beta1",
               .description = "nll at best_beta1"},
              {.name = "lambda", .description = "probability of each class at x", .dimensions = {"class"}},
              {.name = "point_nll", .long_name = "negative log-likelihood of the point", .description = "-ln P(y | x)"},
              {.name = "true_probability",
               .description = "probability of each training point's own class",
               .dimensions = {"x_train"}},
              {.name = "gradient", .description = "gradient of nll", .dimensions = {"weight"}}}};
}

void MulticlassCrossEntropy::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const auto net = models::net_of(p);
  const auto c = static_cast<std::size_t>(p.component);
  std::array<double, x20.size()> against_rest;  // logit of class c or not
  models::ShallowNet<3> slope;
  CrossEntropySum loss;
  Triple probability;
  double rest_loss = 0;  // of the points of other classes, were there no class c
  for (std::size_t i = 0; i < x20.size(); ++i) {
    const auto h = net.hidden(x20[i]);
    const Triple z = net.outputs(h);
    const double rest = rest_of(z, c);
    against_rest[i] = z[c] - rest;
    if (y_train[i] != c) rest_loss += rest - z[y_train[i]];
    loss.add(z, y_train[i], probability);
    out[true_probability][i] = probability[y_train[i]];
    probability[y_train[i]] -= 1;
    net.add_gradient(x20[i], h, probability, slope);
  }
  const auto members = static_cast<std::size_t>(std::count(y_train.begin(), y_train.end(), c));
  const double shift = models::best_logit_shift(against_rest, members);
  const double least =
      models::shifted_cross_entropy(against_rest, shift, [&](std::size_t i) { return y_train[i] == c; });
  const Triple f = net(p.x);

  out.set(nll, loss.value());
  out.set(likelihood, std::exp(-loss.value()));
  out.set(best_beta1, p.beta1[c] + shift);
  out.set(best_nll, rest_loss + least);
  softmax(f, out[lambda]);
  out.set(point_nll, cross_entropy(f, static_cast<std::size_t>(p.y)));
  models::write_gradient(slope, out[gradient]);
}

}  // namespace trawl::studies
