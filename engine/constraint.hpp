// The `where` expression of a sweep: which points are wanted.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/study.hpp"

namespace trawl {

/// A condition over parameters in the language of where.hpp, evaluated by muParser. Not thread safe: one object for
/// each thread.
class Constraint {
 public:
  /// An empty expression admits every point. Throws SweepError (key "where").
  Constraint(const std::string& expression, const Declaration& declaration);
  ~Constraint();
  Constraint(Constraint&&) noexcept;

  /// Whether the point (one value per parameter) is wanted: the condition holds.
  bool admits(std::span<const double> point);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl
