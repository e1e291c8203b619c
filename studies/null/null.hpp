// The study that costs nothing, so that a sweep of it measures the engine itself.
#pragma once

#include "engine/study.hpp"

namespace trawl::studies {

/// value = x + y, x and y any numbers, one rounded addition.
///
/// Method: blocks of up to 4096 tasks in one vectorisable loop, so that points per second is what the engine reaches
/// in enumerating points, passing ranges, and writing 8 bytes and a status for each.
/// Error: none (the correctly rounded sum). Cost: about a nanosecond. Source: none; Trawl's own.
class Null final : public Study {
 public:
  Null();

  const Declaration& declaration() const override { return declaration_; }
  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 4096; }
  void evaluate(const Tasks& tasks, const Columns& columns) const override;

 private:
  Declaration declaration_;
};

}  // namespace trawl::studies
