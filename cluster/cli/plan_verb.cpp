// trawl plan: what a sweep will cost, by its size and by the time of a sample of its points.
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/estimate.hpp"
#include "cluster/cli/json.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/run_arguments.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "engine/admission.hpp"
#include "engine/error.hpp"
#include "engine/run.hpp"
#include "io/result_file.hpp"

namespace trawl::cluster {
namespace {

constexpr double sample_s = 1;
constexpr double patience_s = 10;

/// Ranges whose values a rank holds at once: two in flight, one being sent, one being received.
constexpr std::uint64_t ranges_held = 4;

struct Plan {
  std::string output;
  std::uint64_t file_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
  std::string problem;             ///< why a run could not write the file, whatever its size
  std::uint64_t memory_bytes = 0;  ///< of a rank; the master needs no more
  ThreadChoice threads;
  Admission admission;
  bool timed = true;
  Estimate estimate;
};

std::uint64_t resident_bytes() {
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t memory_of_rank(const Sweep& sweep, int threads) {
  const std::uint64_t task_bytes = sizeof(double) * sweep.doubles_per_task;
  const std::uint64_t row_bytes = sizeof(double) * (2 * sweep.design.parameter_count() + 1);
  return resident_bytes() + ranges_held * std::max(max_range_bytes, task_bytes) +
         static_cast<std::uint64_t>(threads) * sweep.study.max_block() * row_bytes;
}

/// Points that `where` admits, from those that were tried.
std::uint64_t admitted_points(const Sweep& sweep, const Admission& seen) {
  if (seen.is_exact(sweep)) return seen.admitted;
  const double share = static_cast<double>(seen.admitted) / static_cast<double>(seen.tried);
  return static_cast<std::uint64_t>(share * static_cast<double>(sweep.design.point_count()));
}

std::string admission_text(const Sweep& sweep, const Admission& seen) {
  if (sweep.spec.where.empty()) return "";
  if (seen.is_exact(sweep)) return fmt::format(", {} admitted by where", count_text(seen.admitted));
  if (seen.admitted == 0) return fmt::format(", none admitted by where of the {} tried", count_text(seen.tried));
  return fmt::format(", estimated {} admitted by where ({} of {} tried)", count_text(admitted_points(sweep, seen)),
                     count_text(seen.admitted), count_text(seen.tried));
}

Plan make_plan(const Sweep& sweep, const Arguments& arguments) {
  Plan plan;
  plan.output = output_path(arguments);
  plan.file_bytes = io::result_file_size(sweep, shard_asked_for(arguments));
  try {
    check_run_output(plan.output, input_files(arguments));
    plan.disk_free_bytes = io::free_bytes(plan.output);
  } catch (const IoError& error) {
    plan.problem = error.what();
  }
  plan.threads = threads_asked_for(arguments, 1);
  plan.admission = count_admitted(sweep, std::numeric_limits<std::uint64_t>::max(), sample_s);
  plan.timed = !arguments.flag("no-timing");
  plan.estimate = plan.timed ? estimate_time(sweep, sample_s, patience_s) : unknown_time();
  plan.memory_bytes = memory_of_rank(sweep, plan.threads.count);
  return plan;
}

Json plan_json(const Sweep& sweep, const Plan& plan) {
  Json document = json_document();
  document["study"] = sweep.spec.study;
  document["design"] = design_names[static_cast<int>(sweep.spec.design)];
  document["points"] = sweep.design.point_count();
  document["points_admitted"] = admitted_points(sweep, plan.admission);
  document["points_admitted_exact"] = plan.admission.is_exact(sweep);
  document["replicates"] = sweep.design.replicates();
  document["tasks"] = sweep.design.task_count();
  document["dimensions"] = Json::array();
  for (const SweepDimension& d : sweep.design.dimensions()) {
    document["dimensions"].push_back({{"name", d.name}, {"size", d.size}});
  }
  document["outputs"] = Json::array();
  for (std::size_t k = 0; k < sweep.layout.outputs.size(); ++k) {
    document["outputs"].push_back({{"name", sweep.layout.outputs[k].name}, {"values_per_task", sweep.output_sizes[k]}});
  }
  document["file"] = plan.output;
  document["file_bytes"] = plan.file_bytes;
  document["disk_free_bytes"] = plan.disk_free_bytes;
  document["memory_bytes_master"] = plan.memory_bytes;
  document["memory_bytes_rank"] = plan.memory_bytes;
  document["threads"] = plan.threads.count;
  document["timed"] = plan.timed;
  document["tasks_timed"] = plan.estimate.tasks_timed;
  document["seconds_per_task"] = plan.estimate.seconds_per_task;
  document["thread_seconds"] = plan.estimate.thread_seconds;
  document["seconds"] = plan.estimate.thread_seconds / plan.threads.count;
  document["sweep"] = sweep.text;
  return document;
}

void print_plan(const Sweep& sweep, const Plan& plan) {
  print("study       {}, {} design\n", sweep.spec.study, design_names[static_cast<int>(sweep.spec.design)]);
  print("points      {}{}\n", count_text(sweep.design.point_count()), admission_text(sweep, plan.admission));
  print("tasks       {} ({})\n", count_text(sweep.design.task_count()),
        counted(sweep.design.replicates(), "replicate"));
  std::string dimensions;
  for (const SweepDimension& d : sweep.design.dimensions()) dimensions += fmt::format("{} {} x ", d.name, d.size);
  print("dimensions  {}replicate {}\n", dimensions, sweep.design.replicates());
  print("file        {}: {} ({}); {}\n", plan.output, counted(plan.file_bytes, "byte"), bytes_text(plan.file_bytes),
        plan.problem.empty() ? bytes_text(plan.disk_free_bytes) + " free on that disk" : "cannot be created there");
  print("memory      about {} a rank, the master included, for any number of points\n", bytes_text(plan.memory_bytes));
  print("threads     {} (set by {})\n", plan.threads.count, plan.threads.reason);
  if (!plan.timed) {
    print("time        not measured (--no-timing)\n");
    return;
  }
  if (plan.estimate.tasks_timed == 0) {
    print("time        unknown: a task takes more than {}\n", seconds_text(patience_s));
    return;
  }
  print("time        about {} ({} a task on one thread; {} timed)\n",
        seconds_text(plan.estimate.thread_seconds / plan.threads.count), seconds_text(plan.estimate.seconds_per_task),
        counted(plan.estimate.tasks_timed, "task"));
}

}  // namespace

int plan_verb(const Invocation& invocation) {
  Syntax syntax(
      "SWEEP",
      "Says what a sweep will cost: points, tasks, dimensions, bytes, memory and time. For the time it computes some "
      "points of the sweep on one thread, for a second, or at most ten where a point takes longer; --no-timing "
      "computes nothing. Writes no file.");
  add_sweep_options(syntax.options);
  add_run_options(syntax.options);
  syntax.options.add_options()("no-timing", flag_option(), "compute no point: leave the time out")(
      "json", flag_option(), "as JSON");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const Sweep sweep = read_sweep(arguments, invocation.studies);
  const Plan plan = make_plan(sweep, arguments);
  if (arguments.flag("json")) print_json(plan_json(sweep, plan));
  else print_plan(sweep, plan);
  if (!plan.problem.empty()) spdlog::warn("{}", plan.problem);
  else if (plan.file_bytes > plan.disk_free_bytes)
    spdlog::warn("{}: needs {}, and the disk has {} free. Choose another disk, or fewer points", plan.output,
                 bytes_text(plan.file_bytes), bytes_text(plan.disk_free_bytes));
  if (plan.timed && plan.estimate.tasks_timed == 0) {
    std::fflush(stdout);
    std::_Exit(exit_complete);  // a thread is still at the task that does not return
  }
  return exit_complete;
}

}  // namespace trawl::cluster
