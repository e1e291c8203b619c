#include "engine/admission.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "engine/constraint.hpp"
#include "engine/error.hpp"

namespace trawl {

namespace {

constexpr std::uint64_t block = 1024;  // points

// A step by which the blocks are all visited, each far from those before it.
std::uint64_t golden_step(std::uint64_t blocks) {
  auto step = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(0.6180339887498949 * static_cast<double>(blocks)));
  while (std::gcd(step, blocks) != 1) ++step;
  return step;
}

}  // namespace

Admission count_admitted(const Sweep& sweep, std::uint64_t wanted, double budget_s) {
  using Clock = std::chrono::steady_clock;
  const std::uint64_t points = sweep.design.point_count();
  if (sweep.spec.where.empty()) return {points, points};
  Constraint constraint(sweep.spec.where, sweep.study.declaration());
  const std::size_t width = sweep.design.parameter_count();
  std::vector<double> rows(block * width);
  const std::uint64_t blocks = (points - 1) / block + 1;
  const std::uint64_t step = golden_step(blocks);
  const auto end = Clock::now() + std::chrono::duration<double>(budget_s);
  Admission seen;
  std::uint64_t at = 0;
  do {
    const std::uint64_t count = std::min(block, points - at * block);
    sweep.design.points(at * block, count, rows.data());
    for (std::uint64_t i = 0; i < count; ++i) {
      seen.admitted += constraint.admits(std::span(rows).subspan(i * width, width)) ? 1 : 0;
    }
    seen.tried += count;
    at = (at + step) % blocks;
  } while (at != 0 && seen.admitted < wanted && Clock::now() < end);
  return seen;
}

void require_an_admitted_point(const Sweep& sweep) {
  constexpr double budget_s = 2;
  const Admission seen = count_admitted(sweep, 1, budget_s);
  if (seen.admitted > 0 || !seen.is_exact(sweep)) return;
  throw SweepError("where",
                   fmt::format("where admits none of the {} point{} (there is nothing to compute). Change it, or "
                               "the axes.",
                               seen.tried, seen.tried == 1 ? "" : "s"));
}

}  // namespace trawl
