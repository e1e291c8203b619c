// The sum of squared residuals of a straight line as the quadratic form that it is.
#pragma once

#include "studies/models/line.hpp"

namespace trawl::studies::gd_linear {

/// loss(phi) = phi^T S phi - 2 t^T phi + const with S = sum (1, x)(1, x)^T and t = sum y (1, x) over the data; the
/// Hessian is 2 S. Products of a few numbers take the place of sums over the data.
struct LineLoss {
  models::Symmetric2 s;
  models::Vector2 t;

  constexpr LineLoss() {
    for (const auto [x, y] : models::Line::data) {
      s = s + models::outer({1.0, x});
      t = t + y * models::Vector2{1.0, x};
    }
  }

  constexpr models::Vector2 gradient(models::Vector2 phi) const { return 2 * (s * phi - t); }
  constexpr models::Vector2 optimum() const { return models::solve(s, t); }
  models::Vector2 hessian_eigenvalues() const { return models::eigenvalues(2 * s); }
};

inline constexpr LineLoss line_loss;

/// loss(optimum) + (phi - optimum)^T S (phi - optimum).
inline double quadratic_loss(models::Vector2 phi) {
  static constexpr models::Vector2 optimum = line_loss.optimum();
  static constexpr double least = models::loss<models::Line>(optimum);
  const models::Vector2 from_optimum = phi - optimum;
  return least + models::dot(from_optimum, line_loss.s * from_optimum);
}

/// loss(phi - a g) - loss(phi) as a function of a, g the gradient at phi: a (a g^T S g - g^T g). Without the constant
/// loss(phi) small differences keep their digits.
struct LossAlongGradient {
  explicit LossAlongGradient(models::Vector2 g) : slope(models::dot(g, g)), bend(models::dot(g, line_loss.s * g)) {}

  double operator()(double a) const { return a * (a * bend - slope); }

  double slope;
  double bend;
};

}  // namespace trawl::studies::gd_linear
