// Compares results with a reference case to the tolerance that the case states.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/studies/goldens.hpp"

namespace trawl::studies {

/// The numbers of a JSON number or of nested arrays, one after another.
inline std::vector<double> flat(const nlohmann::json& value) {
  if (!value.is_array()) return {value.get<double>()};
  std::vector<double> numbers;
  for (const auto& part : value)
    for (const double number : flat(part)) numbers.push_back(number);
  return numbers;
}

/// `got` against expected[field] of the case, element by element.
inline void expect_golden(const nlohmann::json& one, const std::string& field, const std::vector<double>& got) {
  nlohmann::json tolerance = one.at("tolerance");
  if (tolerance.contains("per_field") && tolerance.at("per_field").contains(field))
    tolerance.update(tolerance.at("per_field").at(field));
  const std::vector<double> expected = flat(one.at("expected").at(field));
  ASSERT_EQ(got.size(), expected.size()) << one.at("id") << ' ' << field;
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], tolerance.value("abs", 0.0) + tolerance.value("rel", 0.0) * std::abs(expected[i]))
        << one.at("id") << ' ' << field << ' ' << i;
}

inline void expect_golden(const nlohmann::json& one, const std::string& field, double got) {
  expect_golden(one, field, std::vector<double>{got});
}

}  // namespace trawl::studies
