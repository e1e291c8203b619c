// In-flight files and the log of faults of an earlier run: byte 0 says which of them the rest is.
#include <filesystem>

#include "engine/inflight.hpp"
#include "tests/fuzz/fuzz_support.hpp"

using namespace trawl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool is_log = data[0] % 2 != 0;
  const std::string file = fuzz::input_directory().put(is_log ? "x.faults" : "x.0", data + 1, size - 1);
  const std::string path = file.substr(0, file.rfind('.'));
  fuzz::refuse_or([&] {
    if (const auto ranges = read_inflight(path, 0)) {
      for (const TaskRange& range : *ranges) fuzz::require(range.begin < range.end);
    }
    for (const Fault& fault : recover_faults(path)) fuzz::require(fault.range.begin < fault.range.end);
    forget_faults(path);
  });
  std::filesystem::remove(file);
  return 0;
}
