// A study whose parameters are the members of a struct: bound once, read as typed values.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "engine/study.hpp"

namespace trawl {

/// Where one task's outputs go. out[k] is the span of output k; out.set(k, x) writes a scalar. Both throw StudyError
/// if there is no such output.
class Outputs {
 public:
  Outputs(const Columns& columns, std::size_t task) : columns_(columns), task_(task) {}

  std::span<double> operator[](std::size_t output) const { return columns_.of(output, task_); }
  void set(std::size_t output, double value) const { columns_.scalar(output, task_) = value; }

 private:
  const Columns& columns_;
  std::size_t task_;
};

/// A parameter together with the way its value gets into the struct P.
template <class P>
struct Binding {
  Parameter parameter;
  void (*assign)(P&, double);
};

namespace detail {
template <class M>
struct MemberOf;
template <class P, class T>
struct MemberOf<T P::*> {
  using Struct = P;
  using Value = T;
};

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<T, bool>) return Kind::flag;
  else if constexpr (std::is_enum_v<T>) return Kind::choice;
  else if constexpr (std::is_integral_v<T>) return Kind::integer;
  else return Kind::real;
}

/// The part of an integer parameter's domain that its member can hold.
template <class T>
Domain held_by(Domain domain) {
  constexpr auto lowest = static_cast<double>(std::numeric_limits<T>::min());
  constexpr auto highest = static_cast<double>(std::numeric_limits<T>::max());
  if (domain.lower < lowest) domain.lower = lowest, domain.lower_open = false;
  if (std::numeric_limits<T>::digits < 53 && domain.upper > highest) domain.upper = highest, domain.upper_open = false;
  return domain;
}
}  // namespace detail

/// Binds a member: its type gives the kind (double real, integer types integer, bool flag, enum class choice with
/// values 0, 1, ... in the order of .choices) and the struct's initialiser gives the default. An integer's domain ends
/// where its type does.
/// Use: bind<&Parameters::samples>({.name = "samples", .domain = at_least(1), .description = "..."}).
template <auto Member>
auto bind(Parameter parameter) {
  using Struct = typename detail::MemberOf<decltype(Member)>::Struct;
  using Value = typename detail::MemberOf<decltype(Member)>::Value;
  parameter.kind = detail::kind_of<Value>();
  if constexpr (detail::kind_of<Value>() == Kind::integer) {
    if (std::numeric_limits<Value>::digits < 53 || std::is_unsigned_v<Value>)
      parameter.domain = detail::held_by<Value>(parameter.domain);
  }
  parameter.default_value = static_cast<double>(Struct{}.*Member);
  return Binding<Struct>{std::move(parameter), [](Struct& p, double value) {
                           if constexpr (std::is_same_v<Value, bool>) p.*Member = value != 0;
                           else if constexpr (std::is_enum_v<Value>)
                             p.*Member = static_cast<Value>(static_cast<int>(value));
                           else p.*Member = static_cast<Value>(value);
                         }};
}

namespace detail {
template <auto Member, std::size_t I, class P>
void assign_element(P& p, double value) {
  (p.*Member)[I] = value;
}

/// `text` with every # replaced by the number.
inline std::string numbered(std::string_view text, std::size_t number) {
  std::string result;
  for (const char c : text)
    if (c == '#') result += std::to_string(number);
    else result += c;
  return result;
}
}  // namespace detail

/// Binds each element of a std::array<double, N> member to a real parameter; # in the name, long name and description
/// of `common` stands for the element's number, which counts from `first`.
/// Use: bind_elements<&Parameters::weight>({.name = "weight#", .description = "weight of unit #"}, 1). Where the member
/// is inherited, Struct is the parameters' own struct.
template <auto Member, class Struct = typename detail::MemberOf<decltype(Member)>::Struct>
auto bind_elements(const Parameter& common, std::size_t first = 0) {
  using Array = typename detail::MemberOf<decltype(Member)>::Value;
  std::vector<Binding<Struct>> bindings;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (bindings.push_back({common, detail::assign_element<Member, I, Struct>}), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<Array>>{});
  const Struct defaults;
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    Parameter& parameter = bindings[i].parameter;
    parameter.name = detail::numbered(common.name, first + i);
    parameter.long_name = detail::numbered(common.long_name, first + i);
    parameter.description = detail::numbered(common.description, first + i);
    parameter.default_value = (defaults.*Member)[i];
  }
  return bindings;
}

/// Derive from this, override evaluate(Tasks, Columns) and outputs(), to compute several tasks at once.
template <class P>
class BlockStudy : public Study {
 public:
  BlockStudy(Declaration declaration, std::vector<Binding<P>> bindings)
      : declaration_(std::move(declaration)), bindings_(std::move(bindings)) {
    for (const auto& binding : bindings_) declaration_.parameters.push_back(binding.parameter);
  }

  const Declaration& declaration() const final { return declaration_; }

  std::string problem() const final {
    if (declaration_.parameters.size() != bindings_.size())
      return "parameters are declared that no bind() connects to a member (leave Declaration::parameters empty)";
    for (std::size_t k = 0; k < bindings_.size(); ++k)
      for (std::size_t j = 0; j < k; ++j)
        if (bindings_[j].assign == bindings_[k].assign)
          return "parameters " + bindings_[j].parameter.name + " and " + bindings_[k].parameter.name +
                 " are bound to the same member";
    return {};
  }

  /// The struct of a point given as one value per parameter, in declaration order.
  P parameters(std::span<const double> point) const {
    TRAWL_CHECK(point.size() == bindings_.size());
    P p{};
    for (std::size_t k = 0; k < bindings_.size(); ++k) bindings_[k].assign(p, point[k]);
    return p;
  }

  double cost(std::span<const double> point) const final { return cost(parameters(point)); }

 protected:
  virtual double cost(const P& /*p*/) const { return 1.0; }

 private:
  Declaration declaration_;
  std::vector<Binding<P>> bindings_;
};

/// Derive from this, override evaluate(const P&, RandomStream, Outputs) and outputs(), to compute one task at a time.
template <class P>
class TypedStudy : public BlockStudy<P> {
 public:
  using BlockStudy<P>::BlockStudy;

  void evaluate(const Tasks& tasks, const Columns& columns) const final {
    for (std::size_t i = 0; i < tasks.size; ++i)
      evaluate(this->parameters(tasks.row(i)), tasks.random(i), Outputs(columns, i));
  }

 protected:
  /// Computes one task; throw std::exception to fail it.
  virtual void evaluate(const P& p, const RandomStream& random, const Outputs& out) const = 0;
};

}  // namespace trawl
