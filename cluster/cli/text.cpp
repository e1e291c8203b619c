#include "cluster/cli/text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace trawl::cluster {

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return counted(bytes, "byte");
  auto value = static_cast<double>(bytes) / 1024;
  const char* const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(units)) value /= 1024, ++unit;
  return fmt::format("{:.3g} {}", value, units[unit]);
}

std::string seconds_text(double seconds) {
  if (!std::isfinite(seconds)) return "unknown";
  if (seconds < 1e-6) return fmt::format("{:.3g} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.3g} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  if (seconds >= 1e15) return fmt::format("{:.1e} years", seconds / 31557600);
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 48 * 3600) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  return counted(whole / 86400, "day");
}

std::string rate_text(double per_second) {
  if (!(per_second >= 1000)) return fmt::format("{:.3g}/s", per_second);
  const char* const units[] = {"k", "M", "G"};
  double value = per_second / 1000;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(units)) value /= 1000, ++unit;
  return fmt::format("{:.3g} {}/s", value, units[unit]);
}

}  // namespace trawl::cluster
