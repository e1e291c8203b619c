// How far a network is from the same network with step functions for its hidden units.
#pragma once

#include "studies/activations/activations.hpp"

namespace trawl::studies::activations {

/// The activation as chosen by the parameters, at z.
double activate(const ActivationsParameters& p, double z);

/// Integral over [0, 1] of |y(x) - y_heaviside(x)|.
///
/// The difference is smooth between the joints of the units. Its changes of sign are looked for between the joints, and
/// close to them at distances of the sigmoid's own width (a pair of roots within a 16th of such an interval may be
/// missed), then found to the last bit.
double heaviside_distance(const ActivationsParameters& p);

}  // namespace trawl::studies::activations
