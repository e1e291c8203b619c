#include "engine/where.hpp"

#include <algorithm>
#include <cstddef>
#include <numbers>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "engine/number.hpp"
#include "engine/plain_text.hpp"
#include "engine/spelling.hpp"
#include "engine/where_tokens.hpp"

namespace trawl {

namespace {

constexpr int deepest = 100;  // levels of parentheses, signs and powers; each takes some frames of the stack

// What other languages write, and what it is here.
struct ForeignWord {
  std::string_view text;
  const char* problem;
};

constexpr ForeignWord foreign_words[] = {
    {"and", "where has the word and (no operator here). Use &&."},
    {"or", "where has the word or (no operator here). Use ||."},
    {"not", "where has the word not (no operator here). Use !, as in !(x > 1)."},
};

enum class Type { number, flag, condition, choice, label };

// Part of the expression, of which the translation is the end of the text made so far.
struct Operand {
  Type type;
  std::size_t begin, end;  // in the expression
  std::size_t made;        // where its translation begins; that of a name or label is then made_length long
  std::size_t made_length = 0;
  const Parameter* choice = nullptr;
  std::string_view label = {};  // a lone name or a label in quotes
};

bool compares(const Token& token) {
  static constexpr std::string_view all[] = {"<", "<=", ">", ">=", "==", "!="};
  return token.kind == TokenKind::sign && std::ranges::find(all, token.text) != std::end(all);
}

class Reader {
 public:
  Reader(std::string_view expression, const Declaration& declaration)
      : tokens_(expression), declaration_(declaration) {}

  std::string read() {
    require_condition(condition());
    if (tokens_.at(",")) refuse_where("where is several expressions (a comma separates them). Join them by && or ||.");
    if (tokens_.next().kind != TokenKind::end) unexpected();
    return std::move(made_);
  }

 private:
  Operand condition() {
    const Level level(*this);
    Operand result = either();
    if (!tokens_.at("?")) return result;
    require_condition(result);
    take();
    const Operand yes = condition();
    if (!tokens_.at(":")) unexpected();
    take();
    const Operand no = condition();
    const bool numbers = is_number(yes) && is_number(no);
    if (!numbers) require_condition(yes), require_condition(no);
    return joined(result, numbers ? Type::number : Type::condition);
  }

  Operand either() { return logical("||", &Reader::both); }
  Operand both() { return logical("&&", &Reader::comparison); }

  Operand logical(std::string_view sign, Operand (Reader::*part)()) {
    Operand result = (this->*part)();
    while (tokens_.at(sign)) {
      require_condition(result);
      take();
      require_condition((this->*part)());
      result = joined(result, Type::condition);
    }
    return result;
  }

  Operand comparison() {
    const Operand left = sum();
    if (!compares(tokens_.next())) return left;
    const Token sign = tokens_.next();
    take();
    const Operand right = sum();
    if (compares(tokens_.next())) refuse_chain(left, sign, right);
    check_comparison(left, sign.text, right);
    return joined(left, Type::condition);
  }

  [[noreturn]] void refuse_chain(const Operand& left, const Token& sign, const Operand& middle) {
    const Token second = tokens_.next();
    take();
    const Operand right = sum();
    const auto text = [this](const Operand& part) { return shown(tokens_.slice(part.begin, part.end)); };
    refuse_where(
        fmt::format("where compares in a chain, \"{}\" (a comparison has two sides). Write {} {} {} && {} {} {}.",
                    shown(tokens_.slice(left.begin, right.end)), text(left), sign.text, text(middle), text(middle),
                    second.text, text(right)));
  }

  void check_comparison(const Operand& left, std::string_view sign, const Operand& right) {
    if (left.type == Type::choice || right.type == Type::choice) return compare_choice(left, sign, right);
    if (is_number(left) && is_number(right)) return;
    const bool equality = sign == "==" || sign == "!=";
    if (equality && is_condition(left) && is_condition(right)) return;
    require_number(left);
    require_number(right);
  }

