// The infomax gradient of independent component analysis on a set of signals.
#pragma once

#include <cstddef>
#include <vector>

namespace trawl::studies::ica {

inline constexpr std::size_t most_signals = 16;

/// The density p that an output is thought to have, by phi = -p'/p.
enum class Density {
  logistic,   ///< e^-u / (1 + e^-u)^2, phi = tanh(u / 2)
  sech,       ///< 1 / (pi cosh u), phi = tanh u
  quartic,    ///< exp(-u^4 / 4) sqrt(2) / Gamma(1/4), phi = u^3
  two_humped  ///< cosh u exp(-u^2 / 2) / sqrt(2 pi e), phi = u - tanh u
};
inline constexpr std::size_t density_count = 4;

double phi(Density density, double u);
double phi_derivative(Density density, double u);
double log_density(Density density, double u);

/// `size` samples of `count` signals: sample n of signal i is x[i * stride + n]. The samples between size and stride,
/// a multiple of 8, are 0 and add nothing to any sum.
struct Signals {
  Signals(std::size_t count, std::size_t size);

  double* signal(std::size_t i) { return x.data() + i * stride; }
  const double* signal(std::size_t i) const { return x.data() + i * stride; }

  std::size_t count;  ///< d, 1 .. most_signals
  std::size_t size;
  std::size_t stride;
  std::vector<double> x;
};

enum class Rule { natural, ordinary };

/// With u = W x, W d x d and row-major: mean over samples of phi(u) u^T for the natural rule, of phi(u) x^T for the
/// ordinary one. `result` is d x d. The bits do not depend on the vector width.
void correlate(Density density, Rule rule, const Signals& signals, const double* w, double* result);

/// The direction of steepest ascent of the likelihood: natural (I - E[phi(u) u^T]) W, ordinary W^-T - E[phi(u) x^T].
/// natural = ordinary W^T W.
void ascent_direction(Density density, Rule rule, const Signals& signals, const double* w, double* result);

/// ln |det W| + mean over samples of the sum over outputs of ln p(u_i).
double mean_log_likelihood(Density density, const Signals& signals, const double* w);

/// [sum_i (sum_j |p_ij| / max_k |p_ik| - 1) + the same of the transpose] / (2 d (d - 1)): 0 for a scaled permutation, 1
/// for entries all alike; 0 for d = 1. `p` is d x d.
double amari_index(std::size_t d, const double* p);

}  // namespace trawl::studies::ica
