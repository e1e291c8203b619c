#include "engine/check_study.hpp"

#include <cmath>
#include <functional>
#include <stdexcept>

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "engine/typed_study.hpp"
#include "tests/engine/toy_declaration.hpp"

namespace trawl {
namespace {

class ToyStudy final : public Study {
 public:
  const Declaration& declaration() const override { return declaration_; }
  OutputLayout outputs(std::span<const Extent>) const override {
    if (throws_) throw std::runtime_error("no such file");
    return layout_;
  }
  double cost(std::span<const double>) const override { return cost_; }
  void evaluate(const Tasks&, const Columns&) const override {}

  Declaration declaration_ = toy_declaration();
  OutputLayout layout_ = {{{.name = "epoch", .values = {1, 2}}, {.name = "side", .labels = {"left", "right"}}},
                          {{.name = "y"}, {.name = "history", .dimensions = {"side", "epoch"}}}};
  double cost_ = 1;
  bool throws_ = false;
};

/// What check_study says after `spoil`.
std::string mistake(const std::function<void(ToyStudy&)>& spoil) {
  ToyStudy study;
  spoil(study);
  try {
    check_study(study);
  } catch (const StudyError& error) {
    return error.what();
  }
  return "none";
}

void expect_mistake(const std::function<void(ToyStudy&)>& spoil, const std::string& begins) {
  const std::string text = mistake(spoil);
  EXPECT_TRUE(text.starts_with(begins)) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TEST(CheckStudy, accepts_a_study_without_mistakes) {
  EXPECT_EQ(mistake([](ToyStudy&) {}), "none");
}

TEST(CheckStudy, names_the_output_and_the_dimension_that_is_not_declared) {
  EXPECT_EQ(mistake([](ToyStudy& s) {
              s.layout_.outputs[1].dimensions = {"side", "epoc"};
            }),
            "study toy: output history uses dimension epoc, which is not declared (its size is unknown). Did you mean "
            "epoch?");
  expect_mistake(
      [](ToyStudy& s) {
        s.layout_.outputs[1].dimensions = {"side", "side"};
      },
      "study toy: output history uses dimension side twice");
}

TEST(CheckStudy, refuses_defaults_that_are_not_allowed) {
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[1].default_value = 2; },
                 "study toy: the default of parameter p: 2 is outside [0, 1]");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[2].default_value = 2.5; },
                 "study toy: the default of parameter n: 2.5 is not a whole number");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[3].default_value = 2; },
                 "study toy: the default of parameter noisy: 2 is neither true nor false");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[4].default_value = 3; },
                 "study toy: the default of parameter colour: 3 is not the number of a choice (0 to 2)");
}

TEST(CheckStudy, refuses_names_that_are_invalid_or_taken) {
  expect_mistake([](ToyStudy& s) { s.declaration_.name = "Toy"; }, "a study is named 'Toy'");
  expect_mistake([](ToyStudy& s) { s.declaration_.name = "a\nb"; }, "a study is named 'a?b'");
  expect_mistake([](ToyStudy& s) { s.layout_.outputs[0].name = "the y"; }, "study toy: output the y has no valid name");
  expect_mistake([](ToyStudy& s) { s.layout_.outputs[0].name = "y\x1b[2J"; },
                 "study toy: output y?[2J has no valid name");
  expect_mistake([](ToyStudy& s) { s.layout_.outputs[0].name = ""; }, "study toy: output  has no valid name");
  expect_mistake([](ToyStudy& s) { s.layout_.outputs[0].name = "x"; },
                 "study toy: output x has a name that is taken already");
  expect_mistake([](ToyStudy& s) { s.layout_.outputs[0].name = "side"; },
                 "study toy: output side has a name that is taken already");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[1].name = "x"; },
                 "study toy: parameter x has a name that is taken already");
  for (const char* own : {"point", "replicate", "status"})
    expect_mistake([own](ToyStudy& s) { s.layout_.outputs[0].name = own; },
                   std::string("study toy: output ") + own + " has a name of the result file's own");
}

