#include "bench/simulate/virtual_time.hpp"

#include <vector>

#include <simgrid/s4u.hpp>

#include "engine/clock.hpp"

namespace trawl {
namespace simulate {
namespace {

/// Of the calling rank; actors are numbered from 1.
double& charged_to_caller() {
  static std::vector<double> by_actor;
  const auto actor = static_cast<std::size_t>(simgrid::s4u::this_actor::get_pid());
  if (by_actor.size() <= actor) by_actor.resize(2 * actor + 64);
  return by_actor[actor];
}

}  // namespace

double now() {
  return simgrid::s4u::Engine::get_clock();
}

void charge(double seconds) {
  charged_to_caller() += seconds;
  simgrid::s4u::this_actor::sleep_for(seconds);
}

double charged() {
  return charged_to_caller();
}

}  // namespace simulate

Clock::time_point Clock::now() noexcept {
  return time_point(std::chrono::duration_cast<duration>(std::chrono::duration<double>(simulate::now())));
}

void yield_processor() {
  simgrid::s4u::this_actor::sleep_for(simulate::yield_s);
}

void sleep_for_seconds(double seconds) {
  simgrid::s4u::this_actor::sleep_for(seconds);
}

}  // namespace trawl
