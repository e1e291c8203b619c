#include "studies/contraction_map/contraction_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "studies/contraction_map/fixed_points.hpp"

namespace trawl::studies {
namespace {

using namespace contraction;

// Places of the parameters in a row.
enum Place : std::size_t {
  a,
  b,
  c,
  frequency,
  mode,
  y,
  start,
  iterations,
  threshold,
  search_lower,
  search_upper,
  listed,
  base_mean,
  base_sd,
};

enum OutputIndex : std::size_t {
  trajectory,
  final_z,
  last_step,
  converged,
  fixed_point,
  fixed_point_derivative,
  fixed_point_count,
  lipschitz_bound,
  contraction_everywhere,
  asymptotic_rate,
  residual_derivative,
  log_det_jacobian,
  log_pdf,
};

constexpr std::size_t most_listed = 64;

Declaration make_declaration() {
  return {.name = "contraction_map",
          .version = 2,
          .group = "Structure",
          .summary = "Fixed-point iteration of a + b z + c sin(w z), and the inversion of z + f(z) by it.",
          .maths = "z <- f(z) or z <- y - f(z), f(z) = a + b z + c sin(w z), sup |f'| = |b| + |c w|",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 16.3, \"Contraction mappings\"",
          .parameters = {
              {.name = "a", .default_value = 0.3, .long_name = "constant of the map", .description = "constant of f"},
              {.name = "b", .default_value = 0.5, .long_name = "slope of the map", .description = "slope of f"},
              {.name = "c",
               .default_value = 0.02,
               .long_name = "height of the ripple",
               .description = "height of the ripple"},
              {.name = "frequency",
               .default_value = 15,
               .long_name = "angular frequency of the ripple",
               .description = "angular frequency of the ripple, w"},
              {.name = "mode",
               .kind = Kind::choice,
               .choices = {"iterate", "invert"},
               .description = "iterate f, or solve z + f(z) = y"},
              {.name = "y", .default_value = 0.8, .long_name = "value to invert", .description = "value to invert"},
              {.name = "start",
               .default_value = 0.2,
               .long_name = "first z",
               .description = "z before the first iteration"},
              {.name = "iterations",
               .kind = Kind::integer,
               .domain = between(0, 10000),
               .default_value = 20,
               .description = "iterations done"},
              {.name = "threshold",
               .domain = at_least(0),
               .default_value = 1e-6,
               .long_name = "longest last step of a convergence",
               .description = "largest last step of an iteration that has converged"},
              {.name = "search_lower",
               .default_value = -3,
               .long_name = "lower end of the search",
               .description = "lowest fixed point looked for"},
              {.name = "search_upper",
               .default_value = 4,
               .long_name = "upper end of the search",
               .description = "highest fixed point looked for"},
              {.name = "fixed_points",
               .kind = Kind::integer,
               .domain = between(1, most_listed),
               .default_value = 1,
               .long_name = "fixed points listed",
               .description = "fixed points listed, from the lowest up"},
              {.name = "base_mean",
               .default_value = 0.5,
               .long_name = "mean of the base density",
               .description = "mean of the density of z, m"},
              {.name = "base_sd",
               .domain = between(1e-100, 1e100),
               .default_value = 0.2,
               .long_name = "standard deviation of the base density",
               .description = "standard deviation of the density of z, s"},
          }};
}

double or_nan(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
}

/// Writes z before the first iteration and after each, as long as they are finite; returns the last step, which has a
/// sign.
double iterate(const RippledLine& g, double z, std::span<double> path) {
  double step = 0;
  path[0] = z;
  for (std::size_t k = 1; k < path.size(); ++k) {
    const double next = g(z);
    step = next - z;
    z = next;
    path[k] = or_nan(z);
  }
  return step;
}

void evaluate_point(const double* p, std::size_t task, const Columns& columns) {
  const auto set = [&](std::size_t output, double value) { columns.base[output][task] = or_nan(value); };
  const RippledLine f{p[a], p[b], p[c], p[frequency]};
  const bool inverts = p[mode] != 0;
  const RippledLine g = inverts ? RippledLine{p[y] - f.a, -f.b, -f.c, f.w} : f;

  const auto path = columns.of(trajectory, task).first(static_cast<std::size_t>(p[iterations]) + 1);
  const double step = iterate(g, p[start], path);
  const double z = path.back();
  set(final_z, z);
  set(last_step, step);
  set(converged, std::abs(step) <= p[threshold] ? 1 : 0);

  std::array<double, most_listed> found;
  const auto room = std::span(found).first(static_cast<std::size_t>(p[listed]));
  const std::size_t count = fixed_points(g, p[search_lower], p[search_upper], room);
  for (std::size_t k = 0; k < std::min(count, room.size()); ++k) {
    columns.of(fixed_point, task)[k] = found[k];
    columns.of(fixed_point_derivative, task)[k] = g.derivative(found[k]);
  }
  set(fixed_point_count, static_cast<double>(count));
  set(lipschitz_bound, g.lipschitz());
  set(contraction_everywhere, g.lipschitz() < 1 ? 1 : 0);
  set(asymptotic_rate, g.derivative(z));

  // The flow y = z + f(z), at the exact z if one is known.
  const double latent = inverts && count > 0 ? found[0] : z;
  const double jacobian = 1 + f.derivative(latent);
  const double log_jacobian = std::log(std::abs(jacobian));
  const double distance = (latent - p[base_mean]) / p[base_sd];
  set(residual_derivative, jacobian);
  set(log_det_jacobian, log_jacobian);
  set(log_pdf, -distance * distance / 2 - std::log(p[base_sd] * std::sqrt(2 * std::numbers::pi)) - log_jacobian);
}

}  // namespace

ContractionMap::ContractionMap() : declaration_(make_declaration()) {}

OutputLayout ContractionMap::outputs(std::span<const Extent> extents) const {
  Dimension iteration = {.name = "iteration", .description = "iterations done"};
  iteration.values.resize(static_cast<std::size_t>(extents[iterations].upper) + 1);
  std::iota(iteration.values.begin(), iteration.values.end(), 0.0);
  Dimension place = {.name = "place",
                     .long_name = "place from the lowest up",
                     .description = "place of a fixed point, from the lowest up"};
  place.values.resize(static_cast<std::size_t>(extents[listed].upper));
  std::iota(place.values.begin(), place.values.end(), 1.0);
  const char* left = "the iteration has left the doubles";
  const char* fewer = "fewer fixed points than that, or listed";
  return {.dimensions = {iteration, place},
          .outputs = {
              {.name = "trajectory",
               .long_name = "z",
               .description = "z after each iteration",
               .dimensions = {"iteration"},
               .nan_means = "iteration beyond the point's own, or one that has left the doubles"},
              {.name = "final_z",
               .long_name = "z after the last iteration",
               .description = "z after the last iteration",
               .nan_means = left},
              {.name = "last_step",
               .description = "the last step: final_z less the z before it, negative if it went down",
               .nan_means = left},
              {.name = "converged", .description = "1 if the size of last_step is at most threshold"},
              {.name = "fixed_point", .description = "fixed points found", .dimensions = {"place"}, .nan_means = fewer},
              {.name = "fixed_point_derivative",
               .long_name = "derivative at the fixed point",
               .description = "derivative of the iterated function there",
               .dimensions = {"place"},
               .nan_means = fewer},
              {.name = "fixed_point_count", .description = "fixed points found in the interval"},
              {.name = "lipschitz_bound",
               .long_name = "largest size of the derivative",
               .description = "largest size of the derivative, |b| + |c w|"},
              {.name = "contraction_everywhere", .description = "1 if lipschitz_bound is below one"},
              {.name = "asymptotic_rate",
               .description = "derivative of the iterated function at final_z: a step over the step before it, "
                              "at the end of a convergence; negative if the iterates alternate about the fixed point, "
                              "below one in size if it attracts",
               .nan_means = left},
              {.name = "residual_derivative",
               .long_name = "derivative of the residual layer",
               .description = "1 + f'(z) at the inverse of y, or at final_z",
               .nan_means = left},
              {.name = "log_det_jacobian",
               .long_name = "log size of the Jacobian",
               .description = "ln |1 + f'(z)| there",
               .nan_means = "1 + f'(z) is 0, or the iteration has left the doubles"},
              {.name = "log_pdf",
               .long_name = "log density",
               .description = "log density of y = z + f(z) there when z has the base density",
               .nan_means = "infinite or below the doubles, or the iteration has left them"},
          }};
}

double ContractionMap::cost(std::span<const double> point) const {
  return 20 + point[iterations];
}

void ContractionMap::evaluate(const Tasks& tasks, const Columns& columns) const {
  for (std::size_t i = 0; i < tasks.size; ++i) evaluate_point(tasks.row(i).data(), i, columns);
}

}  // namespace trawl::studies
