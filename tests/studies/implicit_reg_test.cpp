#include "studies/implicit_reg/implicit_reg.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "studies/implicit_reg/flow.hpp"
#include "studies/implicit_reg/loss.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace models;
using nlohmann::json;

const ImplicitReg study;
constexpr Vector2 source_start = {-0.7, -0.75};

double number(const json& inputs, const char* name, double otherwise) {
  return inputs.value(name, otherwise);
}

TEST(ImplicitRegGolden, has_the_loss_the_regulariser_and_their_gradients) {
  const json& one = golden("implicit_reg/function_values");
  Values all;
  for (const json& phi : one.at("inputs").at("phi")) {
    const Values values = evaluate_point(
        study,
        {{"start_phi0", phi[0]}, {"start_phi1", phi[1]}, {"alpha_reg", one.at("inputs").at("alpha")}, {"steps", 0}});
    for (const auto& [name, numbers] : values) all[name].insert(all[name].end(), numbers.begin(), numbers.end());
  }
  expect_golden(one, "loss", all.at("loss"));
  expect_golden(one, "gradient", all.at("gradient"));
  expect_golden(one, "reg_term", all.at("regulariser"));
  expect_golden(one, "gradient_of_modified_loss", all.at("modified_gradient"));
}

TEST(ImplicitRegGolden, has_the_flows) {
  const json& limit = golden("implicit_reg/gradient_flow_limit");
  expect_golden(limit, "phi_infinity", {evaluate_point(study, {}).at("flow_limit_phi0")[0], 0.0});
  int flows = 0;
  for (const json& one : golden_cases("implicit_reg")) {
    const json& inputs = one.at("inputs");
    if (!inputs.contains("T") || inputs.contains("alpha")) continue;
    ++flows;
    const Values values = evaluate_point(study, {{"alpha", inputs.at("T").get<double>() / 1000},
                                                 {"steps", 1000},
                                                 {"alpha_reg", number(inputs, "alpha_reg", 0)}});
    expect_golden(one, "phi", values.at("flow_phi"));
  }
  EXPECT_EQ(flows, 5);
}

TEST(ImplicitRegGolden, descends_as_the_source_does) {
  int descents = 0;
  for (const json& one : golden_cases("implicit_reg")) {
    const json& inputs = one.at("inputs");
    if (!inputs.contains("n_steps")) continue;
    ++descents;
    const Values values = evaluate_point(study, {{"start_phi0", inputs.at("phi0")[0]},
                                                 {"start_phi1", inputs.at("phi0")[1]},
                                                 {"alpha", inputs.at("alpha")},
                                                 {"alpha_reg", number(inputs, "alpha_reg", 0)},
                                                 {"steps", inputs.at("n_steps")},
                                                 {"path_steps", 0}});
    expect_golden(one, "phi", values.at("phi"));
    expect_golden(one, "loss", values.at("loss"));
    if (one.at("expected").contains("modified_loss")) expect_golden(one, "modified_loss", values.at("modified_loss"));
    if (one.at("expected").contains("phi0_minus_flow_limit"))
      expect_golden(one, "phi0_minus_flow_limit", values.at("phi0_offset"));
  }
  EXPECT_EQ(descents, 6);
}

TEST(ImplicitRegGolden, is_first_order_close_to_the_flow_and_second_order_close_to_the_modified_one) {
  const json& one = golden("implicit_reg/order_of_accuracy_T5");
  std::vector<double> to_flow, to_modified;
  for (const double alpha : one.at("inputs").at("alpha")) {
    const double steps = std::round(one.at("inputs").at("T").get<double>() / alpha);
    const Values values = evaluate_point(study, {{"alpha", alpha}, {"steps", steps}});
    to_flow.push_back(values.at("distance_to_flow")[0]);
    to_modified.push_back(values.at("distance_to_modified_flow")[0]);
  }
  expect_golden(one, "dist_to_flow", to_flow);
  expect_golden(one, "dist_to_modified_flow", to_modified);
  for (std::size_t k = 3; k < to_flow.size(); ++k) {  // halving alpha, once it is small
    EXPECT_NEAR(std::log2(to_flow[k - 1] / to_flow[k]), 1, 0.05);
    EXPECT_NEAR(std::log2(to_modified[k - 1] / to_modified[k]), 2, 0.15);
  }
}

