// Both forms of the GELU with two derivatives, their Taylor polynomials and the Maclaurin series of one.
#pragma once

namespace trawl::studies::taylor {

enum class Form { tanh, erf };

double gelu(Form form, double z);
double gelu_derivative(Form form, double z);

/// erf: (2 - z^2) phi(z). tanh: sech^2(u) (u' (1 - z u' tanh u) + z u'' / 2), u = sqrt(2/pi) (z + 0.044715 z^3).
double gelu_second_derivative(Form form, double z);

/// The Taylor polynomial of degree `order` <= 2 about a point.
struct Expansion {
  Expansion(Form form, int order, double about);

  double operator()(double displacement) const {
    return value + displacement * (slope + displacement * half_curvature);
  }

  double value, slope, half_curvature;
};

/// z (1/2 + (2 pi)^(-1/2) sum over i < terms of (-1)^i z^(2 i + 1) / (i! 2^i (2 i + 1))), of the erf form about 0.
double maclaurin(double z, int terms);

/// Where a form is least, and its value there; where the two forms differ most for z > 0, and by how much.
struct Extremum {
  double at, value;
};
Extremum minimum(Form form);
Extremum largest_gap();

}  // namespace trawl::studies::taylor
