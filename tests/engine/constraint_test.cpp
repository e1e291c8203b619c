#include "engine/constraint.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "tests/engine/toy_declaration.hpp"

namespace trawl {
namespace {

// x, p, n, noisy, colour
using Point = std::vector<double>;

bool admits(const std::string& expression, const Point& point) {
  return Constraint(expression, toy_declaration()).admits(point);
}

std::string refusal(const std::string& expression, const Declaration& declaration = toy_declaration()) {
  try {
    Constraint(expression, declaration);
  } catch (const SweepError& error) {
    EXPECT_EQ(error.key, "where");
    return error.what();
  }
  return "accepted";
}

TEST(Constraint, admits_every_point_if_it_is_empty) {
  EXPECT_TRUE(admits("", {0, 0, 1, 0, 0}));
}

TEST(Constraint, compares_parameters) {
  EXPECT_TRUE(admits("x <= p", {0.5, 0.5, 1, 0, 0}));
  EXPECT_FALSE(admits("x < p", {0.5, 0.5, 1, 0, 0}));
  EXPECT_TRUE(admits("n == 3 && (x != 0 || p >= 1)", {1, 0, 3, 0, 0}));
  EXPECT_FALSE(admits("!(n == 3)", {1, 0, 3, 0, 0}));
  EXPECT_TRUE(admits("x^2 + p^2 < 1", {0.6, 0.6, 1, 0, 0}));
}

TEST(Constraint, knows_labels_and_truth_values_by_name) {
  EXPECT_TRUE(admits("colour == blue", {0, 0, 1, 0, 2}));
  EXPECT_FALSE(admits("colour == blue", {0, 0, 1, 0, 1}));
  EXPECT_TRUE(admits("noisy == true", {0, 0, 1, 1, 0}));
  EXPECT_TRUE(admits("noisy == false", {0, 0, 1, 0, 0}));
}

TEST(Constraint, can_be_asked_again_and_again) {
  Constraint constraint("x > 0", toy_declaration());
  EXPECT_TRUE(constraint.admits(Point{1, 0, 1, 0, 0}));
  EXPECT_FALSE(constraint.admits(Point{-1, 0, 1, 0, 0}));
  Constraint moved = std::move(constraint);
  EXPECT_TRUE(moved.admits(Point{1, 0, 1, 0, 0}));
}

TEST(Constraint, excludes_points_where_it_is_not_a_number) {
  EXPECT_FALSE(admits("sqrt(x) >= 0", {-1, 0, 1, 0, 0}));
  EXPECT_TRUE(admits("1 / x > 0", {0, 0, 1, 0, 0})) << "infinity";
}

TEST(Constraint, gives_a_parameter_precedence_over_a_label_of_its_name) {
  Declaration declaration = toy_declaration();
  declaration.parameters[4].choices = {"red", "n"};
  Constraint constraint("n == 7", declaration);
  EXPECT_TRUE(constraint.admits(Point{0, 0, 7, 0, 0}));
}

TEST(Constraint, reads_a_label_as_that_of_the_choice_it_is_compared_with) {
  Declaration declaration = toy_declaration();
  declaration.parameters.push_back(
      {.name = "shade", .kind = Kind::choice, .choices = {"blue", "green", "light-blue", "n"}});
  const auto holds = [&](const char* expression) {
    return Constraint(expression, declaration).admits(Point{0, 0, 1, 0, 2, 3});  // colour blue, shade n
  };
  EXPECT_TRUE(holds("colour == blue && shade != blue"));
  EXPECT_TRUE(holds("shade == n && n == 1")) << "a label beside a choice, else a parameter";
  EXPECT_TRUE(holds("shade != \"light-blue\" && 'blue' == colour"));
  EXPECT_EQ(refusal("colour == shade", declaration),
            "where compares colour with shade (they have other labels). Compare each with its own.");
  declaration.parameters[5].choices = declaration.parameters[4].choices;
  EXPECT_EQ(refusal("colour == shade", declaration), "accepted");
}

TEST(Constraint, refuses_a_label_in_any_other_place) {
  EXPECT_EQ(refusal("colour < blue"), "where orders colour by < (its labels have no order). Compare it by == or !=.");
  EXPECT_EQ(refusal("colour == blu"), "unknown name blu in where (toy has no such parameter). Did you mean blue?");
  for (const char* odd :
       {"colour == 1", "n == blue", "colour", "blue", "!colour", "colour + 1 > 0", "colour == \"tan\"",
        "min(colour, 1) == 0", "(colour) == blue", "colour ? true : false", "-blue == colour"}) {
    EXPECT_NE(refusal(odd), "accepted") << odd;
  }
}

TEST(Constraint, refuses_chained_comparisons) {
  EXPECT_EQ(refusal("1 <= x <= 2"),
            "where compares in a chain, \"1 <= x <= 2\" (a comparison has two sides). Write 1 <= x && x <= 2.");
  for (const char* first : {"<", "<=", ">", ">=", "==", "!="}) {
    for (const char* second : {"<", "<=", ">", ">=", "==", "!="}) {
      const std::string chain = std::string("p ") + first + " x " + second + " 2";
      for (const std::string& text : {chain, "n > 1 && (" + chain + ")", "min(x, 1) " + chain.substr(1),
                                      "!(" + chain + ")", chain + " || noisy"}) {
        EXPECT_NE(refusal(text).find("where compares in a chain"), std::string::npos) << text;
      }
    }
  }
  EXPECT_TRUE(admits("(x < p) == (p < n)", {0, 1, 2, 0, 0}));
  EXPECT_TRUE(admits("(x < p) == noisy", {0, 1, 2, 1, 0}));
  EXPECT_NE(refusal("(1 <= x) <= 2"), "accepted") << "a condition is no number";
}

TEST(Constraint, refuses_what_would_mean_something_else) {
  for (const char* odd : {"x == 1 || 2",
                          "x",
                          "2",
                          "x && p > 0",
                          "!x < 5",
                          "!n == 3",
                          "(x < 1) + 1 > 0",
                          "-(x < 1)",
                          "x & 1",
                          "x > 0 | p > 0",
                          "x > 0 and p > 0",
                          "not noisy",
                          "x ** 2 > 1",
                          "n % 2 == 0",
                          "(x > 0, p > 0)",
                          "x > 1e400",
                          "x > 1e-400",
                          "x == 9007199254740993",
                          "x > 0x10",
                          "x > 1_",
                          "sin(x, 1) > 0",
                          "log(x > 0) > 1",
                          "x > inf",
                          "sum(x) > 0",
                          "x =< 1",
                          "x => 1",
                          "x <> 1",
                          "x !== 1",
                          "x ? p > 0 : n > 0",
                          "x > 0 ? 1 : p > 0",
                          "x > 2p",
                          "x > 'a",
                          "x(1) > 0",
                          "sin x > 0"}) {
    EXPECT_NE(refusal(odd), "accepted") << odd;
  }
  EXPECT_NE(refusal("x > 0 and p > 0").find("Use &&."), std::string::npos);
  EXPECT_NE(refusal("x & 1").find("Use &&."), std::string::npos);
  EXPECT_NE(refusal("x ** 2 > 1").find("Use ^ for powers."), std::string::npos);
}

TEST(Constraint, refuses_control_characters_and_what_is_not_utf_8) {
  EXPECT_EQ(refusal(std::string("x > 2\r\0zz", 9)),
            "where has the control character U+000D (it is one line of text). Remove it.");
  EXPECT_EQ(refusal(std::string("x > 2\0zz", 8)).substr(0, 40), "where has the control character U+0000 (");
  EXPECT_EQ(refusal("x > 2 \xff").substr(0, 44), "where has the byte ff, which is not UTF-8 (i");
  EXPECT_NE(refusal("x\t> 2"), "accepted");
}

TEST(Constraint, binds_as_its_grammar_says) {
  const Point point{3, 0.5, 2, 1, 2};  // x, p, n, noisy, colour
  for (const char* holds : {"-x^2 == -9",
                            "2^3^2 == 512",
                            "2^-1 == p",
                            "-2^2 == -4",
                            "x - n - 1 == 0",
                            "12 / x / n == 2",
                            "2 * -x == -6",
                            "- -x == 3",
                            "x - -n == 5",
                            "1 + 2 * 3 == 7",
                            "x > 5 || x > 2 && n == 2",
                            "(noisy || x > 5) && n == 2",
                            "!noisy == false",
                            "noisy + noisy == 2",
                            "noisy",
                            "!!noisy",
                            "!(x > 5)",
                            "x > 5 ? n == 3 : n == 2",
                            "(x > 5 ? 1 : 2) == n",
                            "true && !false",
                            "min(x, n, p) == p && max(x) == 3",
                            "abs(-x) == 3 && sqrt(x^2) == x",
                            "log(_e) == 1",
                            "ln(_e) == 1",
                            "log10(100) == n && log2(8) == x",
                            "floor(2.7) == n && ceil(2.2) == x && rint(2.6) == x && sign(-x) == -1",
                            "abs(atan2(1, 1) - _pi / 4) < 1e-15",
                            "1e1 == 10 && .5 == p && 1_000 > x",
                            "!(noisy && x > 5) && x != n"}) {
    EXPECT_TRUE(admits(holds, point)) << holds;
  }
}

// An expression with as few parentheses as its grammar needs, and what it means.
struct Meant {
  std::string text;
  double value;
  int tightness;  // 1: ||, 2: &&, 3: comparison, 4: sum, 5: product, 6: sign, 7: power, 8: primary
};

class RandomCondition {
 public:
  explicit RandomCondition(const Point& point) : point_(point) {}

