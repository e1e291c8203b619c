#include "studies/background_math/background_math.hpp"

#include <cmath>
#include <stdexcept>

namespace trawl::studies {
namespace {

using P = BackgroundMathParameters;

enum Output : std::size_t { y, line_offset, line_slope, exp_z, log_z, log_exp_z, exp_log_z };

Declaration declaration() {
  return {.name = "background_math",
          .group = "First principles",
          .summary = "Linear functions of several inputs, a line through its intercepts, exponential and logarithm.",
          .maths = "y = beta + Omega x; the line y = Y - (Y / X) x; e^z, ln z, ln e^z, e^(ln z)",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 1.1, \"Background mathematics\""};
}

std::vector<Binding<P>> bindings() {
  auto all =
      bind_elements<&P::beta>({.name = "beta#", .long_name = "offset of y_#", .description = "offset of y_#"}, 1);
  const auto append = [&](const std::vector<Binding<P>>& more) { all.insert(all.end(), more.begin(), more.end()); };
  append(bind_elements<&P::omega1>(
      {.name = "omega1#", .long_name = "weight of x_# in y_1", .description = "weight of x_# in y_1"}, 1));
  append(bind_elements<&P::omega2>(
      {.name = "omega2#", .long_name = "weight of x_# in y_2", .description = "weight of x_# in y_2"}, 1));
  append(bind_elements<&P::x>({.name = "x#", .long_name = "input x_#", .description = "input x_#"}, 1));
  append(
      {bind<&P::y_intercept>({.name = "y_intercept", .description = "where the line meets the y axis"}),
       bind<&P::x_intercept>({.name = "x_intercept", .description = "where the line meets the x axis; not 0"}),
       bind<&P::z>({.name = "z", .long_name = "argument z", .description = "argument of exponential and logarithm"})});
  return all;
}

}  // namespace

BackgroundMath::BackgroundMath() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout BackgroundMath::outputs(std::span<const Extent>) const {
  const char* negative = "z is negative and has no logarithm";
  return {.dimensions = {{.name = "row", .description = "row of the linear function", .values = {1, 2}}},
          .outputs = {
              {.name = "y", .long_name = "beta + Omega x", .description = "beta + Omega x", .dimensions = {"row"}},
              {.name = "line_offset", .description = "offset of the line through both intercepts"},
              {.name = "line_slope", .description = "slope of the line through both intercepts"},
              {.name = "exp_z", .description = "e^z"},
              {.name = "log_z", .description = "ln z; not finite, and so a failed point, at 0", .nan_means = negative},
              {.name = "log_exp_z", .description = "ln e^z"},
              {.name = "exp_log_z", .description = "e^(ln z)", .nan_means = negative}}};
}

void BackgroundMath::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  if (p.x_intercept == 0) throw std::domain_error("x_intercept is 0 (the line would be vertical). Give another?");
  const double slope = -p.y_intercept / p.x_intercept;
  if (std::isinf(slope))
    throw std::domain_error("x_intercept is too close to 0 (the line's slope is beyond the doubles). Give another?");
  const auto dot = [&](const std::array<double, 3>& omega) {
    return omega[0] * p.x[0] + omega[1] * p.x[1] + omega[2] * p.x[2];
  };
  out[y][0] = p.beta[0] + dot(p.omega1);
  out[y][1] = p.beta[1] + dot(p.omega2);
  out.set(line_offset, p.y_intercept);
  out.set(line_slope, slope);
  out.set(exp_z, std::exp(p.z));
  out.set(log_z, std::log(p.z));
  out.set(log_exp_z, std::log(std::exp(p.z)));
  out.set(exp_log_z, std::exp(std::log(p.z)));
}

}  // namespace trawl::studies