TEST(CheckStudy, refuses_names_that_xarray_takes_for_something_else) {
  for (const char* argument :
       {"method", "tolerance", "drop", "missing_dims", "dim", "skipna", "keep_attrs", "indexers"})
    expect_mistake([argument](ToyStudy& s) { s.declaration_.parameters[4].name = argument; },
                   std::string("study toy: parameter ") + argument + " is called like an argument of xarray's");
  for (const char* attribute : {"dims", "sizes", "values", "attrs", "data_vars"})
    expect_mistake([attribute](ToyStudy& s) { s.layout_.outputs[0].name = attribute; },
                   std::string("study toy: output ") + attribute + " is called like an attribute of xarray's");
}

TEST(CheckStudy, refuses_choices_without_sense) {
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[4].choices.clear(); },
                 "study toy: parameter colour has no choices");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[4].choices[2] = "red"; },
                 "study toy: parameter colour has the choice red twice");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[4].choices[1] = "a,b"; },
                 "study toy: parameter colour has the choice 'a,b'");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[4].choices[1] = ""; },
                 "study toy: parameter colour has the choice ''");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[0].choices = {"a"}; },
                 "study toy: parameter x has choices but is none");
}

TEST(CheckStudy, refuses_dimensions_and_texts_that_a_file_cannot_hold) {
  expect_mistake([](ToyStudy& s) { s.layout_.dimensions[0].values.clear(); }, "study toy: dimension epoch is empty");
  expect_mistake([](ToyStudy& s) { s.layout_.dimensions[0].values[0] = HUGE_VAL; },
                 "study toy: dimension epoch has a value that is not finite");
  expect_mistake(
      [](ToyStudy& s) {
        s.layout_.dimensions[0].labels = {"a", "b"};
      },
      "study toy: dimension epoch has values and labels");
  expect_mistake([](ToyStudy& s) { s.layout_.dimensions[1].labels[1] = "left"; },
                 "study toy: dimension side has the label 'left'");
  expect_mistake([](ToyStudy& s) { s.layout_.outputs.clear(); }, "study toy: it has no outputs");
  expect_mistake([](ToyStudy& s) { s.layout_.outputs[0].unit = ""; }, "study toy: the unit of output y is ''");
  expect_mistake([](ToyStudy& s) { s.declaration_.parameters[0].description = "a\nb"; },
                 "study toy: the description of parameter x has a control character");
  expect_mistake([](ToyStudy& s) { s.declaration_.summary = "a\x07"; },
                 "study toy: the summary of the study has a control character");
  expect_mistake([](ToyStudy& s) { s.layout_.outputs[0].long_name = std::string(41, 'a'); },
                 "study toy: the long name of output y has 41 bytes");
  expect_mistake([](ToyStudy& s) { s.declaration_.version = 0; }, "study toy: its version is 0");
}

TEST(CheckStudy, asks_the_study_about_its_default_point) {
  expect_mistake([](ToyStudy& s) { s.throws_ = true; },
                 "study toy: outputs() throws at the parameters' defaults: no such file");
  expect_mistake([](ToyStudy& s) { s.cost_ = 0; }, "study toy: its cost at the parameters' defaults is 0");
}

TEST(CheckStudies, refuses_two_of_one_name_and_none) {
  const ToyStudy one, other;
  const Study* both[] = {&one, &other};
  EXPECT_THROW(check_studies(both), StudyError);
  const Study* none[] = {nullptr};
  EXPECT_THROW(check_studies(none), StudyError);
}

struct OwnParameters {
  double length;  // no initialiser: 0
  int count = 1;
  unsigned char level = 1;
};

/// A typed study whose evaluate() does what a test wants.
class OwnStudy final : public TypedStudy<OwnParameters> {
 public:
  using Body = std::function<void(const Outputs&)>;

