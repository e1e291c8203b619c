// Gradient flow and gradient descent on linear least squares, in closed form.
#pragma once

#include <Eigen/Dense>
#include <cmath>

namespace trawl::studies::gradient_flow {

/// L(phi) = |X^T phi - y|^2 / 2 with one column of X (D x I) for each datum. In the eigenbasis of X X^T, eigenvalues
/// lambda, each component of phi moves by itself; (1 - e^(-lambda t)) / lambda -> t as lambda -> 0 needs no inverse.
template <int D, int I>
class LinearFlow {
 public:
  using Design = Eigen::Matrix<double, D, I>;
  using Weights = Eigen::Matrix<double, D, 1>;
  using Data = Eigen::Matrix<double, I, 1>;

  LinearFlow(const Design& x, const Data& y) : x_(x), y_(y), eigen_(x * x.transpose()) {}

  /// Of X X^T, ascending.
  const Weights& eigenvalues() const { return eigen_.eigenvalues(); }

  Data residual(const Weights& phi) const { return x_.transpose() * phi - y_; }
  double loss(const Weights& phi) const { return residual(phi).squaredNorm() / 2; }

  /// The solution of dphi/dt = -X (X^T phi - y) at time t, from `start` at time 0.
  Weights flow(const Weights& start, double t) const {
    return start - in_eigenbasis([t](double lambda) { return relaxation(lambda, t); }, x_ * residual(start));
  }

  /// `start` after n steps phi <- phi - eta X (X^T phi - y).
  Weights euler(const Weights& start, double eta, double n) const {
    const auto gain = [eta, n](double lambda) {
      return lambda == 0 ? n * eta : (1 - std::pow(1 - eta * lambda, n)) / lambda;
    };
    return start - in_eigenbasis(gain, x_ * residual(start));
  }

  /// (X X^T + ratio I)^-1 X y: maximum likelihood at 0, else the MAP estimate for ratio = sigma^2 / sigma_p^2.
  Weights ridge(double ratio) const {
    return in_eigenbasis([ratio](double lambda) { return 1 / (lambda + ratio); }, x_ * y_);
  }

  /// Of x^T phi(t) for phi(0) ~ N(0, prior I); no observation noise.
  double predictive_mean(const Weights& x, double t) const { return x.dot(flow(Weights::Zero(), t)); }
  double predictive_variance(const Weights& x, double t, double prior) const {
    return prior * in_eigenbasis([t](double lambda) { return std::exp(-lambda * t); }, x).squaredNorm();
  }

 private:
  static double relaxation(double lambda, double t) { return lambda == 0 ? t : -std::expm1(-lambda * t) / lambda; }

  /// f(X X^T) v.
  template <class F>
  Weights in_eigenbasis(const F& f, const Weights& v) const {
    const auto& basis = eigen_.eigenvectors();
    return basis * (eigen_.eigenvalues().unaryExpr(f).cwiseProduct(basis.transpose() * v));
  }

  Design x_;
  Data y_;
  Eigen::SelfAdjointEigenSolver<Eigen::Matrix<double, D, D>> eigen_;
};

}  // namespace trawl::studies::gradient_flow
