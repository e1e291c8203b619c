// Exponentials and softmax of many rows at once, for classifiers; engine/softmax.hpp has the plain functions for one
// row.
#pragma once

#include <cstddef>
#include <span>

namespace trawl {

/// Each x becomes e^x; valid up to 709, 0 below -708. The bits do not depend on the vector width.
void exp_in_place(std::span<double> x);

/// p[n][k] = e^z[n][k] / sum_j e^z[n][j] and log_sums[n] = ln sum_j e^z[n][j], so that row n's cross-entropy at a label
/// is log_sums[n] - z[n][label]. z and p are rows x classes, classes > 0. A row with an infinite logit or NaN gives
/// NaN. The bits do not depend on the vector width.
void softmax_rows(std::size_t rows, std::size_t classes, const double* z, double* p, double* log_sums);

}  // namespace trawl
