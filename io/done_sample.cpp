#include "io/done_sample.hpp"

#include <algorithm>
#include <numeric>

#include "engine/permutation.hpp"

namespace trawl::io {
namespace {

bool has_results(Status status) {
  return status == Status::ok || status == Status::non_finite;
}

}  // namespace

std::vector<TaskIndex> sample_of_done(const ResultReader& file, std::size_t count, std::uint64_t key) {
  std::uint64_t done = 0;
  file.scan([&](TaskRange run, Status status) { done += has_results(status) ? run.size() : 0; });
  if (done == 0) return {};
  const Permutation order(done, key);
  std::vector<std::uint64_t> chosen(std::min<std::uint64_t>(count, done));  // the how manieth of those done
  for (std::uint64_t i = 0; i < chosen.size(); ++i) chosen[i] = order(i);
  std::vector<std::size_t> ascending(chosen.size());
  std::iota(ascending.begin(), ascending.end(), std::size_t{0});
  std::sort(ascending.begin(), ascending.end(), [&](std::size_t a, std::size_t b) { return chosen[a] < chosen[b]; });

  std::vector<TaskIndex> tasks(chosen.size());
  std::size_t found = 0;
  std::uint64_t before = 0;
  file.scan([&](TaskRange run, Status status) {
    if (!has_results(status)) return;
    for (; found < ascending.size() && chosen[ascending[found]] < before + run.size(); ++found) {
      tasks[ascending[found]] = run.begin + (chosen[ascending[found]] - before);
    }
    before += run.size();
  });
  return tasks;
}

}  // namespace trawl::io
