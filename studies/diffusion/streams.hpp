// Which random numbers are used for what: the streams of a task.
#pragma once

#include <cstdint>

#include "studies/diffusion/kernels.hpp"

namespace trawl::studies::diffusion {

enum Stream : std::uint32_t {
  data_component,  ///< one number per training point
  data_value,      ///< one number per training point
  forward_noise,   ///< one row per model
  previous_noise,  ///< one row per model
  start_noise,     ///< one number per sample
  step_noise,      ///< one row per time
};

/// The first draw of row `time` in a stream with n numbers per row.
inline std::uint64_t row_start(std::int64_t time, std::int64_t n) {
  const auto blocks = (static_cast<std::uint64_t>(n) + block_size - 1) / block_size;
  return static_cast<std::uint64_t>(time) * blocks * block_size;
}

}  // namespace trawl::studies::diffusion
