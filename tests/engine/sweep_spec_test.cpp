#include "engine/sweep_spec.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "tests/engine/toy_declaration.hpp"

namespace trawl {
namespace {

constexpr auto infinity = std::numeric_limits<double>::infinity();

SweepSpec toy_grid(std::vector<Axis> axes) {
  return {.study = "toy", .axes = std::move(axes)};
}

SweepSpec toy_design(DesignKind design, std::vector<Axis> axes, std::uint64_t points = 0) {
  return {.study = "toy", .design = design, .axes = std::move(axes), .points = points};
}

// "key: problem", or "valid".
std::string verdict(const SweepSpec& spec) {
  try {
    validate(spec, toy_declaration());
  } catch (const SweepError& error) {
    return error.key + ": " + error.what();
  }
  return "valid";
}

std::string verdict_on(const char* parameter, AxisValues values) {
  return verdict(toy_grid({{parameter, std::move(values)}}));
}

std::string sampled_verdict_on(const char* parameter, AxisValues values) {
  return verdict(toy_design(DesignKind::random, {{parameter, std::move(values)}}, 10));
}

std::vector<double> all_values(AxisValues values) {
  const Axis axis{"x", std::move(values)};
  std::vector<double> all(axis_size(axis));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = axis_value(axis, i);
  return all;
}

using Values = std::vector<double>;

// The expected numbers are what numpy 1.24 prints, digit for digit.
TEST(Axis, linspace_has_the_values_of_numpy) {
  EXPECT_EQ(all_values(Linspace{0, 1, 7}),
            (Values{0.0, 0.16666666666666666, 0.3333333333333333, 0.5, 0.6666666666666666, 0.8333333333333333, 1.0}));
  EXPECT_EQ(all_values(Linspace{2.5, -1.1, 5}), (Values{2.5, 1.6, 0.7, -0.20000000000000018, -1.1}));
  EXPECT_EQ(all_values(Linspace{3, 4, 1}), (Values{3}));
  EXPECT_EQ(all_values(Linspace{3, 4, 0}), (Values{}));
}

TEST(Axis, arange_has_the_values_of_numpy) {
  EXPECT_EQ(all_values(Arange{1, 2, 0.1}),
            (Values{1.0, 1.1, 1.2000000000000002, 1.3000000000000003, 1.4000000000000004, 1.5000000000000004,
                    1.6000000000000005, 1.7000000000000006, 1.8000000000000007, 1.9000000000000008}));
  EXPECT_EQ(all_values(Arange{5, 0, -1.3}), (Values{5.0, 3.7, 2.4000000000000004, 1.1000000000000005}));
  EXPECT_EQ(all_values(Arange{0, 5, 1}), (Values{0, 1, 2, 3, 4}));
  EXPECT_EQ(all_values(Arange{0, 5, -1}), (Values{}));
}

TEST(Axis, arange_stops_before_what_is_its_stop_but_for_rounding) {
  EXPECT_EQ(all_values(Arange{1, 1.3, 0.1}), (Values{1.0, 1.1, 1.2000000000000002}));
  EXPECT_EQ(all_values(Arange{0.7, 1.0, 0.1}).size(), 3u);
  EXPECT_EQ(all_values(Arange{1.3, 1, -0.1}).size(), 3u);
  EXPECT_EQ(all_values(Arange{0, 1, 0.3}), (Values{0, 0.3, 0.6, 0.8999999999999999})) << "within a step, not rounding";
  EXPECT_EQ(all_values(Arange{0, 10, 3}), (Values{0, 3, 6, 9}));
  EXPECT_EQ(all_values(Arange{0, 0.1, 1}), (Values{0}));
  // For every number of steps of every decimal size, the stop stays out.
  for (const double step : {0.1, 0.01, 0.05, 0.3, 0.7, 1e-3, 1e-7}) {
    for (const double start : {-2.0, 0.1, 0.7, 1.0, 12.3, 1e3}) {
      for (int count = 1; count <= 300; ++count) {
        const double stop = start + count * step;
        const Axis axis{"x", Arange{start, stop, step}};
        ASSERT_EQ(axis_size(axis), static_cast<std::uint64_t>(count)) << start << " " << stop << " " << step;
        ASSERT_LT(axis_value(axis, axis_size(axis) - 1), stop - step / 2);
      }
    }
  }
  const Axis drifting{"x", Arange{1e6, 1e6 + 1e-4, 1e-10}};  // its first step is rounded up by a sixth
  EXPECT_LT(axis_value(drifting, axis_size(drifting) - 1), 1e6 + 1e-4);
}

TEST(Axis, geomspace_has_the_values_of_numpy) {
  const Values expected{0.1, 0.1778279410038923, 0.31622776601683794, 0.5623413251903491,
                        1.0, 1.7782794100389228, 3.162277660168379,   5.62341325190349,
                        10.0};
  const Values found = all_values(Geomspace{0.1, 10, 9});
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 4e-16 * expected[i]);
}

TEST(Axis, geomspace_gives_whole_numbers_where_they_are_meant) {
  Values powers;
  for (int k = 0; k <= 40; ++k) powers.push_back(std::ldexp(1.0, k));
  EXPECT_EQ(all_values(Geomspace{1, 0x1p40, 41}), powers);
  EXPECT_EQ(all_values(Geomspace{1, 1e15, 6}), (Values{1, 1e3, 1e6, 1e9, 1e12, 1e15}));
  EXPECT_EQ(all_values(Geomspace{-512, -2, 5}), (Values{-512, -128, -32, -8, -2}));
}

TEST(Axis, ends_are_exact_and_values_stay_between_them) {
  for (const auto& [start, stop] : {std::pair{0.1, 0.7}, {3.0, 1e-3}, {1.0, 1.0 + 4e-16}, {1e-300, 1e300}}) {
    for (const std::uint64_t num : {2, 3, 7, 1000}) {
      for (const Values& values : {all_values(Linspace{start, stop, num}), all_values(Geomspace{start, stop, num})}) {
        EXPECT_EQ(values.front(), start);
        EXPECT_EQ(values.back(), stop);
        for (const double x : values) {
          EXPECT_GE(x, std::min(start, stop));
          EXPECT_LE(x, std::max(start, stop));
        }
      }
    }
  }
}

TEST(Axis, costs_nothing_however_many_values_it_has) {
  const Axis axis{"x", Arange{0, 1e15, 1}};
  EXPECT_EQ(axis_size(axis), 1'000'000'000'000'000u);
  EXPECT_EQ(axis_value(axis, 123'456'789'012'345), 123'456'789'012'345.0);
  EXPECT_EQ(verdict_on("x", axis.values), "valid");
}

TEST(Axis, refuses_an_arange_that_cannot_be_counted) {
  for (const Arange& arange : {Arange{0, 1, 0}, Arange{0, 1, std::nan("")}, Arange{0, infinity, 1}}) {
    EXPECT_EQ(verdict_on("x", arange).substr(0, 32), "axes.x: arange cannot be counted");
  }
  EXPECT_EQ(verdict_on("x", Arange{0, 1e300, 1}),
            "axes.x: arange has 2^63 values or more (too many to number). Use a larger step.");
  EXPECT_EQ(verdict_on("x", Arange{1e16, 2e16, 0.5}),
            "axes.x: arange does not advance (its step 0.5 vanishes beside its start 1e+16). Use a larger step.");
}

TEST(SweepSpec, admits_every_form_where_it_makes_sense) {
  EXPECT_EQ(verdict(toy_grid({})), "valid");
  EXPECT_EQ(verdict_on("x", List{{1, 3, -2}}), "valid");
  EXPECT_EQ(verdict_on("p", Linspace{0, 1, 1'000'000'000'000}), "valid");
  EXPECT_EQ(verdict_on("n", Linspace{1, 10, 4}), "valid");
  EXPECT_EQ(verdict_on("n", Arange{1, 9.5, 2}), "valid");
  EXPECT_EQ(verdict_on("n", Geomspace{1, 1024, 11}), "valid");
  EXPECT_EQ(verdict_on("noisy", List{{0, 1}}), "valid");
  EXPECT_EQ(verdict_on("colour", List{{2, 0}}), "valid");
  EXPECT_EQ(sampled_verdict_on("x", Uniform{-1, 1}), "valid");
  EXPECT_EQ(sampled_verdict_on("p", LogUniform{1e-3, 1}), "valid");
  EXPECT_EQ(sampled_verdict_on("n", Integers{1, 9}), "valid");
  EXPECT_EQ(sampled_verdict_on("x", Integers{-3, 3}), "valid");
  EXPECT_EQ(sampled_verdict_on("colour", Choice{{0, 2}}), "valid");
  EXPECT_EQ(sampled_verdict_on("n", Linspace{1, 10, 4}), "valid");
  EXPECT_EQ(verdict(toy_design(DesignKind::zip, {{"x", Linspace{0, 1, 3}}, {"n", List{{1, 2, 3}}}})), "valid");
}

TEST(SweepSpec, refuses_unknown_names_and_helps) {
  EXPECT_EQ(verdict_on("nosy", List{{1}}),
            "axes.nosy: unknown parameter nosy (toy has none of that name). Did you mean noisy?");
  SweepSpec spec = toy_grid({});
  spec.fixed = {{"temperature", 1}};
  EXPECT_EQ(verdict(spec),
            "fixed.temperature: unknown parameter temperature (toy has none of that name). "
            "Choose one of x, p, n, noisy, colour.");
  spec = toy_grid({});
  spec.study = "joy";
  EXPECT_EQ(verdict(spec), "study: the sweep is of joy (the study at hand is toy). Change one.");
}

TEST(SweepSpec, refuses_values_outside_the_domain) {
  EXPECT_EQ(verdict_on("p", List{{0.5, 1.5}}),
            "axes.p: 1.5 is outside [0, 1] (p is a real number). Give a number in [0, 1].");
  EXPECT_EQ(verdict_on("n", List{{1, 2.5}}),
            "axes.n: 2.5 is not a whole number (n is an integer). Give a whole number in [1, inf).");
  EXPECT_EQ(verdict_on("x", List{{std::nan("")}}),
            "axes.x: nan is not a finite number (x is a real number). Give a number.");
  EXPECT_EQ(verdict_on("noisy", List{{2}}),
            "axes.noisy: 2 is neither true nor false (noisy is a flag). Give true or false.");
  EXPECT_EQ(verdict_on("p", Linspace{0, 2, 1'000'000'000'000}).substr(0, 26), "axes.p: 2 is outside [0, 1");
  EXPECT_EQ(verdict_on("p", Linspace{0, 2, 1}), "valid") << "a single value is the start";
  EXPECT_EQ(verdict_on("n", Linspace{1, 10, 5}).substr(0, 34), "axes.n: 3.25 is not a whole number");
  EXPECT_EQ(verdict_on("n", Arange{1, 5, 0.5}).substr(0, 33), "axes.n: 1.5 is not a whole number");
  EXPECT_EQ(verdict_on("n", Arange{5, -5, -1}).substr(0, 20), "axes.n: -4 is outsid");
  EXPECT_EQ(verdict_on("n", Geomspace{1, 10, 3}).substr(0, 47), "axes.n: 3.1622776601683795 is not a whole numbe");
  SweepSpec spec = toy_grid({});
  spec.fixed = {{"p", -1}};
  EXPECT_EQ(verdict(spec), "fixed.p: -1 is outside [0, 1] (p is a real number). Give a number in [0, 1].");
}

TEST(SweepSpec, refuses_forms_that_make_no_sense_for_the_kind) {
  EXPECT_EQ(verdict_on("colour", Linspace{0, 2, 3}),
            "axes.colour: linspace makes numbers (colour takes one of red, green, blue). List its values.");
  EXPECT_EQ(verdict_on("noisy", Arange{0, 2, 1}),
            "axes.noisy: arange makes numbers (noisy takes true or false). List its values.");
  EXPECT_EQ(sampled_verdict_on("n", Uniform{1, 9}),
            "axes.n: uniform draws real numbers (n is an integer). Use integers = [lower, upper].");
  EXPECT_EQ(sampled_verdict_on("noisy", Integers{0, 1}),
            "axes.noisy: integers makes numbers (noisy takes true or false). List its values.");
  EXPECT_EQ(verdict_on("x", Geomspace{0, 1, 3}).substr(0, 35), "axes.x: geomspace has an end at 0 (");
  EXPECT_EQ(verdict_on("x", Geomspace{-1, 1, 3}).substr(0, 45), "axes.x: the ends of geomspace differ in sign ");
  EXPECT_EQ(verdict_on("n", Geomspace{1, 1e15, 1'000'000'000}).substr(0, 42),
            "axes.n: geomspace has 1000000000 values (n");
  EXPECT_EQ(verdict_on("x", Linspace{-1e308, 1e308, 3}).substr(0, 35), "axes.x: the ends -1e+308 and 1e+308");
  EXPECT_EQ(
      verdict_on("x", Uniform{0, 1}),
      "axes.x: x is drawn from a distribution (a grid design needs values). Give values, or design = \"random\".");
}

TEST(SweepSpec, refuses_empty_intervals) {
  EXPECT_EQ(sampled_verdict_on("x", Uniform{1, 1}),
            "axes.x: the lower end 1 is not below the upper end 1 (the interval is empty). Swap or change them.");
  EXPECT_EQ(sampled_verdict_on("x", LogUniform{2, 1}).substr(0, 27), "axes.x: the lower end 2 is ");
  EXPECT_EQ(sampled_verdict_on("x", LogUniform{0, 1}).substr(0, 37), "axes.x: the lower end 0 is not above ");
  EXPECT_EQ(sampled_verdict_on("x", Integers{3, 2}).substr(0, 27), "axes.x: the lower end 3 is ");
  EXPECT_EQ(sampled_verdict_on("x", Integers{0.5, 2}).substr(0, 33), "axes.x: 0.5 is not a whole number");
  EXPECT_EQ(sampled_verdict_on("x", Integers{2, 2}), "valid");
  EXPECT_EQ(sampled_verdict_on("x", Uniform{0, infinity}).substr(0, 31), "axes.x: inf is not a finite num");
}

TEST(SweepSpec, refuses_an_axis_without_values) {
  const std::string problem = "axes.x: x has no values (the sweep would have no points). Give at least one.";
  EXPECT_EQ(verdict_on("x", List{}), problem);
  EXPECT_EQ(verdict_on("x", Linspace{0, 1, 0}), problem);
  EXPECT_EQ(verdict_on("x", Geomspace{1, 2, 0}), problem);
  EXPECT_EQ(verdict_on("x", Arange{0, 1, -1}), problem);
  EXPECT_EQ(sampled_verdict_on("x", Choice{}), problem);
}

TEST(SweepSpec, refuses_a_parameter_that_is_given_twice) {
  EXPECT_EQ(verdict(toy_grid({{"x", List{{1}}}, {"x", List{{2}}}})),
            "axes.x: x is an axis twice (each axis needs a parameter of its own). Remove one.");
  SweepSpec spec = toy_grid({{"x", List{{1}}}});
  spec.fixed = {{"x", 1}};
  EXPECT_EQ(verdict(spec), "fixed.x: x is fixed and an axis (it cannot be both). Remove one.");
  spec.fixed = {{"n", 1}, {"n", 2}};
  EXPECT_EQ(verdict(spec), "fixed.n: n is fixed twice (only one value can hold). Remove one.");
}

TEST(SweepSpec, refuses_nothing_to_run) {
  SweepSpec spec = toy_grid({});
  spec.replicates = 0;
  EXPECT_EQ(verdict(spec), "replicates: 0 replicates (nothing to run). Give at least 1.");
  EXPECT_EQ(verdict(toy_design(DesignKind::sobol, {{"x", Uniform{0, 1}}})).substr(0, 36),
            "points: a sobol design with 0 points");
  EXPECT_EQ(verdict(toy_design(DesignKind::random, {}, 5)).substr(0, 35), "design: a random design without axe");
  EXPECT_EQ(verdict(toy_design(DesignKind::zip, {})).substr(0, 33), "design: a zip design without axes");
  EXPECT_EQ(verdict(toy_design(DesignKind::list, {})).substr(0, 36), "points: a list design without points");
  EXPECT_EQ(verdict(toy_design(DesignKind::grid, {}, 5)).substr(0, 44), "points: a number of points in a grid design ");
}

TEST(SweepSpec, refuses_a_point_named_twice) {
  EXPECT_EQ(verdict_on("x", List{{1, 2, 1}}),
            "axes.x: x has the value 1 twice, as its values 1 and 3 (one label can hold one result). Remove one; "
            "replicates = 2 computes each point twice.");
  EXPECT_EQ(verdict_on("x", List{{0.0, -0.0}}).substr(0, 32), "axes.x: x has the value -0 twice");
  EXPECT_EQ(verdict_on("colour", List{{2, 2}}).substr(0, 44), "axes.colour: colour has the value blue twice");
  EXPECT_EQ(sampled_verdict_on("n", Choice{{1, 1}}).substr(0, 31), "axes.n: n has the value 1 twice");
  for (const AxisValues& still : {AxisValues{Linspace{1, 1, 5}}, AxisValues{Linspace{1, 1 + 4e-16, 9}},
                                  AxisValues{Geomspace{2, 2, 3}}, AxisValues{Linspace{1, 1 + 1e-13, 1'000'000}}}) {
    EXPECT_NE(verdict_on("x", still).find("Give a larger step or fewer values."), std::string::npos);
  }
  EXPECT_EQ(verdict_on("x", Linspace{1, 1 + 0x1p-50, 5}), "valid") << "neighbouring doubles";
  const auto zipped = [](std::vector<double> x, std::vector<double> n) {
    return verdict(toy_design(DesignKind::zip, {{"x", List{std::move(x)}}, {"n", List{std::move(n)}}}));
  };
  EXPECT_EQ(zipped({1, 1, 2}, {1, 2, 2}), "valid") << "each pair is another";
  EXPECT_EQ(zipped({1, 2, 1}, {1, 2, 1}).substr(0, 63),
            "axes: the zipped axes have the same values twice, as their valu");
  SweepSpec list{.study = "toy", .design = DesignKind::list, .list = {{{"x", 1}, {"n", 2}}, {{"n", 2}, {"x", 1}}}};
  EXPECT_EQ(verdict(list).substr(0, 29), "points[1]: point 2 is point 1");
}

TEST(SweepSpec, checks_a_million_values_in_no_time_to_speak_of) {
  List list;
  for (int i = 0; i < 1'000'000; ++i) list.values.push_back(static_cast<double>(i * 7919LL % 1'000'003) / 3);
  EXPECT_EQ(verdict_on("x", list), "valid");
  list.values.back() = list.values.front();
  EXPECT_NE(verdict_on("x", list), "valid");
}

TEST(SweepSpec, refuses_more_tasks_than_can_be_numbered) {
  SweepSpec spec = toy_grid({{"x", Arange{0, 4e9, 1}}, {"p", Linspace{0, 1, 3'000'000'000}}});
  EXPECT_EQ(verdict(spec).substr(0, 44), "axes: the sweep has 2^63 tasks or more (they");
  spec = toy_grid({{"x", Arange{0, 0x1p32, 1}}, {"p", Linspace{0, 1, 1u << 31}}});
  EXPECT_EQ(verdict(spec).substr(0, 6), "axes: ") << "2^63 tasks exactly";
  spec = toy_grid({});
  spec.replicates = (std::uint64_t{1} << 63) - 1;
  EXPECT_EQ(verdict(spec), "valid");
  spec.axes = {{"p", List{{0, 1}}}};
  EXPECT_EQ(verdict(spec).substr(0, 12), "replicates: ");
  EXPECT_EQ(verdict(toy_design(DesignKind::random, {{"x", Uniform{0, 1}}}, std::uint64_t{1} << 63)).substr(0, 8),
            "points: ");
  spec = toy_grid({});
  spec.seed = std::uint64_t{1} << 63;
  EXPECT_EQ(verdict(spec).substr(0, 6), "seed: ");
}

TEST(SweepSpec, checks_zipped_axes) {
  SweepSpec spec = toy_grid({{"x", Linspace{0, 1, 3}}, {"p", Linspace{0, 1, 3}}, {"n", List{{1, 2}}}});
  const auto with_zip = [&spec](std::vector<std::vector<std::string>> zip) {
    spec.zip = std::move(zip);
    return verdict(spec);
  };
  EXPECT_EQ(with_zip({{"p", "x"}}), "valid");
  EXPECT_EQ(with_zip({{"x", "n"}}),
            "zip: x has 3 values and n has 2 (zipped axes move together). Give them the same number of values.");
  EXPECT_EQ(with_zip({{"x"}}), "zip: a group of fewer than two axes (nothing to zip). Name at least two.");
  EXPECT_EQ(with_zip({{"x", "p"}, {"x", "p"}}),
            "zip: x is zipped twice (it can move with one group only). Name it once.");
  EXPECT_EQ(with_zip({{"x", "x"}}), "zip: x is zipped twice (it can move with one group only). Name it once.");
  EXPECT_EQ(with_zip({{"x", "noisy"}}),
            "zip: noisy is not an axis (only what varies can be named here). Choose one of x, p, n.");
  spec.design = DesignKind::zip;
  EXPECT_EQ(with_zip({}).substr(0, 38), "axes.n: x has 3 values and n has 2 (zi");
  spec.axes.pop_back();
  EXPECT_EQ(with_zip({{"x", "p"}}),
            "zip: zip in a zip design (it joins axes of a grid). Remove it, or use design = \"grid\".");
}

TEST(SweepSpec, checks_common_random_numbers) {
  SweepSpec spec = toy_grid({{"x", Linspace{0, 1, 3}}});
  spec.common_random_numbers = {"x"};
  EXPECT_EQ(verdict(spec), "valid");
  spec.common_random_numbers = {"p"};
  EXPECT_EQ(verdict(spec).substr(0, 41), "common_random_numbers: p is not an axis (");
  spec.common_random_numbers = {"x"};
  spec.design = DesignKind::zip;
  EXPECT_EQ(verdict(spec).substr(0, 59), "common_random_numbers: common_random_numbers in a zip desig");
}

TEST(SweepSpec, checks_the_points_of_a_list) {
  SweepSpec spec = toy_design(DesignKind::list, {});
  spec.list = {{{"x", 1}, {"n", 2}}, {{"n", 3}, {"x", 2}}};
  EXPECT_EQ(verdict(spec), "valid");
  spec.list[1] = {{"n", 3}};
  EXPECT_EQ(verdict(spec), "points[1]: x is not set (all points set the same parameters). Set it in all of them.");
  spec.list[1] = {{"n", 3}, {"x", 1}, {"p", 0}};
  EXPECT_EQ(
      verdict(spec),
      "points[1].p: p is not set in the first point (all points set the same parameters). Set it in all of them.");
  spec.list[1] = {{"n", 3}, {"x", 1}, {"n", 4}};
  EXPECT_EQ(verdict(spec), "points[1].n: n is set twice in a point (only one value can hold). Remove one.");
  spec.list[1] = {{"n", 0}, {"x", 1}};
  EXPECT_EQ(verdict(spec).substr(0, 40), "points[1].n: 0 is outside [1, inf) (n is");
  spec.list[1] = {{"m", 0}, {"x", 1}};
  EXPECT_EQ(verdict(spec).substr(0, 32), "points[1].m: unknown parameter m");
  spec.list.pop_back();
  spec.fixed = {{"x", 1}};
  EXPECT_EQ(verdict(spec), "points[0].x: x is fixed and set in a point (it cannot be both). Remove one.");
  spec.fixed.clear();
  spec.axes = {{"p", List{{0}}}};
  EXPECT_EQ(verdict(spec).substr(0, 34), "axes.p: a list design has axes (it");
  spec.axes.clear();
  spec.design = DesignKind::grid;
  EXPECT_EQ(verdict(spec).substr(0, 32), "points: points in a grid design ");
}

TEST(SweepSpec, refuses_more_dimensions_than_a_result_file_has) {
  Declaration declaration = toy_declaration();
  declaration.parameters.clear();
  SweepSpec spec = toy_grid({});
  for (int i = 0; i < 32; ++i) {
    declaration.parameters.push_back({.name = "x" + std::to_string(i)});
    spec.axes.push_back({declaration.parameters.back().name, List{{0}}});
  }
  EXPECT_THROW(validate(spec, declaration), SweepError);
  spec.zip = {{"x3", "x20"}};
  EXPECT_NO_THROW(validate(spec, declaration));
}

TEST(SweepSpec, groups_zipped_axes_where_the_first_of_them_is) {
  SweepSpec spec = toy_grid({{"x", List{{1}}}, {"p", List{{1}}}, {"n", List{{1}}}, {"noisy", List{{1}}}});
  spec.zip = {{"noisy", "p"}};
  EXPECT_EQ(axis_groups(spec), (std::vector<std::vector<std::size_t>>{{0}, {1, 3}, {2}}));
}

TEST(CanonicalText, of_a_grid_states_everything) {
  SweepSpec spec =
      toy_grid({{"n", List{{5, 1}}}, {"x", Linspace{0, 1, 11}}, {"p", Arange{0, 0.95, 0.1}}, {"noisy", List{{0, 1}}}});
  spec.seed = 17;
  spec.replicates = 100;
  spec.zip = {{"x", "p"}};
  spec.axes[1].values = Linspace{0, 1, 10};
  spec.common_random_numbers = {"noisy", "p"};
  spec.where = "x < 1 && colour == red";
  spec.fixed = {{"colour", 1}};
  EXPECT_EQ(verdict(spec), "valid");
  EXPECT_EQ(canonical_text(spec, toy_declaration()),
            "study = \"toy\"\n"
            "seed = 17\n"
            "replicates = 100\n"
            "design = \"grid\"\n"
            "zip = [[\"x\", \"p\"]]\n"
            "common_random_numbers = [\"x\", \"p\", \"noisy\"]\n"
            "where = \"x < 1 && colour == red\"\n"
            "\n"
            "[axes]\n"
            "n = [5, 1]\n"
            "x = { linspace = [0.0, 1.0, 10] }\n"
            "p = { arange = [0.0, 0.95, 0.1] }\n"
            "noisy = [false, true]\n"
            "\n"
            "[fixed]\n"
            "colour = \"green\"\n");
}

TEST(CanonicalText, of_a_sampled_design_keeps_its_distributions) {
  const SweepSpec spec =
      toy_design(DesignKind::latin_hypercube,
                 {{"x", LogUniform{1e-300, 1e22}}, {"n", Integers{1, 9}}, {"colour", Choice{{0, 2}}}}, 7);
  EXPECT_EQ(canonical_text(spec, toy_declaration()),
            "study = \"toy\"\n"
            "seed = 0\n"
            "replicates = 1\n"
            "design = \"latin_hypercube\"\n"
            "points = 7\n"
            "\n"
            "[axes]\n"
            "x = { log_uniform = [1e-300, 1e+22] }\n"
            "n = { integers = [1, 9] }\n"
            "colour = { choice = [\"red\", \"blue\"] }\n"
            "\n"
            "[fixed]\n"
            "p = 0.25\n"
            "noisy = true\n");
}

TEST(CanonicalText, of_a_list_has_its_points_in_declaration_order) {
  SweepSpec spec = toy_design(DesignKind::list, {});
  spec.list = {{{"n", 2}, {"x", 1}}, {{"x", -0.0}, {"n", 3}}};
  EXPECT_EQ(canonical_text(spec, toy_declaration()),
            "study = \"toy\"\n"
            "seed = 0\n"
            "replicates = 1\n"
            "design = \"list\"\n"
            "points = [\n"
            "  { x = 1.0, n = 2 },\n"
            "  { x = -0.0, n = 3 },\n"
            "]\n"
            "\n"
            "[fixed]\n"
            "p = 0.25\n"
            "noisy = true\n"
            "colour = \"red\"\n");
}

TEST(CanonicalText, is_the_same_whether_a_default_is_written_or_not) {
  SweepSpec spec = toy_grid({{"x", List{{1}}}});
  const std::string without = canonical_text(spec, toy_declaration());
  spec.fixed = {{"n", 3}, {"p", 0.25}};
  EXPECT_EQ(canonical_text(spec, toy_declaration()), without);
}

TEST(CanonicalText, escapes_what_toml_would_misread) {
  SweepSpec spec = toy_grid({});
  spec.where = "a \"b\" \\ \n\x7f";
  EXPECT_NE(canonical_text(spec, toy_declaration()).find("where = \"a \\\"b\\\" \\\\ \\u000A\\u007F\"\n"),
            std::string::npos);
}

}  // namespace
}  // namespace trawl
