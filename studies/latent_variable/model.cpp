#include "studies/latent_variable/model.hpp"

#include <cmath>

#include "engine/elementary.hpp"

namespace trawl::studies::latent {

Point Map::operator()(double z) const {
  return slopes(*this, z).value;
}

Slopes slopes(const Map& map, double z) {
  const auto a = elementary::sincos_turns(std::fma(z, Map::rate1 * Map::inverse_turn, Map::offset1));
  const auto b = elementary::sincos_turns(std::fma(z, Map::rate2 * Map::inverse_turn, map.offset2));
  const double f1 = 0.5 * elementary::exp(a.sin);
  return {.value = {f1, b.cos},
          .first = {Map::rate1 * a.cos * f1, -Map::rate2 * b.sin},
          .second = {Map::rate1 * Map::rate1 * (a.cos * a.cos - a.sin) * f1, -Map::rate2 * Map::rate2 * b.cos}};
}

}  // namespace trawl::studies::latent
