// Eight walks down the valley side by side.
#pragma once

#include "studies/models/eight_walks.hpp"

namespace trawl::studies::adam_2d {

struct Walkers : models::EightWalks {
  Numbers alpha{}, beta{}, gamma{}, epsilon{};
  Numbers plain{};      ///< 1: phi <- phi - alpha g whatever the other numbers; else 0
  Numbers corrected{};  ///< 1: divide m and v by 1 - beta^t and 1 - gamma^t; else 0
  Numbers m0{}, m1{}, v0{}, v1{};
  Numbers beta_power = filled(1), gamma_power = filled(1);

  static constexpr Numbers filled(double value) {
    Numbers all{};
    for (double& one : all) one = value;
    return all;
  }
};

/// Up to `steps` steps of each walk, t = 1, 2, ...:
///
///     g = grad L,  m <- beta m + (1 - beta) g,  v <- gamma v + (1 - gamma) g^2
///     phi <- phi - alpha mhat / (sqrt(vhat) + epsilon),  mhat = m / (1 - beta^t),  vhat = v / (1 - gamma^t)
///
/// beta = gamma = 0 is the normalised gradient: mhat / sqrt(vhat) = g / |g| in each component.
void advance(Walkers& walkers, double steps);

}  // namespace trawl::studies::adam_2d
