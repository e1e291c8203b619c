// Twelve points near a straight line.
// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.2, "Gradient descent".
#pragma once

#include <array>

#include "studies/models/least_squares.hpp"

namespace trawl::studies::data {

inline constexpr std::array<models::DataPoint, 12> line12 = {{{0.03, 0.67},
                                                              {0.19, 0.85},
                                                              {0.34, 1.05},
                                                              {0.46, 1.00},
                                                              {0.78, 1.40},
                                                              {0.81, 1.50},
                                                              {1.08, 1.30},
                                                              {1.18, 1.54},
                                                              {1.39, 1.55},
                                                              {1.60, 1.68},
                                                              {1.65, 1.73},
                                                              {1.90, 1.60}}};

}  // namespace trawl::studies::data
