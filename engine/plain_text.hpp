// Text from outside: what is let in, and how it is shown.
#pragma once

#include <cstddef>
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

/// Whether `bytes` is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

/// `text` with escapes in place of what could drive or deceive a terminal, so that a message is one line and says what
/// it shows: control characters, marks of the direction of writing, bytes that are not UTF-8 ("\x1b", "\u202e"). A
/// text that has been through it stays as it is.
std::string one_line(std::string_view text);

/// The same for a text of several lines, whose ends stay.
std::string plain_lines(std::string_view text);

/// User text as a message shows it: one line, cut to a length that fits.
std::string shown(std::string_view text);

/// Columns that a terminal needs for UTF-8 without wide characters.
std::size_t columns_of(std::string_view text);

}  // namespace trawl
