// Result files: what is read of one either fits together or is called damage.
#include <cstdio>

#include "io/export.hpp"
#include "io/result_reader.hpp"
#include "tests/fuzz/fuzz_support.hpp"

using namespace trawl;

namespace {

/// More than this is a file that is too large to be worth a fuzzer's time.
constexpr std::uint64_t most_values = 1 << 16;

std::uint64_t values_of(const io::ResultReader& file) {
  std::uint64_t bytes = 0;
  for (const io::RawData& data : file.raw_data()) bytes += data.bytes;
  return bytes / sizeof(double);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::FILE* const nowhere = std::fopen("/dev/null", "w");
  fuzz::refuse_or([&] {
    const io::ResultReader file(fuzz::input_directory().put("result.h5", data, size), io::ResultReader::Forms::own);
    file.sweep_text();
    file.shard();
    if (values_of(file) > most_values) return;
    fuzz::refuse_or([&] { file.status_counts(); });
    fuzz::refuse_or([&] { io::dataset_digests(file); });
    fuzz::refuse_or([&] { io::report_table(file); });
    fuzz::refuse_or([&] { io::export_csv(file, nowhere); });
    fuzz::refuse_or([&] { io::export_jsonl(file, nowhere); });
  });
  return 0;
}
