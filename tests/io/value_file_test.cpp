#include "io/value_file.hpp"

#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;
using namespace std::string_literals;
using Values = std::vector<double>;

const Parameter dose{.name = "dose"};
const Parameter count{.name = "count", .kind = Kind::integer, .domain = at_least(0)};
const Parameter noisy{.name = "noisy", .kind = Kind::flag};
const Parameter colour{.name = "colour", .kind = Kind::choice, .choices = {"red", "light, blue"}};

class ValueFile : public ::testing::Test {
 protected:
  std::string file(const std::string& content) {
    put(scratch_ / "values", content);
    return scratch_ / "values";
  }
  Values csv(const std::string& content, const Parameter& parameter = dose,
             const std::optional<std::string>& column = std::nullopt) {
    return read_csv_column(file(content), column, parameter);
  }
  Values npy(const std::string& content, const Parameter& parameter = dose) {
    return read_npy(file(content), parameter);
  }

  // "PLACE: problem", with the place behind the file's name; or "read".
  template <class Read>
  std::string problem(Read read) {
    try {
      read();
    } catch (const ValueFileError& error) {
      EXPECT_EQ(error.place.find(scratch_ / "values"), 0u);
      return error.place.substr((scratch_ / "values").size()) + ": " + error.what();
    }
    return "read";
  }
  std::string csv_problem(const std::string& content, const Parameter& parameter = dose,
                          const std::optional<std::string>& column = std::nullopt) {
    return problem([&] { csv(content, parameter, column); });
  }
  std::string npy_problem(const std::string& content, const Parameter& parameter = dose) {
    return problem([&] { npy(content, parameter); });
  }

  Scratch scratch_;
};

TEST_F(ValueFile, reads_a_column_of_csv) {
  EXPECT_EQ(csv("dose\n1\n0.5\n-2e3\n"), (Values{1, 0.5, -2000}));
  EXPECT_EQ(csv("\xEF\xBB\xBFtime,dose\r\n0,1\r\n1,2\r\n", dose, "dose"), (Values{1, 2}));
  EXPECT_EQ(csv("time,dose\n0,1\n1,2", dose, "time"), (Values{0, 1})) << "no end of line at the end";
  EXPECT_EQ(csv("\"the \"\"dose\"\"\",b\n\"1\", 2 \n 3\t,\"4\"\n", dose, "the \"dose\""), (Values{1, 3}));
  EXPECT_EQ(csv("note,dose\n\"two\nlines, a comma\",7\n", dose, "dose"), (Values{7}));
  EXPECT_EQ(csv("dose\n1\n2\n\n\n"), (Values{1, 2})) << "empty lines at the end";
  EXPECT_EQ(csv("noisy\ntrue\nfalse\n", noisy), (Values{1, 0}));
  EXPECT_EQ(csv("colour\nred\n\"light, blue\"\n", colour), (Values{0, 1}));
  EXPECT_EQ(csv("dose\n"), Values{}) << "an axis without values is refused with every other";
}

TEST_F(ValueFile, says_line_and_column_of_what_is_wrong_in_csv) {
  const std::pair<std::string, std::string> mistakes[] = {
      {csv_problem(""), ": the file is empty"},
      {csv_problem("dose\n1\nabc\n"), ":3:1: 'abc' is not a number (not a value of dose). Give a number."},
      {csv_problem("t,dose\n0,1\n1,1e400\n", dose, "dose"), ":3:3: 1e400 is beyond the largest double"},
      {csv_problem("t,dose\n0,1\n1,\n", dose, "dose"), ":3:3: '' is not a number"},
      {csv_problem("t,dose\n0,nan\n", dose, "dose"), ":2:3: 'nan' is not a number"},
      {csv_problem("count\n1\n-1\n", count), ":3:1: -1 is outside [0, inf)"},
      {csv_problem("count\n1.5\n", count), ":2:1: 1.5 is not a whole number"},
      {csv_problem("t,dose\n0,1\n", dose, "dosee"), ":1:1: no column \"dosee\" in the first line. Did you mean dose?"},
      {csv_problem("dose,dose\n0,1\n", dose, "dose"), ":1:1: two columns \"dose\""},
      {csv_problem("t,dose\n0,1\n"), ":1:1: 2 columns (which one?)"},
      {csv_problem("1\n2\n"), ":1:1: the first line is the value 1"},
      {csv_problem("t,dose\n0\n", dose, "dose"), ":2:1: 1 values under 2 columns"},
      {csv_problem("t,dose\n0,1,2\n", dose, "dose"), ":2:1: 3 values under 2 columns"},
      {csv_problem("dose\n1\n\n2\n"), ":3:1: an empty line among the values"},
      {csv_problem("dose\n\"1\n2\n"), ":2:1: a quote without its partner"},
      {csv_problem("dose\n1\"\n"), ":2:2: a quote inside a value"},
      {csv_problem("dose\n\"1\"2\n"), ":2:4: text behind a quoted value"},
      {csv_problem("dose\n1\r2\n"), ":2:3: a carriage return inside a line"},
      {csv_problem("dose\n1\0\n"s), ":2:1: '1\\x00' is not a number"},
      {csv_problem("dose\n\xff\xfe\n"), ":2:1: '\\xff\\xfe' is not a number"},
      {csv_problem("note,dose\n\"a\nb\",1\n\"c\",x\n", dose, "dose"), ":4:5: 'x' is not a number"},
  };
  for (const auto& [found, wanted] : mistakes) EXPECT_EQ(found.substr(0, wanted.size()), wanted);
}

