// Two numbers that are added and scaled together: the parameters of a model with two of them, and gradients.
#pragma once

#include <cmath>

namespace trawl::studies::models {

struct Vector2 {
  double x0 = 0;
  double x1 = 0;
};

constexpr Vector2 operator+(Vector2 a, Vector2 b) {
  return {a.x0 + b.x0, a.x1 + b.x1};
}
constexpr Vector2 operator-(Vector2 a, Vector2 b) {
  return {a.x0 - b.x0, a.x1 - b.x1};
}
constexpr Vector2 operator*(double s, Vector2 a) {
  return {s * a.x0, s * a.x1};
}
constexpr double dot(Vector2 a, Vector2 b) {
  return a.x0 * b.x0 + a.x1 * b.x1;
}
inline double norm(Vector2 a) {
  return std::hypot(a.x0, a.x1);
}

/// The symmetric matrix (a00 a01; a01 a11), such as a Hessian or a covariance.
struct Symmetric2 {
  double a00 = 0;
  double a01 = 0;
  double a11 = 0;
};

constexpr Symmetric2 operator+(Symmetric2 a, Symmetric2 b) {
  return {a.a00 + b.a00, a.a01 + b.a01, a.a11 + b.a11};
}
constexpr Symmetric2 operator*(double s, Symmetric2 a) {
  return {s * a.a00, s * a.a01, s * a.a11};
}
constexpr Vector2 operator*(Symmetric2 a, Vector2 v) {
  return {a.a00 * v.x0 + a.a01 * v.x1, a.a01 * v.x0 + a.a11 * v.x1};
}
/// v v^T.
constexpr Symmetric2 outer(Vector2 v) {
  return {v.x0 * v.x0, v.x0 * v.x1, v.x1 * v.x1};
}
/// A^-1 v; A is not singular.
constexpr Vector2 solve(Symmetric2 a, Vector2 v) {
  const double determinant = a.a00 * a.a11 - a.a01 * a.a01;
  return {(a.a11 * v.x0 - a.a01 * v.x1) / determinant, (a.a00 * v.x1 - a.a01 * v.x0) / determinant};
}
/// Eigenvalues, the smaller one first.
inline Vector2 eigenvalues(Symmetric2 a) {
  const double mean = 0.5 * (a.a00 + a.a11);
  const double radius = std::hypot(0.5 * (a.a00 - a.a11), a.a01);
  return {mean - radius, mean + radius};
}

}  // namespace trawl::studies::models
