// Eight walks down the loss of a straight line side by side.
#pragma once

#include "studies/models/eight_walks.hpp"

namespace trawl::studies::gd_linear {

struct Walkers : models::EightWalks {
  Numbers fixed{};  ///< 1: steps of alpha; else 0, a line search
  Numbers alpha{};
  Numbers max_dist{}, thresh{}, max_iter{};
  Numbers absolute{};  ///< 1: the line search's first rule halves b, c and d themselves; else 0
};

/// Up to `steps` steps of each walk, phi <- phi - a g with g the gradient and a = alpha or from the line search of
/// studies/models/line_search.hpp (Lowest::not_above, LossAlongGradient), with the same bits.
void advance(Walkers& walkers, double steps);

}  // namespace trawl::studies::gd_linear
