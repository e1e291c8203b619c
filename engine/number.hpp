// Numbers as people write them: one grammar for sweep files, the command line and `where`.
#pragma once

#include <cstdint>
#include <string_view>

namespace trawl {

/// Up to here (2^53) every whole number is a double.
inline constexpr double largest_whole = 9007199254740992.0;

/// Reads all of `text` as a number: digits with an optional sign, point and exponent, and single underscores between
/// digits, as in 5, +0.5, .5, 1e-3 or 1_000. Digits alone are an integer, which must be a double exactly; any other
/// number is rounded to the nearest double. Throws std::invalid_argument with a phrase such as "1e400 is beyond the
/// largest double"; inf, nan and hexadecimal digits are no numbers.
double read_number(std::string_view text);

/// The same for digits with an optional sign, from -2^63 to 2^63 - 1.
std::int64_t read_whole_number(std::string_view text);

/// An integer as a double. Throws std::invalid_argument if it is none exactly.
double exact_double(std::int64_t value);

}  // namespace trawl