  Meant condition(int depth) {
    const auto kind = random_() % 5;
    if (depth == 0 || kind == 0) return comparison(depth);
    if (kind == 1) {
      const Meant inner = condition(depth - 1);
      return {"!" + within(inner, 8), inner.value == 0 ? 1.0 : 0.0, 6};
    }
    const bool both = kind < 4;
    const Meant left = condition(depth - 1), right = condition(depth - 1);
    const int tightness = both ? 2 : 1;
    const bool value = both ? left.value != 0 && right.value != 0 : left.value != 0 || right.value != 0;
    return {within(left, tightness) + (both ? " && " : "||") + within(right, tightness + 1), value ? 1.0 : 0.0,
            tightness};
  }

 private:
  static std::string within(const Meant& part, int tightness) {
    return part.tightness >= tightness ? part.text : "(" + part.text + ")";
  }

  Meant comparison(int depth) {
    while (true) {
      const Meant left = number(depth), right = number(depth);
      if (!(std::abs(left.value - right.value) > 1e-6 * (std::abs(left.value) + std::abs(right.value)))) continue;
      const bool less = random_() % 2 != 0;
      return {within(left, 4) + (less ? " < " : ">=") + within(right, 4),
              less == (left.value < right.value) ? 1.0 : 0.0, 3};
    }
  }

