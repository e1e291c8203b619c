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
  EXPECT_FALSE(admits("sqrt(x)", {-1, 0, 1, 0, 0}));
  EXPECT_TRUE(admits("1 / x", {0, 0, 1, 0, 0})) << "infinity is not 0";
}

TEST(Constraint, gives_a_parameter_precedence_over_a_label_of_its_name) {
  Declaration declaration = toy_declaration();
  declaration.parameters[4].choices = {"red", "n"};
  Constraint constraint("n == 7", declaration);
  EXPECT_TRUE(constraint.admits(Point{0, 0, 7, 0, 0}));
}

TEST(Constraint, leaves_out_labels_that_mean_different_values_or_are_no_names) {
  Declaration declaration = toy_declaration();
  declaration.parameters.push_back({.name = "shade", .kind = Kind::choice, .choices = {"blue", "green", "light-blue"}});
  EXPECT_EQ(refusal("shade == green", declaration), "accepted") << "1 in both";
  EXPECT_EQ(refusal("shade == blue", declaration).substr(0, 26), "unknown name blue in where");
  EXPECT_EQ(refusal("shade == light - red", declaration).substr(0, 27), "unknown name light in where");
}

TEST(Constraint, refuses_what_it_cannot_read) {
  EXPECT_EQ(refusal("nosy == 1"), "unknown name nosy in where (toy has no such parameter). Did you mean noisy?");
  EXPECT_EQ(refusal("x >"),
            "where cannot be read (Unexpected end of expression at position 4). Write a condition such "
            "as \"x > 0\".");
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
  EXPECT_TRUE(admits(std::string(5000, '(') + "1" + std::string(5000, ')'), {0, 0, 1, 0, 0}));
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
