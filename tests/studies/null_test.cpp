#include "studies/null/null.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace trawl::studies {
namespace {

std::vector<double> values_of(const std::vector<double>& rows) {
  const std::vector<std::uint64_t> random_index(rows.size() / 2);
  std::vector<double> value(rows.size() / 2);
  double* base[] = {value.data()};
  const std::size_t sizes[] = {1};
  Null().evaluate({.size = value.size(),
                   .parameter_count = 2,
                   .parameters = rows.data(),
                   .seed = 0,
                   .random_index = random_index.data()},
                  {.base = base, .sizes = sizes});
  return value;
}

TEST(Null, adds_each_tasks_two_numbers) {
  std::vector<double> rows;
  for (int i = 0; i < 4096; ++i) rows.insert(rows.end(), {0.1 * i, 1.0 / (1 + i)});
  const auto value = values_of(rows);
  for (int i = 0; i < 4096; ++i) EXPECT_EQ(value[i], 0.1 * i + 1.0 / (1 + i));
}

TEST(Null, rounds_once_and_passes_on_what_is_not_finite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto value = values_of({1.0, 0x1p-53, 1.0, 0x1.8p-53, infinity, 1.0, infinity, -infinity});
  EXPECT_EQ(value[0], 1.0);
  EXPECT_EQ(value[1], 1.0 + 0x1p-52);
  EXPECT_EQ(value[2], infinity);
  EXPECT_TRUE(std::isnan(value[3]));
}

TEST(Null, wants_blocks_large_enough_that_a_call_costs_nothing) {
  const Null null;
  EXPECT_GE(null.max_block(), 1024u);
  EXPECT_EQ(null.outputs({}).outputs.size(), 1u);
  EXPECT_TRUE(null.outputs({}).dimensions.empty());
}

}  // namespace
}  // namespace trawl::studies
