#include "cluster/scale/series.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "cluster/process.hpp"
#include "cluster/scale/chart.hpp"
#include "engine/counted.hpp"
#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

constexpr double longest_run_s = 10 * 86400;

/// The event "end" of a run log that holds a single run; null if the run did not come to its end.
nlohmann::json read_end(const std::string& log_path) {
  std::ifstream log(log_path);
  for (std::string line; std::getline(log, line);) {
    const nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
    if (event.is_object() && event.value("event", "") == "end") return event;
  }
  return nullptr;
}

/// What the run said goes on, line by line; the launcher's words only where the run said nothing.
[[noreturn]] void fail_run(const std::vector<std::string>& words, std::uint64_t nodes, const ProcessResult& result) {
  constexpr std::string_view mark = "trawl: ";
  std::set<std::string> said;  // by every rank, perhaps
  std::istringstream lines(result.errors);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(mark) && said.insert(line).second) spdlog::error("{}", line.substr(mark.size()));
  }
  const std::string code = result.code == 0 ? "" : fmt::format("exit code {}, ", result.code);
  const std::string problem =
      fmt::format("scale: the run on {} did not complete ({}{})", counted(nodes, "node"), code,
                  said.empty() ? "without a word of trawl: " + first_sentence(result.errors) : "as said above");
  if (result.code == exit_usage) throw UsageError(problem + ". Does trawl run take this sweep?");
  throw IoError(fmt::format("{}. Does {} work by hand?", problem, said.empty() ? words.front() : "trawl run"));
}

io::ScalingRun run_of(const nlohmann::json& end, std::uint64_t nodes) {
  io::ScalingRun run{.nodes = nodes, .wall_s = end.at("elapsed_s"), .tasks = end.at("computed"), .ranks = {}};
  for (const nlohmann::json& rank : end.at("ranks")) {
    run.ranks.push_back({.busy_s = rank.at("busy_s"),
                         .idle_s = rank.at("idle_s"),
                         .communication_s = rank.at("communication_s"),
                         .io_s = rank.at("io_s")});
  }
  return run;
}

/// The run that a log tells of; nothing if it has no end. Throws IoError if the log is damaged.
std::optional<io::ScalingRun> read_run(const std::string& log_path, std::uint64_t nodes) {
  try {
    const nlohmann::json end = read_end(log_path);
    if (end.is_null()) return std::nullopt;
    io::ScalingRun run = run_of(end, nodes);
    if (!run.ranks.empty()) return run;
  } catch (const nlohmann::json::exception&) {
  }
  throw IoError(
      fmt::format("{}: is damaged (it does not tell how the run went). Is something else writing it?", log_path));
}

void remove_output(const std::string& output) {
  std::error_code ignored;
  for (const char* suffix : {"", ".run.jsonl"}) std::filesystem::remove(output + suffix, ignored);
}

double throughput_of(const io::ScalingRun& run) {
  return static_cast<double>(run.tasks) / run.wall_s;
}

/// The run of the median time; of an even number, the slower of the two in the middle.
const io::ScalingRun& median(std::vector<const io::ScalingRun*> runs) {
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
  std::nth_element(runs.begin(), middle, runs.end(), [](auto* a, auto* b) { return a->wall_s < b->wall_s; });
  return **middle;
}

ScalingPoint point_of(const io::ScalingRun& run) {
  ScalingPoint point{.nodes = run.nodes, .wall_s = run.wall_s, .throughput = throughput_of(run)};
  double busy_s = 0, idle_s = 0, communication_s = 0;
  for (const io::RankTimes& rank : run.ranks) {
    busy_s += rank.busy_s;
    idle_s += rank.idle_s;
    communication_s += rank.communication_s;
  }
  point.busy = busy_s / (busy_s + idle_s);
  point.communication = communication_s / (run.wall_s * static_cast<double>(run.ranks.size()));
  point.io = run.ranks.front().io_s / run.wall_s;
  point.metg_s = idle_s / static_cast<double>(run.tasks);
  return point;
}

/// Throughput of one node, by the fewest nodes that ran.
double single_node(const std::vector<ScalingPoint>& points) {
  return points.front().throughput / static_cast<double>(points.front().nodes);
}

