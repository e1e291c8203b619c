// How many points a sweep's `where` admits.
#pragma once

#include <cstdint>

#include "engine/sweep.hpp"

namespace trawl {

struct Admission {
  std::uint64_t tried = 0;     ///< points
  std::uint64_t admitted = 0;  ///< of these

  bool is_exact(const Sweep& sweep) const { return tried == sweep.design.point_count(); }
};

/// Tries the points in blocks spread evenly over the sweep, each once, until all are tried, `wanted` are admitted, or
/// `budget_s` is over. Without `where` all are admitted.
Admission count_admitted(const Sweep& sweep, std::uint64_t wanted, double budget_s);

/// Throws SweepError (key "where") if no point is admitted, as far as a few seconds of trying show.
void require_an_admitted_point(const Sweep& sweep);

}  // namespace trawl
