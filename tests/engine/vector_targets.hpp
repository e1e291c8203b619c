// Runs a test once for every vector instruction set that this machine has and that kernels are compiled for.
#pragma once

#include <gtest/gtest.h>
#include <hwy/highway.h>

namespace trawl {

/// Calls `check` with the kernels of each target in turn: the baseline, AVX2 and AVX-512.
template <class Check>
void for_each_vector_target(const Check& check) {
  constexpr std::int64_t baseline = HWY_STATIC_TARGET;
  for (const std::int64_t target : {baseline, std::int64_t{HWY_AVX2}, std::int64_t{HWY_AVX3}}) {
    hwy::SetSupportedTargetsForTest(0);
    if (target != baseline && (hwy::SupportedTargets() & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    SCOPED_TRACE(hwy::TargetName(target));
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace trawl
