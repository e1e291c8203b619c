#include "cluster/cli/arguments.hpp"

#include <iostream>
#include <sstream>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/spelling.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {

namespace po = boost::program_options;

namespace {

constexpr const char* positional_key = "positional";
constexpr const char* more_key = "more";

constexpr int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

void print_help(const Syntax& syntax, const std::string& verb) {
  std::ostringstream options;
  options << syntax.options;
  std::string words = verb;
  for (const std::string& name : {syntax.positional, syntax.more})
    if (!name.empty()) words += " " + name;
  fmt::print("trawl {} [OPTION...]\n\n{}\n\n{}", words, syntax.summary, options.str());
}

}  // namespace

Syntax::Syntax(std::string the_positional, std::string the_summary)
    : positional(std::move(the_positional)), summary(std::move(the_summary)), options("Options", 110, 55) {
  options.add_options()("help,h", flag_option(), "say what this verb does");
}

Arguments::Arguments(const Syntax& syntax, const Invocation& invocation)
    : verb_(invocation.verb), positional_name_(syntax.positional) {
  po::options_description all;
  all.add(syntax.options)
      .add_options()(positional_key, po::value<std::string>())  //
      (more_key, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  if (!syntax.positional.empty()) positional.add(positional_key, 1);
  if (!syntax.more.empty()) positional.add(more_key, -1);
  try {
    po::store(po::command_line_parser(invocation.words).options(all).positional(positional).style(style).run(),
              values_);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    fail(fmt::format("unknown option {}. {}", name, suggestion(name, option_names(syntax.options))));
  } catch (const po::too_many_positional_options_error&) {
    fail(fmt::format("too many arguments ({}). See trawl {} --help",
                     positional_name_.empty() ? "none is expected" : "one is expected: " + positional_name_, verb_));
  } catch (const po::error& error) {
    fail(fmt::format("{}. See trawl {} --help", error.what(), verb_));
  }
  help_ = flag("help");
  if (help_) print_help(syntax, verb_);
}

void Arguments::fail(const std::string& problem) const {
  throw UsageError(io::one_line(fmt::format("{}: {}", verb_, problem)));
}

const std::string& Arguments::positional() const {
  if (!has(positional_key)) fail(fmt::format("{} is missing. See trawl {} --help", positional_name_, verb_));
  const std::string& word = values_[positional_key].as<std::string>();
  if (word.empty()) fail(fmt::format("{} is empty. See trawl {} --help", positional_name_, verb_));
  return word;
}

std::vector<std::string> Arguments::more() const {
  return texts(more_key);
}

std::optional<std::string> Arguments::text(const std::string& name) const {
  if (!has(name)) return std::nullopt;
  return values_[name].as<std::string>();
}

std::vector<std::string> Arguments::texts(const std::string& name) const {
  if (!has(name)) return {};
  return values_[name].as<std::vector<std::string>>();
}

double Arguments::number(const std::string& name, double lower, double upper) const {
  const double value = values_[name].as<double>();
  if (!(value >= lower && value <= upper)) fail(fmt::format("--{} {} is outside [{}, {}]", name, value, lower, upper));
  return value;
}

std::int64_t Arguments::count(const std::string& name, std::int64_t lower, std::int64_t upper) const {
  const std::int64_t value = values_[name].as<std::int64_t>();
  if (value < lower || value > upper) fail(fmt::format("--{} {} is outside [{}, {}]", name, value, lower, upper));
  return value;
}

po::typed_value<std::string>* text_option(const char* placeholder) {
  return po::value<std::string>()->value_name(placeholder);
}

po::typed_value<std::vector<std::string>>* repeated_option(const char* placeholder) {
  return po::value<std::vector<std::string>>()->value_name(placeholder);
}

po::typed_value<double>* number_option(const char* placeholder, double default_value) {
  return po::value<double>()->value_name(placeholder)->default_value(default_value, fmt::format("{}", default_value));
}

po::typed_value<std::int64_t>* count_option(const char* placeholder, std::int64_t default_value) {
  return po::value<std::int64_t>()->value_name(placeholder)->default_value(default_value);
}

po::typed_value<bool>* flag_option() {
  return po::bool_switch();
}

}  // namespace trawl::cluster
