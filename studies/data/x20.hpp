// Twenty inputs in [0, 1], for which each notebook has its own outputs.
// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebooks 3.1 and 5.1 to 5.3.
#pragma once

#include <array>

namespace trawl::studies::data {

inline constexpr std::array<double, 20> x20 = {0.09291784, 0.46809093, 0.93089486, 0.67612654, 0.73441752,
                                               0.86847339, 0.49873225, 0.51083168, 0.18343972, 0.99380898,
                                               0.27840809, 0.38028817, 0.12055708, 0.56715537, 0.92005746,
                                               0.77072270, 0.85278176, 0.05315950, 0.87168699, 0.58858043};

}  // namespace trawl::studies::data
