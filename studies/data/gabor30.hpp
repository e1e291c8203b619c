// Thirty points near a Gabor function.
// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.3, "Stochastic gradient descent".
#pragma once

#include <array>

#include "studies/models/least_squares.hpp"

namespace trawl::studies::data {

inline constexpr std::array<models::DataPoint, 30> gabor30 = {
    {{-1.92, -1.051},   {-14.22, -0.02482}, {1.49, 0.8896},     {-1.94, -0.4943},  {-2.389, -0.9371},
     {-5.09, 0.4306},   {-8.861, 0.009577}, {3.578, -0.07944},  {-6.01, 0.1624},   {-6.995, -0.2682},
     {3.634, -0.3129},  {0.8743, 0.8303},   {-10.96, -0.02365}, {0.4073, 0.5098},  {-9.467, -0.2777},
     {8.56, 0.3367},    {10.62, 0.1927},    {-0.1729, -0.2222}, {10.4, 0.06352},   {-12.61, 0.006888},
     {0.1574, 0.03224}, {-13.04, 0.01091},  {-2.156, -0.5706},  {-12.1, -0.05258}, {-11.19, -0.03666},
     {2.902, 0.1709},   {-8.22, -0.04805},  {-11.79, 0.2008},   {-8.391, -0.1904}, {-4.505, 0.5952}}};

}  // namespace trawl::studies::data