  explicit OwnStudy(std::vector<Binding<OwnParameters>> bindings, Body body = {}, std::vector<Parameter> declared = {})
      : TypedStudy({.name = "own", .group = {}, .summary = {}, .maths = {}, .source = {}, .parameters = declared},
                   std::move(bindings)),
        body_(std::move(body)) {}

  OutputLayout outputs(std::span<const Extent>) const override {
    return {{{.name = "i", .values = {0, 1}}}, {{.name = "y"}, {.name = "path", .dimensions = {"i"}}}};
  }

 protected:
  void evaluate(const OwnParameters&, const RandomStream&, const Outputs& out) const override { body_(out); }

 private:
  Body body_;
};

Binding<OwnParameters> length(Domain domain) {
  return bind<&OwnParameters::length>({.name = "length", .domain = domain});
}

std::string mistake_of(const OwnStudy& study) {
  try {
    check_study(study);
  } catch (const StudyError& error) {
    return error.what();
  }
  return "none";
}

TEST(CheckTypedStudy, finds_a_member_without_initialiser_and_bindings_that_do_not_fit) {
  EXPECT_EQ(mistake_of(OwnStudy({length(at_least(0))})), "none");
  EXPECT_EQ(mistake_of(OwnStudy({length(above(0))})),
            "study own: the default of parameter length: 0 is outside (0, inf) (a sweep that leaves it out would use "
            "it). Give its member an initialiser that is allowed.");
  EXPECT_EQ(mistake_of(OwnStudy({length({}), bind<&OwnParameters::length>({.name = "width"})})),
            "study own: parameters length and width are bound to the same member. Correct it.");
  EXPECT_EQ(mistake_of(OwnStudy({length({})}, {}, {{.name = "width"}})).substr(0, 45),
            "study own: parameters are declared that no bi");
}

TEST(CheckTypedStudy, ends_an_integers_domain_where_its_member_does) {
  const auto count = bind<&OwnParameters::count>({.name = "count", .domain = at_least(1)}).parameter;
  EXPECT_EQ(count.domain.text(), "[1, 2147483647]");
  EXPECT_EQ(bind<&OwnParameters::count>({.name = "count"}).parameter.domain.text(), "[-2147483648, 2147483647]");
  EXPECT_EQ(bind<&OwnParameters::level>({.name = "level"}).parameter.domain.text(), "[0, 255]");
}

/// What evaluate() throws for one task whose outputs are written by `body`.
std::string thrown_by(const OwnStudy::Body& body) {
  const OwnStudy study({length({})}, body);
  double y = 0, path[2] = {};
  double* base[] = {&y, path};
  const std::size_t sizes[] = {1, 2};
  const double point = 0;
  const std::uint64_t random_index = 0;
  const Study& base_study = study;
  try {
    base_study.evaluate(
        {.size = 1, .parameter_count = 1, .parameters = &point, .seed = 0, .random_index = &random_index},
        {.base = base, .sizes = sizes, .count = 2, .study = "own"});
  } catch (const StudyError& error) {
    return error.what();
  }
  return "none";
}

TEST(CheckTypedStudy, refuses_to_write_outputs_that_there_are_not) {
  EXPECT_EQ(thrown_by([](const Outputs& out) { out.set(0, 1), out[1][1] = 2; }), "none");
  const char* beyond =
      "study own: output 9 is written, but there are 2 only, counted from 0 (outputs() declares them). Correct the "
      "number in evaluate().";
  EXPECT_EQ(thrown_by([](const Outputs& out) { out[9][0] = 1; }), beyond);
  EXPECT_EQ(thrown_by([](const Outputs& out) { out.set(9, 1); }), beyond);
  EXPECT_EQ(thrown_by([](const Outputs& out) { out.set(1, 1); }),
            "study own: output 1 is set as a scalar, but has 2 elements. Write out[1][i] in evaluate().");
}

}  // namespace
}  // namespace trawl
