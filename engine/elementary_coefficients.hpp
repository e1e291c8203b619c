// Coefficients of the elementary functions in elementary.hpp and vector_math-inl.h.
//
// Minimax polynomials with double coefficients (Sollya's fpminimax), lowest power first. The error is that of the
// polynomial alone, relative to the function it serves.
#pragma once

namespace trawl::coefficients {

/// exp(r) = 1 + r + r^2 P(r) for |r| <= ln(2)/2; 1.5e-17.
inline constexpr double exp[] = {
    0x1.0000000000001p-1,  0x1.555555555554dp-3,  0x1.5555555553ce5p-5,  0x1.11111111144cep-7,  0x1.6c16c178a6f7fp-10,
    0x1.a01a018c37b9dp-13, 0x1.a019b8c68c5e6p-16, 0x1.71de59ef03fa9p-19, 0x1.2891c37c074d7p-22, 0x1.aeabd29b6dec4p-26};

/// ln((1+s)/(1-s)) = 2s + s z Q(z), z = s^2, for |s| <= (sqrt(2)-1)/(sqrt(2)+1); 4.5e-18.
inline constexpr double log[] = {0x1.5555555555558p-1, 0x1.99999999952cap-2, 0x1.2492492df9572p-2, 0x1.c71c62d963d43p-3,
                                 0x1.7462b83b91147p-3, 0x1.39fdeadce215dp-3, 0x1.2b5dd4ab83e5ep-3};

/// sin(2 pi t) = t S(z), z = t^2, for |t| <= 1/8; 3.9e-17.
inline constexpr double sin_turn[] = {0x1.921fb54442d18p2,  -0x1.4abbce625be09p5, 0x1.466bc67754fffp6,
                                      -0x1.32d2ccdfe9424p6, 0x1.50782d5f14825p5,  -0x1.e2fe76fdffd2bp3,
                                      0x1.e357ef99eb0bap1};

/// cos(2 pi t) = 1 + z C(z), z = t^2, for |t| <= 1/8; 2.0e-18.
inline constexpr double cos_turn[] = {-0x1.3bd3cc9be45dep4, 0x1.03c1f081b5a23p6,  -0x1.55d3c7e3b7782p6,
                                      0x1.e1f50664cca8cp5,  -0x1.a6d1d2d5fcbcdp4, 0x1.f9b7a4a3edf25p2,
                                      -0x1.ac077c3d39168p0};

inline constexpr double log2_e = 0x1.71547652b82fep0;
inline constexpr double ln2_high = 0x1.62e42fefa39efp-1;  ///< ln 2 rounded
inline constexpr double ln2_low = 0x1.abc9e3b39803fp-56;  ///< ln 2 - ln2_high

/// 1.5 * 2^52: adding it rounds to an integer, which then stands in the lowest bits of the sum.
inline constexpr double round_shift = 0x1.8p52;

/// exp() is 0 below this; every result above is a normal number.
inline constexpr double exp_lowest = -708.0;

/// tanh(x) = expm1(2|x|) / (expm1(2|x|) + 2) with the sign of x, which is 1 from 2|x| = 39 on.
inline constexpr double tanh_most = 40.0;

}  // namespace trawl::coefficients
