// trawl scale: one sweep on more and more nodes, and how many of them are worth it.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/scale_report.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "cluster/mpi/session.hpp"
#include "cluster/resources.hpp"
#include "cluster/scale/node_limit.hpp"
#include "cluster/scale/run_directory.hpp"
#include "cluster/scale/scale_job.hpp"
#include "cluster/scale/series.hpp"
#include "cluster/slurm/job_files.hpp"
#include "cluster/slurm/job_script.hpp"
#include "cluster/slurm/queue.hpp"
#include "engine/error.hpp"
#include "engine/number.hpp"
#include "io/key_places.hpp"
#include "io/output_file.hpp"
#include "io/result_file.hpp"
#include "io/scaling_file.hpp"
#include "io/small_file.hpp"

namespace trawl::cluster {
namespace {

Arguments parse(const Invocation& invocation) {
  Syntax syntax(
      "SWEEP",
      "Runs a sweep on more and more nodes, fits Amdahl's law and the Universal Scalability Law to the times, "
      "and says how many nodes are worth it. Writes the times and where each rank spent them to an HDF5 "
      "file, and a picture beside it. The results themselves are thrown away.");
  add_sweep_options(syntax.options);
  syntax.options.add_options()                                                                                  //
      ("nodes", text_option("1,2,4"), "numbers of nodes")                                                       //
      ("weak", flag_option(), "as many times the replicates as nodes, instead of the same sweep on each")       //
      ("repeats", count_option("N", 3), "runs of each")                                                         //
      ("threads", count_option("N", 1), "threads of each node's rank")                                          //
      ("launcher", text_option("local|srun"),                                                                   //
       "ranks of this machine under mpirun, or nodes of the SLURM allocation this runs in; default: as it is")  //
      ("output,o", text_option("FILE"), "the times; default: the sweep's name with .scaling.h5")                //
      ("submit", flag_option(), "as one job of SLURM, with the site's settings")                                //
      ("site", text_option("FILE"), "the site's settings, instead of ~/.config/trawl/site.toml")                //
      ("json", flag_option(), "as JSON");
  return Arguments(syntax, invocation);
}

std::set<std::uint64_t> nodes_asked_for(const Arguments& arguments) {
  const std::string text = arguments.text("nodes").value_or("1,2,4");
  const auto fail = [&] {
    throw UsageError(fmt::format("scale: --nodes {} is not a list of numbers of nodes. Give each once, as in 1,2,4,8",
                                 io::shown(text)));
  };
  constexpr std::int64_t most = 100'000;  // no cluster has more
  std::set<std::uint64_t> nodes;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    std::int64_t count = 0;
    try {
      count = read_whole_number(rest.substr(0, comma));
    } catch (const std::invalid_argument&) {
      fail();
    }
    if (count < 1 || count > most || !nodes.insert(static_cast<std::uint64_t>(count)).second) fail();
    if (comma == std::string_view::npos) return nodes;
    rest.remove_prefix(comma + 1);
  }
}

Launcher launcher_asked_for(const Arguments& arguments) {
  const bool inside_slurm = std::getenv("SLURM_JOB_ID") != nullptr;
  const std::string name = arguments.text("launcher").value_or(inside_slurm ? "srun" : "local");
  if (name != "local" && name != "srun")
    throw UsageError(fmt::format("scale: unknown --launcher {}. Choose local or srun", name));
  if (name == "srun" && !inside_slurm) {
    throw UsageError(
        "scale: --launcher srun needs a SLURM allocation (SLURM_JOB_ID is not set). Use salloc or sbatch, or "
        "--launcher local");
  }
  return {name == "srun" ? Launcher::Kind::srun : Launcher::Kind::local,
          std::filesystem::read_symlink("/proc/self/exe").string(),
          static_cast<int>(arguments.count("threads", 1, 4096))};
}

/// The series, each number of nodes in turn, so that a slow hour of the machine meets all of them.
std::vector<io::ScalingRun> run_series(const Sweep& sweep, const Launcher& launcher,
                                       const std::set<std::uint64_t>& nodes, std::uint64_t repeats, bool weak,
                                       const std::string& output) {
  const RunDirectory directory(output);
  for (const std::uint64_t count : nodes) {
    SweepSpec spec = sweep.spec;
    if (weak) spec.replicates *= count;
    io::write_small_file(fmt::format("{}/{}.toml", directory.path(), count), Sweep(sweep.study, std::move(spec)).text,
                         {});
  }
  std::vector<io::ScalingRun> runs;
  for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
    for (const std::uint64_t count : nodes) {
      const std::string base = fmt::format("{}/{}", directory.path(), count);
      runs.push_back(run_once(launcher, count, base + ".toml", base + ".h5"));
      spdlog::info("{}, run {} of {}: {}", counted(count, "node"), repeat + 1, repeats,
                   seconds_text(runs.back().wall_s));
    }
  }
  return runs;
}

