#include "engine/where_tokens.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/plain_text.hpp"

namespace trawl {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits, points and exponents, right or wrong: read_number says which.
std::size_t number_end(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    const char c = text[at];
    const bool sign_of_exponent = (c == '+' || c == '-') && (text[at - 1] == 'e' || text[at - 1] == 'E');
    if (!is_letter(c) && !is_digit(c) && c != '.' && !sign_of_exponent) break;
  }
  return at;
}

// What other languages write, and what it is here.
struct Foreign {
  std::string_view text;
  const char* problem;
};

constexpr const char* single_equals = "where has a single = (it compares, it sets nothing). Use ==.";

constexpr Foreign foreign_signs[] = {
    {"**", "where has ** (no operator here). Use ^ for powers."},
    {"%", "where has % (no operator here). Compare numbers by < <= > >= == !=."},
    {"=", single_equals},
    {"&", "where has a single & (no operator here). Use &&."},
    {"|", "where has a single | (no operator here). Use ||."},
};

constexpr std::string_view signs[] = {"||", "&&", "<=", ">=", "==", "!=", "<", ">", "+", "-",
                                      "*",  "/",  "^",  "!",  "?",  ":",  ",", "(", ")"};

}  // namespace

void refuse_where(const std::string& problem) {
  throw SweepError("where", problem);
}

void WhereTokens::advance() {
  last_end_ = next_.end;
  std::size_t at = next_.end;
  while (at < text_.size() && text_[at] == ' ') ++at;
  next_ = at == text_.size() ? Token{TokenKind::end, {}, at, at} : token(at);
}

Token WhereTokens::token(std::size_t at) const {
  const char c = text_[at];
  if (c == '"' || c == '\'') return label(at);
  const bool digits = is_digit(c) || (c == '.' && at + 1 < text_.size() && is_digit(text_[at + 1]));
  if (digits) return made(TokenKind::number, at, number_end(text_, at + 1));
  if (!is_letter(c)) return sign(at);
  std::size_t end = at;
  while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
  return made(TokenKind::name, at, end);
}

Token WhereTokens::sign(std::size_t at) const {
  const std::string_view rest = text_.substr(at);
  if (!rest.starts_with("==") && !rest.starts_with("&&") && !rest.starts_with("||")) {
    for (const Foreign& foreign : foreign_signs) {
      if (rest.starts_with(foreign.text)) refuse_where(foreign.problem);
    }
  }
  for (const std::string_view known : signs) {
    if (!rest.starts_with(known)) continue;
    const std::size_t end = at + known.size();
    if (known.back() == '=' && end < text_.size() && text_[end] == '=') refuse_where(single_equals);  // === or !==
    return made(TokenKind::sign, at, end);
  }
  refuse_where(fmt::format("where cannot be read from \"{}\" on (no name, number or operator begins so). Remove it.",
                           shown(rest)));
}

Token WhereTokens::label(std::size_t at) const {
  const std::size_t end = text_.find(text_[at], at + 1);
  if (end == std::string_view::npos)
    refuse_where("where has a quote without its partner (a label ends where it began). Add it.");
  return {TokenKind::label, slice(at + 1, end), at, end + 1};
}

}  // namespace trawl
