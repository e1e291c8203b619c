// The period of a pendulum that starts at rest.
#pragma once

#include <cmath>
#include <numbers>

#include "engine/typed_study.hpp"

struct PendulumParameters {
  double length = 1;     // [m]
  double amplitude = 1;  // [rad]
};

/// T = 2 pi sqrt(l/g) / agm(1, cos(a/2)), with the arithmetic-geometric mean agm: exact for every amplitude below pi.
class Pendulum final : public trawl::TypedStudy<PendulumParameters> {
  using P = PendulumParameters;

 public:
  Pendulum()
      : TypedStudy({.name = "pendulum",
                    .group = "Mechanics",
                    .summary = "Period of a pendulum that starts at rest",
                    .maths = "T = 2 pi sqrt(l/g) / agm(1, cos(a/2))",
                    .source = "Gauss, 1799",
                    .parameters = {}},
                   {trawl::bind<&P::length>(
                        {.name = "length", .unit = "m", .domain = trawl::above(0), .description = "length of the rod"}),
                    trawl::bind<&P::amplitude>({.name = "amplitude",
                                                .unit = "rad",
                                                .domain = trawl::strictly_between(0, 3.14),
                                                .description = "angle at the start"})}) {}

  trawl::OutputLayout outputs(std::span<const trawl::Extent>) const override {
    return {.dimensions = {}, .outputs = {{.name = "period", .unit = "s", .description = "time of a full swing"}}};
  }

 protected:
  void evaluate(const P& p, const trawl::RandomStream&, const trawl::Outputs& out) const override {
    double a = 1, b = std::cos(p.amplitude / 2);
    while (a - b > 1e-15 * a) {
      const double mean = (a + b) / 2;
      b = std::sqrt(a * b);
      a = mean;
    }
    out.set(0, 2 * std::numbers::pi * std::sqrt(p.length / 9.81) / a);
  }
};
