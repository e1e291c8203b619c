// The words of `where`: names, numbers, labels in quotes, and signs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trawl {

/// Throws SweepError (key "where").
[[noreturn]] void refuse_where(const std::string& problem);

enum class TokenKind { end, number, name, label, sign };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;  ///< of a label without its quotes
  std::size_t begin = 0, end = 0;
};

/// The tokens of an expression, one after the other. Refuses what begins none, and signs of other languages.
class WhereTokens {
 public:
  explicit WhereTokens(std::string_view text) : text_(text) { advance(); }

  const Token& next() const { return next_; }
  bool at(std::string_view sign) const { return next_.kind == TokenKind::sign && next_.text == sign; }
  void advance();

  std::size_t last_end() const { return last_end_; }  ///< of the token before the next
  std::string_view slice(std::size_t begin, std::size_t end) const { return text_.substr(begin, end - begin); }

 private:
  Token token(std::size_t at) const;
  Token sign(std::size_t at) const;
  Token label(std::size_t at) const;
  Token made(TokenKind kind, std::size_t begin, std::size_t end) const { return {kind, slice(begin, end), begin, end}; }

  std::string_view text_;
  Token next_;
  std::size_t last_end_ = 0;
};

}  // namespace trawl