std::string npy_file(const std::string& header, const std::string& data, char version = 1) {
  std::string padded = header + "\n";
  const auto length = static_cast<std::uint32_t>(padded.size());
  std::string text = "\x93NUMPY"s + version + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += static_cast<char>(length >> 8 * i & 255);
  return text + padded + data;
}

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

template <class Number>
std::string array_of(const char* type, const std::vector<Number>& numbers, char version = 1) {
  const std::string shape = "(" + std::to_string(numbers.size()) + ",)";
  return npy_file("{'descr': '"s + type + "', 'fortran_order': False, 'shape': " + shape + ", }   ", bytes_of(numbers),
                  version);
}

TEST_F(ValueFile, reads_an_array_of_numpy) {
  for (const char version : std::initializer_list<char>{1, 2, 3})
    EXPECT_EQ(npy(array_of<double>("<f8", {1, 0.1, -5e-324}, version)), (Values{1, 0.1, -5e-324}));
  EXPECT_EQ(npy(array_of<float>("<f4", {0.1f, -2})), (Values{0.1f, -2}));
  EXPECT_EQ(npy(array_of<std::uint16_t>("<f2", {0x3C00, 0xC000, 1, 0x7BFF})), (Values{1, -2, 0x1p-24, 65504}));
  EXPECT_EQ(npy(array_of<std::int64_t>("<i8", {-3, std::int64_t{1} << 60})), (Values{-3, 0x1p60}));
  EXPECT_EQ(npy(array_of<std::int32_t>("<i4", {-3, 5})), (Values{-3, 5}));
  EXPECT_EQ(npy(array_of<std::uint8_t>("|u1", {255}), count), Values{255});
  EXPECT_EQ(npy(array_of<std::uint8_t>("|b1", {1, 0}), noisy), (Values{1, 0}));
  EXPECT_EQ(npy(array_of<double>("<f8", {-0.0}), count), Values{0});
}

TEST_F(ValueFile, says_what_is_wrong_with_an_array) {
  const std::string good = array_of<double>("<f8", {1, 2});
  const auto with_header = [](const char* header) { return npy_file(header, std::string(16, '\0')); };
  const std::pair<std::string, std::string> mistakes[] = {
      {npy_problem(""), ": not an array file"},
      {npy_problem("PK\x03\x04 and so on, an npz"), ": not an array file"},
      {npy_problem(good.substr(0, good.size() - 1)), ": 15 bytes of data for 2 values of 8"},
      {npy_problem(good + "x"), ": 17 bytes of data for 2 values of 8"},
      {npy_problem(good.substr(0, 40)), ": the file ends within its header"},
      {npy_problem(npy_file("{}", "", 4)), ": an array file of version 4"},
      {npy_problem(with_header("{'descr': '>f8', 'fortran_order': False, 'shape': (2,)}")), ": an array of type >f8"},
      {npy_problem(with_header("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}")), ": an array of type |O"},
      {npy_problem(with_header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}")),
       ": not an array that"},
      {npy_problem(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1)}")),
       ": an array of 2 dimensions"},
      {npy_problem(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': ()}")), ": an array of 0 dimensions"},
      {npy_problem(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693954,)}")),
       ": 16 bytes of data"},
      {npy_problem(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}")),
       ": not an array"},
      {npy_problem(with_header("{'descr': '<f8', 'shape': (-2,)}")), ": not an array that"},
      {npy_problem(with_header("{'descr': '<f8'")), ": not an array that"},
      {npy_problem(with_header("__import__('os')")), ": not an array that"},
      {npy_problem(array_of<double>("<f8", {1, std::numeric_limits<double>::quiet_NaN()})),
       ": value 2: nan is not a finite number"},
      {npy_problem(array_of<double>("<f8", {1, -1}), count), ": value 2: -1 is outside [0, inf)"},
      {npy_problem(array_of<std::int64_t>("<i8", {9007199254740993})), ": value 1: 9007199254740993 is beyond 2^53"},
      {npy_problem(array_of<std::int64_t>("<i8", {1}), noisy), ": an array of type <i8 (noisy takes true or false)"},
      {npy_problem(array_of<std::int64_t>("<i8", {1}), colour), ": an array of type <i8 (colour takes one of red"},
  };
  for (const auto& [found, wanted] : mistakes) EXPECT_EQ(found.substr(0, wanted.size()), wanted);
}

