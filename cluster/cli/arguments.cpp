#include "cluster/cli/arguments.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "cluster/cli/print.hpp"
#include "cluster/cli/terminal.hpp"
#include "engine/error.hpp"
#include "engine/number.hpp"
#include "engine/spelling.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {

namespace po = boost::program_options;

namespace {

constexpr const char* positional_key = "positional";

constexpr int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

std::size_t help_columns() {
  constexpr std::size_t narrowest = 40, widest = 110;
  return std::clamp(terminal_columns(STDOUT_FILENO).value_or(widest), narrowest, widest);
}

void print_help(const Syntax& syntax, const std::string& verb) {
  std::ostringstream options;
  options << syntax.options;
  std::string words = verb;
  for (const std::string& name : {syntax.positional, syntax.more})
    if (!name.empty()) words += " " + name;
  const std::string about = fmt::format("trawl {} [OPTION...]\n\n{}\n\n", words, syntax.summary);
  print_text(wrapped(about, help_columns(), 0) + options.str());
}

/// What may have gone wrong where there is a word too many.
const char* hint_on_stray_word(const Syntax& syntax) {
  for (const auto& option : syntax.options.options()) {
    if (option->long_name() == "axis") return " Values are separated by commas without spaces: --axis x=1,2,5.";
  }
  return "";
}

}  // namespace

Syntax::Syntax(std::string the_positional, std::string the_summary)
    : positional(std::move(the_positional)),
      summary(std::move(the_summary)),
      options("Options", static_cast<unsigned>(help_columns()), static_cast<unsigned>(help_columns() / 2)) {
  options.add_options()("help,h", flag_option(), "say what this verb does");
}

Arguments::Arguments(const Syntax& syntax, const Invocation& invocation)
    : verb_(invocation.verb), positional_name_(syntax.positional) {
  const std::size_t expected = syntax.positional.empty() ? 0 : 1;
  po::options_description all;
  all.add(syntax.options).add_options()(positional_key, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(positional_key, -1);
  try {
    po::store(po::command_line_parser(invocation.words).options(all).positional(positional).style(style).run(),
              values_);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    fail(fmt::format("unknown option {}. {}", name, suggestion(name, option_names(syntax.options))));
  } catch (const po::error& error) {
    fail(fmt::format("{}. See trawl {} --help", error.what(), verb_));
  }
  help_ = flag("help");
  if (help_) {
    print_help(syntax, verb_);
    return;
  }
  if (const std::vector<std::string> words = texts(positional_key); words.size() > expected && syntax.more.empty()) {
    fail(fmt::format("too many arguments: {} ({} expected).{} See trawl {} --help", io::shown(words[expected]),
                     expected == 0 ? "none is" : "only " + syntax.positional + " is", hint_on_stray_word(syntax),
                     verb_));
  }
}

void Arguments::fail(const std::string& problem) const {
  throw UsageError(fmt::format("{}: {}", verb_, problem));
}

bool Arguments::has_positional() const {
  return has(positional_key);
}

const std::string& Arguments::positional() const {
  if (!has_positional()) fail(fmt::format("{} is missing. See trawl {} --help", positional_name_, verb_));
  const std::string& word = values_[positional_key].as<std::vector<std::string>>().front();
  if (word.empty()) fail(fmt::format("{} is empty. See trawl {} --help", positional_name_, verb_));
  return word;
}

std::vector<std::string> Arguments::more() const {
  const std::vector<std::string> words = texts(positional_key);
  return {words.begin() + (words.empty() ? 0 : 1), words.end()};
}

std::optional<std::string> Arguments::text(const std::string& name) const {
  if (!has(name)) return std::nullopt;
  return values_[name].as<std::string>();
}

std::vector<std::string> Arguments::texts(const std::string& name) const {
  if (!has(name)) return {};
  return values_[name].as<std::vector<std::string>>();
}

template <class Number>
Number Arguments::read(const std::string& name, Number (*reader)(std::string_view)) const {
  try {
    return reader(values_[name].as<std::string>());
  } catch (const std::invalid_argument& error) {
    fail(fmt::format("--{}: {}. See trawl {} --help", name, error.what(), verb_));
  }
}

double Arguments::number(const std::string& name, double lower, double upper) const {
  const double value = read(name, read_number);
  if (!(value >= lower && value <= upper)) fail(fmt::format("--{} {} is outside [{}, {}]", name, value, lower, upper));
  return value;
}

std::int64_t Arguments::count(const std::string& name, std::int64_t lower, std::int64_t upper) const {
  const std::int64_t value = read(name, read_whole_number);
  if (value < lower || value > upper) fail(fmt::format("--{} {} is outside [{}, {}]", name, value, lower, upper));
  return value;
}

po::typed_value<std::string>* text_option(const char* placeholder) {
  return po::value<std::string>()->value_name(placeholder);
}

po::typed_value<std::vector<std::string>>* repeated_option(const char* placeholder) {
  return po::value<std::vector<std::string>>()->value_name(placeholder);
}

po::typed_value<std::string>* number_option(const char* placeholder, double default_value) {
  return text_option(placeholder)->default_value(fmt::format("{}", default_value));
}

po::typed_value<std::string>* count_option(const char* placeholder, std::optional<std::int64_t> default_value) {
  auto* option = text_option(placeholder);
  return default_value ? option->default_value(fmt::format("{}", *default_value)) : option;
}

po::typed_value<bool>* flag_option() {
  return po::bool_switch();
}

}  // namespace trawl::cluster
