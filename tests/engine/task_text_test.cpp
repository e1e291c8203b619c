#include "engine/task_text.hpp"

#include <gtest/gtest.h>

#include "tests/engine/run_support.hpp"

namespace trawl {
namespace {

TEST(TaskText, names_the_swept_parameters_and_the_replicate) {
  const test::Probe study;
  SweepSpec spec = test::probe_sweep(3, 2);
  spec.axes.push_back({"sleep_us", List{{5, 7}}});
  const Sweep sweep(study, spec);
  EXPECT_EQ(task_text(sweep, 0), "task 0 (x = 0, sleep_us = 5, replicate 0)");
  EXPECT_EQ(task_text(sweep, 7), "task 7 (x = 1, sleep_us = 7, replicate 1)");
  const std::vector<SweptValue> values = swept_values(sweep, 3);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[1].parameter, 4U);
  EXPECT_EQ(values[1].value, 7.0);
}

TEST(TaskText, leaves_out_what_is_the_same_everywhere) {
  const test::Probe study;
  const Sweep one_replicate(study, test::probe_sweep(3));
  EXPECT_EQ(task_text(one_replicate, 2), "task 2 (x = 2)");
  SweepSpec spec = test::probe_sweep(3);
  spec.axes.clear();
  const Sweep one_point(study, spec);
  EXPECT_EQ(task_text(one_point, 0), "task 0");
}

TEST(TaskText, gives_an_element_its_index_in_the_outputs_own_dimensions) {
  const OutputLayout layout{
      {{.name = "a", .values = {1, 2}}, {.name = "b", .labels = {"x", "y", "z"}}},
      {{.name = "scalar"}, {.name = "table", .dimensions = {"a", "b"}}, {.name = "turned", .dimensions = {"b", "a"}}}};
  EXPECT_EQ(element_text(layout, 0, 0), "scalar");
  EXPECT_EQ(element_text(layout, 1, 0), "table[0, 0]");
  EXPECT_EQ(element_text(layout, 1, 5), "table[1, 2]");
  EXPECT_EQ(element_text(layout, 2, 5), "turned[2, 1]");
}

}  // namespace
}  // namespace trawl
