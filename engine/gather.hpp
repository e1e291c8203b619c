// Collects the results of ranges whose parts are computed by several ranks, and passes them on in few messages.
#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "engine/interval_set.hpp"
#include "engine/records.hpp"
#include "engine/sweep.hpp"
#include "engine/transport.hpp"

namespace trawl {

/// Between a sub-master's workers and its master. Memory is that of the results of the assignments that are open.
class Gather {
 public:
  /// `max_tasks` fit into one message.
  Gather(const Sweep& sweep, std::uint64_t max_tasks) : sweep_(sweep), max_tasks_(max_tasks) {}

  void open(const Assignment& assignment, double now);

  /// Takes results; they may lie in several assignments. Each task comes once.
  void add(const Records& records);

  /// What is to be passed on: what is complete at once, what is done up to the first gap every few milliseconds, all
  /// that is done when a gap stays open.
  std::vector<Results> take(double now);

  /// All that is done; closes every assignment, complete or not.
  std::vector<Results> close();

 private:
  struct Part {
    Assignment assignment;
    std::vector<std::vector<double>> columns;  // by output
    std::vector<Status> statuses;
    IntervalSet ready;          // done and not passed on
    TaskIndex passed_to = 0;    // everything before is passed on
    std::uint64_t missing = 0;  // tasks not done
    std::vector<Failure> failures;
    double seconds = 0;  // of what is not passed on
    double longest_s = 0;
    double passed_at = 0;  // time
  };

  void add_to(Part& part, const Records& records);
  void pass_on(Part& part, TaskRange range, std::vector<Results>& out);
  void pass_all(Part& part, std::vector<Results>& out);

  const Sweep& sweep_;
  const std::uint64_t max_tasks_;
  std::list<Part> parts_;
};

}  // namespace trawl
