// The latent variable and the two numbers that it makes.
#pragma once

#include <cstddef>
#include <numbers>

namespace trawl::studies::latent {

enum class Second { cosine, sine };

struct Point {
  double x1 = 0;
  double x2 = 0;
};

/// f(z) = (exp(sin(2 + 3.675 z)) / 2, cos(2 + 2.85 z)); the source's text has sin in place of its code's cos.
///
/// Angles are in turns, angle / (2 pi), as trawl's sine and cosine take them.
struct Map {
  explicit Map(Second second)
      : offset2(second == Second::cosine ? offset1 : offset1 - 0.25) {}  // sin a = cos(a - a quarter of a turn)

  static constexpr double inverse_turn = 0.5 * std::numbers::inv_pi;
  static constexpr double rate1 = 3.675;
  static constexpr double rate2 = 2.85;
  static constexpr double offset1 = 2 * inverse_turn;
  double offset2;

  Point operator()(double z) const;
};

/// The first and second derivative of f.
struct Slopes {
  Point value, first, second;
};
Slopes slopes(const Map& map, double z);

}  // namespace trawl::studies::latent