  void compare_choice(const Operand& left, std::string_view sign, const Operand& right) {
    const Parameter& choice = left.type == Type::choice ? *left.choice : *right.choice;
    if (sign != "==" && sign != "!=") {
      refuse_where(
          fmt::format("where orders {} by {} (its labels have no order). Compare it by == or !=.", choice.name, sign));
    }
    if (left.type == Type::choice && right.type == Type::choice) {
      if (left.choice->choices == right.choice->choices) return;
      if (put_label(*left.choice, right) || put_label(*right.choice, left)) return;
      refuse_where(fmt::format("where compares {} with {} (they have other labels). Compare each with its own.",
                               left.choice->name, right.choice->name));
    }
    const Operand& other = left.type == Type::choice ? right : left;
    if (!put_label(choice, other)) {
      refuse_where(fmt::format("where compares {} with \"{}\" (none of its labels). {}", choice.name,
                               shown(tokens_.slice(other.begin, other.end)), suggestion(other.label, choice.choices)));
    }
  }

  // Replaces the translation of an operand by the number of the label that it is.
  bool put_label(const Parameter& choice, const Operand& operand) {
    const auto found = std::ranges::find(choice.choices, operand.label);
    if (operand.label.empty() || found == choice.choices.end()) return false;
    made_.replace(operand.made, operand.made_length, fmt::format("{} ", found - choice.choices.begin()));
    return true;
  }

  Operand sum() { return arithmetic("+", "-", &Reader::product); }
  Operand product() { return arithmetic("*", "/", &Reader::signed_power); }

  Operand arithmetic(std::string_view one, std::string_view other, Operand (Reader::*part)()) {
    Operand result = (this->*part)();
    while (tokens_.at(one) || tokens_.at(other)) {
      require_number(result);
      take();
      require_number((this->*part)());
      result = joined(result, Type::number);
    }
    return result;
  }

  Operand signed_power() {
    const Level level(*this);
    const bool negates = tokens_.at("!");
    if (!negates && !tokens_.at("-") && !tokens_.at("+")) return power();
    Operand result{negates ? Type::condition : Type::number, tokens_.next().begin, 0, made_.size()};
    take();
    made_ += '(';  // muParser takes no two signs in a row
    const Operand operand = signed_power();
    made_ += ')';
    if (negates) require_condition(operand);
    else require_number(operand);
    return joined(result, result.type);
  }

  Operand power() {
    const Operand base = primary();
    if (!tokens_.at("^")) return base;
    require_number(base);
    take();
    require_number(signed_power());
    return joined(base, Type::number);
  }

  Operand primary() {
    const Token token = tokens_.next();
    Operand result{Type::number, token.begin, token.end, made_.size()};
    if (tokens_.at("(")) {
      take();
      const Operand inner = condition();
      if (tokens_.at(","))
        refuse_where("where has a comma outside a function's arguments (it joins nothing). Use && or ||.");
      if (!tokens_.at(")")) unexpected();
      take();
      if (inner.type == Type::choice || inner.type == Type::label) refuse_lone(inner);
      return joined(result, inner.type);
    }
    if (token.kind == TokenKind::number) return number(result);
    if (token.kind == TokenKind::label) return label(result);
    if (token.kind != TokenKind::name) unexpected();
    tokens_.advance();
    return tokens_.at("(") ? call(result, token.text) : name(result, token.text);
  }

  Operand number(const Operand& result) {
    try {
      made_ += fmt::format("{} ", read_number(tokens_.next().text));
    } catch (const std::invalid_argument& error) {
      refuse_where(fmt::format("where has a number that cannot be read ({}). Change it.", error.what()));
    }
    tokens_.advance();
    return result;
  }

  Operand label(Operand result) {
    result.type = Type::label;
    result.label = tokens_.next().text;
    tokens_.advance();
    return result;
  }

  Operand name(Operand result, std::string_view name) {
    result.label = name;
    if (const auto position = find_parameter(declaration_, name)) {
      const Parameter& parameter = declaration_.parameters[*position];
      result.type = parameter.kind == Kind::choice ? Type::choice
                    : parameter.kind == Kind::flag ? Type::flag
                                                   : Type::number;
      result.choice = &parameter;
      made_ += fmt::format("v{} ", *position);
    } else if (name == "true" || name == "false") {
      result.type = Type::flag;
      made_ += name == "true" ? "1 " : "0 ";
    } else if (name == "_pi" || name == "_e") {
      made_ += fmt::format("{} ", name == "_pi" ? std::numbers::pi : std::numbers::e);
    } else {
      refuse_foreign(name);
      if (!is_label(name)) unknown(name);
      result.type = Type::label;
    }
    result.made_length = made_.size() - result.made;
    return result;
  }

