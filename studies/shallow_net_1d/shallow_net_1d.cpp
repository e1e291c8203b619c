#include "studies/shallow_net_1d/shallow_net_1d.hpp"

#include <algorithm>
#include <limits>

#include <Eigen/Dense>

#include "studies/data/x20.hpp"
#include "studies/models/insertion_sort.hpp"

namespace trawl::studies {
namespace {

using data::x20;
using models::hidden_units;
using Net = models::ShallowNet<1>;
using P = ShallowNet1dParameters;

constexpr std::array<double, 20> y_train = {-0.15934537, 0.18195445, 0.45127015,  0.13921448,  0.09366691,
                                            0.30567674,  0.37229117, 0.40716968,  -0.08131792, 0.41187806,
                                            0.36943738,  0.3994327,  0.01906257,  0.3582041,   0.45256496,
                                            -0.0183121,  0.02957665, -0.24354444, 0.14803884,  0.2682497};
constexpr std::size_t curve_points_place = 11;

enum Output : std::size_t { y, loss, best_phi0, best_phi0_loss, best_phi, best_phi_loss, joint, slope, curve };

Declaration declaration() {
  return {
      .name = "shallow_net_1d",
      .version = 2,
      .group = "First principles",
      .summary = "A network of one input and three relu units: its curve, joints, slopes, and fit to twenty points.",
      .maths = "y(x) = phi0 + sum_i phi_i relu(theta_i0 + theta_i1 x)",
      .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 3.1, \"Shallow networks I\""};
}

std::vector<Binding<P>> bindings() {
  auto all = models::theta_net_bindings<P, &P::theta0, &P::theta1, &P::phi>();
  all.push_back(bind<&P::x>({.name = "x", .description = "input at which y is written"}));
  all.push_back(bind<&P::curve_points>(models::curve_points_parameter()));
  return all;
}

/// A unit's input where it switches; NaN if it never does.
double joint_of(const Net& net, std::size_t i) {
  return net.hidden_slope[i] == 0 ? std::numeric_limits<double>::quiet_NaN()
                                  : -net.hidden_offset[i] / net.hidden_slope[i];
}

/// Slopes from left to right, between the joints in ascending order; what lies beyond the last region is left alone.
void write_slopes(const Net& net, std::span<double> slopes) {
  std::array<double, hidden_units + 1> left;  // where each region begins
  std::size_t regions = 1;
  left[0] = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < hidden_units; ++i)
    if (net.hidden_slope[i] != 0) left[regions++] = joint_of(net, i);
  models::insertion_sort(std::span(left.data(), regions));
  regions = static_cast<std::size_t>(std::unique(left.begin(), left.begin() + regions) - left.begin());
  for (std::size_t r = 0; r < regions; ++r) {
    slopes[r] = 0;
    for (std::size_t i = 0; i < hidden_units; ++i) {
      const bool active = net.hidden_slope[i] > 0 ? joint_of(net, i) <= left[r] : joint_of(net, i) > left[r];
      if (active) slopes[r] += net.weight[0][i] * net.hidden_slope[i];
    }
  }
}

}  // namespace

ShallowNet1d::ShallowNet1d() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout ShallowNet1d::outputs(std::span<const Extent> extents) const {
  return {
      .dimensions = {{.name = "weight", .description = "parameter fitted", .labels = {"phi0", "phi1", "phi2", "phi3"}},
                     models::unit_dimension(),
                     {.name = "region", .description = "region between joints, from left", .values = {1, 2, 3, 4}},
                     models::curve_dimension(0, 1, extents[curve_points_place].upper)},
      .outputs = {{.name = "y", .long_name = "network output y", .description = "the network's output at x"},
                  {.name = "loss", .description = "sum of squared residuals over the training points"},
                  {.name = "best_phi0", .description = "phi0 of smallest loss, all else as it is"},
                  {.name = "best_phi0_loss", .long_name = "loss at best phi0", .description = "loss at best_phi0"},
                  {.name = "best_phi", .description = "phi of smallest loss for this theta", .dimensions = {"weight"}},
                  {.name = "best_phi_loss", .description = "loss at best_phi"},
                  {.name = "joint",
                   .description = "input at which the unit switches",
                   .dimensions = {"unit"},
                   .nan_means = "the unit has slope 0 and no joint, or one beyond the doubles"},
                  {.name = "slope",
                   .description = "dy/dx in each region",
                   .dimensions = {"region"},
                   .nan_means = "there are fewer regions, as units share a joint or have none"},
                  {.name = "curve", .description = "y(x) on [0, 1]", .dimensions = {"x_curve"}}}};
}

void ShallowNet1d::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const Net net = models::theta_net(p.theta0, p.theta1, p.phi);
  Eigen::Matrix<double, x20.size(), 1 + hidden_units> units;
  Eigen::Matrix<double, x20.size(), 1> target, residual;
  for (std::size_t i = 0; i < x20.size(); ++i) {
    const auto h = net.hidden(x20[i]);
    units.row(i) << 1, h[0], h[1], h[2];
    target[i] = y_train[i];
    residual[i] = y_train[i] - net.outputs(h)[0];
  }
  const double mean = residual.sum() / x20.size();
  const Eigen::Vector4d fitted = units.completeOrthogonalDecomposition().solve(target);

  out.set(y, net(p.x)[0]);
  out.set(loss, residual.squaredNorm());
  out.set(best_phi0, p.phi[0] + mean);
  out.set(best_phi0_loss, (residual.array() - mean).square().sum());
  std::copy(fitted.begin(), fitted.end(), out[best_phi].begin());
  out.set(best_phi_loss, (target - units * fitted).squaredNorm());
  for (std::size_t i = 0; i < hidden_units; ++i) {
    const double where = joint_of(net, i);
    out[joint][i] = std::isfinite(where) ? where : std::numeric_limits<double>::quiet_NaN();
  }
  write_slopes(net, out[slope]);
  models::write_curve(
      0, 1, [&](double x) { return net(x)[0]; }, out[curve]);
}

}  // namespace trawl::studies
