// The `where` expression of a sweep: which points are wanted.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/study.hpp"

namespace trawl {

/// A muParser expression over parameter names; the labels of choice parameters are constants that compare equal to
/// the parameter's value. Not thread safe: one object for each thread.
class Constraint {
 public:
  /// An empty expression admits every point. Throws SweepError (key "where").
  Constraint(const std::string& expression, const Declaration& declaration);
  ~Constraint();
  Constraint(Constraint&&) noexcept;

  /// Whether the point (one value per parameter) is wanted: the expression is neither 0 nor NaN.
  bool admits(std::span<const double> point);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl
