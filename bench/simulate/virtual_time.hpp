// The simulated machine's time, seen from a rank, and what a rank's messages have cost of it.
#pragma once

namespace trawl::simulate {

/// Seconds since the start of the simulation.
double now();

/// Lets the calling rank's processor spend `seconds` on messages and scheduling: its points wait meanwhile.
void charge(double seconds);

/// What the calling rank has been charged so far.
double charged();

/// Smallest step of simulated time in which an idle rank looks for messages again. Real ranks look more often.
inline constexpr double yield_s = 5e-6;

}  // namespace trawl::simulate
