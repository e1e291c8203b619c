// What a series of runs on more and more nodes says of the next: Amdahl's law and the Universal Scalability Law.
//
// Equation:  X(N) = lambda N / (1 + alpha (N - 1) + beta N (N - 1))
//   X       throughput                                            [1/s]
//   N       nodes, >= 1
//   lambda  throughput of one node, > 0                           [1/s]
//   alpha   share of the work that waits for its turn (contention; Amdahl's serial fraction, where beta = 0)
//   beta    share lost to each pair of nodes that agree on something (coherency)
// Speed-up is X(N) / lambda, efficiency that divided by N. Where beta > 0 throughput has a peak, at
// N = sqrt((1 - alpha) / beta).
//
// Method: Gauss-Newton on log X, as a run's time varies by a share of itself; steps are halved until they lower the sum
//   of squares. Intervals: estimate -+ t(0.975; n - p) standard errors, from the covariance s^2 (J'J)^-1 at the
//   minimum.
// Error: for n observations with a few per cent of noise the intervals hold the true value in 95 % of the cases
//   (tests/cluster/scaling_law_test.cpp counts them).
// Source: Amdahl, AFIPS 1967; Gunther, "Guerrilla Capacity Planning", Springer 2007, chapters 4 to 6; Seber and Wild,
//   "Nonlinear Regression", Wiley 1989, section 5.1.
#pragma once

#include <span>

namespace trawl::cluster {

struct Observation {
  double nodes = 1;
  double throughput = 0;  // [1/s]
};

/// A value and its 95 % interval; NaN where there are too few observations to say.
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

  /// Where throughput is largest; infinity if it never falls.
  double peak_nodes() const;

  /// Where efficiency has fallen to `efficiency`, in (0, 1); infinity if it never does.
  double nodes_at(double efficiency) const;
};

/// All throughputs must be positive. With fewer different numbers of nodes than parameters (two; three) all is NaN.
ScalingLaw fit_amdahl(std::span<const Observation> observations);
ScalingLaw fit_usl(std::span<const Observation> observations);

}  // namespace trawl::cluster