std::string host_name() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return host;
}

std::string machine() {
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);) {
    if (line.starts_with("model name")) return fmt::format("{}, {}", host_name(), line.substr(line.find(':') + 2));
  }
  return host_name();
}

std::string picture_path(const std::string& output) {
  return std::filesystem::path(output).replace_extension(".svg").string();
}

/// Throws if the times or the picture would not be written at the end, or the disk has no room for a run.
void check_outputs(const Sweep& sweep, const std::set<std::uint64_t>& nodes, bool weak, const std::string& output,
                   const std::vector<std::string>& inputs) {
  const std::string picture = picture_path(output);
  if (picture == output)
    throw UsageError(fmt::format("scale: --output {} is the picture's name. Give it another, as in times.h5", output));
  io::check_output(output, {{io::FileKind::scaling}, inputs});
  io::check_output(picture, {{io::FileKind::picture}, inputs});
  SweepSpec spec = sweep.spec;
  if (weak) spec.replicates *= *nodes.rbegin();
  io::check_free_space(output, io::result_file_size(Sweep(sweep.study, std::move(spec))));
}

/// Writes the job's script and the sweep beside the output and queues it.
int submit_series(const Arguments& arguments, const Sweep& sweep, const std::set<std::uint64_t>& nodes,
                  std::uint64_t repeats, int threads, bool weak, const std::string& given_output) {
  ScaleJob job;
  job.program = std::filesystem::read_symlink("/proc/self/exe").string();
  job.output = std::filesystem::absolute(given_output).lexically_normal().string();
  check_path(job.program, "scale: this program");
  check_path(job.output, "scale: --output");
  job.nodes = *nodes.rbegin();
  job.settings = site_settings(arguments.text("site"));
  const std::string sweep_path = job_sweep_path(job.output), script = job_script_path(job.output);
  job.words = {sweep_path,
               "--nodes",
               fmt::format("{}", fmt::join(nodes, ",")),
               "--repeats",
               std::to_string(repeats),
               "--threads",
               std::to_string(threads)};
  if (weak) job.words.push_back("--weak");
  write_job_files({sweep_path, job_sweep_text(sweep.text), script, scale_script(job), {job.output + ".job.log"}},
                  input_files(arguments));
  const std::string id = submit_job(script);
  print("{}\n", id);
  spdlog::info("queued as job {}; its report goes to {}", id, job.output + ".job.log");
  return exit_complete;
}

}  // namespace

int scale_verb(const Invocation& invocation) {
  const Arguments arguments = parse(invocation);
  if (arguments.help()) return exit_complete;
  if (launched_in_parallel())
    throw UsageError("scale: was started by mpirun or srun (it starts them itself). Start it without");
  const Sweep sweep = read_sweep(arguments, invocation.studies);
  const std::set<std::uint64_t> nodes = nodes_asked_for(arguments);
  const auto repeats = static_cast<std::uint64_t>(arguments.count("repeats", 1, 1000));
  const bool weak = arguments.flag("weak");
  const std::string output = arguments.text("output").value_or(
      std::filesystem::path(default_output(arguments)).replace_extension(".scaling.h5").string());
  check_outputs(sweep, nodes, weak, output, input_files(arguments));
  if (arguments.flag("submit")) {
    const auto threads = static_cast<int>(arguments.count("threads", 1, 4096));
    return submit_series(arguments, sweep, nodes, repeats, threads, weak, output);
  }

  const Launcher launcher = launcher_asked_for(arguments);
  check_nodes(*nodes.rbegin(), launcher.kind, choose_threads(processor_limits(1), 0, false).count, allocated_nodes());
  const std::vector<io::ScalingRun> runs = run_series(sweep, launcher, nodes, repeats, weak, output);
  const Laws laws = fit_laws(runs);
  const std::vector<ScalingPoint> points = scaling_points(runs);
  const std::string kind = weak ? "weak" : "strong";
  io::write_scaling_file(output,
                         {.runs = runs,
                          .repeats = repeats,
                          .values = values_of(laws),
                          .attributes = {{"title", kind + " scaling of a sweep"},
                                         {"source", "Trawl " TRAWL_VERSION},
                                         {"study", sweep.spec.study},
                                         {"sweep", sweep.text},
                                         {"series", kind},
                                         {"machine", machine()},
                                         {"command", fmt::format("trawl scale {}", fmt::join(invocation.words, " "))}}},
                         input_files(arguments));
  io::write_small_file(
      picture_path(output),
      scaling_picture(fmt::format("{}, {} scaling, {}", sweep.spec.study, kind, host_name()), runs, laws),
      {{io::FileKind::picture}, input_files(arguments)});
  if (arguments.flag("json")) print_json(report_json(points, laws));
  else print_report(points, laws);
  spdlog::info("the times are in {}, the picture in {}", output, picture_path(output));
  return exit_complete;
}

}  // namespace trawl::cluster
