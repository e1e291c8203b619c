#include "studies/shallow_net_2d/shallow_net_2d.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "studies/models/theta_net.hpp"
#include "studies/shallow_net_2d/regions.hpp"

namespace trawl::studies {
namespace {

using models::hidden_units;
using models::Triple;
using P = ShallowNet2dParameters;

constexpr std::size_t map_points_place = 19;
constexpr std::size_t patterns = 1 << hidden_units;
constexpr std::size_t grid_side = 100;
constexpr double side = 10;

enum Output : std::size_t {
  y,
  pattern_at,
  y_min,
  y_max,
  y_mean,
  patterns_present,
  pattern_share,
  max_regions,
  log10_max_regions,
  n_parameters,
  map
};

Declaration declaration() {
  return {
      .name = "shallow_net_2d",
      .group = "First principles",
      .summary = "Three relu units of two inputs: outputs, linear regions, and how many regions there can be.",
      .maths = "y_k = phi_k0 + sum_i phi_ki relu(theta_i0 + theta_i1 x1 + theta_i2 x2); N = sum_j C(D, j), j <= D_i",
      .source =
          "S. J. D. Prince, Understanding Deep Learning (2023), notebooks 3.2, \"Shallow networks II\", and "
          "3.3, \"Shallow network regions\""};
}

std::vector<Binding<P>> bindings() {
  auto all = bind_elements<&P::theta0>(
      {.name = "theta#0", .long_name = "offset of hidden unit #", .description = "offset of hidden unit #"}, 1);
  const auto append = [&](const std::vector<Binding<P>>& more) { all.insert(all.end(), more.begin(), more.end()); };
  append(bind_elements<&P::theta1>(
      {.name = "theta#1", .long_name = "weight of x1 in hidden unit #", .description = "weight of x1 in hidden unit #"},
      1));
  append(bind_elements<&P::theta2>(
      {.name = "theta#2", .long_name = "weight of x2 in hidden unit #", .description = "weight of x2 in hidden unit #"},
      1));
  append(bind_elements<&P::phi1>({.name = "phi1_#", .description = "output 1's weight of hidden unit # (0: offset)"}));
  append(bind_elements<&P::phi2>({.name = "phi2_#", .description = "output 2's weight of hidden unit # (0: offset)"}));
  append(
      {bind<&P::x1>({.name = "x1", .long_name = "first input x1", .description = "first input at which y is written"}),
       bind<&P::x2>(
           {.name = "x2", .long_name = "second input x2", .description = "second input at which y is written"}),
       bind<&P::map_points>({.name = "map_points",
                             .domain = between(2, 2000),
                             .description = "points a side of the map; the sweep's largest value counts"}),
       bind<&P::region_inputs>({.name = "region_inputs",
                                .domain = between(1, 1e6),
                                .description = "inputs of the network whose regions are counted, D_i"}),
       bind<&P::region_units>({.name = "region_units",
                               .domain = between(1, 1e6),
                               .description = "hidden units of the network whose regions are counted, D"})});
  return all;
}

/// Hidden units at (x1, x2).
Triple hidden(const P& p, double x1, double x2) {
  Triple h;
  for (std::size_t i = 0; i < hidden_units; ++i) h[i] = relu(p.theta0[i] + p.theta1[i] * x1 + p.theta2[i] * x2);
  return h;
}

double output(const std::array<double, 4>& phi, const Triple& h) {
  return phi[0] + phi[1] * h[0] + phi[2] * h[1] + phi[3] * h[2];
}

std::size_t pattern(const Triple& h) {
  return (h[0] > 0 ? 1 : 0) + (h[1] > 0 ? 2 : 0) + (h[2] > 0 ? 4 : 0);
}

void write_grid_statistics(const P& p, const Outputs& out) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr auto points = static_cast<double>(grid_side * grid_side);
  std::array<double, 2> least = {infinity, infinity}, most = {-infinity, -infinity}, sum = {};
  std::array<double, patterns> share = {};
  for (std::size_t m = 0; m < grid_side; ++m)
    for (std::size_t n = 0; n < grid_side; ++n) {
      const Triple h = hidden(p, 0.1 * static_cast<double>(m), 0.1 * static_cast<double>(n));
      const double values[] = {output(p.phi1, h), output(p.phi2, h)};
      for (std::size_t k = 0; k < 2; ++k) {
        least[k] = std::min(least[k], values[k]);
        most[k] = std::max(most[k], values[k]);
        sum[k] += values[k];
      }
      share[pattern(h)] += 1 / points;
    }
  for (std::size_t k = 0; k < 2; ++k) {
    out[y_min][k] = least[k];
    out[y_max][k] = most[k];
    out[y_mean][k] = sum[k] / points;
  }
  std::copy(share.begin(), share.end(), out[pattern_share].begin());
  out.set(patterns_present,
          static_cast<double>(std::count_if(share.begin(), share.end(), [](double s) { return s > 0; })));
}

void write_map(const P& p, std::span<double> values) {
  const std::size_t plane = values.size() / 2;
  const auto points = static_cast<std::size_t>(std::lround(std::sqrt(plane)));
  for (std::size_t m = 0; m < points; ++m)
    for (std::size_t n = 0; n < points; ++n) {
      const Triple h = hidden(p, models::curve_input(0, side, m, points), models::curve_input(0, side, n, points));
      values[m * points + n] = output(p.phi1, h);
      values[plane + m * points + n] = output(p.phi2, h);
    }
}

Dimension map_axis(const char* name, double points) {
  Dimension axis = models::curve_dimension(0, side, points);
  axis.name = name;
  axis.description = "input of the map";
  return axis;
}

}  // namespace

