#include "engine/constraint.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <muParser.h>

#include "engine/error.hpp"
#include "engine/spelling.hpp"

namespace trawl {

namespace {

// The problem may quote any character of the expression: control characters become spaces, for it is one line.
[[noreturn]] void refuse(std::string problem) {
  std::ranges::replace_if(
      problem, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  throw SweepError("where", problem);
}

bool is_identifier(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && letter(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// Labels of choices that can be written in an expression, with their values; a label that two parameters give
// different values, or that is a parameter's name, is not among them.
std::map<std::string, double> label_constants(const Declaration& declaration) {
  std::map<std::string, double> constants;
  std::set<std::string> ambiguous;
  for (const Parameter& parameter : declaration.parameters) {
    for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
      const auto value = static_cast<double>(i);
      const auto [known, added] = constants.emplace(parameter.choices[i], value);
      if (!added && known->second != value) ambiguous.insert(parameter.choices[i]);
    }
  }
  std::erase_if(constants, [&](const auto& constant) {
    return ambiguous.contains(constant.first) || !is_identifier(constant.first) ||
           find_parameter(declaration, constant.first);
  });
  return constants;
}

// muParser would take a = 1 for an assignment to the parameter.
void refuse_assignment(const std::string& expression) {
  for (std::size_t i = expression.find('='); i != std::string::npos; i = expression.find('=', i)) {
    const char before = i > 0 ? expression[i - 1] : ' ';
    if (before == '<' || before == '>' || before == '!') {
      ++i;
    } else if (i + 1 < expression.size() && expression[i + 1] == '=') {
      i += 2;
    } else {
      refuse("where has a single = (it compares, it sets nothing). Use ==.");
    }
  }
}

// What muParser says is wrong, for the middle of a sentence of ours.
std::string reason(const mu::ParserError& error) {
  std::string text = error.GetMsg();
  while (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

struct Constraint::Impl {
  std::vector<double> values;  // what the parser's variables point to
  mu::Parser parser;
};

Constraint::Constraint(const std::string& expression, const Declaration& declaration) {
  if (expression.empty()) return;
  refuse_assignment(expression);
  impl_ = std::make_unique<Impl>();
  std::vector<std::string> names = parameter_names(declaration);
  try {
    for (const Parameter& parameter : declaration.parameters) impl_->values.push_back(parameter.default_value);
    for (std::size_t i = 0; i < names.size(); ++i) impl_->parser.DefineVar(names[i], &impl_->values[i]);
    for (const auto& [label, value] : label_constants(declaration)) impl_->parser.DefineConst(label, value);
    if (!find_parameter(declaration, "true")) impl_->parser.DefineConst("true", 1);
    if (!find_parameter(declaration, "false")) impl_->parser.DefineConst("false", 0);
    impl_->parser.DefineInfixOprt("!", [](double x) { return x == 0 ? 1.0 : 0.0; });
    impl_->parser.SetExpr(expression);
    impl_->parser.Eval();
  } catch (const mu::ParserError& error) {
    if (error.GetCode() == mu::ecUNASSIGNABLE_TOKEN) {
      for (const auto& constant : label_constants(declaration)) names.push_back(constant.first);
      refuse(fmt::format("unknown name {} in where ({} has no such parameter). {}", error.GetToken(), declaration.name,
                         suggestion(error.GetToken(), names)));
    }
    refuse(fmt::format("where cannot be read ({}). Write a condition such as \"{} > 0\".", reason(error),
                       names.empty() ? "1" : names[0]));
  }
  if (impl_->parser.GetNumResults() != 1) {
    refuse("where is several expressions (a comma separates them). Join them by && or ||.");
  }
}

Constraint::~Constraint() = default;
Constraint::Constraint(Constraint&&) noexcept = default;

bool Constraint::admits(std::span<const double> point) {
  if (!impl_) return true;
  TRAWL_CHECK(point.size() == impl_->values.size());
  std::ranges::copy(point, impl_->values.begin());
  try {
    const double wanted = impl_->parser.Eval();
    return wanted != 0 && !std::isnan(wanted);
  } catch (const mu::ParserError& error) {  // no std::exception
    throw std::runtime_error(fmt::format("where cannot be evaluated ({})", reason(error)));
  }
}

}  // namespace trawl
