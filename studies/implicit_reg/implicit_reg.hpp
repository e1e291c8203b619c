// Which minimum does gradient descent choose when its steps are not infinitely small?
#pragma once

#include "engine/typed_study.hpp"
#include "studies/models/descent.hpp"

namespace trawl::studies {

struct ImplicitRegParameters {
  double start_phi0 = -0.7;
  double start_phi1 = -0.75;
  double alpha = 0.05;
  double alpha_reg = 0.0;
  std::int64_t steps = 100;
  std::int64_t path_steps = models::all_steps;
};

/// A finite step acts like a regulariser on the size of the gradient.
///
///     L = 1 - exp(-phi1^2 / (2 s^2)),  s = exp(-2 phi0^2): every point with phi1 = 0 is a minimum
///     descent         phi <- phi - alpha grad M,   M = L + (alpha_reg / 4) |grad L|^2
///     flow            dphi/dt = -grad M
///     modified flow   dphi/dt = -grad (L + ((alpha_reg + alpha) / 4) |grad L|^2)
///     both flows run for the time T = alpha steps that the descent takes
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | phi at the start | start_phi0, start_phi1 | [-10, 10] |
/// | alpha | alpha | >= 0 |
/// | strength of the explicit regulariser | alpha_reg | >= 0 |
/// | steps taken, and kept in the file | steps, path_steps | 0 .. 10^6 |
///
/// The flow of L conserves phi0 exp(-2 phi1^2), so it ends at phi0(0) exp(-2 phi1(0)^2); phi0_offset is the distance of
/// the descent from there. With alpha_reg = 0 the descent is first-order close to the flow and second-order close to
/// the modified flow.
/// Method: analytic Hessian, grad of the regulariser (a / 2) H grad L; flows by Dormand and Prince's 5(4) pair.
/// Error: flows 1e-11; tests/studies/implicit_reg_test.cpp measures it, the orders and the conserved quantity.
/// Cost: 30 ns a step, 0.1 ms for the two flows.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 9.2, "Implicit regularization".
class ImplicitReg final : public TypedStudy<ImplicitRegParameters> {
 public:
  ImplicitReg();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const ImplicitRegParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const ImplicitRegParameters& p) const override { return 4000 + static_cast<double>(p.steps); }
};

}  // namespace trawl::studies
