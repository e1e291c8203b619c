// A root by bisection.
#pragma once

namespace trawl::studies::models {

/// The argument between a and b at which a function changes its sign, to the last bit.
template <class F>
double bisect(const F& f, double a, double b) {
  const bool rising = f(b) > 0;
  for (;;) {
    const double middle = 0.5 * (a + b);
    if (middle == a || middle == b) return middle;
    ((f(middle) > 0) == rising ? b : a) = middle;
  }
}

}  // namespace trawl::studies::models
