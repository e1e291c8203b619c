// trawl replay: one task again, compared bit for bit with the file.
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "engine/error.hpp"
#include "engine/run.hpp"
#include "io/result_reader.hpp"

namespace trawl::cluster {
namespace {

constexpr std::size_t values_shown = 4;

std::string values_text(std::span<const double> values) {
  const auto shown = values.first(std::min(values.size(), values_shown));
  if (values.size() == 1) return fmt::format("{}", values[0]);
  return fmt::format("[{}{}] ({})", fmt::join(shown, ", "), shown.size() < values.size() ? ", ..." : "",
                     counted(values.size(), "value"));
}

bool same_bits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

void print_point(const Sweep& sweep, PointIndex point) {
  const std::vector<Parameter>& parameters = sweep.study.declaration().parameters;
  std::vector<double> row(parameters.size());
  sweep.design.points(point, 1, row.data());
  for (std::size_t i = 0; i < row.size(); ++i) {
    print("  {} = {}\n", parameters[i].name, value_text(parameters[i], row[i]));
  }
}

/// Prints an output computed anew and whether the file has the same bits.
bool compare_output(const std::string& name, std::span<const double> computed, std::span<const double> stored) {
  const bool same = same_bits(computed, stored);
  print("  {} = {}  {}\n", name, values_text(computed), same ? "equal" : "DIFFERENT");
  if (!same) print("      in the file: {}\n", values_text(stored));
  return same;
}

/// `place` is the task's place in the file.
bool compare(const Sweep& sweep, const io::ResultReader& file, TaskIndex task, TaskIndex place) {
  const Records records = evaluate_task(sweep, task);
  const Status computed = records.statuses.front().status;
  const auto stored = static_cast<Status>(file.statuses({place, place + 1}).front());
  const bool pending = stored == Status::pending;
  bool same = computed == stored;
  print("  status = {}  {}\n", status_names[static_cast<int>(computed)],
        same      ? "equal"
        : pending ? "not in the file yet (pending)"
                  : fmt::format("DIFFERENT, in the file: {}", status_names[static_cast<int>(stored)]));
  for (const Failure& failure : records.failures) print("      {}\n", failure.message);
  const double* values = records.values.get();
  for (std::size_t k = 0; k < sweep.layout.outputs.size(); ++k) {
    const std::span<const double> output(values, sweep.output_sizes[k]);
    const std::string& name = sweep.layout.outputs[k].name;
    if (pending) print("  {} = {}\n", name, values_text(output));
    else same = compare_output(name, output, file.output(name, {place, place + 1})) && same;
    values += output.size();
  }
  return same;
}

}  // namespace

int replay_verb(const Invocation& invocation) {
  Syntax syntax(
      "FILE",
      "Computes one task again, alone, and compares it bit for bit with the file. Exit code 0 if all is equal, 1 "
      "if not.");
  syntax.options.add_options()                                    //
      ("point", count_option("I"), "index of the point, from 0")  //
      ("replicate", count_option("R", 0), "which repeat of it, from 0");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string& path = arguments.positional();
  const io::ResultReader file(path);
  const Sweep sweep = sweep_of_file(file, invocation.studies);
  const TaskRange tasks = tasks_of_file(file, sweep);
  const auto point_count = static_cast<std::int64_t>(sweep.design.point_count());
  const auto replicates = static_cast<std::int64_t>(sweep.design.replicates());
  if (!arguments.has("point")) {
    throw UsageError(
        fmt::format("replay: --point is missing. Say which point of {}, from 0 to {}", path, point_count - 1));
  }
  const auto point = static_cast<PointIndex>(arguments.count("point", 0, point_count - 1));
  const auto replicate = static_cast<std::uint64_t>(arguments.count("replicate", 0, replicates - 1));
  const TaskIndex task = point * sweep.design.replicates() + replicate;
  if (task < tasks.begin || task >= tasks.end)
    throw UsageError(fmt::format("replay: point {} is in another shard ({} has points {} to {})", point, path,
                                 tasks.begin / sweep.design.replicates(), (tasks.end - 1) / sweep.design.replicates()));
  print("{}, point {} of {}, replicate {} of {}\n", path, point, count_text(sweep.design.point_count()), replicate,
        replicates);
  print_point(sweep, point);
  return compare(sweep, file, task, task - tasks.begin) ? exit_complete : exit_difference;
}

}  // namespace trawl::cluster
