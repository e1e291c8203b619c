#include "engine/sobol.hpp"

#include <boost/random/sobol.hpp>

namespace trawl {

Sobol::Sobol(std::size_t dimensions) : directions_(64 * dimensions) {
  if (dimensions == 0) return;
  boost::random::sobol_engine<std::uint64_t, 64> engine(dimensions);
  for (unsigned k = 0; k < 64; ++k) {
    // The engine's n-th draw has the Gray code of n + 1, which is the single bit k for n + 1 = 2^(k+1) - 1.
    engine.seed((std::uint64_t{2} << k) - 2);
    for (std::size_t j = 0; j < dimensions; ++j) directions_[64 * j + k] = engine();
  }
}

std::uint64_t Sobol::operator()(std::uint64_t i, std::size_t dimension) const {
  std::uint64_t x = 0;
  for (const std::uint64_t* direction = &directions_[64 * dimension]; i != 0; i >>= 1, ++direction) {
    x ^= *direction & -(i & 1);
  }
  return x;
}

}  // namespace trawl
