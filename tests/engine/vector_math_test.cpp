// The vector functions against elementary.hpp bit for bit on every target, and elementary.hpp against libm's long
// double for the errors that vector_math-inl.h promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "engine/elementary.hpp"
#include "engine/random.hpp"
#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/engine/vector_math_test.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"
#include "tests/engine/vector_targets.hpp"

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {
namespace {

template <class Function>
void map(const std::vector<double>& x, std::vector<double>& y, Function function) {
  const hn::CappedTag<double, 8> d;
  for (std::size_t i = 0; i + hn::Lanes(d) <= x.size(); i += hn::Lanes(d))
    hn::StoreU(function(d, hn::LoadU(d, x.data() + i)), d, y.data() + i);
}

void exp_all(const std::vector<double>& x, std::vector<double>& y) {
  map(x, y, [](auto d, auto v) HWY_ATTR { return exp(d, v); });
}

void tanh_all(const std::vector<double>& x, std::vector<double>& y) {
  map(x, y, [](auto d, auto v) HWY_ATTR { return tanh(d, v); });
}

void log_all(const std::vector<double>& x, std::vector<double>& y) {
  map(x, y, [](auto d, auto v) HWY_ATTR { return log(d, v); });
}

void sin_all(const std::vector<double>& x, std::vector<double>& y) {
  map(x, y, [](auto d, auto v) HWY_ATTR {
    decltype(v) sin, cos;
    sincos_turns(d, v, sin, cos);
    return sin;
  });
}

void cos_all(const std::vector<double>& x, std::vector<double>& y) {
  map(x, y, [](auto d, auto v) HWY_ATTR {
    decltype(v) sin, cos;
    sincos_turns(d, v, sin, cos);
    return cos;
  });
}

}  // namespace
}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl {

HWY_EXPORT(exp_all);
HWY_EXPORT(tanh_all);
HWY_EXPORT(log_all);
HWY_EXPORT(sin_all);
HWY_EXPORT(cos_all);

namespace {

constexpr std::size_t count = 1 << 18;

/// `count` numbers between lower and upper, the ends among them.
std::vector<double> numbers_between(double lower, double upper) {
  std::vector<double> x(count);
  RandomStream(1, 2).uniform(0, 0, x);
  for (double& value : x) value = lower + value * (upper - lower);
  x.front() = lower;
  x.back() = upper;
  return x;
}

/// Positive normal numbers of every magnitude, and of (0, 1) as the random numbers have them.
std::vector<double> positive_numbers() {
  std::vector<double> x = numbers_between(-1021, 1023);
  for (double& value : x) value = std::exp2(value);
  std::vector<double> u(count);
  RandomStream(1, 3).uniform(0, 0, u);
  x.insert(x.end(), u.begin(), u.end());
  for (const double one : {0x1p-53, 1 - 0x1p-53, 1.0, 1 + 0x1p-52, std::sqrt(0.5), std::sqrt(2.0), 2.0,
                           std::numeric_limits<double>::max()})
    x.push_back(one);
  return x;
}

std::vector<double> turns() {
  std::vector<double> v = numbers_between(0x1p-53, 1 - 0x1p-53);
  for (int eighth = 1; eighth < 8; ++eighth)
    for (const double off : {-0x1p-53, 0x1p-53, -0x1p-30, 0x1p-30}) v.push_back(eighth / 8.0 + off);
  while (v.size() % 8 != 0) v.push_back(0.3);
  return v;
}

std::vector<double> exponents() {
  std::vector<double> x = numbers_between(-708, 709);
  const std::vector<double> near = numbers_between(-1, 1);
  x.insert(x.end(), near.begin(), near.end());
  for (const double one : {0.0, -0.0, 1.0, -708.0, -708.1, -1e300, -std::numeric_limits<double>::infinity(), 0.3})
    x.push_back(one);
  return x;
}

std::vector<double> tanh_arguments() {
  std::vector<double> x = numbers_between(-22, 22);
  const std::vector<double> exponents = numbers_between(-1022, 2);
  for (const double exponent : exponents) x.push_back(std::exp2(exponent));
  for (const double one : {0.0, -0.0, 0x1p-1074, -0.3, 20.0, 710.0, -1e300, std::numeric_limits<double>::infinity()})
    x.push_back(one);
  return x;
}

template <class Reference>
void expect_same_bits(void (*vectors)(const std::vector<double>&, std::vector<double>&), const std::vector<double>& x,
                      Reference reference) {
  std::vector<double> y(x.size());
  vectors(x, y);
  for (std::size_t i = 0; i < x.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint64_t>(y[i]), std::bit_cast<std::uint64_t>(reference(x[i])))
        << std::hexfloat << x[i];
}

TEST(VectorMath, has_the_bits_of_the_plain_functions_on_every_target) {
  for_each_vector_target([] {
    expect_same_bits(HWY_DYNAMIC_DISPATCH(exp_all), exponents(), [](double x) { return elementary::exp(x); });
    expect_same_bits(HWY_DYNAMIC_DISPATCH(tanh_all), tanh_arguments(), elementary::tanh);
    expect_same_bits(HWY_DYNAMIC_DISPATCH(log_all), positive_numbers(), [](double x) { return elementary::log(x); });
    expect_same_bits(HWY_DYNAMIC_DISPATCH(sin_all), turns(), [](double v) { return elementary::sincos_turns(v).sin; });
    expect_same_bits(HWY_DYNAMIC_DISPATCH(cos_all), turns(), [](double v) { return elementary::sincos_turns(v).cos; });
  });
}

/// |got - exact| in units in the last place of exact.
double ulps(double got, long double exact) {
  int exponent;
  std::frexp(static_cast<double>(exact), &exponent);
  return static_cast<double>(std::abs(got - exact) / std::ldexp(1.0L, exponent - 53));
}

template <class Function, class Exact>
double largest_error(const std::vector<double>& x, Function function, Exact exact) {
  double largest = 0;
  for (const double value : x) largest = std::max(largest, ulps(function(value), exact(value)));
  return largest;
}

/// sin(2 pi v) for v in (0, 1), reduced exactly to an eighth of a turn first.
long double exact_sin(long double v) {
  const long double two_pi = 2 * std::numbers::pi_v<long double>;
  const long double quarter = std::nearbyint(4 * v);
  const long double t = v - quarter / 4;
  switch (static_cast<int>(quarter) % 4) {
    case 0:
      return std::sin(two_pi * t);
    case 1:
      return std::cos(two_pi * t);
    case 2:
      return -std::sin(two_pi * t);
    default:
      return -std::cos(two_pi * t);
  }
}

TEST(VectorMath, exp_is_good_to_1_1_ulp) {
  std::vector<double> x = exponents();
  std::erase_if(x, [](double value) { return value < -708; });
  const double error = largest_error(x, elementary::exp, [](long double v) { return std::exp(v); });
  RecordProperty("ulp", std::to_string(error));
  EXPECT_LE(error, 1.1);
}

TEST(VectorMath, exp_is_0_below_minus_708_and_never_a_denormal_number) {
  EXPECT_EQ(elementary::exp(std::nextafter(-708.0, -709.0)), 0.0);
  EXPECT_EQ(elementary::exp(-std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_GE(elementary::exp(-708.0), std::numeric_limits<double>::min());
  EXPECT_EQ(elementary::exp(0.0), 1.0);
}

TEST(VectorMath, tanh_is_good_to_2_2_ulp) {
  const double error = largest_error(tanh_arguments(), elementary::tanh, [](long double v) { return std::tanh(v); });
  RecordProperty("ulp", std::to_string(error));
  EXPECT_LE(error, 2.2);
  EXPECT_EQ(elementary::tanh(-20.0), -1.0);
  EXPECT_TRUE(std::signbit(elementary::tanh(-0.0)));
  EXPECT_TRUE(std::isnan(elementary::tanh(std::numeric_limits<double>::quiet_NaN())));
}

TEST(VectorMath, log_is_good_to_0_9_ulp) {
  const double error = largest_error(positive_numbers(), elementary::log, [](long double v) { return std::log(v); });
  RecordProperty("ulp", std::to_string(error));
  EXPECT_LE(error, 0.9);
  EXPECT_EQ(elementary::log(1.0), 0.0);
}

TEST(VectorMath, sin_and_cos_of_turns_are_good_to_2_1_ulp) {
  const auto sin = [](double v) { return elementary::sincos_turns(v).sin; };
  const auto cos = [](double v) { return elementary::sincos_turns(v).cos; };
  const double sin_error = largest_error(turns(), sin, exact_sin);
  const double cos_error =
      largest_error(turns(), cos, [](long double v) { return exact_sin(v < 0.75L ? v + 0.25L : v - 0.75L); });
  RecordProperty("ulp", std::to_string(std::max(sin_error, cos_error)));
  EXPECT_LE(sin_error, 2.1);
  EXPECT_LE(cos_error, 2.1);
}

}  // namespace
}  // namespace trawl
#endif
