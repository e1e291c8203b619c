// Perceptrons of the reference in our layout.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

/// The reference's matrix (outputs x inputs) as ours (inputs x outputs).
inline Numbers flat_transposed(const Json& matrix) {
  Numbers all;
  for (std::size_t column = 0; column < matrix[0].size(); ++column)
    for (const Json& row : matrix) all.push_back(row[column].get<double>());
  return all;
}

/// Parameters or gradients, a matrix and a bias for each layer, in our order.
inline Numbers flat_params(const Json& weights, const Json& biases) {
  Numbers all;
  for (std::size_t k = 0; k < weights.size(); ++k)
    for (const Numbers& part : {flat_transposed(weights[k]), flat(biases[k])})
      all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// |actual - expected| <= tolerance (1 + |expected|), element by element.
inline void expect_near(std::span<const double> actual, std::span<const double> expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i], tolerance * (1 + std::abs(expected[i]))) << "element " << i;
}

}  // namespace trawl::studies