std::vector<Observation> observations(const std::vector<io::ScalingRun>& runs) {
  std::vector<Observation> all;
  for (const io::ScalingRun& run : runs) all.push_back({static_cast<double>(run.nodes), throughput_of(run)});
  return all;
}

Series curve(const std::string& name, Series::Style style, const std::string& colour, double from, double to,
             const std::function<double(double)>& value) {
  constexpr int steps = 60;
  Series series{name, style, colour, {}};
  for (int i = 0; i <= steps; ++i) {
    const double nodes = from * std::pow(to / from, static_cast<double>(i) / steps);
    if (const double y = value(nodes); std::isfinite(y) && y > 0) series.values.emplace_back(nodes, y);
  }
  return series;
}

}  // namespace

std::vector<std::string> launch_words(const Launcher& launcher, std::uint64_t nodes) {
  const std::string count = std::to_string(nodes);
  if (launcher.kind == Launcher::Kind::srun) {
    return {"srun",
            "-N",
            count,
            "-n",
            count,
            "--mpi=pmix",
            "--cpu-bind=none",
            "--no-kill",
            "--kill-on-bad-exit=0",
            "--cpus-per-task=" + std::to_string(launcher.threads)};
  }
  return {"mpirun", "-n", count, "--oversubscribe", "--bind-to", "none", "--enable-recovery"};
}

io::ScalingRun run_once(const Launcher& launcher, std::uint64_t nodes, const std::string& sweep,
                        const std::string& output) {
  remove_output(output);
  std::vector<std::string> words = launch_words(launcher, nodes);
  words.insert(words.end(), {launcher.program, "run", sweep, "-o", output, "-q", "--threads",
                             std::to_string(launcher.threads), "--oversubscribe"});
  const ProcessResult result = run_process(words, longest_run_s, WhenStopped::end_it);
  // mpirun --enable-recovery returns 0 whatever happened: the run log says whether the run came to its end.
  const std::optional<io::ScalingRun> run = read_run(output + ".run.jsonl", nodes);
  if ((result.code != exit_complete && result.code != exit_failed_points) || !run) {
    fail_run(words, nodes, result);
  }
  remove_output(output);
  return *run;
}

std::vector<ScalingPoint> scaling_points(const std::vector<io::ScalingRun>& runs) {
  std::vector<ScalingPoint> points;
  for (const auto& [nodes, group] : io::runs_by_nodes(runs)) {
    points.push_back(point_of(median(group)));
    points.back().repeats = group.size();
  }
  const double single = single_node(points);
  for (ScalingPoint& point : points) {
    point.speedup = point.throughput / single;
    point.efficiency = point.speedup / static_cast<double>(point.nodes);
  }
  return points;
}

Laws fit_laws(const std::vector<io::ScalingRun>& runs) {
  const std::vector<Observation> seen = observations(runs);
  return {fit_amdahl(seen), fit_usl(seen)};
}

double nodes_that_pay(const ScalingLaw& law) {
  return std::min(law.nodes_at(0.5), law.peak_nodes());
}

std::string scaling_picture(const std::string& title, const std::vector<io::ScalingRun>& runs, const Laws& laws) {
  const std::vector<ScalingPoint> points = scaling_points(runs);
  const double single = single_node(points);
  const auto first = static_cast<double>(points.front().nodes), last = static_cast<double>(points.back().nodes) * 2;
  Chart chart{title, "nodes", "speed-up", {}};
  chart.series.push_back(curve("perfect", Series::Style::dashes, "#999", first, last, [](double n) { return n; }));
  const auto add = [&](const char* name, const char* colour, const std::optional<ScalingLaw>& law) {
    if (!law) return;
    chart.series.push_back(
        curve(name, Series::Style::line, colour, first, last, [&](double n) { return law->throughput(n) / single; }));
  };
  add("Amdahl's law", "#d95f02", laws.amdahl);
  add("Universal Scalability Law", "#1b9e77", laws.usl);
  Series measured{"measured", Series::Style::points, "#1f3b73", {}};
  for (const Observation& o : observations(runs)) measured.values.emplace_back(o.nodes, o.throughput / single);
  chart.series.push_back(std::move(measured));
  return svg(chart);
}

}  // namespace trawl::cluster
