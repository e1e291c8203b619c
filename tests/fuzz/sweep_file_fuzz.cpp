// Sweep files: whatever is accepted has a canonical text that reads back as the same sweep.
#include "engine/sweep.hpp"
#include "tests/fuzz/fuzz_support.hpp"
#include "tests/io/sample_sweeps.hpp"

using namespace trawl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::refuse_or([&] {
    const Declaration& study = io::testing::sample_study().declaration();
    const SweepSpec spec = io::parse_sweep(fuzz::text_of(data, size), "sweep.toml", {}, io::testing::find_sample);
    validate(spec, study);
    const std::string text = canonical_text(spec, study);
    const SweepSpec again = io::parse_sweep(text, "canonical", {}, io::testing::find_sample);
    validate(again, study);
    fuzz::require(canonical_text(again, study) == text);
  });
  return 0;
}
