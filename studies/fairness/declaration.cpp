#include "studies/fairness/fairness.hpp"
#include "studies/fairness/group.hpp"
#include "studies/fairness/places.hpp"

namespace trawl::studies {
namespace {

struct CurveDefaults {
  const char* name;
  const char* people;
  fairness::Curve curve;
};

constexpr CurveDefaults curve_defaults[] = {
    {"y0p0", "defaulters of group p0", {800, -1.5, -2.5, 0.8, 0.6, 0.6}},
    {"y1p0", "repayers of group p0", {500, 0.1, 0.7, 1.5, 0.8, 0.4}},
    {"y0p1", "defaulters of group p1", {400, 0.2, -0.1, 0.8, 0.6, 0.3}},
    {"y1p1", "repayers of group p1", {650, 0.6, 1.6, 1.2, 0.7, 0.6}},
};

void declare_curve(const CurveDefaults& defaults, std::vector<Parameter>& parameters) {
  const auto add = [&](const char* suffix, Domain domain, double value, const std::string& meaning) {
    parameters.push_back({.name = std::string(defaults.name) + suffix,
                          .domain = domain,
                          .default_value = value,
                          .description = meaning + defaults.people});
  };
  const Domain mean = between(-1e6, 1e6), sd = between(1e-6, 1e6);
  add("_weight", at_least(0), defaults.curve.weight, "number of ");
  add("_mean1", mean, defaults.curve.mean1, "mean score of the first part of the ");
  add("_mean2", mean, defaults.curve.mean2, "mean score of the second part of the ");
  add("_sd1", sd, defaults.curve.sd1, "standard deviation of the score in the first part of the ");
  add("_sd2", sd, defaults.curve.sd2, "standard deviation of the score in the second part of the ");
  add("_prop", between(0, 1), defaults.curve.prop, "share of the first part of the ");
}

std::vector<Parameter> declare_parameters() {
  std::vector<Parameter> parameters = {
      {.name = "tau0",
       .long_name = "threshold of group p0",
       .description = "threshold of group p0: a loan is granted above it"},
      {.name = "tau1", .long_name = "threshold of group p1", .description = "threshold of group p1"}};
  for (const CurveDefaults& defaults : curve_defaults) declare_curve(defaults, parameters);
  parameters.insert(
      parameters.end(),
      {{.name = "target_rate",
        .domain = strictly_between(0, 1),
        .default_value = 0.6,
        .description = "acceptance rate that parity_threshold gives each group"},
       {.name = "target_tpr",
        .domain = strictly_between(0, 1),
        .default_value = 0.8,
        .description = "true positive rate that opportunity_threshold gives each group"},
       {.name = "loss_ratio",
        .domain = at_least(0),
        .default_value = 1,
        .description = "what a default loses when a repaid loan earns 1"},
       {.name = "form",
        .kind = Kind::choice,
        .choices = {"continuous", "grid"},
        .description = "exact normal mixtures, or the source's sums over the scores -4, -3.99, .., 3.99"},
       {.name = "roc_points",
        .kind = Kind::integer,
        .domain = between(1, 9999),
        .default_value = 9,
        .description = "points of the ROC curves, at fpr = k / (roc_points + 1); the sweep's largest value counts"}});
  return parameters;
}

}  // namespace

Fairness::Fairness()
    : declaration_{.name = "fairness",
                   .group = "Fairness",
                   .summary = "Credit scores of two groups, a threshold for each: rates, gaps, profit, ROC curves.",
                   .maths = "TPR = S_1(tau), FPR = S_0(tau), S_y(t) = P(score > t | y) of two-part normal mixtures",
                   .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 21.1 Bias mitigation",
                   .parameters = declare_parameters()} {}

OutputLayout Fairness::outputs(std::span<const Extent> extents) const {
  const auto points = static_cast<std::size_t>(extents[fairness::roc_points].upper);
  Dimension fpr{.name = "fpr",
                .long_name = "false positive rate",
                .description = "false positive rate at which the ROC curve is read"};
  for (std::size_t k = 1; k <= points; ++k)
    fpr.values.push_back(static_cast<double>(k) / static_cast<double>(points + 1));
  const std::vector<std::string> per_group = {"group"};
  const char* never = "the ROC curves do not cross";
  return {
      .dimensions = {{.name = "group", .description = "group of people", .labels = {"p0", "p1"}}, fpr},
      .outputs = {
          {.name = "acceptance_rate", .description = "share of the group that gets a loan", .dimensions = per_group},
          {.name = "true_positive_rate", .description = "share of its repayers that do", .dimensions = per_group},
          {.name = "false_positive_rate", .description = "share of its defaulters that do", .dimensions = per_group},
          {.name = "default_rate",
           .description = "share of the granted loans that default",
           .dimensions = per_group,
           .nan_means = "no loan is granted"},
          {.name = "profit", .description = "repaid - loss_ratio * defaulted", .dimensions = per_group},
          {.name = "demographic_parity_gap", .description = "acceptance rate of p0 minus that of p1"},
          {.name = "equal_opportunity_gap", .description = "true positive rate of p0 minus that of p1"},
          {.name = "accuracy", .description = "share of all people who repay and get a loan or default and get none"},
          {.name = "auc",
           .long_name = "area under the ROC curve",
           .description = "area under the ROC curve",
           .dimensions = per_group},
          {.name = "parity_threshold",
           .description = "threshold with acceptance rate target_rate",
           .dimensions = per_group},
          {.name = "opportunity_threshold",
           .description = "threshold with true positive rate target_tpr",
           .dimensions = per_group},
          {.name = "best_threshold", .description = "threshold of largest profit", .dimensions = per_group},
          {.name = "best_profit", .description = "profit at best_threshold", .dimensions = per_group},
          {.name = "roc_lead",
           .description = "how far the group's ROC curve rises above the other's at most",
           .dimensions = per_group},
          {.name = "roc_crossings", .description = "number of times the ROC curves cross"},
          {.name = "crossing_fpr", .description = "false positive rate of the first crossing", .nan_means = never},
          {.name = "crossing_tpr", .description = "true positive rate of the first crossing", .nan_means = never},
          {.name = "roc",
           .long_name = "true positive rate",
           .description = "true positive rate at false positive rate fpr",
           .dimensions = {"group", "fpr"}},
      }};
}

}  // namespace trawl::studies
