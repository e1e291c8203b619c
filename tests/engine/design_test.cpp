#include "engine/design.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "tests/engine/allocation_count.hpp"
#include "tests/engine/toy_declaration.hpp"

namespace trawl {
namespace {

// Positions in the toy declaration.
constexpr std::size_t x = 0, p = 1, n = 2, noisy = 3, colour = 4, width = 5;

Design design_of(const SweepSpec& spec) {
  validate(spec, toy_declaration());
  return Design(spec, toy_declaration());
}

using Row = std::vector<double>;

Row point(const Design& design, PointIndex i) {
  Row row(width);
  design.points(i, 1, row.data());
  return row;
}

std::vector<double> column(const Design& design, std::size_t parameter) {
  std::vector<double> rows(design.point_count() * width), values(design.point_count());
  design.points(0, design.point_count(), rows.data());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = rows[i * width + parameter];
  return values;
}

SweepSpec grid() {
  SweepSpec spec{.study = "toy", .seed = 17, .replicates = 3};
  spec.axes = {{"n", List{{5, 1, 7}}}, {"x", Linspace{0, 1, 4}}, {"p", Linspace{0, 1, 5}}, {"colour", List{{2, 0, 1}}}};
  spec.zip = {{"colour", "n"}};
  spec.fixed = {{"noisy", 0}};
  return spec;
}

SweepSpec zipped() {
  return {.study = "toy", .design = DesignKind::zip, .axes = {{"n", Arange{1, 8, 1}}, {"x", Geomspace{1, 64, 7}}}};
}

SweepSpec listed() {
  SweepSpec spec{.study = "toy", .design = DesignKind::list};
  spec.list = {{{"n", 2}, {"x", 1}}, {{"x", -1}, {"n", 3}}, {{"n", 2}, {"x", 4}}};
  return spec;
}

SweepSpec sampled(DesignKind kind, std::uint64_t points = 1000) {
  return {.study = "toy",
          .seed = 17,
          .design = kind,
          .axes = {{"x", Uniform{-1, 3}},
                   {"n", Integers{1, 10}},
                   {"p", LogUniform{1e-4, 1}},
                   {"colour", Choice{{0, 2}}},
                   {"noisy", List{{0, 1}}}},
          .points = points};
}

std::vector<SweepSpec> one_of_each() {
  return {grid(),
          zipped(),
          listed(),
          sampled(DesignKind::random),
          sampled(DesignKind::latin_hypercube),
          sampled(DesignKind::sobol),
          {.study = "toy"}};
}

TEST(Grid, counts_like_an_odometer_with_the_last_axis_fastest) {
  const Design design = design_of(grid());
  EXPECT_EQ(design.point_count(), 3u * 4 * 5);
  EXPECT_EQ(design.task_count(), 3u * 4 * 5 * 3);
  PointIndex i = 0;
  const Axis xs{"x", Linspace{0, 1, 4}}, ps{"p", Linspace{0, 1, 5}};
  for (const auto& [n_value, colour_value] : {std::pair{5, 2}, {1, 0}, {7, 1}}) {
    for (std::uint64_t a = 0; a < 4; ++a) {
      for (std::uint64_t b = 0; b < 5; ++b) {
        Row expected(width);
        expected[x] = axis_value(xs, a);
        expected[p] = axis_value(ps, b);
        expected[n] = n_value;
        expected[noisy] = 0;
        expected[colour] = colour_value;
        EXPECT_EQ(point(design, i++), expected);
      }
    }
  }
}

TEST(Grid, has_a_dimension_for_each_axis_and_each_group_of_zipped_axes) {
  const Design design = design_of(grid());
  ASSERT_EQ(design.dimensions().size(), 3u);
  EXPECT_EQ(design.dimensions()[0].name, "n_colour");
  EXPECT_EQ(design.dimensions()[0].size, 3u);
  EXPECT_EQ(design.dimensions()[0].parameters, (std::vector<std::size_t>{n, colour}));
  EXPECT_EQ(design.dimensions()[1].name, "x");
  EXPECT_EQ(design.dimensions()[2].name, "p");
  EXPECT_EQ(design.dimensions()[2].parameters, (std::vector<std::size_t>{p}));
  EXPECT_EQ(design.fixed_parameters(), (std::vector<std::size_t>{noisy}));
}

TEST(Grid, keeps_the_name_of_zipped_axes_apart_from_other_names) {
  Declaration declaration = toy_declaration();
  declaration.parameters[noisy].name = "x_p";
  SweepSpec spec{.study = "toy", .axes = {{"x", List{{1, 2}}}, {"p", List{{0, 1}}}}, .zip = {{"x", "p"}}};
  EXPECT_EQ(Design(spec, declaration).dimensions()[0].name, "x_p_");
}

TEST(Grid, without_axes_is_a_single_point) {
  const Design design = design_of({.study = "toy", .replicates = 4});
  EXPECT_EQ(design.point_count(), 1u);
  EXPECT_EQ(design.task_count(), 4u);
  EXPECT_TRUE(design.dimensions().empty());
  EXPECT_EQ(point(design, 0), (Row{0, 0.25, 3, 1, 0}));
}

TEST(Grid, reaches_every_point_of_an_enormous_one) {
  const std::uint64_t a = 3'000'000'000, b = 3'000'000'000;
  const Design design = design_of({.study = "toy", .axes = {{"n", Arange{1, 3e9 + 1, 1}}, {"x", Arange{0, 3e9, 1}}}});
  EXPECT_EQ(design.point_count(), a * b);
  EXPECT_EQ(point(design, a * b - 1), (Row{3e9 - 1, 0.25, 3e9, 1, 0}));
  EXPECT_EQ(point(design, 12345 * b + 678), (Row{678, 0.25, 12346, 1, 0}));
}

TEST(Grid, gives_the_values_of_common_axes_the_same_random_numbers) {
  SweepSpec spec = grid();
  EXPECT_EQ(design_of(spec).random_index(123), 123u);
  spec.common_random_numbers = {"x"};
  const Design along_x = design_of(spec);
  spec.common_random_numbers = {"colour", "p"};
  const Design along_others = design_of(spec);
  for (TaskIndex task = 0; task < along_x.task_count(); ++task) {
    const TaskIndex replicate = task % 3, b = task / 3 % 5, a = task / 3 / 5 % 4, group = task / 3 / 5 / 4;
    EXPECT_EQ(along_x.random_index(task), (group * 4 * 5 + b) * 3 + replicate);
    EXPECT_EQ(along_others.random_index(task), a * 5 * 3 + replicate);
  }
}

TEST(Zip, moves_all_axes_together) {
  const Design design = design_of(zipped());
  ASSERT_EQ(design.dimensions().size(), 1u);
  EXPECT_EQ(design.dimensions()[0].name, "point");
  EXPECT_EQ(design.dimensions()[0].parameters, (std::vector<std::size_t>{n, x}));
  EXPECT_EQ(design.point_count(), 7u);
  for (PointIndex i = 0; i < 7; ++i) {
    EXPECT_EQ(point(design, i), (Row{std::pow(2.0, i), 0.25, static_cast<double>(i) + 1, 1, 0}));
  }
}

TEST(List, has_the_points_as_given) {
  const Design design = design_of(listed());
  EXPECT_EQ(design.dimensions()[0].name, "point");
  EXPECT_EQ(design.dimensions()[0].parameters, (std::vector<std::size_t>{x, n}));
  EXPECT_EQ(design.point_count(), 3u);
  EXPECT_EQ(point(design, 0), (Row{1, 0.25, 2, 1, 0}));
  EXPECT_EQ(point(design, 1), (Row{-1, 0.25, 3, 1, 0}));
  EXPECT_EQ(point(design, 2), (Row{4, 0.25, 2, 1, 0}));
}

TEST(Design, gives_the_same_points_in_blocks_of_any_size) {
  for (const SweepSpec& spec : one_of_each()) {
    const Design design = design_of(spec);
    const std::uint64_t count = design.point_count();
    for (std::uint64_t size = 1; size <= std::min<std::uint64_t>(count, 70); size += 1 + size / 4) {
      for (PointIndex first = 0; first + size <= count; first += 1 + size / 2) {
        std::vector<double> rows(size * width);
        design.points(first, size, rows.data());
        for (std::uint64_t i = 0; i < size; ++i) {
          ASSERT_TRUE(std::ranges::equal(point(design, first + i), std::span(rows).subspan(i * width, width)));
        }
      }
    }
    EXPECT_NO_THROW(design.points(count, 0, nullptr));
    EXPECT_THROW(point(design, count), std::logic_error);
  }
}

TEST(Design, has_coordinates_that_agree_with_its_points) {
  for (const SweepSpec& spec : one_of_each()) {
    const Design design = design_of(spec);
    std::uint64_t stride = design.point_count();
    for (std::size_t d = 0; d < design.dimensions().size(); ++d) {
      const SweepDimension& dimension = design.dimensions()[d];
      stride /= dimension.size;
      for (const std::size_t parameter : dimension.parameters) {
        for (PointIndex i = 0; i < design.point_count(); ++i) {
          ASSERT_EQ(point(design, i)[parameter], design.coordinate(d, parameter, i / stride % dimension.size));
        }
      }
    }
  }
}

TEST(Design, has_extents_that_hold_every_point) {
  for (const SweepSpec& spec : one_of_each()) {
    const Design design = design_of(spec);
    for (std::size_t k = 0; k < width; ++k) {
      const auto [lowest, highest] = std::ranges::minmax(column(design, k));
      EXPECT_GE(lowest, design.extents()[k].lower);
      EXPECT_LE(highest, design.extents()[k].upper);
      if (!is_sampled(spec.design)) {
        EXPECT_EQ(lowest, design.extents()[k].lower);
        EXPECT_EQ(highest, design.extents()[k].upper);
      }
    }
  }
  const Design design = design_of(sampled(DesignKind::sobol));
  EXPECT_EQ(design.extents()[x].lower, -1);
  EXPECT_EQ(design.extents()[x].upper, 3);
  EXPECT_EQ(design.extents()[n].upper, 10);
  EXPECT_EQ(design.extents()[colour].upper, 2);
}

TEST(Design, knows_the_extents_of_a_falling_axis_too_long_to_store) {
  const Design design = design_of({.study = "toy", .axes = {{"x", Arange{1e9, 0, -1}}}});
  EXPECT_EQ(design.extents()[x].lower, 1);
  EXPECT_EQ(design.extents()[x].upper, 1e9);
}

TEST(Design, allocates_nothing_per_point) {
  std::vector<double> rows(300 * width);
  for (const SweepSpec& spec : one_of_each()) {
    const Design design = design_of(spec);
    const std::uint64_t count = std::min<std::uint64_t>(design.point_count(), 300);
    const long before = allocation_count();
    design.points(0, count, rows.data());
    for (TaskIndex task = 0; task < count; ++task) design.random_index(task);
    EXPECT_EQ(allocation_count(), before);
  }
}

TEST(SampledDesign, has_one_dimension_of_points) {
  const Design design = design_of(sampled(DesignKind::random));
  ASSERT_EQ(design.dimensions().size(), 1u);
  EXPECT_EQ(design.dimensions()[0].name, "point");
  EXPECT_EQ(design.dimensions()[0].size, 1000u);
  EXPECT_EQ(design.dimensions()[0].parameters, (std::vector<std::size_t>{x, n, p, colour, noisy}));
  EXPECT_TRUE(design.fixed_parameters().empty());
}

TEST(SampledDesign, follows_from_its_seed) {
  for (const DesignKind kind : {DesignKind::random, DesignKind::latin_hypercube, DesignKind::sobol}) {
    SweepSpec spec = sampled(kind);
    const std::vector<double> first = column(design_of(spec), x);
    EXPECT_EQ(column(design_of(spec), x), first);
    spec.seed = 18;
    EXPECT_NE(column(design_of(spec), x), first);
  }
}

TEST(SampledDesign, draws_values_that_are_allowed) {
  for (const DesignKind kind : {DesignKind::random, DesignKind::latin_hypercube, DesignKind::sobol}) {
    const Design design = design_of(sampled(kind, 5000));
    for (PointIndex i = 0; i < 5000; ++i) {
      const Row row = point(design, i);
      for (std::size_t k = 0; k < width; ++k) ASSERT_EQ(problem_with(toy_declaration().parameters[k], row[k]), "");
      ASSERT_TRUE(row[colour] == 0 || row[colour] == 2);
    }
  }
}

// Standard deviations for 20,000 independent draws: the mean of a uniform on [0, 1] has sqrt(1/12/2e4) = 2.0e-3, a
// count of probability 1/10 has 42, of 1/2 has 71. All bounds are 5 of them (probability 6e-7 each). The stratified
// designs are far closer than that.
TEST(SampledDesign, draws_every_distribution_evenly) {
  constexpr int points = 20000;
  for (const DesignKind kind : {DesignKind::random, DesignKind::latin_hypercube, DesignKind::sobol}) {
    const Design design = design_of(sampled(kind, points));
    double uniform = 0, log_uniform = 0;
    std::vector<int> integers(11), colours(3);
    for (const double value : column(design, x)) uniform += (value + 1) / 4 / points;
    for (const double value : column(design, p)) log_uniform += (std::log10(value) + 4) / 4 / points;
    for (const double value : column(design, n)) ++integers[static_cast<std::size_t>(value)];
    for (const double value : column(design, colour)) ++colours[static_cast<std::size_t>(value)];
    EXPECT_NEAR(uniform, 0.5, 1.02e-2);
    EXPECT_NEAR(log_uniform, 0.5, 1.02e-2);
    for (std::size_t i = 1; i <= 10; ++i) EXPECT_NEAR(integers[i], points / 10, 212);
    EXPECT_NEAR(colours[0], points / 2, 354);
    EXPECT_EQ(colours[0] + colours[2], points);
  }
}

TEST(SampledDesign, draws_all_whole_numbers_of_the_widest_range) {
  SweepSpec spec{
      .study = "toy", .design = DesignKind::random, .axes = {{"x", Integers{-0x1p53, 0x1p53}}}, .points = 1000};
  const Design design = design_of(spec);
  int odd = 0;
  for (const double value : column(design, x)) {
    EXPECT_LE(std::abs(value), 0x1p53);
    odd += std::fmod(value, 2) != 0;
  }
  EXPECT_NEAR(odd, 500, 80) << "standard deviation 16";
}

TEST(RandomDesign, takes_its_numbers_from_the_stream_of_the_engine) {
  SweepSpec spec = sampled(DesignKind::random);
  spec.axes = {{"x", Uniform{0, 1}}, {"p", Uniform{0, 1}}};
  const Design design = design_of(spec);
  for (PointIndex i = 0; i < 100; ++i) {
    double draws[4];
    RandomStream(17, i).uniform(65280, 0, draws);
    EXPECT_EQ(point(design, i)[x], draws[0]);
    EXPECT_EQ(point(design, i)[p], draws[2]);
  }
}

TEST(LatinHypercube, hits_every_stratum_of_every_axis_once) {
  for (const std::uint64_t points : {1, 2, 3, 10, 64, 1000, 12345}) {
    SweepSpec spec = sampled(DesignKind::latin_hypercube, points);
    spec.axes = {{"x", Uniform{0, 1}}, {"p", Uniform{0, 1}}, {"n", Arange{1, static_cast<double>(points) + 1, 1}}};
    const Design design = design_of(spec);
    for (const std::size_t parameter : {x, p}) {
      std::set<double> strata;
      for (const double value : column(design, parameter))
        strata.insert(std::floor(value * static_cast<double>(points)));
      EXPECT_EQ(strata.size(), points);
    }
    std::vector<double> values = column(design, n);
    std::ranges::sort(values);
    for (std::uint64_t i = 0; i < points; ++i) ASSERT_EQ(values[i], static_cast<double>(i) + 1);
  }
}

// The correlation of two independent permutations of n has standard deviation 1/sqrt(n - 1) = 0.01.
TEST(LatinHypercube, orders_its_axes_independently) {
  constexpr int points = 10001;
  SweepSpec spec = sampled(DesignKind::latin_hypercube, points);
  spec.axes = {{"x", Uniform{-1, 1}}, {"p", Uniform{0, 1}}};
  const Design design = design_of(spec);
  const std::vector<double> a = column(design, x), b = column(design, p);
  double correlation = 0;
  for (std::size_t i = 0; i < points; ++i) correlation += a[i] * (b[i] - 0.5) * 6 / points;
  EXPECT_LT(std::abs(correlation), 0.05);
}

TEST(SobolDesign, keeps_one_point_in_every_equal_part) {
  SweepSpec spec = sampled(DesignKind::sobol, 1024);
  spec.axes = {{"x", Uniform{0, 1}}, {"p", Uniform{0, 1}}};
  const Design design = design_of(spec);
  std::set<std::pair<double, double>> squares;
  for (const std::size_t parameter : {x, p}) {
    std::set<double> strata;
    for (const double value : column(design, parameter)) strata.insert(std::floor(value * 1024));
    EXPECT_EQ(strata.size(), 1024u);
  }
  for (PointIndex i = 0; i < 1024; ++i) {
    const Row row = point(design, i);
    squares.insert({std::floor(row[x] * 32), std::floor(row[p] * 32)});
  }
  EXPECT_EQ(squares.size(), 1024u) << "the first two dimensions are a (0, 2)-sequence";
}

}  // namespace
}  // namespace trawl
