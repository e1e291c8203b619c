#include "engine/vector_targets.hpp"

#include <hwy/highway.h>

namespace trawl {

const char* vector_target_name() {
  const auto usable = hwy::SupportedTargets() & HWY_TARGETS;
  if ((usable & HWY_AVX3) != 0) return "AVX-512";
  if ((usable & HWY_AVX2) != 0) return "AVX2";
  return "one lane";
}

}  // namespace trawl
