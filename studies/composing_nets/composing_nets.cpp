#include "studies/composing_nets/composing_nets.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "studies/composing_nets/pieces.hpp"

namespace trawl::studies {
namespace {

using P = ComposingNetsParameters;

constexpr std::size_t curve_points_place = 23, vertex_places_place = 24;
constexpr double left = -1, right = 1;

enum Output : std::size_t { y, linear_regions, steepest, shortest, vertex_x, vertex_y, curve };

Declaration declaration() {
  return {.name = "composing_nets",
          .group = "First principles",
          .summary = "Shallow networks fed into each other: the curve and the number of its linear regions.",
          .maths = "y = net2(net1(.. net1(x))), net(x) = phi0 + sum_i phi_i relu(theta_i0 + theta_i1 x)",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 4.1, \"Composing networks\""};
}

std::vector<Binding<P>> bindings() {
  auto all = models::two_nets_bindings<P>();
  const std::vector<Binding<P>> more = {
      bind<&P::copies>(
          {.name = "copies", .domain = between(0, 10), .description = "how many times net 1 is applied, N"}),
      bind<&P::then_net2>({.name = "then_net2", .description = "net 2 follows"}),
      bind<&P::x>({.name = "x", .description = "input at which y is written"}),
      bind<&P::curve_points>(models::curve_points_parameter()),
      bind<&P::vertex_places>({.name = "vertex_places",
                               .domain = between(2, 1e6),
                               .description = "room for vertices in the file; the sweep's largest value counts"})};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

ComposingNets::ComposingNets() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout ComposingNets::outputs(std::span<const Extent> extents) const {
  Dimension vertex = {.name = "vertex", .description = "end of a linear region, from left"};
  vertex.values.resize(static_cast<std::size_t>(extents[vertex_places_place].upper));
  std::iota(vertex.values.begin(), vertex.values.end(), 0.0);
  const char* beyond = "there are fewer vertices";
  return {
      .dimensions = {vertex, models::curve_dimension(left, right, extents[curve_points_place].upper)},
      .outputs = {{.name = "y", .long_name = "network output y", .description = "output at x"},
                  {.name = "linear_regions", .description = "number of maximal intervals of constant slope in [-1, 1]"},
                  {.name = "steepest", .description = "largest |dy/dx|"},
                  {.name = "shortest", .description = "width of the narrowest linear region"},
                  {.name = "vertex_x", .description = "x of the vertex", .dimensions = {"vertex"}, .nan_means = beyond},
                  {.name = "vertex_y", .description = "y of the vertex", .dimensions = {"vertex"}, .nan_means = beyond},
                  {.name = "curve", .description = "y(x) on [-1, 1]", .dimensions = {"x_curve"}}}};
}

void ComposingNets::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const auto net1 = p.first(), net2 = p.second();
  const auto composed = [&](double value) {
    for (std::int64_t n = 0; n < p.copies; ++n) value = net1(value)[0];
    return p.then_net2 ? net2(value)[0] : value;
  };
  thread_local composing_nets::Pieces pieces;
  pieces.restart(left, right);
  for (std::int64_t n = 0; n < p.copies; ++n) pieces.follow_with(net1);
  if (p.then_net2) pieces.follow_with(net2);

  const auto& all = pieces.pieces();
  double slope = 0, width = right - left;
  for (std::size_t k = 0; k < all.size(); ++k) {
    slope = std::max(slope, std::abs(all[k].slope));
    width = std::min(width, (k + 1 < all.size() ? all[k + 1].x0 : pieces.right()) - all[k].x0);
  }
  out.set(y, composed(p.x));
  out.set(linear_regions, static_cast<double>(all.size()));
  out.set(steepest, slope);
  out.set(shortest, width);
  const std::size_t places = out[vertex_x].size();
  for (std::size_t k = 0; k < std::min(all.size(), places); ++k) {
    out[vertex_x][k] = all[k].x0;
    out[vertex_y][k] = all[k].y0;
  }
  if (all.size() < places) {
    out[vertex_x][all.size()] = pieces.right();
    out[vertex_y][all.size()] = pieces.y_right();
  }
  models::write_curve(left, right, composed, out[curve]);
}

double ComposingNets::cost(const P& p) const {
  return static_cast<double>(p.curve_points) * static_cast<double>(p.copies + 1) * 0.1 +
         std::pow(3, static_cast<double>(p.copies));
}

}  // namespace trawl::studies
