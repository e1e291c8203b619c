// Text from outside: what is let in, and how it is shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trawl {

/// A byte that text may not have, as a phrase, and where it is.
struct TextProblem {
  std::size_t offset;
  std::string phrase;  ///< "the control character U+0000", "the byte ff, which is not UTF-8"
};

/// The first byte of `text` that is no UTF-8 or begins a control character (C0, DEL, C1); nothing if the text is plain.
std::optional<TextProblem> problem_with_text(std::string_view text);

/// `text` with control characters and bytes that are not UTF-8 as \xNN, so that a message is one line and cannot drive
/// a terminal.
std::string one_line(std::string_view text);

/// The same, cut to a length that fits a line.
std::string shown(std::string_view text);

}  // namespace trawl
