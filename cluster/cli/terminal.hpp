// Texts on terminals of any width.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace trawl::cluster {

/// Columns of the terminal behind a file descriptor now: 80 where it does not say. Nothing if it is no terminal, or one
/// that cannot move its cursor.
std::optional<std::size_t> terminal_columns(int fd);

/// Breaks each line that is longer between words; its other lines are indented as it is, and by `hang` more. A word
/// that is longer than a line stays whole. Without `columns` nothing is broken.
std::string wrapped(const std::string& lines, std::optional<std::size_t> columns, std::size_t hang);

}  // namespace trawl::cluster
