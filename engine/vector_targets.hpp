// The instruction sets that kernels are compiled for; include before anything of Highway.
//
// AVX2 with FMA, AVX-512, and Highway's fallback for machines with neither (one lane, std::fma). What lies between
// would only be slower code for machines that no longer exist.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)

namespace trawl {

/// The one that kernels use on this machine: "AVX-512", "AVX2" or "one lane".
const char* vector_target_name();

}  // namespace trawl