  Meant number(int depth) {
    static const char* const names[] = {"x", "p", "n"};
    const auto kind = random_() % 7;
    if (depth == 0 || kind == 0) {
      const auto i = random_() % 4;
      return i < 3 ? Meant{names[i], point_[i], 8} : Meant{"1.5", 1.5, 8};
    }
    const Meant a = number(depth - 1), b = number(depth - 1);
    switch (kind) {
      case 1:
        return {within(a, 4) + "+" + within(b, 5), a.value + b.value, 4};
      case 2:
        return {within(a, 4) + " - " + within(b, 5), a.value - b.value, 4};
      case 3:
        return {within(a, 5) + "*" + within(b, 6), a.value * b.value, 5};
      case 4:
        return {within(a, 5) + " / " + within(b, 6), a.value / b.value, 5};
      case 5:
        return {"-" + within(a, 6), -a.value, 6};
      default:
        return {within(a, 8) + "^" + within(b, 6), std::pow(a.value, b.value), 7};
    }
  }

  const Point& point_;
  std::mt19937_64 random_{3};
};

TEST(Constraint, means_what_its_grammar_says_for_random_conditions) {
  const Point point{-1.25, 0.75, 2, 1, 2};
  RandomCondition random(point);
  for (int i = 0; i < 20'000; ++i) {
    const Meant meant = random.condition(1 + i % 4);
    ASSERT_EQ(admits(meant.text, point), meant.value != 0) << meant.text;
  }
}

TEST(Constraint, refuses_what_it_cannot_read) {
  EXPECT_EQ(refusal("nosy == 1"), "unknown name nosy in where (toy has no such parameter). Did you mean noisy?");
  EXPECT_EQ(refusal("x >"), "where cannot be read (its end comes unexpected). Write a condition such as \"x > 0\".");
  EXPECT_EQ(refusal("x > 0, p > 0"), "where is several expressions (a comma separates them). Join them by && or ||.");
  for (const char* broken :
       {" ", "(", ")", "x(1)", "sin(", "\"text\"", "x y", "x ? 1", "&&", "1 +* 2", "x > \x01\xff\n"}) {
    const std::string problem = refusal(broken);
    EXPECT_NE(problem, "accepted") << broken;
    EXPECT_EQ(problem.find('\n'), std::string::npos);
  }
}

TEST(Constraint, refuses_to_assign) {
  for (const char* assignment : {"x = 1", "x=1", "=", "x === 1", "x == 1 = 2", "x > 0 && (p = 1)"}) {
    EXPECT_EQ(refusal(assignment), "where has a single = (it compares, it sets nothing). Use ==.") << assignment;
  }
}

TEST(Constraint, survives_long_and_deep_expressions) {
  for (const std::size_t depth : {100, 9000, 1'000'000}) {
    refusal(std::string(depth, '('));
    refusal(std::string(depth, '(') + "x" + std::string(depth, ')'));
    refusal(std::string(depth, '-') + "x");
    refusal(std::string(depth, '!') + "x");
  }
  EXPECT_NE(refusal(std::string(5000, '(') + "x > 1" + std::string(5000, ')')).find("nested too deeply"),
            std::string::npos);
  EXPECT_TRUE(admits(std::string(20, '(') + "x == 1" + std::string(20, ')'), {1, 0, 1, 0, 0}));
  std::string flat = "x == 0";
  for (int i = 1; i < 900; ++i) flat += " || x == " + std::to_string(i);
  EXPECT_TRUE(admits(flat, {899, 0, 1, 0, 0}));
  EXPECT_FALSE(admits(flat, {900, 0, 1, 0, 0}));
  refusal(flat + flat + " || x == 1" + std::string(100'000, ' ') + "|| x == 2");
}

TEST(Constraint, survives_garbage) {
  const std::vector<std::string> pieces = {"x", "p", "n",  "(",    ")",    "?",    ":",  "&&", "||",
                                           "!", "<", "==", "1e9",  ".",    "\"",   ",",  "^",  "-",
                                           "+", "/", "*",  "sin(", "sum(", "blue", "\\", " ",  "\x80"};
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string expression;
    for (auto k = random() % 12; k > 0; --k) expression += pieces[random() % pieces.size()];
    try {
      admits(expression, {1, 0, 1, 0, 0});
    } catch (const SweepError& error) {
      ASSERT_EQ(error.key, "where");
    }
  }
}

}  // namespace
}  // namespace trawl
