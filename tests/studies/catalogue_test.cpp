// What every study of the catalogue owes its users.
#include "studies/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

#include "engine/check_study.hpp"
#include "tests/studies/evaluate_point.hpp"

namespace trawl::studies {
namespace {

const std::regex valid_name("[a-z][a-z0-9_]*");

OutputLayout default_layout(const Study& study) {
  std::vector<Extent> extents;
  for (const Parameter& parameter : study.declaration().parameters)
    extents.push_back({parameter.default_value, parameter.default_value});
  return study.outputs(extents);
}

bool one_line(const std::string& text) {
  return !text.empty() && text.find('\n') == std::string::npos;
}

/// A noun phrase that an axis has room for, rather than a sentence.
template <class Named>
void expect_label(const Named& named) {
  static const std::regex sentence("[.,;:]|^(of|whether|where|what|its|the|how)\\b");
  const std::string label = long_name_of(named);
  EXPECT_TRUE(one_line(label)) << named.name;
  EXPECT_LE(label.size(), 40u) << label;
  EXPECT_FALSE(std::regex_search(label, sentence)) << label;
}

/// Sizes that make the long studies short; enough samples for a fit to make sense.
Settings short_settings(const Declaration& declaration) {
  Settings settings;
  for (const auto& [name, size] : std::initializer_list<std::pair<const char*, double>>{{"epochs", 20},
                                                                                        {"samples", 200},
                                                                                        {"n_train", 20},
                                                                                        {"train_samples", 20},
                                                                                        {"test_samples", 20},
                                                                                        {"repeats", 20},
                                                                                        {"estimates", 20}})
    if (const auto p = find_parameter(declaration, name))
      if (problem_with(declaration.parameters[*p], size).empty()) settings[name] = size;
  if (find_parameter(declaration, "with_expected_log_density")) settings["with_expected_log_density"] = 0;
  return settings;
}

class EveryStudy : public testing::TestWithParam<const Study*> {
 protected:
  const Study& study = *GetParam();
  const Declaration& declaration = study.declaration();
  const std::filesystem::path folder = std::filesystem::path(TRAWL_SOURCE_DIR "/studies") / declaration.name;
};

TEST(Catalogue, lists_each_study_once_and_the_null_study_last) {
  std::set<std::string> names;
  for (const Study* study : catalogue()) EXPECT_TRUE(names.insert(study->declaration().name).second);
  for (const char* name : {"importance_sampling", "gelu_factor", "diffusion", "fairness", "null"})
    EXPECT_EQ(names.count(name), 1u) << name;
  EXPECT_EQ(catalogue().back()->declaration().name, "null");
}

TEST(Catalogue, keeps_the_studies_of_a_group_together) {
  std::set<std::string> seen;
  std::string last;
  for (const Study* study : catalogue()) {
    const std::string& group = study->declaration().group;
    EXPECT_FALSE(group.empty());
    if (group != last) {
      EXPECT_TRUE(seen.insert(group).second) << group;
    }
    last = group;
  }
}

TEST_P(EveryStudy, has_no_mistake) {
  EXPECT_NO_THROW(check_study(study));
}

TEST_P(EveryStudy, has_long_names_that_fit_on_an_axis) {
  const OutputLayout layout = default_layout(study);
  std::ranges::for_each(declaration.parameters, expect_label<Parameter>);
  std::ranges::for_each(layout.outputs, expect_label<Output>);
  std::ranges::for_each(layout.dimensions, expect_label<Dimension>);
}

TEST_P(EveryStudy, says_what_it_is) {
  EXPECT_TRUE(std::regex_match(declaration.name, valid_name));
  EXPECT_GE(declaration.version, 1);
  EXPECT_TRUE(one_line(declaration.summary));
  EXPECT_TRUE(one_line(declaration.maths));
  EXPECT_TRUE(one_line(declaration.source));
}

TEST_P(EveryStudy, declares_parameters_whose_defaults_are_allowed) {
  std::set<std::string> names;
  for (const Parameter& parameter : declaration.parameters) {
    SCOPED_TRACE(parameter.name);
    EXPECT_TRUE(std::regex_match(parameter.name, valid_name));
    EXPECT_TRUE(names.insert(parameter.name).second);
    EXPECT_EQ(problem_with(parameter, parameter.default_value), "");
    EXPECT_EQ(parse_value(parameter, value_text(parameter, parameter.default_value)), parameter.default_value);
    EXPECT_TRUE(one_line(parameter.description));
    EXPECT_TRUE(one_line(parameter.unit));
    EXPECT_EQ(parameter.kind == Kind::choice, !parameter.choices.empty());
  }
}

TEST_P(EveryStudy, lays_its_outputs_out_over_dimensions_it_declares) {
  const OutputLayout layout = default_layout(study);
  std::set<std::string> names, used;
  for (const Parameter& parameter : declaration.parameters) names.insert(parameter.name);
  for (const Dimension& dimension : layout.dimensions) {
    SCOPED_TRACE(dimension.name);
    EXPECT_TRUE(std::regex_match(dimension.name, valid_name));
    EXPECT_TRUE(names.insert(dimension.name).second);
    EXPECT_GT(dimension.size(), 0u);
    EXPECT_TRUE(dimension.values.empty() || dimension.labels.empty());
    EXPECT_TRUE(one_line(dimension.description));
    EXPECT_TRUE(
        std::all_of(dimension.values.begin(), dimension.values.end(), [](double x) { return std::isfinite(x); }));
  }
  ASSERT_FALSE(layout.outputs.empty());
  for (std::size_t k = 0; k < layout.outputs.size(); ++k) {
    const Output& output = layout.outputs[k];
    SCOPED_TRACE(output.name);
    EXPECT_TRUE(std::regex_match(output.name, valid_name));
    EXPECT_TRUE(names.insert(output.name).second);
    EXPECT_TRUE(one_line(output.description));
    EXPECT_TRUE(one_line(output.unit));
    EXPECT_GT(layout.size(k), 0u);
    for (const std::string& name : output.dimensions) {
      EXPECT_TRUE(std::any_of(layout.dimensions.begin(), layout.dimensions.end(),
                              [&](const Dimension& dimension) { return dimension.name == name; }));
      used.insert(name);
    }
  }
  EXPECT_EQ(used.size(), layout.dimensions.size()) << "a dimension that no output has";
}

TEST_P(EveryStudy, computes_a_point_the_same_twice) {
  const OutputLayout layout = default_layout(study);
  const Settings settings = short_settings(declaration);
  const Values first = evaluate_point(study, settings), second = evaluate_point(study, settings);
  for (const Output& output : layout.outputs) {
    SCOPED_TRACE(output.name);
    const auto& a = first.at(output.name);
    const auto& b = second.at(output.name);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(a[i]), std::bit_cast<std::uint64_t>(b[i])) << i;
      EXPECT_TRUE(std::isfinite(a[i]) || (std::isnan(a[i]) && !output.nan_means.empty())) << i;
    }
  }
}

