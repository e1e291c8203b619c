#include "engine/parameter.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

#include "engine/number.hpp"
#include "engine/plain_text.hpp"
#include "engine/spelling.hpp"

namespace trawl {
namespace {

const Parameter real{.name = "x"};
const Parameter whole{.name = "n", .kind = Kind::integer};
const Parameter flag{.name = "noisy", .kind = Kind::flag};
const Parameter colour{.name = "colour", .kind = Kind::choice, .choices = {"red", "green"}};

std::string refusal(const Parameter& parameter, std::string_view text) {
  try {
    parse_value(parameter, text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Domain, knows_its_open_and_closed_ends) {
  EXPECT_TRUE(at_least(1).contains(1));
  EXPECT_FALSE(above(1).contains(1));
  EXPECT_TRUE(above(1).contains(std::nextafter(1.0, 2.0)));
  EXPECT_TRUE(between(0, 1).contains(0));
  EXPECT_TRUE(between(0, 1).contains(1));
  EXPECT_FALSE(strictly_between(0, 1).contains(0));
  EXPECT_FALSE(strictly_between(0, 1).contains(1));
  EXPECT_FALSE(any_number().contains(std::nan("")));
}

TEST(Domain, is_written_as_an_interval) {
  EXPECT_EQ(any_number().text(), "any");
  EXPECT_EQ(at_least(1).text(), "[1, inf)");
  EXPECT_EQ(above(0.5).text(), "(0.5, inf)");
  EXPECT_EQ(between(-1, 1).text(), "[-1, 1]");
  EXPECT_EQ(strictly_between(0, 1).text(), "(0, 1)");
}

TEST(Parameter, says_what_is_wrong_with_a_value) {
  EXPECT_EQ(problem_with(real, -1e300), "");
  EXPECT_EQ(problem_with(real, std::nan("")), "nan is not a finite number");
  EXPECT_EQ(problem_with(real, INFINITY), "inf is not a finite number");
  EXPECT_EQ(problem_with({.name = "p", .domain = between(0, 1)}, 1.5), "1.5 is outside [0, 1]");
  EXPECT_EQ(problem_with(whole, 1.5), "1.5 is not a whole number");
  EXPECT_EQ(problem_with(whole, 0x1p53), "");
  EXPECT_EQ(problem_with(whole, 0x1p54), "1.8014398509481984e+16 is beyond 2^53");
  EXPECT_EQ(problem_with({.name = "n", .kind = Kind::integer, .domain = at_least(1)}, 0), "0 is outside [1, inf)");
  EXPECT_EQ(problem_with(flag, 1), "");
  EXPECT_EQ(problem_with(flag, 2), "2 is neither true nor false");
  EXPECT_EQ(problem_with(colour, 1), "");
  EXPECT_EQ(problem_with(colour, 2), "2 is not the number of a choice (0 to 1)");
}

TEST(Parameter, says_what_it_accepts) {
  EXPECT_EQ(accepted_values(real), "a number");
  EXPECT_EQ(accepted_values({.name = "n", .kind = Kind::integer, .domain = at_least(1)}), "a whole number in [1, inf)");
  EXPECT_EQ(accepted_values(flag), "true or false");
  EXPECT_EQ(accepted_values(colour), "one of red, green");
}

TEST(Parameter, writes_the_shortest_text) {
  EXPECT_EQ(value_text(real, 0.1), "0.1");
  EXPECT_EQ(value_text(real, 5), "5");
  EXPECT_EQ(value_text(whole, 0x1p53), "9007199254740992");
  EXPECT_EQ(value_text(flag, 1), "true");
  EXPECT_EQ(value_text(colour, 1), "green");
}

TEST(Parameter, reads_back_every_real_that_it_writes) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 100000; ++i) {
    const auto value = std::bit_cast<double>(bits());
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(parse_value(real, value_text(real, value))),
              std::bit_cast<std::uint64_t>(value));
  }
  EXPECT_EQ(parse_value(real, value_text(real, std::numeric_limits<double>::denorm_min())),
            std::numeric_limits<double>::denorm_min());
}

TEST(Parameter, reads_integers_flags_and_choices) {
  EXPECT_EQ(parse_value(whole, "-7"), -7);
  EXPECT_EQ(parse_value(whole, "+7"), 7);
  EXPECT_EQ(parse_value(whole, "1e3"), 1000);
  EXPECT_EQ(parse_value(whole, "9007199254740992"), 0x1p53);
  EXPECT_EQ(parse_value(flag, "true"), 1);
  EXPECT_EQ(parse_value(flag, "false"), 0);
  EXPECT_EQ(parse_value(colour, "green"), 1);
}

TEST(Parameter, has_one_zero_unless_it_is_real) {
  for (const char* zero : {"-0", "-0.0", "-0e5", "0"}) {
    EXPECT_FALSE(std::signbit(parse_value(whole, zero))) << zero;
  }
  EXPECT_EQ(value_text(whole, -0.0), "0");
  EXPECT_TRUE(std::signbit(parse_value(real, "-0.0")));
  EXPECT_FALSE(std::signbit(parse_value(real, "-0"))) << "an integer, as in TOML";
}

TEST(Number, is_read_in_one_grammar) {
  const std::pair<const char*, double> good[] = {{"5", 5},
                                                 {"+5", 5},
                                                 {"-0.5", -0.5},
                                                 {".5", 0.5},
                                                 {"5.", 5},
                                                 {"1e3", 1000},
                                                 {"1E+3", 1000},
                                                 {"1_000.5", 1000.5},
                                                 {"007", 7},
                                                 {"1e-320", 1e-320},
                                                 {"0.1", 0.1},
                                                 {"0e-999", 0},
                                                 {"9007199254740994", 0x1p53 + 2},
                                                 {"1e20", 1e20}};
  for (const auto& [text, value] : good) EXPECT_EQ(read_number(text), value) << text;
  for (const char* bad : {"",
                          "+",
                          "+-5",
                          "--5",
                          "- 5",
                          "1e",
                          "e5",
                          ".",
                          "1..2",
                          "0x10",
                          "inf",
                          "-nan",
                          "1_",
                          "_1",
                          "1__0",
                          "1_.5",
                          "1,5",
                          " 5",
                          "5 ",
                          "1e5.5",
                          "1e400",
                          "-1e400",
                          "1e-400",
                          "0.1e-999",
                          "9007199254740993",
                          "9223372036854775807",
                          "99999999999999999999",
                          "5f",
                          "٣"}) {
    EXPECT_THROW(read_number(bad), std::invalid_argument) << bad;
  }
  EXPECT_EQ(read_whole_number("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read_whole_number("-1_000"), -1000);
  for (const char* bad : {"1.0", "1e3", "9223372036854775808", ""}) {
    EXPECT_THROW(read_whole_number(bad), std::invalid_argument) << bad;
  }
}

TEST(PlainText, is_utf_8_without_control_characters) {
  for (const char* good : {"", "x <= 1", "größer", "\xF0\x9F\x98\x80"}) EXPECT_FALSE(problem_with_text(good)) << good;
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::size_t> bad[] = {
      {"a\0b"sv, 1},     {"\t"sv, 0},           {"ab\x1b[31m"sv, 2},   {"\x7f"sv, 0},
      {"\xC2\x9B"sv, 0}, {"\xff"sv, 0},         {"\xC3"sv, 0},         {"x\xC3\x28"sv, 1},
      {"\xC0\x80"sv, 0}, {"\xED\xA0\x80"sv, 0}, {"\xE0\x80\x80"sv, 0}, {"\xF4\x90\x80\x80"sv, 0}};
  for (const auto& [text, offset] : bad) {
    const auto problem = problem_with_text(text);
    ASSERT_TRUE(problem) << one_line(text);
    EXPECT_EQ(problem->offset, offset) << one_line(text);
    EXPECT_FALSE(problem_with_text(one_line(text))) << "shown plainly";
  }
  EXPECT_EQ(one_line("a\nb\xC2\x9B\xffü"), "a\\x0ab\\u009b\\xffü");
}

TEST(Parameter, refuses_text_that_is_no_value_of_it) {
  EXPECT_EQ(refusal(real, ""), "'' is not a number");
  EXPECT_EQ(refusal(real, "1.5x"), "'1.5x' is not a number");
  EXPECT_EQ(refusal(real, " 1"), "' 1' is not a number");
  EXPECT_EQ(refusal(real, "1e999"), "1e999 is beyond the largest double");
  EXPECT_EQ(refusal(real, "nan"), "'nan' is not a number");
  EXPECT_EQ(refusal(whole, "1.5"), "1.5 is not a whole number");
  EXPECT_EQ(refusal(whole, "many"), "'many' is not a number");
  EXPECT_EQ(refusal(whole, "9007199254740993"), "9007199254740993 is beyond 2^53 and no double exactly");
  EXPECT_EQ(refusal(whole, "-9007199254740993"), "-9007199254740993 is beyond 2^53 and no double exactly");
  EXPECT_EQ(refusal(flag, "1"), "'1' is neither true nor false");
  EXPECT_EQ(refusal(colour, "gren"), "'gren' is none of red, green");
}

TEST(Spelling, finds_the_closest_name) {
  const std::vector<std::string> names = {"samples", "proposal_mean", "proposal_sd", "integrand"};
  EXPECT_EQ(closest("smaples", names), "samples");
  EXPECT_EQ(closest("sample", names), "samples");
  EXPECT_EQ(closest("SAMPLES", names), "samples") << "in any case";
  EXPECT_EQ(closest("proposal_std", names), "proposal_sd");
  EXPECT_EQ(closest("SAMPLES", names), "samples");
  const std::vector<std::string> capitals = {"null", "X", "Kelvin"};
  EXPECT_EQ(closest("NULL", capitals), "null");
  EXPECT_EQ(closest("x", capitals), "X");
  EXPECT_EQ(closest("kelvin", capitals), "Kelvin");
  EXPECT_EQ(closest("temperature", names), "");
  EXPECT_EQ(closest("", names), "");
  EXPECT_EQ(closest(std::string(1 << 20, 's'), names), "");
}

TEST(Spelling, suggests_what_to_do) {
  const std::vector<std::string> names = {"tau0", "tau1"};
  EXPECT_EQ(suggestion("tau2", names), "Did you mean tau0?");
  EXPECT_EQ(suggestion("lambda", names), "Choose one of tau0, tau1.");
  EXPECT_EQ(suggestion("lambda", {}), "Remove it.");
}

}  // namespace
}  // namespace trawl
