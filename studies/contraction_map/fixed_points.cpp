#include "studies/contraction_map/fixed_points.hpp"

#include <algorithm>
#include <numbers>
#include <stdexcept>

namespace trawl::studies::contraction {
namespace {

/// The root of h(z) = g(z) - z between two ends at which h has the values given, of different signs or one of them 0.
double root(const RippledLine& g, double lower, double at_lower, double upper, double at_upper) {
  if (at_lower == 0) return lower;
  if (at_upper == 0) return upper;
  double z = lower + (upper - lower) * (at_lower / (at_lower - at_upper));
  for (int step = 0; step < 100; ++step) {
    const double h = g(z) - z;
    if (h == 0) return z;
    ((h < 0) == (at_lower < 0) ? lower : upper) = z;
    double next = z - h / (g.derivative(z) - 1);
    if (!(next >= lower && next <= upper)) next = lower + (upper - lower) / 2;
    if (std::abs(next - z) <= 1e-10 * (1 + std::abs(z))) return next;  // quadratic: next is right to the last bits
    z = next;
  }
  return z;
}

/// Sign changes of h between places given in increasing order.
class Search {
 public:
  Search(const RippledLine& g, double start, std::span<double> found)
      : g_(g), found_(found), last_(start), at_last_(g(start) - start) {
    if (at_last_ == 0) add(start);
  }

  void advance(double z) {
    const double h = g_(z) - z;
    if (at_last_ != 0 && (h == 0 || (h < 0) != (at_last_ < 0))) add(root(g_, last_, at_last_, z, h));
    last_ = z;
    at_last_ = h;
  }

  std::size_t count() const { return count_; }

 private:
  void add(double z) {
    if (count_ < found_.size()) found_[count_] = z;
    ++count_;
  }

  const RippledLine& g_;
  std::span<double> found_;
  double last_, at_last_;
  std::size_t count_ = 0;
};

}  // namespace

std::size_t fixed_points(const RippledLine& g, double lower, double upper, std::span<double> found) {
  if (g.b != 1) {  // |a + (b - 1) z| <= |c| at a fixed point
    const double middle = g.a / (1 - g.b), reach = std::abs(g.c / (1 - g.b));
    const double margin = 1e-12 * (1 + std::abs(middle) + reach);
    lower = std::max(lower, middle - reach - margin);
    upper = std::min(upper, middle + reach + margin);
  }
  if (!(lower <= upper)) return 0;
  Search search(g, lower, found);

  // h' = b - 1 + c w cos(w z) vanishes at w z = +-angle + 2 pi k.
  const double cosine = (1 - g.b) / (g.c * g.w);
  if (std::abs(cosine) < 1) {
    const double frequency = std::abs(g.w), period = 2 * std::numbers::pi / frequency;
    const double offset = std::acos(cosine) / frequency;
    if ((upper - lower) / period > 1e5)
      throw std::domain_error("more than 1e5 periods to search (frequency or interval are too large). Search less?");
    for (double k = std::floor(lower / period); k * period - offset < upper; ++k)
      for (const double z : {k * period - offset, k * period + offset})
        if (z > lower && z < upper) search.advance(z);
  }
  search.advance(upper);
  return search.count();
}

}  // namespace trawl::studies::contraction
