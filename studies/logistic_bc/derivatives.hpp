// The loss's derivatives by the chain rule as the source writes them, beside automatic differentiation.
#pragma once

#include <array>
#include <span>

#include "studies/logistic_bc/regression.hpp"

namespace trawl::studies::logistic {

/// Mean of |truth - prediction| / |truth|, where |prediction| stands for an entry whose truth is 0. Not in percent.
double mean_absolute_percentage_error(std::span<const double> prediction, std::span<const double> truth);

inline constexpr std::array derivative_names = {"dbce_da", "da_dz", "dz_db", "dz_dw", "dbce_dz", "dbce_db", "dbce_dw"};

/// The error of each derivative: a = sigmoid(z), dbce/da = -(y / a - (1 - y) / (1 - a)) / m, da/dz = a sigmoid(-z),
/// dz/db = 1, dz/dw = x, and their products, beside dual numbers through the same functions written without loss of
/// digits. 1 - a loses them near 1; where a rounds to 0 or 1 what depends on it is NaN or infinite.
std::array<double, derivative_names.size()> chain_rule_errors(const Table& table, const Weights& weights);

}  // namespace trawl::studies::logistic
