// A sweep made ready to run: the study, its points, the layout of its outputs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/design.hpp"
#include "engine/study.hpp"
#include "engine/sweep_spec.hpp"

namespace trawl {

/// Everything that a worker, a planner or a result file needs to know of a sweep. Immutable.
struct Sweep {
  Sweep(const Study& the_study, SweepSpec the_spec);  ///< validates; throws SweepError

  const Study& study;
  SweepSpec spec;
  Design design;
  OutputLayout layout;
  std::vector<std::size_t> output_sizes;  ///< elements per task, one per output
  std::size_t doubles_per_task = 0;       ///< their sum
  std::string text;                       ///< canonical_text
};

}  // namespace trawl
