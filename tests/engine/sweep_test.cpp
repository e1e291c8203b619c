#include "engine/sweep.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "tests/engine/toy_declaration.hpp"

namespace trawl {
namespace {

// Its `history` is as long as the largest n of the sweep.
class ToyStudy final : public Study {
 public:
  const Declaration& declaration() const override { return declaration_; }
  OutputLayout outputs(std::span<const Extent> extents) const override {
    if (!layout_.outputs.empty()) return layout_;
    Dimension epoch{.name = "epoch"};
    for (int i = 1; i <= extents[2].upper; ++i) epoch.values.push_back(i);
    return {{epoch, {.name = "side", .labels = {"left", "right"}}},
            {{.name = "mean"}, {.name = "history", .dimensions = {"side", "epoch"}}}};
  }
  void evaluate(const Tasks&, const Columns&) const override {}

  Declaration declaration_ = toy_declaration();
  OutputLayout layout_;
};

SweepSpec toy_grid() {
  return {.study = "toy", .axes = {{"n", List{{4, 7, 1}}}}};
}

TEST(Sweep, sizes_the_outputs_by_the_extents_of_the_parameters) {
  const ToyStudy study;
  const Sweep sweep(study, toy_grid());
  EXPECT_EQ(sweep.output_sizes, (std::vector<std::size_t>{1, 14}));
  EXPECT_EQ(sweep.doubles_per_task, 15u);
  EXPECT_EQ(sweep.design.task_count(), 3u);
  EXPECT_EQ(sweep.text, canonical_text(toy_grid(), study.declaration()));
}

TEST(Sweep, validates) {
  const ToyStudy study;
  SweepSpec spec = toy_grid();
  spec.replicates = 0;
  EXPECT_THROW(Sweep(study, spec), SweepError);
}

TEST(Sweep, refuses_more_results_than_a_file_can_hold) {
  const ToyStudy study;
  SweepSpec spec = toy_grid();
  spec.replicates = std::uint64_t{1} << 60;
  try {
    Sweep(study, spec);
    FAIL();
  } catch (const SweepError& error) {
    EXPECT_STREQ(error.what(),
                 "3458764513820540928 tasks of 15 numbers each (more than 2^63 bytes of results). Use fewer "
                 "points or replicates.");
  }
}

TEST(Sweep, refuses_more_dimensions_than_a_file_can_hold) {
  ToyStudy study;
  SweepSpec spec = toy_grid();
  for (int i = 0; i < 29; ++i) {
    study.declaration_.parameters.push_back({.name = "z" + std::to_string(i)});
    spec.axes.push_back({study.declaration_.parameters.back().name, List{{0}}});
  }
  EXPECT_THROW(Sweep(study, spec), SweepError) << "30 axes, replicate, side, epoch";
  spec.axes.pop_back();
  EXPECT_NO_THROW(Sweep(study, spec));
}

TEST(Sweep, refuses_zipped_axes_whose_dimension_would_be_an_output) {
  ToyStudy study;
  study.layout_ = {{}, {{.name = "n_x"}}};
  SweepSpec spec = toy_grid();
  spec.axes.push_back({"x", Linspace{0, 1, 3}});
  spec.zip = {{"n", "x"}};
  EXPECT_THROW(Sweep(study, spec), SweepError);
  study.layout_.outputs[0].name = "x_n";
  EXPECT_NO_THROW(Sweep(study, spec));
}

TEST(Sweep, refuses_a_study_with_a_mistake) {
  ToyStudy study;
  study.layout_ = {{}, {{.name = "mean", .dimensions = {"epoch"}}}};
  EXPECT_THROW(Sweep(study, toy_grid()), StudyError);
  study.layout_ = {{}, {{.name = "mean"}}};
  study.declaration_.parameters[1].default_value = 2;
  EXPECT_THROW(Sweep(study, toy_grid()), StudyError);
}

TEST(Check, names_the_condition_that_failed) {
  try {
    TRAWL_CHECK(1 + 1 == 3);
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find("check failed: 1 + 1 == 3"), std::string::npos);
  }
}

}  // namespace
}  // namespace trawl
