// Infomax: finds independent sources in their mixtures, if the assumed density suits them.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/infomax_ica/sources.hpp"

namespace trawl::studies {

/// The sources, their mixing and the learning rule.
struct InfomaxIcaParameters {
  ica::Source source = ica::Source::laplace;
  ica::Density density = ica::Density::logistic;
  double eta = 0.1;
  std::int64_t samples = 2000;
  std::int64_t signals = 2;
  std::int64_t steps = 300;
  std::int64_t batch = 1000000;
  ica::Rule rule = ica::Rule::natural;
  double max_condition = 5;
};

/// Does the rule turn mixtures x = A s back into the sources?
///
///     u = W x,  likelihood  ln |det W| + sum_i E ln p(u_i),  phi = -p'/p
///     natural   W += eta (I - E[phi(u) u^T]) W
///     ordinary  W += eta (W^-T - E[phi(u) x^T]),  W = I at the start
///     Amari     [sum_i (sum_j |P_ij| / max_k |P_ik| - 1) + the same of P^T] / (2 d (d - 1)), P = W A
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | distribution of each s_i, variance 1 | source | laplace, logistic, uniform, gaussian |
/// | phi | phi | logistic: tanh(u/2); tanh: tanh u; cubic: u^3; u_minus_tanh: u - tanh u |
/// | eta | eta | >= 0 |
/// | samples, d | samples, signals | 1 .. 10^7, 1 .. 16 |
/// | steps | steps | 0 .. 10^6 |
/// | samples in a step, one stretch of them after the other; as many as there are, or more: all | batch | >= 1 |
/// | A: entries N(0, 1), drawn again until its condition number is at most | max_condition | >= 2 |
///
/// At rest a row of W A is c times one source's, E[phi(c s) c s] = 1 (row_scale), and that is stable if
/// E[phi'(u)] E[u^2] > 1 (stability_product): the first two phi separate peaked sources, the last two flat ones, and
/// none normal ones. Order and sign are not determined. The likelihood's gradient has no further term: counting the
/// derivative of the squashing function as well, as the source's report does, takes it twice.
/// Method: 8 partial sums over samples in fixed order, vectorised (kernel.hpp); means are taken before products.
/// Error: one step and 50 agree with the reference to 1e-9, fixed points to 1e-8
/// (tests/studies/infomax_ica_test.cpp).
/// Cost: about 1.5 ns a sample, signal and step; 300 steps of 2000 samples at the defaults take 2 ms.
/// Source: the report's rule, in the form of Bell, Sejnowski (1995) and Amari, Cichocki, Yang (1996).
class InfomaxIca final : public TypedStudy<InfomaxIcaParameters> {
 public:
  InfomaxIca();

  /// The largest numbers of steps and signals of the sweep set the sizes of their dimensions.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const InfomaxIcaParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const InfomaxIcaParameters& p) const override;
};

}  // namespace trawl::studies
