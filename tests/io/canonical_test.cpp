// The canonical text of a sweep is read back as the same sweep, whatever the sweep and however it was written.
#include <bit>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "io/sweep_file.hpp"

namespace trawl::io {
namespace {

const Declaration& odd_declaration() {
  static const Declaration declaration{
      .name = "odd",
      .version = 1,
      .group = "Tests",
      .summary = "Has parameters of every kind, and labels that are hard to write.",
      .maths = "none",
      .source = "none",
      .parameters = {
          {.name = "x"},
          {.name = "y", .domain = between(-1, 1)},
          {.name = "n", .kind = Kind::integer},
          {.name = "m", .kind = Kind::integer, .domain = between(-5, 1000), .default_value = 3},
          {.name = "noisy", .kind = Kind::flag},
          {.name = "kind", .kind = Kind::choice, .choices = {"a", "größer", "say \"no\"", "back\\slash", "true"}}}};
  return declaration;
}

const Declaration& find_odd(std::string_view) {
  return odd_declaration();
}

using Random = std::mt19937_64;

template <class Item>
const Item& one_of(Random& random, const std::vector<Item>& items) {
  return items[random() % items.size()];
}

std::string number_text(Random& random) {
  static const std::vector<std::string> odd = {"0",
                                               "-0",
                                               "-0.0",
                                               "+0",
                                               "+5",
                                               "1e3",
                                               "1_000",
                                               "5e-324",
                                               "-2.2250738585072014e-308",
                                               "1e22",
                                               "0.1",
                                               "1e300",
                                               "-1e-7",
                                               "1.0",
                                               "-1.0e0",
                                               "0e5",
                                               "3",
                                               "7",
                                               "-4",
                                               "1.7976931348623157e308",
                                               "1e-5",
                                               "2.5",
                                               "9007199254740992",
                                               "-9007199254740992",
                                               "9007199254740993",
                                               "9007199254740994",
                                               "9223372036854775807",
                                               "1e400",
                                               "1e-400"};
  switch (random() % 3) {
    case 0:
      return one_of(random, odd);
    case 1:
      return std::to_string(static_cast<int>(random() % 2001) - 1000);
    default:
      return fmt::format("{:e}", std::bit_cast<double>(random() & ~(std::uint64_t{1} << 62)));
  }
}

// One sweep, written as a file and on the command line.
struct Written {
  std::string top, axes, fixed;
  SweepOverrides options;
};

std::string value_text_of(const Parameter& parameter, Random& random, bool quoted) {
  if (parameter.kind == Kind::flag) return random() % 2 != 0 ? "true" : "false";
  if (parameter.kind != Kind::choice) return number_text(random);
  const std::string& label = one_of(random, parameter.choices);
  return quoted ? "'" + label + "'" : label;
}

// The same values twice: random streams that began alike give them.
std::vector<std::string> value_texts(const Parameter& parameter, Random random, std::size_t count, bool quoted) {
  std::vector<std::string> texts;
  while (texts.size() < count) texts.push_back(value_text_of(parameter, random, quoted));
  return texts;
}

void write_axis(Written& sweep, const Parameter& parameter, std::size_t count, bool sampled, Random& random) {
  const bool numbers = parameter.kind == Kind::real || parameter.kind == Kind::integer;
  const Random values = random;
  random.discard(64);
  const auto plain = value_texts(parameter, values, count, false), quoted = value_texts(parameter, values, count, true);
  std::vector<std::string> kinds = {""};
  if (numbers) kinds.insert(kinds.end(), {"linspace", "geomspace", "arange"});
  if (sampled) kinds.insert(kinds.end(), {"choice"});
  if (sampled && numbers) kinds.insert(kinds.end(), {"uniform", "log_uniform", "integers"});
  const std::string kind = one_of(random, kinds);
  if (kind.empty() || kind == "choice") {
    const std::string list = fmt::format("[{}]", fmt::join(quoted, ", "));
    sweep.axes += fmt::format("{} = {}\n", parameter.name, kind.empty() ? list : "{ choice = " + list + " }");
    sweep.options.axes.push_back(
        fmt::format("{}={}{}", parameter.name, kind.empty() ? "" : "choice:", fmt::join(plain, ",")));
    return;
  }
  std::vector<std::string> ends = {number_text(random), number_text(random)};
  if (kind == "linspace" || kind == "geomspace") ends.push_back(std::to_string(count));
  if (kind == "arange") ends.push_back(number_text(random));
  sweep.axes += fmt::format("{} = {{ {} = [{}] }}\n", parameter.name, kind, fmt::join(ends, ", "));
  sweep.options.axes.push_back(fmt::format("{}={}:{}", parameter.name, kind, fmt::join(ends, ",")));
}

void write_list(Written& sweep, Random& random) {
  const std::vector<Parameter>& parameters = odd_declaration().parameters;
  const std::size_t first = random() % parameters.size(), last = first + random() % (parameters.size() - first);
  sweep.top += "points = [\n";
  for (auto count = 1 + random() % 4; count > 0; --count) {
    std::vector<std::string> in_file, as_option;
    for (std::size_t p = first; p <= last; ++p) {
      const Random value = random;
      random.discard(4);
      in_file.push_back(parameters[p].name + " = " + value_texts(parameters[p], value, 1, true)[0]);
      as_option.push_back(parameters[p].name + "=" + value_texts(parameters[p], value, 1, false)[0]);
    }
    sweep.top += fmt::format("  {{ {} }},\n", fmt::join(in_file, ", "));
    sweep.options.points.push_back(fmt::format("{}", fmt::join(as_option, ",")));
  }
  sweep.top += "]\n";
}

Written random_sweep(Random& random) {
  static const std::vector<std::string> conditions = {"x <= y", "kind == 'größer' || n > 1e-3", "!noisy",
                                                      "kind != \"back\\slash\"", "abs(x) < 1_000 && m >= -5"};
  Written sweep;
  sweep.options.study = "odd";
  const std::string design = one_of<std::string>(random, {"grid", "zip", "list", "random", "latin_hypercube", "sobol"});
  sweep.top = fmt::format("study = 'odd'\ndesign = '{}'\n", design);
  sweep.options.design = design;
  if (random() % 2 != 0) {
    sweep.options.seed = std::to_string(random() >> 1);
    sweep.options.replicates = std::to_string(1 + random() % 9);
    sweep.top += fmt::format("seed = {}\nreplicates = {}\n", *sweep.options.seed, *sweep.options.replicates);
  }
  if (random() % 4 == 0) {
    sweep.options.where = one_of(random, conditions);
    sweep.top += fmt::format("where = '''{}'''\n", *sweep.options.where);
  }
  const bool sampled = design != "grid" && design != "zip" && design != "list";
  if (sampled) {
    sweep.options.point_count = std::to_string(1 + random() % 100);
    sweep.top += fmt::format("points = {}\n", *sweep.options.point_count);
  }
  if (design == "list") {
    write_list(sweep, random);
    return sweep;
  }
  std::vector<std::string> moving;
  const std::size_t together = 1 + random() % 4;
  for (const Parameter& parameter : odd_declaration().parameters) {
    if (random() % 3 == 0) {
      write_axis(sweep, parameter, design == "zip" ? together : 1 + random() % 4, sampled, random);
      moving.push_back(parameter.name);
    } else if (random() % 4 == 0) {
      const Random value = random;
      random.discard(4);
      sweep.fixed += parameter.name + " = " + value_texts(parameter, value, 1, true)[0] + "\n";
      sweep.options.fixed.push_back(parameter.name + "=" + value_texts(parameter, value, 1, false)[0]);
    }
  }
  if (design == "grid" && !moving.empty() && random() % 4 == 0) {
    sweep.options.common_random_numbers = moving.back();
    sweep.top += fmt::format("common_random_numbers = ['{}']\n", moving.back());
  }
  return sweep;
}

std::optional<SweepSpec> accepted(const std::string& text, const SweepOverrides& options, std::string& refusal) {
  try {
    return parse_sweep(text, "sweep.toml", options, find_odd);
  } catch (const UsageError& error) {
    refusal = error.what();
    return std::nullopt;
  }
}

// Values that differ in a bit, the sign of 0 included, would be other points.
void expect_same_values(const SweepSpec& a, const SweepSpec& b, const std::string& text) {
  ASSERT_EQ(a.axes.size(), b.axes.size()) << text;
  for (std::size_t k = 0; k < a.axes.size(); ++k) {
    const Parameter& parameter = odd_declaration().parameters[*find_parameter(odd_declaration(), a.axes[k].parameter)];
    ASSERT_EQ(axis_size(a.axes[k]), axis_size(b.axes[k])) << text;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(9, axis_size(a.axes[k])); ++i) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(settled(parameter, axis_value(a.axes[k], i))),
                std::bit_cast<std::uint64_t>(settled(parameter, axis_value(b.axes[k], i))))
          << text;
    }
  }
}

TEST(CanonicalText, is_its_own_canonical_text_for_ten_thousand_random_sweeps) {
  Random random(7);
  int taken = 0, refused = 0;
  while (taken < 10'000) {
    const Written sweep = random_sweep(random);
    std::string file = sweep.top;
    if (!sweep.axes.empty()) file += "[axes]\n" + sweep.axes;
    if (!sweep.fixed.empty()) file += "[fixed]\n" + sweep.fixed;
    std::string in_file, as_options;
    const auto spec = accepted(file, {}, in_file);
    const auto from_options = accepted("", sweep.options, as_options);
    ASSERT_EQ(spec.has_value(), from_options.has_value()) << file << in_file << "\n" << as_options;
    if (!spec) {
      ASSERT_LT(++refused, 500'000);
      continue;
    }
    ++taken;
    const std::string text = canonical_text(*spec, odd_declaration());
    ASSERT_EQ(canonical_text(*from_options, odd_declaration()), text) << file;
    std::string problem;
    const auto again = accepted(text, {}, problem);
    ASSERT_TRUE(again) << text << problem;
    ASSERT_EQ(canonical_text(*again, odd_declaration()), text) << file;
    expect_same_values(*spec, *again, text);
  }
}

}  // namespace
}  // namespace trawl::io
