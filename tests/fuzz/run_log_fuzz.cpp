// Run logs, which any process may have written to.
#include "io/run_history.hpp"
#include "tests/fuzz/fuzz_support.hpp"

using namespace trawl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = fuzz::input_directory().put("run.jsonl", data, size);
  fuzz::refuse_or([&] { io::read_run_history(path); });
  return 0;
}
