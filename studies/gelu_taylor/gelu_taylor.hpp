// GELU(W x) linearised about a reference point, and what that costs in accuracy.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/gelu_taylor/gelu.hpp"

namespace trawl::studies {

namespace taylor {

enum class Instance { random, printed };
enum class Direction { alternating, random };

struct Parameters {
  Form activation = Form::tanh;
  double z = 0;
  double s = 1;
  std::int64_t order = 1;
  std::int64_t series_terms = 5;
  std::int64_t d = 10;
  double r = 0.5;
  Instance instance = Instance::random;
  Direction direction = Direction::alternating;
};

}  // namespace taylor

/// The Taylor polynomial of the GELU about a reference point, for one unit and for a whole layer:
///
///     tanh   g(z) = z/2 (1 + tanh u), u = sqrt(2/pi) (z + 0.044715 z^3)        erf   g(z) = z Phi(z)
///     unit   error(e) = g(z + s e) - T(s e), e ~ N(0, 1);  T(t) = g(z) + g'(z) t + g''(z) t^2 / 2, up to `order`
///     layer  y = Phi(W) Psi(x),  Phi(W) = [diag(g'(W xbar)) W , g(W xbar)],  Psi(x) = [x - xbar ; 1],  x = xbar + r u
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | g | activation: tanh, erf | |
/// | z, s | z, s: reference and displacement of one unit | -1000 .. 1000; (0, 100] |
/// | | order of the polynomial; the layer's Phi Psi is that of order 1 | 0 .. 2 |
/// | | series_terms of the Maclaurin series of the erf form | 0 .. 50 |
/// | d, r | d, r: size of the layer, length of the displacement | 1 .. 256; 0 .. 20 |
/// | W, xbar | instance: random (iid N(0, 1)), printed (the one that the source prints, d = 10) | |
/// | u | direction: alternating (+, -, +, ..)/sqrt(d), random (uniform on the sphere) | |
///
/// "Biased" in the source means the error of the truncated series: it does not vanish with data. The source's code
/// departs from its mathematics: it never displaces x, multiplies W by the vector g'(W xbar), takes the first component
/// of g(W xbar) for all, and x - W xbar for x - xbar. What it computes is in source_weighted, source_constant and
/// source_difference, for comparison only.
/// Method: closed forms; means by quadrature (errors.hpp). tanh is never taken through cosh, which overflows.
/// Error: values 1e-13; bias and mse 1e-12 of the integrand's size; population_mse 1e-9 relative.
/// tests/studies/gelu_taylor_test.cpp measures them.
/// Cost: 10 us for a unit, d^2 for a layer; population_mse 4 ms, once in a thread for each (activation, order, d, r).
/// Source: the notebook "Lisa_Biased_Estimation".
class GeluTaylor final : public TypedStudy<taylor::Parameters> {
 public:
  GeluTaylor();

  /// The largest d of the sweep sets the sizes of the layer's dimensions.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  using TypedStudy::cost;
  using TypedStudy::evaluate;
  void evaluate(const taylor::Parameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const taylor::Parameters& p) const override;
};

}  // namespace trawl::studies
