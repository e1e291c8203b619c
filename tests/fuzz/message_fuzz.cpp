// Messages between ranks: what is decoded encodes to a message that decodes to the same bytes.
#include "cluster/mpi/wire.hpp"

#include <algorithm>

#include "tests/fuzz/fuzz_support.hpp"

using namespace trawl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Message message = cluster::decode(std::as_bytes(std::span(data, size)));
    cluster::Bytes once, twice;
    cluster::encode(message, once);
    cluster::encode(cluster::decode(once.view()), twice);
    fuzz::require(std::ranges::equal(once.view(), twice.view()));
  } catch (const cluster::WireError&) {
  }
  return 0;
}
