// Shallow networks fed into each other: how many linear pieces does the result have?
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/models/two_nets.hpp"

namespace trawl::studies {

struct ComposingNetsParameters : models::TwoNets {
  std::int64_t copies = 1;
  bool then_net2 = true;
  double x = 0.5;
  std::int64_t curve_points = 201;
  std::int64_t vertex_places = 128;
};

/// Net 1 into itself N times, then into net 2, on [-1, 1]:
///
///     net(x) = phi0 + sum_i phi_i relu(theta_i0 + theta_i1 x), i = 1, 2, 3, each net with its own theta, phi
///     y(x) = net2(net1(.. net1(x)))
///
/// y is piecewise linear. Net 1 folds [-1, 1] three times, so N copies of it have 3^N linear regions (maximal intervals
/// of constant slope), followed by net 2 4 * 3^N. It slightly leaves [-1, 1]; nothing is clipped.
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | theta, phi | net1_theta10 .. net1_phi3, net2_theta10 .. net2_phi3 | any |
/// | N | copies | 0 .. 10 |
/// | | then_net2: net 2 follows | |
/// | x | x: input at which y is written | any |
/// | | curve_points: points of the output `curve`, on [-1, 1] | 2 .. 1e6 |
/// | | vertex_places: room for the ends of regions in vertex_x, vertex_y; further ones are left out | 2 .. 1e6 |
///
/// Method: the exact pieces, cut where they cross the next network's joints, their slopes multiplied, and neighbours of
/// equal slope merged (pieces.hpp), not differences on a grid: for N = 6 the shortest piece is 6.4e-6 wide.
/// Error: y of a vertex some 1e-16 times the largest slope; the count is exact unless pieces are shorter than 1e-9 of
/// the one that they were cut from. tests/studies/composing_nets_test.cpp compares with 3^N, 4 * 3^N and exact
/// vertices. Cost: 0.1 us a region. Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 4.1,
/// "Composing networks".
class ComposingNets final : public TypedStudy<ComposingNetsParameters> {
 public:
  ComposingNets();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const ComposingNetsParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const ComposingNetsParameters& p) const override;
};

}  // namespace trawl::studies
