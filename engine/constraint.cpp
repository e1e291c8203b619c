#include "engine/constraint.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <muParser.h>

#include "engine/error.hpp"
#include "engine/plain_text.hpp"
#include "engine/where.hpp"

namespace trawl {

namespace {

using Function = double (*)(double);

struct NamedFunction {
  const char* name;
  Function function;
};

constexpr NamedFunction functions_of_one[] = {
    {"abs", [](double x) { return std::abs(x); }},     {"sign", [](double x) { return double((x > 0) - (x < 0)); }},
    {"floor", [](double x) { return std::floor(x); }}, {"ceil", [](double x) { return std::ceil(x); }},
    {"rint", [](double x) { return std::rint(x); }},   {"sqrt", [](double x) { return std::sqrt(x); }},
    {"exp", [](double x) { return std::exp(x); }},     {"log", [](double x) { return std::log(x); }},
    {"ln", [](double x) { return std::log(x); }},      {"log2", [](double x) { return std::log2(x); }},
    {"log10", [](double x) { return std::log10(x); }}, {"sin", [](double x) { return std::sin(x); }},
    {"cos", [](double x) { return std::cos(x); }},     {"tan", [](double x) { return std::tan(x); }},
    {"asin", [](double x) { return std::asin(x); }},   {"acos", [](double x) { return std::acos(x); }},
    {"atan", [](double x) { return std::atan(x); }},   {"sinh", [](double x) { return std::sinh(x); }},
    {"cosh", [](double x) { return std::cosh(x); }},   {"tanh", [](double x) { return std::tanh(x); }},
    {"asinh", [](double x) { return std::asinh(x); }}, {"acosh", [](double x) { return std::acosh(x); }},
    {"atanh", [](double x) { return std::atanh(x); }},
};

double arc_tangent(double y, double x) {
  return std::atan2(y, x);
}
double smallest(const double* values, int count) {
  return *std::min_element(values, values + count);
}
double largest(const double* values, int count) {
  return *std::max_element(values, values + count);
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

const std::vector<WhereFunction>& where_functions() {
  static const std::vector<WhereFunction> all = [] {
    std::vector<WhereFunction> functions = {
        {"atan2", 2}, {"min", WhereFunction::any_number}, {"max", WhereFunction::any_number}};
    for (const NamedFunction& one : functions_of_one) functions.push_back({one.name, 1});
    return functions;
  }();
  return all;
}

Constraint::Constraint(const std::string& expression, const Declaration& declaration) {
  if (expression.empty()) return;
  const std::string translation = translate_where(expression, declaration);
  impl_ = std::make_unique<Impl>();
  try {
    for (const Parameter& parameter : declaration.parameters) impl_->values.push_back(parameter.default_value);
    for (std::size_t i = 0; i < impl_->values.size(); ++i)
      impl_->parser.DefineVar(fmt::format("v{}", i), &impl_->values[i]);
    impl_->parser.ClearFun();
    for (const NamedFunction& one : functions_of_one) impl_->parser.DefineFun(one.name, one.function);
    impl_->parser.DefineFun("atan2", arc_tangent);
    impl_->parser.DefineFun("min", smallest);
    impl_->parser.DefineFun("max", largest);
    impl_->parser.DefineInfixOprt("!", [](double x) { return x == 0 ? 1.0 : 0.0; });
    impl_->parser.SetExpr(translation);
    impl_->parser.Eval();
  } catch (const mu::ParserError& error) {
    throw SweepError("where", fmt::format("where cannot be read ({}). Simplify it.", one_line(reason(error))));
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