TEST(ImplicitReg, has_the_derivatives_of_its_loss_and_of_its_regulariser) {
  const auto dual_loss = [](Dual phi0, Dual phi1) { return 1.0 - exp(-phi1 * phi1 * exp(4.0 * phi0 * phi0) / 2.0); };
  const double h = 1e-6, strength = 0.3;
  for (const Vector2 phi : {source_start, Vector2{-0.3, 0.2}, {0.4, -0.5}, {0, 0.8}, {0.9, 0.01}}) {
    const implicit_reg::Loss at = implicit_reg::loss(phi);
    EXPECT_NEAR(at.gradient.x0, dual_loss({phi.x0, 1}, phi.x1).slope, 1e-14);
    EXPECT_NEAR(at.gradient.x1, dual_loss(phi.x0, {phi.x1, 1}).slope, 1e-14);
    const auto bend = [&](Vector2 unit) {
      return (0.5 / h) * (implicit_reg::loss(phi + h * unit).gradient - implicit_reg::loss(phi - h * unit).gradient);
    };
    EXPECT_NEAR(at.hessian.a00, bend({1, 0}).x0, 1e-7);
    EXPECT_NEAR(at.hessian.a01, bend({1, 0}).x1, 1e-7);
    EXPECT_NEAR(at.hessian.a11, bend({0, 1}).x1, 1e-7);
    const auto modified = [&](Vector2 there) {
      return implicit_reg::loss(there).value + implicit_reg::regulariser(there, strength);
    };
    const Vector2 g = implicit_reg::modified_gradient(phi, strength);
    EXPECT_NEAR(g.x0, (modified(phi + Vector2{h, 0}) - modified(phi - Vector2{h, 0})) / (2 * h), 1e-8);
    EXPECT_NEAR(g.x1, (modified(phi + Vector2{0, h}) - modified(phi - Vector2{0, h})) / (2 * h), 1e-8);
  }
}

TEST(ImplicitReg, flows_along_a_conserved_quantity_to_its_limit) {
  const auto gradient = [](Vector2 phi) { return implicit_reg::loss(phi).gradient; };
  const auto conserved = [](Vector2 phi) { return phi.x0 * std::exp(-2 * phi.x1 * phi.x1); };
  for (const Vector2 start : {source_start, Vector2{0.5, 1}, {1, 0.1}, {0, 0.7}}) {
    for (const double t : {0.01, 1.0, 7.0})
      EXPECT_NEAR(conserved(implicit_reg::gradient_flow(start, t, gradient)), conserved(start), 1e-10);
    const Vector2 end = implicit_reg::gradient_flow(start, 200, gradient);
    EXPECT_NEAR(norm(end - implicit_reg::flow_limit(start)), 0, 1e-9);
  }
}

TEST(ImplicitReg, flows_as_an_exponential_on_a_parabola) {
  const auto gradient = [](Vector2 phi) { return Vector2{phi.x0, 5 * phi.x1}; };
  const Vector2 end = implicit_reg::gradient_flow({1, -2}, 3, gradient);
  EXPECT_NEAR(end.x0, std::exp(-3), 1e-11);
  EXPECT_NEAR(end.x1, -2 * std::exp(-15), 1e-11);
  EXPECT_EQ(implicit_reg::gradient_flow({1, -2}, 0, gradient).x1, -2);
}

TEST(ImplicitReg, stands_still_where_the_loss_is_flat) {
  const Values far = evaluate_point(study, {{"start_phi0", 9.9}, {"start_phi1", 10}});
  EXPECT_EQ(far.at("phi"), (std::vector<double>{9.9, 10}));
  EXPECT_EQ(far.at("flow_phi"), far.at("phi"));
  EXPECT_EQ(far.at("loss")[0], 1);
  const Values bottom = evaluate_point(study, {{"start_phi0", 1.5}, {"start_phi1", 0}});
  EXPECT_EQ(bottom.at("phi"), (std::vector<double>{1.5, 0}));
  EXPECT_EQ(bottom.at("phi0_offset")[0], 0);
}

TEST(ImplicitReg, takes_no_memory_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
