// The sums over samples that infomax.hpp is made of, eight samples at a time.
#pragma once

#include "studies/infomax_ica/infomax.hpp"

namespace trawl::studies::ica {

inline constexpr std::size_t lanes = 8;  ///< partial sums, whatever the vector width

/// The partial sums added in a fixed order.
inline double lane_sum(const double* s) {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/// sums[i][k][lane] = the sum of phi(u_i) u_k (natural rule) or phi(u_i) x_k (ordinary), u = W x, over a lane's
/// samples.
void sum_correlations(Density density, Rule rule, const Signals& signals, const double* w, double* sums);

/// sums[lane] += sum over outputs of ln p(u_i) - ln p(0).
void add_log_densities(Density density, const Signals& signals, const double* w, double* sums);

}  // namespace trawl::studies::ica