  Operand call(const Operand& result, std::string_view name) {
    const auto& functions = where_functions();
    const auto function = std::ranges::find(functions, name, &WhereFunction::name);
    if (function == functions.end()) {
      std::vector<std::string> names;
      for (const WhereFunction& known : functions) names.emplace_back(known.name);
      refuse_where(fmt::format("unknown function {} in where. {}", shown(name), suggestion(name, names)));
    }
    made_ += name;
    int arguments = 0;
    do {
      take();
      require_number(condition());
      ++arguments;
    } while (tokens_.at(","));
    if (!tokens_.at(")")) unexpected();
    take();
    if (function->arguments != WhereFunction::any_number && function->arguments != arguments) {
      refuse_where(fmt::format("where gives {} {} number{} (it takes {}). Change them.", name, arguments,
                               arguments == 1 ? "" : "s", function->arguments));
    }
    return joined(result, Type::number);
  }

  static void refuse_foreign(std::string_view name) {
    for (const ForeignWord& word : foreign_words) {
      if (word.text == name) refuse_where(word.problem);
    }
  }

  bool is_label(std::string_view name) const {
    return std::ranges::any_of(declaration_.parameters, [name](const Parameter& parameter) {
      return std::ranges::find(parameter.choices, name) != parameter.choices.end();
    });
  }

  [[noreturn]] void unknown(std::string_view name) const {
    std::vector<std::string> names = parameter_names(declaration_);
    for (const Parameter& parameter : declaration_.parameters)
      names.insert(names.end(), parameter.choices.begin(), parameter.choices.end());
    refuse_where(fmt::format("unknown name {} in where ({} has no such parameter). {}", shown(name), declaration_.name,
                             suggestion(name, names)));
  }

  [[noreturn]] void unexpected() const {
    const Token& token = tokens_.next();
    refuse_foreign(token.text);
    const std::string found =
        token.kind == TokenKind::end ? "its end" : fmt::format("\"{}\"", shown(tokens_.slice(token.begin, token.end)));
    const auto names = parameter_names(declaration_);
    refuse_where(fmt::format("where cannot be read ({} comes unexpected). Write a condition such as \"{} > 0\".", found,
                             names.empty() ? "1" : names[0]));
  }

  static bool is_number(const Operand& operand) { return operand.type == Type::number || operand.type == Type::flag; }
  static bool is_condition(const Operand& operand) {
    return operand.type == Type::condition || operand.type == Type::flag;
  }

  [[noreturn]] void refuse_lone(const Operand& operand) const {
    const std::string text = shown(tokens_.slice(operand.begin, operand.end));
    refuse_where(
        operand.type == Type::choice
            ? fmt::format("where has {} without a label (it is neither number nor condition). Write {} == {}.", text,
                          text, operand.choice->choices.empty() ? "LABEL" : operand.choice->choices[0])
            : fmt::format("where has the label {} without its parameter (labels are no numbers). Write NAME == {}.",
                          text, text));
  }

  void require_condition(const Operand& operand) const {
    if (is_condition(operand)) return;
    if (operand.type != Type::number) refuse_lone(operand);
    const std::string text = shown(tokens_.slice(operand.begin, operand.end));
    refuse_where(
        fmt::format("where has the number \"{}\" in place of a condition (it holds or not, whatever is meant). Compare "
                    "it, as in {} != 0.",
                    text, text));
  }

  void require_number(const Operand& operand) const {
    if (is_number(operand)) return;
    if (operand.type != Type::condition) refuse_lone(operand);
    refuse_where(
        fmt::format("where has the condition \"{}\" in place of a number (it is true or false). Join conditions by && "
                    "or ||.",
                    shown(tokens_.slice(operand.begin, operand.end))));
  }

  Operand joined(const Operand& first, Type type) const { return {type, first.begin, tokens_.last_end(), first.made}; }

  // Moves past a sign, which means the same to muParser.
  void take() {
    made_ += tokens_.next().text;
    tokens_.advance();
  }

  struct Level {
    explicit Level(Reader& reader) : depth(reader.depth_) {
      if (++depth > deepest)
        refuse_where(fmt::format("where is nested too deeply (more than {} levels). Simplify it.", deepest));
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --depth; }
    int& depth;
  };

  WhereTokens tokens_;
  const Declaration& declaration_;
  std::string made_;
  int depth_ = 0;
};

}  // namespace

std::string translate_where(std::string_view expression, const Declaration& declaration) {
  if (const auto problem = problem_with_text(expression)) {
    refuse_where(fmt::format("where has {} (it is one line of text). Remove it.", problem->phrase));
  }
  return Reader(expression, declaration).read();
}

}  // namespace trawl
