#include "engine/clock.hpp"

#include <thread>

namespace trawl {

Clock::time_point Clock::now() noexcept {
  return std::chrono::steady_clock::now();
}

void yield_processor() {
  std::this_thread::yield();
}

void sleep_for_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

}  // namespace trawl
