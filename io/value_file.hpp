// The values of an axis from a file of measurements.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/parameter.hpp"

namespace trawl::io {

/// A mistake in such a file; `place` is "FILE", "FILE:LINE" or "FILE:LINE:COLUMN".
class ValueFileError : public std::runtime_error {
 public:
  ValueFileError(std::string where, const std::string& problem)
      : std::runtime_error(problem), place(std::move(where)) {}
  std::string place;
};

/// A column of a CSV file (RFC 4180: commas, quotes, LF or CRLF, perhaps a byte order mark) whose first line names the
/// columns; without a name the only one. Spaces around a value without quotes are ignored. Each value is read as on the
/// command line. Throws ValueFileError, UsageError if the file cannot be read.
std::vector<double> read_csv_column(const std::string& path, const std::optional<std::string>& column,
                                    const Parameter& parameter);

/// The values of a one-dimensional NumPy array file (format 1 to 3): little-endian floats of 16, 32 or 64 bits,
/// integers of 8 to 64, booleans for a flag. The same exceptions.
std::vector<double> read_npy(const std::string& path, const Parameter& parameter);

}  // namespace trawl::io