/// What may be unkind about a value.
std::vector<double> unkind_values(const Parameter& parameter) {
  std::vector<double> values;
  if (parameter.kind == Kind::flag) return {0, 1};
  if (parameter.kind == Kind::choice) {
    for (std::size_t i = 0; i < parameter.choices.size(); ++i) values.push_back(static_cast<double>(i));
    return values;
  }
  const double lower = parameter.domain.lower;
  std::vector<double> candidates = {lower, std::nextafter(lower, HUGE_VAL), -1, 0, 1};
  if (parameter.kind == Kind::real) {
    candidates.insert(candidates.end(), {parameter.domain.upper, std::nextafter(parameter.domain.upper, 0.0)});
    for (const double size : {5e-324, 1e-320, 1e-308, 1e-300, 1e-160, 1e-30, 1e9, 1e30, 1e160, 1e300, 1.7e308})
      candidates.insert(candidates.end(), {-size, size});
  }
  for (double value : candidates)
    if (problem_with(parameter, value).empty()) values.push_back(value);
  return values;
}

/// The first number that fails the point, as in "y[3] = inf"; empty if there is none.
std::string not_finite(const OutputLayout& layout, const Values& values) {
  for (const Output& output : layout.outputs) {
    const auto& column = values.at(output.name);
    for (std::size_t i = 0; i < column.size(); ++i)
      if (std::isinf(column[i]) || (std::isnan(column[i]) && output.nan_means.empty()))
        return output.name + "[" + std::to_string(i) + "] = " + std::to_string(column[i]);
  }
  return {};
}

/// Where a value makes the mathematics itself infinite, or a descent diverge on few samples.
const std::set<std::string> may_fail = {"background_math.z = 0", "gelu_factor.beta2", "infomax_ica.phi = cubic"};

// A number up to 1 in size, however small, fails no point: it works, or the study says why not. The squares of larger
// ones may leave the doubles, and a descent in large steps diverges: such a point is one that failed.
TEST_P(EveryStudy, survives_every_value_that_it_allows) {
  for (const Parameter& parameter : declaration.parameters) {
    for (double value : unkind_values(parameter)) {
      SCOPED_TRACE(parameter.name + " = " + value_text(parameter, value));
      Settings settings = short_settings(declaration);
      settings[parameter.name] = value;
      try {
        const std::string failure = not_finite(default_layout(study), evaluate_point(study, settings));
        if (parameter.kind == Kind::real && std::abs(value) > 1) continue;
        const std::string place = declaration.name + "." + parameter.name;
        if (may_fail.contains(place) || may_fail.contains(place + " = " + value_text(parameter, value))) continue;
        EXPECT_EQ(failure, "");
      } catch (const std::exception& error) {
        EXPECT_TRUE(one_line(error.what())) << error.what();
      }
    }
  }
}

TEST_P(EveryStudy, costs_something_and_wants_blocks_of_some_size) {
  EXPECT_GT(study.cost(row_of(study, {})), 0.0);
  EXPECT_GE(study.max_block(), 1u);
}

TEST_P(EveryStudy, brings_a_sweep_and_a_short_script_that_plots_it) {
  EXPECT_TRUE(std::filesystem::exists(folder / "sweep.toml"));
  std::ifstream script(folder / "plot.py");
  ASSERT_TRUE(script);
  int lines = 0;
  for (std::string line; std::getline(script, line);) ++lines;
  EXPECT_LE(lines, 15);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryStudy, testing::ValuesIn(catalogue().begin(), catalogue().end()),
                         [](const auto& tested) { return tested.param->declaration().name; });

}  // namespace
}  // namespace trawl::studies
