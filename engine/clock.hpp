// The time, and letting it pass, as the run loops know them. A simulation links its own instead of clock.cpp.
#pragma once

#include <chrono>

namespace trawl {

/// A steady clock in the sense of <chrono>.
struct Clock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;
};

/// Lets other threads have the processor for a moment.
void yield_processor();

void sleep_for_seconds(double seconds);

}  // namespace trawl
