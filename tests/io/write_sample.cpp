// write_sample grid|zip|random|list PATH [RANGE_SIZE [FLUSH_EVERY]]: writes, or goes on writing, the made-up results of
// a sample sweep. Exit codes as trawl's: 0 complete, 2 usage, 74 I/O error.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "io/result_file.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace {

using namespace trawl;

const char* text_of(const char* name) {
  if (std::strcmp(name, "grid") == 0) return io::testing::grid_text;
  if (std::strcmp(name, "zip") == 0) return io::testing::zip_text;
  if (std::strcmp(name, "random") == 0) return io::testing::random_text;
  if (std::strcmp(name, "list") == 0) return io::testing::list_text;
  throw UsageError("no such sample");
}

void write(const char* name, const std::string& path, std::uint64_t range_size, std::uint64_t flush_every) {
  const auto sweep = io::testing::sweep_of(text_of(name));
  io::ResultFile file(path, *sweep);
  std::uint64_t written = 0;
  for (const auto& [begin, end] : file.state().pending.ranges())
    for (TaskIndex task = begin; task < end; task += range_size) {
      file.write(io::testing::records_of(*sweep, {task, std::min(end, task + range_size)}));
      if (++written % flush_every == 0) file.flush();
    }
  file.flush();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw UsageError("usage: write_sample SAMPLE PATH [RANGE_SIZE [FLUSH_EVERY]]");
    write(argv[1], argv[2], argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 7,
          argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 5);
    return exit_complete;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return exit_usage;
  } catch (const IoError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return exit_io;
  }
}
