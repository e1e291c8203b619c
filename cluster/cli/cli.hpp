// The command line.
#pragma once

#include <span>

#include "engine/study.hpp"

namespace trawl::cluster {

/// Runs one verb of `trawl` for the given studies and returns the process's exit code. A program with its own study
/// is a main() that calls this.
int run_cli(int argc, char** argv, std::span<const Study* const> studies);

/// The same for studies that are made by a function, so that what fails there is reported too.
int run_cli(int argc, char** argv, std::span<const Study* const> (*studies)());

}  // namespace trawl::cluster