TEST_F(ValueFile, survives_damage) {
  std::mt19937 random(1);
  for (const std::string& whole : {array_of<double>("<f8", {1, 2, 3}), "t,\"d\"\n0,\"1\"\n1,2\n"s}) {
    for (int i = 0; i < 300; ++i) {
      std::string damaged = whole.substr(0, random() % (whole.size() + 1));
      for (auto k = random() % 4; k > 0 && !damaged.empty(); --k)
        damaged[random() % damaged.size()] = static_cast<char>(random());
      npy_problem(damaged);
      csv_problem(damaged, dose, "d");
    }
  }
}

std::string sweep_problem(const std::string& path) {
  try {
    read_sweep_file(path, {}, find_sample, [](const SweepSpec&) {});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "none";
}

TEST(SweepFile, takes_values_from_files_beside_it) {
  const Scratch scratch;
  put(scratch / "doses.csv", "dose,kind\n0.5,plain\n2,fancy\n");
  put(scratch / "x.npy", array_of<double>("<f8", {0.5, 2}));
  const std::string plain = "study = 'sample'\n[axes]\nrate = [0.5, 2]\n";
  const auto canonical = [&](const std::string& text) {
    put(scratch / "sweep.toml", text);
    std::string result;
    read_sweep_file(scratch / "sweep.toml", {}, find_sample,
                    [&](const SweepSpec& spec) { result = canonical_text(spec, sample_study().declaration()); });
    return result;
  };
  const std::string expected = canonical(plain);
  EXPECT_EQ(canonical("study = 'sample'\n[axes]\nrate = { csv = 'doses.csv', column = 'dose' }\n"), expected);
  EXPECT_EQ(canonical("study = 'sample'\n[axes]\nrate = { npy = 'x.npy' }\n"), expected);
  EXPECT_NE(expected.find("rate = [0.5, 2.0]"), std::string::npos) << "the values are part of the sweep";
  SweepOverrides overrides;
  overrides.study = "sample";
  for (const std::string& axis : {"rate=csv:" + (scratch / "doses.csv") + ":dose", "rate=npy:" + (scratch / "x.npy")}) {
    overrides.axes = {axis};
    EXPECT_EQ(canonical_text(parse_sweep("", "", overrides, find_sample), sample_study().declaration()), expected);
  }
  put(scratch / "sweep.toml", "study = 'sample'\n[axes]\nrate = { csv = 'doses.csv', column = 'kind' }\n");
  EXPECT_EQ(sweep_problem(scratch / "sweep.toml").substr(0, (scratch / "doses.csv").size() + 31),
            (scratch / "doses.csv") + ":2:5: 'plain' is not a number (");
  put(scratch / "sweep.toml", "study = 'sample'\n[axes]\nrate = { csv = 'doses.csv', col = 'kind' }\n");
  EXPECT_NE(sweep_problem(scratch / "sweep.toml").find(":3:29: \"col\" beside a file of values."), std::string::npos);
  put(scratch / "sweep.toml", "study = 'sample'\n[axes]\nrate = { npy = 'none.npy' }\n");
  EXPECT_NE(sweep_problem(scratch / "sweep.toml").find("none.npy: cannot read the values (No such file"),
            std::string::npos);
}

TEST(SweepFile, takes_no_file_that_a_stored_text_names) {
  try {
    parse_sweep("study = 'sample'\n[axes]\nrate = { csv = '/etc/passwd' }\n", "result.h5", {}, find_sample);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(std::string(error.what()),
              "result.h5:3:16: a file of values (only a sweep file may name one). List the values.");
  }
}

}  // namespace
}  // namespace trawl::io
