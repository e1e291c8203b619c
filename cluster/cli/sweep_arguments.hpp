// A sweep from a verb's arguments: a file, a study's name, or either with changes.
#pragma once

#include <string>
#include <vector>

#include "cluster/cli/arguments.hpp"
#include "engine/sweep.hpp"
#include "io/result_reader.hpp"
#include "io/sweep_file.hpp"

namespace trawl::cluster {

/// --axis, --fix, --seed and the others that describe a sweep.
void add_sweep_options(boost::program_options::options_description& options);

/// The sweep that the arguments describe, of which `where` admits a point. The positional argument is a file if it ends
/// in
/// ".toml" or has a "/"; else a study, whatever files there are.
Sweep read_sweep(const Arguments& arguments, std::span<const Study* const> studies);

/// Paths that a verb with such arguments reads: the sweep's file, if it is one, and the site's.
std::vector<std::string> input_files(const Arguments& arguments);

/// The result file's name: that of the sweep's file, or of its study, in the current directory.
std::string default_output(const Arguments& arguments);

/// A sweep from its canonical text; `name` is used in messages.
Sweep sweep_from_text(const std::string& text, const std::string& name, std::span<const Study* const> studies);

/// The sweep of a result file. Throws UsageError if another version of the study wrote it.
Sweep sweep_of_file(const io::ResultReader& file, std::span<const Study* const> studies);

/// The tasks of its sweep that a file holds: all, or a shard's. Throws UsageError if the file has more or fewer.
TaskRange tasks_of_file(const io::ResultReader& file, const Sweep& sweep);

}  // namespace trawl::cluster
