// The simulated machine's time, seen from a rank, and what a rank's messages have cost of it.
#pragma once

namespace trawl::simulate {

/// Seconds since the start of the simulation.
double now();

/// Lets the calling rank's processor spend `seconds` on messages and scheduling: its points wait meanwhile.
void charge(double seconds);

/// What the calling rank has been charged so far.
double charged();

/// Step of simulated time in which a rank that has just been active looks for messages again. Real ranks look without a
/// pause; this makes their answers later, and the simulation ten times faster.
inline constexpr double yield_s = 50e-6;

}  // namespace trawl::simulate