ShallowNet2d::ShallowNet2d() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout ShallowNet2d::outputs(std::span<const Extent> extents) const {
  Dimension active = {.name = "pattern", .description = "active hidden units", .labels = {"none"}};
  for (std::size_t code = 1; code < patterns; ++code) {
    std::string units;
    for (std::size_t i = 0; i < hidden_units; ++i)
      if (code >> i & 1) units += (units.empty() ? "" : "+") + std::to_string(i + 1);
    active.labels.push_back(units);
  }
  const double points = extents[map_points_place].upper;
  const std::vector<std::string> each = {"output"};
  return {.dimensions = {{.name = "output", .description = "output of the network", .values = {1, 2}},
                         active,
                         map_axis("x1_map", points),
                         map_axis("x2_map", points)},
          .outputs = {
              {.name = "y", .long_name = "network outputs y", .description = "outputs at (x1, x2)", .dimensions = each},
              {.name = "pattern_at", .description = "position of the active units at (x1, x2) in `pattern`"},
              {.name = "y_min",
               .description = "least output on the grid 0, 0.1, .., 9.9 of both inputs",
               .dimensions = each},
              {.name = "y_max",
               .long_name = "largest output",
               .description = "largest output on that grid",
               .dimensions = each},
              {.name = "y_mean", .description = "mean output on that grid", .dimensions = each},
              {.name = "patterns_present", .description = "number of patterns of active units on that grid"},
              {.name = "pattern_share", .description = "share of that grid in each pattern", .dimensions = {"pattern"}},
              {.name = "max_regions",
               .description = "most linear regions of region_units relu units and region_inputs inputs",
               .nan_means = "larger than the largest double; see log10_max_regions"},
              {.name = "log10_max_regions",
               .long_name = "log10 of the most regions",
               .description = "decimal logarithm of max_regions"},
              {.name = "n_parameters",
               .long_name = "number of parameters",
               .description = "parameters of such a network with one output"},
              {.name = "map", .description = "outputs on [0, 10]^2", .dimensions = {"output", "x1_map", "x2_map"}}}};
}

void ShallowNet2d::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const Triple h = hidden(p, p.x1, p.x2);
  out[y][0] = output(p.phi1, h);
  out[y][1] = output(p.phi2, h);
  out.set(pattern_at, static_cast<double>(pattern(h)));
  write_grid_statistics(p, out);
  const auto regions = shallow_net_2d::most_regions(p.region_inputs, p.region_units);
  if (std::isfinite(regions.number)) out.set(max_regions, regions.number);
  out.set(log10_max_regions, regions.log10);
  out.set(n_parameters, static_cast<double>(p.region_inputs * p.region_units + 2 * p.region_units + 1));
  write_map(p, out[map]);
}

}  // namespace trawl::studies
