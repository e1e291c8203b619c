#include "io/toml_text.hpp"

#include <fmt/format.h>

#include "engine/number.hpp"
#include "engine/plain_text.hpp"

namespace trawl::io {
namespace {

constexpr int deepest = 16;

bool is_token(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+' ||
         c == '-' || c == '.' || c == ':';
}

/// Walks through a text before toml++ does. Up to the first mistake both see the same strings, comments and brackets,
/// and toml++ goes no further than that.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  void run() {
    while (!at_end()) step();
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '#') return skip_while([](char x) { return x != '\n'; });
    if (c == '"' || c == '\'') return skip_string(c);
    if (is_token(c)) return token();
    if (c != ' ' && c != '\t') key_parts_ = 0;
    if (c == '[' || c == '{') {
      if (++depth_ > deepest) fail("arrays and tables");
    } else if ((c == ']' || c == '}') && depth_ > 0) {
      --depth_;
    }
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') before_ = c;
    next();
  }

  /// Bare keys with their dots, and values without quotes.
  void token() {
    const std::size_t begin = at_;
    const toml::source_position place = position();
    while (!at_end() && is_token(text_[at_])) {
      if (text_[at_] == '.' && ++key_parts_ > deepest) fail("parts of a key");
      next();
    }
    if (before_ == '=' || before_ == ',' || before_ == '[') check_number(text_.substr(begin, at_ - begin), place);
  }

  void check_number(std::string_view word, toml::source_position place) const {
    std::string_view digits = word;
    if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
    if (digits.starts_with("0x") || digits.starts_with("0o") || digits.starts_with("0b"))
      throw TomlError(
          fmt::format("{} is not decimal (a sweep means the same to every reader). Write it in decimal.", shown(word)),
          place);
    const bool real = !digits.empty() && digits[0] >= '0' && digits[0] <= '9' &&
                      digits.find_first_of(".eE") != std::string_view::npos &&
                      digits.find_first_not_of("0123456789_.eE+-") == std::string_view::npos;
    if (!real) return;
    try {
      read_number(word);
    } catch (const std::invalid_argument& error) {
      throw TomlError(fmt::format("{}. Change it.", error.what()), place);
    }
  }

  void skip_string(char quote) {
    const bool many_lines = text_.substr(at_, 3) == std::string(3, quote);
    const std::size_t marks = many_lines ? 3 : 1;
    const std::string end(marks, quote);
    for (std::size_t i = 0; i < marks; ++i) next();
    while (!at_end() && text_.substr(at_, marks) != end && (many_lines || text_[at_] != '\n')) {
      if (quote == '"' && text_[at_] == '\\') next();
      next();
    }
    while (!at_end() && text_[at_] == quote) next();
  }

  template <class Condition>
  void skip_while(Condition condition) {
    while (!at_end() && condition(text_[at_])) next();
  }

  bool at_end() const { return at_ >= text_.size(); }

  void next() {
    if (at_end()) return;
    if (text_[at_] == '\n') ++line_, line_begin_ = at_ + 1, continuation_bytes_ = 0;
    else if ((static_cast<unsigned char>(text_[at_]) & 0xC0) == 0x80) ++continuation_bytes_;
    ++at_;
  }

  toml::source_position position() const {
    return {line_, static_cast<toml::source_index>(at_ - line_begin_ - continuation_bytes_ + 1)};
  }

  [[noreturn]] void fail(const char* what) const {
    throw TomlError(
        fmt::format("more than {} {} inside each other (nothing here is so deep). Write it flatter.", deepest, what),
        position());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t continuation_bytes_ = 0;  ///< of UTF-8, in this line: columns count characters
  toml::source_index line_ = 1;
  int depth_ = 0;
  int key_parts_ = 0;
  char before_ = '\n';  ///< the last sign outside of words and strings
};

}  // namespace

toml::table parse_toml(std::string_view text) {
  Scan(text).run();
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw TomlError(fmt::format("not TOML ({}). What to do? See toml.io.", error.description()), error.source().begin);
  }
}

}  // namespace trawl::io
