// Command-line settings of a sweep, one a line: "a" --axis, "f" --fix, "p" --point, "z" --zip, "s" seed, "r"
// replicates, "d" design, "n" number of points, "w" where, "c" common random numbers; the rest of the line is the
// value.
#include <sstream>

#include "engine/constraint.hpp"
#include "engine/sweep.hpp"
#include "tests/fuzz/fuzz_support.hpp"
#include "tests/io/sample_sweeps.hpp"

using namespace trawl;

namespace {

io::SweepOverrides overrides_of(std::string_view input) {
  io::SweepOverrides overrides;
  overrides.study = "sample";
  std::istringstream lines{std::string(input)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const std::string value = line.substr(1);
    switch (line[0]) {
      case 'a':
        overrides.axes.push_back(value);
        break;
      case 'f':
        overrides.fixed.push_back(value);
        break;
      case 'p':
        overrides.points.push_back(value);
        break;
      case 'z':
        overrides.zip.push_back(value);
        break;
      case 's':
        overrides.seed = value;
        break;
      case 'r':
        overrides.replicates = value;
        break;
      case 'd':
        overrides.design = value;
        break;
      case 'n':
        overrides.point_count = value;
        break;
      case 'w':
        overrides.where = value;
        break;
      case 'c':
        overrides.common_random_numbers = value;
        break;
      default:
        break;
    }
  }
  return overrides;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::refuse_or([&] {
    const Declaration& study = io::testing::sample_study().declaration();
    const SweepSpec spec =
        io::parse_sweep("", "command line", overrides_of(fuzz::text_of(data, size)), io::testing::find_sample);
    validate(spec, study);
    const std::string text = canonical_text(spec, study);
    const SweepSpec again = io::parse_sweep(text, "canonical", {}, io::testing::find_sample);
    fuzz::require(canonical_text(again, study) == text);
    Constraint constraint(spec.where, study);
    const double point[] = {0.5, 3, 0, 1, 1};
    constraint.admits(point);
  });
  return 0;
}
