#include "cluster/cli/sweep_arguments.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "engine/admission.hpp"
#include "engine/error.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

bool names_a_file(const std::string& argument) {
  return argument.ends_with(".toml") || argument.find('/') != std::string::npos;
}

void require_study(const std::string& name, std::span<const Study* const> studies) {
  if (std::ranges::any_of(studies, [&name](const Study* study) { return study->declaration().name == name; })) return;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(name, ignored)) return;
  throw UsageError(io::one_line(
      fmt::format("{}: no study, but a file (a sweep file ends in .toml or has a slash). Write ./{}.", name, name)));
}

io::StudyLookup lookup_in(std::span<const Study* const> studies) {
  return [studies](std::string_view name) -> const Declaration& { return find_study(studies, name).declaration(); };
}

/// A place for the sweep that a reader makes.
class SweepMaker {
 public:
  explicit SweepMaker(std::span<const Study* const> studies) : studies_(studies) {}

  io::SweepUse make() {
    return [this](SweepSpec spec) { sweep_.emplace(find_study(studies_, spec.study), std::move(spec)); };
  }
  io::SweepUse make_and_check() {
    return [this](SweepSpec spec) {
      make()(std::move(spec));
      require_an_admitted_point(*sweep_);
    };
  }
  Sweep take() { return std::move(*sweep_); }

 private:
  std::span<const Study* const> studies_;
  std::optional<Sweep> sweep_;
};

}  // namespace

void add_sweep_options(boost::program_options::options_description& options) {
  options.add_options()                         //
      ("axis", repeated_option("NAME=VALUES"),  //
       "sweep a parameter: NAME=1,2,5 or NAME=linspace:0,4,17 (also geomspace, arange, uniform, log_uniform, "
       "integers), or from a file: NAME=csv:FILE:COLUMN, NAME=npy:FILE")                             //
      ("fix", repeated_option("NAME=VALUE"), "give a parameter one value")                           //
      ("design", text_option("NAME"), "grid, zip, list, random, latin_hypercube or sobol")           //
      ("points", text_option("N"), "number of points of a random, latin_hypercube or sobol design")  //
      ("point", repeated_option("A=1,B=2"), "one point of a list design")                            //
      ("zip", repeated_option("A,B"), "axes that move together inside a grid")                       //
      ("where", text_option("EXPRESSION"), "only the points for which this holds")                   //
      ("replicates", text_option("N"), "independent repeats of each point")                          //
      ("seed", text_option("N"), "every random number follows from it")                              //
      ("common-random-numbers", text_option("A,B"), "axes whose values share their random numbers");
}

Sweep read_sweep(const Arguments& arguments, std::span<const Study* const> studies) {
  io::SweepOverrides overrides;
  overrides.axes = arguments.texts("axis");
  overrides.fixed = arguments.texts("fix");
  overrides.points = arguments.texts("point");
  overrides.zip = arguments.texts("zip");
  overrides.design = arguments.text("design");
  overrides.point_count = arguments.text("points");
  overrides.where = arguments.text("where");
  overrides.replicates = arguments.text("replicates");
  overrides.seed = arguments.text("seed");
  overrides.common_random_numbers = arguments.text("common-random-numbers");
  const std::string& source = arguments.positional();
  SweepMaker maker(studies);
  if (names_a_file(source)) {
    io::read_sweep_file(source, overrides, lookup_in(studies), maker.make_and_check());
  } else {
    require_study(source, studies);
    overrides.study = source;
    io::parse_sweep("", source, overrides, lookup_in(studies), maker.make_and_check());
  }
  return maker.take();
}

std::vector<std::string> input_files(const Arguments& arguments) {
  std::vector<std::string> files;
  if (names_a_file(arguments.positional())) files.push_back(arguments.positional());
  if (arguments.has("site")) files.push_back(*arguments.text("site"));
  return files;
}

std::string default_output(const Arguments& arguments) {
  return std::filesystem::path(arguments.positional()).stem().string() + ".h5";
}

Sweep sweep_from_text(const std::string& text, const std::string& name, std::span<const Study* const> studies) {
  SweepMaker maker(studies);
  io::parse_sweep(text, name, {}, lookup_in(studies), maker.make());
  return maker.take();
}

Sweep sweep_of_file(const io::ResultReader& file, std::span<const Study* const> studies) {
  const int version = find_study(studies, file.study()).declaration().version;
  if (version != file.study_version()) {
    throw UsageError(
        fmt::format("{}: was written by version {} of {} (this is version {}). Use the trawl that wrote it, {}",
                    file.path(), file.study_version(), file.study(), version, file.trawl_version()));
  }
  return sweep_from_text(file.sweep_text(), file.path(), studies);
}

TaskRange tasks_of_file(const io::ResultReader& file, const Sweep& sweep) {
  const std::optional<Shard> shard = file.shard();
  const TaskRange tasks = shard ? shard_tasks(sweep, *shard) : TaskRange{0, sweep.design.task_count()};
  if (tasks.size() != file.task_count())
    throw UsageError(fmt::format("{}: damaged (it has {} tasks, its sweep {}). Restore it", file.path(),
                                 file.task_count(), tasks.size()));
  return tasks;
}

}  // namespace trawl::cluster
