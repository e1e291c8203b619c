// A verb's arguments: one Boost.Program_options parser for each verb.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <boost/program_options.hpp>

#include "cluster/cli/verbs.hpp"

namespace trawl::cluster {

/// What a verb accepts.
struct Syntax {
  Syntax(std::string the_positional, std::string the_summary);

  std::string positional;  ///< name of the one positional argument, as in "FILE"; empty if there is none
  std::string more;        ///< name of any further ones, as in "SHARD..."; empty if there are none
  std::string summary;
  boost::program_options::options_description options;
};

/// Parsed arguments. Without value if --help was asked for, which is then printed.
class Arguments {
 public:
  Arguments(const Syntax& syntax, const Invocation& invocation);

  bool help() const { return help_; }
  bool has(const std::string& name) const { return values_.count(name) > 0; }
  bool flag(const std::string& name) const { return values_[name].as<bool>(); }

  bool has_positional() const;

  /// The positional argument. Throws UsageError if it is missing.
  const std::string& positional() const;
  std::vector<std::string> more() const;

  std::optional<std::string> text(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;

  /// Both read the text of an option as engine/number.hpp does. They throw UsageError if it is no number, or outside
  /// [lower, upper].
  double number(const std::string& name, double lower, double upper) const;
  std::int64_t count(const std::string& name, std::int64_t lower,
                     std::int64_t upper = std::numeric_limits<std::int64_t>::max()) const;

 private:
  [[noreturn]] void fail(const std::string& problem) const;
  template <class Number>
  Number read(const std::string& name, Number (*reader)(std::string_view)) const;

  std::string verb_;
  std::string positional_name_;
  boost::program_options::variables_map values_;
  bool help_ = false;
};

/// Options as po::value shorthands.
boost::program_options::typed_value<std::string>* text_option(const char* placeholder);
boost::program_options::typed_value<std::vector<std::string>>* repeated_option(const char* placeholder);
boost::program_options::typed_value<std::string>* number_option(const char* placeholder, double default_value);
boost::program_options::typed_value<std::string>* count_option(
    const char* placeholder, std::optional<std::int64_t> default_value = std::nullopt);
boost::program_options::typed_value<bool>* flag_option();

}  // namespace trawl::cluster
