// What a series of runs on more and more nodes says of the next: Amdahl's law and the Universal Scalability Law.
//
// Equation:  X(N) = lambda N / (1 + alpha (N - 1) + beta N (N - 1))
//   X       throughput                                            [1/s]
//   N       nodes, >= 1
//   lambda  throughput of one node, > 0                           [1/s]
//   alpha   share of the work that waits for its turn, in [0, 1] (contention; Amdahl's serial fraction, where beta = 0)
//   beta    share lost to each pair of nodes that agree on something, >= 0 (coherency)
// Speed-up is X(N) / lambda, efficiency that divided by N. Where beta > 0 throughput has a peak, at
// N = sqrt((1 - alpha) / beta).
//
// Method: least squares on log X, as a run's time varies by a share of itself, by Levenberg-Marquardt steps that are
//   projected onto the parameters' domains; the best of several starts. Intervals: profile likelihood. A value belongs
//   to a parameter's interval if the least sum of squares with that value fixed is at most S (1 + t^2 / (n - p)), S the
//   least of all, t = t(0.975; n - p). An interval ends at the bound of its domain where the data do not exclude it.
// Error: for n observations with a few per cent of noise the intervals hold the true value in 95 % of the cases, or
//   more where it is on a bound (tests/cluster/scaling_law_test.cpp counts them).
// Source: Amdahl, AFIPS 1967; Gunther, "Guerrilla Capacity Planning", Springer 2007, chapters 4 to 6; Bates and Watts,
//   "Nonlinear Regression Analysis and Its Applications", Wiley 1988, section 6.1.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace trawl::cluster {

struct Observation {
  double nodes = 1;
  double throughput = 0;  // [1/s]
};

/// A value and its 95 % interval; the ends are NaN where there are no more observations than parameters.
struct Estimate95 {
  double value = 0;
  double lower = 0;
  double upper = 0;
};

struct ScalingLaw {
  Estimate95 lambda;
  Estimate95 alpha;
  Estimate95 beta;  ///< all 0 in Amdahl's law

  double throughput(double nodes) const;
  double speedup(double nodes) const { return throughput(nodes) / lambda.value; }

  /// Where throughput is largest, 1 if it falls from the first node on; infinity if it never falls.
  double peak_nodes() const;

  /// Where efficiency has fallen to `efficiency`, in (0, 1); infinity if it never does.
  double nodes_at(double efficiency) const;
};

/// Different numbers of nodes that a law needs: as many as it has parameters.
constexpr std::size_t amdahl_needs = 2;
constexpr std::size_t usl_needs = 3;

/// All throughputs must be positive. Nothing if there are fewer different numbers of nodes than the law needs.
std::optional<ScalingLaw> fit_amdahl(std::span<const Observation> observations);
std::optional<ScalingLaw> fit_usl(std::span<const Observation> observations);

}  // namespace trawl::cluster
