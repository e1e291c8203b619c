// How often a study asks for memory while it evaluates. Link tests/engine/allocation_count.cpp.
#pragma once

#include "tests/engine/allocation_count.hpp"
#include "tests/studies/evaluate_point.hpp"

namespace trawl::studies {

/// Passes everything on to a study and counts what its evaluate() allocates.
class AllocationCounter final : public Study {
 public:
  explicit AllocationCounter(const Study& study) : study_(study) {}

  const Declaration& declaration() const override { return study_.declaration(); }
  OutputLayout outputs(std::span<const Extent> extents) const override { return study_.outputs(extents); }

  void evaluate(const Tasks& tasks, const Columns& columns) const override {
    const long before = allocation_count();
    study_.evaluate(tasks, columns);
    count = allocation_count() - before;
  }

  mutable long count = -1;  ///< of the last evaluate()

 private:
  const Study& study_;
};

/// Allocations for a point like one that the thread has evaluated before.
inline long allocations(const Study& study, const Settings& settings) {
  const AllocationCounter counter(study);
  evaluate_point(counter, settings);
  evaluate_point(counter, settings);
  return counter.count;
}

}  // namespace trawl::studies
