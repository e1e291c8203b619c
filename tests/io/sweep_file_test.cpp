#include "io/sweep_file.hpp"

#include <random>

#include <gtest/gtest.h>

#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

std::string problem_of(const std::string& text, const SweepOverrides& overrides = {}) {
  try {
    parse(text, overrides);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "none";
}

std::string canonical(const std::string& text, const SweepOverrides& overrides = {}) {
  return canonical_text(parse(text, overrides), sample_study().declaration());
}

TEST(SweepFile, keeps_the_order_of_axes_in_the_file) {
  const SweepSpec spec = parse(grid_text);
  ASSERT_EQ(spec.axes.size(), 4u);
  EXPECT_EQ(spec.axes[0].parameter, "method");
  EXPECT_EQ(spec.axes[1].parameter, "level");
  EXPECT_EQ(spec.axes[2].parameter, "doubled");
  EXPECT_EQ(spec.axes[3].parameter, "rate");
  const SweepSpec dotted = parse("study = 'sample'\naxes.width = [1]\naxes.rate = [1]\naxes.level = [1]\n");
  EXPECT_EQ(dotted.axes[0].parameter, "width");
  EXPECT_EQ(dotted.axes[1].parameter, "rate");
  EXPECT_EQ(dotted.axes[2].parameter, "level");
}

TEST(SweepFile, reads_values_of_every_kind) {
  const SweepSpec spec = parse(grid_text);
  EXPECT_EQ(std::get<List>(spec.axes[0].values).values, (std::vector<double>{1, 0, 2}));
  EXPECT_EQ(std::get<List>(spec.axes[1].values).values, (std::vector<double>{1, 10, 100}));
  EXPECT_EQ(std::get<List>(spec.axes[2].values).values, (std::vector<double>{0, 1}));
  EXPECT_EQ(std::get<Linspace>(spec.axes[3].values).num, 4u);
  EXPECT_EQ(spec.seed, 7u);
  EXPECT_EQ(spec.replicates, 2u);
}

TEST(SweepFile, reads_what_canonical_text_writes) {
  const char* const sweeps[] = {
      grid_text,
      zip_text,
      random_text,
      list_text,
      "study = 'sample'\n",
      "study = 'sample'\ndesign = 'zip'\n[axes]\nrate = {arange = [0.1, 1, 0.1]}\nwidth = {linspace = [-1, 1, 9]}\n",
      "study = 'sample'\ndesign = 'sobol'\npoints = 1000000000\n[axes]\nrate = {uniform = [0.1, 1]}\n",
      "study = 'sample'\ndesign = 'latin_hypercube'\npoints = 9\nseed = 9223372036854775807\n"
      "[axes]\nrate = {uniform = [0.1, 1]}\nlevel = {integers = [1, 1000000000000000]}\n",
      "study = 'sample'\nwhere = 'rate <= width'\ncommon_random_numbers = ['rate']\n"
      "[axes]\nrate = [1e-300, 0.1, 3]\nwidth = [-0.0, 1e22]\n[fixed]\nmethod = 'größer'\n",
  };
  for (const char* text : sweeps) EXPECT_EQ(canonical(canonical(text)), canonical(text));
}

TEST(SweepFile, names_the_place_of_every_mistake) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"sudy = 'sample'", "sweep.toml:1:1: unknown key \"sudy\". Did you mean study?"},
      {"study = 'smaple'", "sweep.toml:1:1: unknown study \"smaple\""},
      {"study = 3", "sweep.toml:1:9: study must be text in quotes, not an integer"},
      {"seed = 1", "sweep.toml:1:1: no study is named"},
      {"study = 'sample'\nseed = -1", "sweep.toml:2:8: seed must not be negative"},
      {"study = 'sample'\nseed = 1.5", "sweep.toml:2:8: seed must be a whole number, not a real number"},
      {"study = 'sample'\nreplicates = 0", "sweep.toml:2:"},
      {"study = 'sample'\ndesign = 'grip'", "sweep.toml:2:10: unknown design \"grip\". Did you mean grid?"},
      {"study = 'sample'\n[axes]\nrat = [1]", "sweep.toml:3:1: sample has no parameter \"rat\". Did you mean rate?"},
      {"study = 'sample'\n[axes]\nrate = 1", "sweep.toml:3:8: axes.rate must be an array of values or a table"},
      {"study = 'sample'\n[axes]\nrate = [1, 'x']", "sweep.toml:3:12: axes.rate[1] must be a number, not text"},
      {"study = 'sample'\n[axes]\nrate = [1, -2]", "sweep.toml:3:12: -2 is outside (0, inf)"},
      {"study = 'sample'\n[axes]\nrate = []", "sweep.toml:3:1: rate has no values"},
      {"study = 'sample'\n[axes]\nlevel = [1.5]", "sweep.toml:3:10: 1.5 is not a whole number"},
      {"study = 'sample'\n[axes]\nlevel = [9007199254740993]", "sweep.toml:3:10: 9007199254740993 is beyond 2^53"},
      {"study = 'sample'\n[axes]\nrate = {linspce = [0, 1, 5]}",
       "sweep.toml:3:9: no kind of axis \"linspce\". Did you mean linspace?"},
      {"study = 'sample'\n[axes]\nrate = {linspace = [0, 1]}",
       "sweep.toml:3:20: rate: linspace takes [start, stop, number of values], not 2 numbers"},
      {"study = 'sample'\n[axes]\nrate = {linspace = [1, 2, 1.5]}",
       "sweep.toml:3:20: rate: 1.5 is not a number of values"},
      {"study = 'sample'\n[axes]\nrate = {linspace = [0, 1, 5]}", "sweep.toml:3:1: 0 is outside (0, inf)"},
      {"study = 'sample'\n[axes]\nrate = {uniform = [1, 2]}", "sweep.toml:3:1: rate is drawn from a distribution"},
      {"study = 'sample'\n[axes]\nmethod = ['fancyy']",
       "sweep.toml:3:11: \"fancyy\" is no value of method. Did you mean fancy?"},
      {"study = 'sample'\n[axes]\ndoubled = [1]", "sweep.toml:3:12: doubled must be true or false, not an integer"},
      {"study = 'sample'\n[fixed]\nrate = [1]", "sweep.toml:3:8: fixed.rate must be a number, not an array"},
      {"study = 'sample'\n[axes]\nrate = [1]\n[fixed]\nrate = 1", "sweep.toml:5:1: rate is fixed and an axis"},
      {"study = 'sample'\n[axes]\nrate = [1]\nrate = [2]", "sweep.toml:4:"},
      {"study = 'sample'\ndesign = 'list'\npoints = [{rate = 1}, {rate = 0}]",
       "sweep.toml:3:31: 0 is outside (0, inf)"},
      {"study = 'sample'\ndesign = 'list'\npoints = [{rate = 1}, {}]", "sweep.toml:3:1: rate is not set"},
      {"study = 'sample'\ndesign = 'list'\npoints = [1]", "sweep.toml:3:11: points[0] must be a point such as"},
      {"study = 'sample'\nzip = [['rate', 'width']]", "sweep.toml:2:1: "},
      {"study = 'sample'\nzip = ['rate']", "sweep.toml:2:8: zip[0] must be a group of axis names"},
      {"study = 'sample'\nwhere = 'rate <'", "sweep.toml:2:1: "},
      {"study = 'sample'\naxes = 3", "sweep.toml:2:8: axes must be a table of axes, [axes], not an integer"},
      {"study = 'sample'\nseed = 1979-05-27", "sweep.toml:2:8: seed must be a whole number, not a date or time"},
      {"study = 'sample'\nseed = 99999999999999999999", "sweep.toml:2:"},
      {"study = 'sample'\n[axes]\nrate = {linspace = [1, 2, 9000000000000000]}\nwidth = {linspace = [1, 2, "
       "9000000000000000]}",
       "sweep.toml:2:2: the sweep has 2^63 tasks or more"},
  };
  const std::pair<const char*, const char*> odd_texts[] = {
      {"study = 'sample'\n[axes]\nrate = [1, 1e-400]", "sweep.toml:3:12: 1e-400 is too close to 0 for a double"},
      {"study = 'sample'\n[axes]\nrate = [1, 1e400]", "sweep.toml:3:12: 1e400 is beyond the largest double"},
      {"study = 'sample'\n[axes]\nrate = {geomspace = [1e-4_00, 1, 3]}", "sweep.toml:3:22: 1e-4_00 is too close"},
      {"study = 'sample'\n[fixed]\nmethod = 'größer'\nrate = 1e-400", "sweep.toml:4:8: 1e-400 is too close"},
      {"study = 'sample'\n[axes]\nrate = [9007199254740993]", "sweep.toml:3:9: 9007199254740993 is beyond 2^53"},
      {"study = 'sample'\n[axes]\nrate = [0x10]", "sweep.toml:3:9: 0x10 is not decimal"},
      {"study = 'sample'\n[axes]\nrate = [inf]", "sweep.toml:3:9: inf is not a finite number"},
      {"study = 'sample'\n[axes]\nrate = {linspace = [1, nan, 3]}", "sweep.toml:3:24: nan is not a finite number"},
      {"study = 'sample'\n[axes]\nrate = {logspace = [1, 2, 3]}",
       "sweep.toml:3:9: no kind of axis \"logspace\". Did you mean geomspace, which"},
      {"study = 'sample'\n[axes]\nrate = [1, 2, 1]", "sweep.toml:3:1: rate has the value 1 twice"},
      {"study = 'sample'\nwhere = \"rate > 2\\u000D\\u0000zz\"",
       "sweep.toml:2:9: there is the control character U+000D in where"},
      {"study = 'sample'\nwhere = \"\"\"rate > 2 &&\nrate < 3\"\"\"",
       "sweep.toml:2:9: there is the control character U+000A in where"},
      {"study = \"sa\\u001bmple\"", "sweep.toml:1:9: there is the control character U+001B in study"},
      {"study = 'sample'\n[fixed]\nmethod = \"a\\u0085\"", "sweep.toml:3:10: there is the control character U+0085 in"},
      {"study = 'sample'\nwhere = '1 <= rate <= 2'", "sweep.toml:2:1: where compares in a chain, \"1 <= rate <= 2\""},
  };
  for (const auto& [text, message] : odd_texts) {
    const std::string problem = problem_of(text);
    EXPECT_EQ(problem.substr(0, std::string(message).size()), message) << text << "\n" << problem;
  }
  for (const auto& [text, message] : mistakes) {
    const std::string problem = problem_of(text);
    EXPECT_EQ(problem.substr(0, std::string(message).size()), message) << text << "\n" << problem;
    EXPECT_EQ(problem.find('\n'), std::string::npos);
  }
}

TEST(SweepFile, survives_garbage) {
  for (const char* text :
       {"[&", "[", "{", "=", "a = [", "\xff\xfe", "study = \"\xc3\x28\"", "study = 'a\tb\x01'", "\"\\u001b[31m\" = 1"})
    EXPECT_EQ(problem_of(text).find("sweep.toml:1:"), 0u) << problem_of(text);
  const std::string nul("study = 'sample'\n\0\0", 19);
  EXPECT_EQ(problem_of(nul).find("sweep.toml:2:"), 0u) << problem_of(nul);
  EXPECT_NE(problem_of("study = 'sample'\n[axes]\nrate = " + std::string(500000, '[')), "none");
  EXPECT_NE(problem_of("study = 'sample'\n[axes]\nrate = " + std::string(200, '[') + std::string(200, ']')), "none");
  std::mt19937 random(1);
  for (int length : {10, 1000, 1 << 20}) {
    std::string garbage(static_cast<std::size_t>(length), '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    EXPECT_NE(problem_of(garbage), "none");
  }
  // Every sample with one byte changed is read or refused, in one line either way.
  for (std::string text : {grid_text, zip_text, random_text, list_text})
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string changed = text;
      changed[i] = static_cast<char>(random());
      EXPECT_EQ(problem_of(changed).find('\n'), std::string::npos);
    }
}

TEST(SweepFile, refuses_depth_before_it_recurses) {
  const auto repeated = [](const char* part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  for (const int depth : {17, 1000, 50'000}) {
    for (const std::string& text :
         {repeated("a.", depth) + "b = 1", "[" + repeated("a . ", depth) + "b]", "x = " + repeated("[", depth),
          "x = " + repeated("{a=", depth), "x = " + repeated("{ 'k' = [", depth), repeated("'a'.", depth) + "b = 1",
          "[[" + repeated("a.", depth) + "b]]", "x = \"\\\"\" \ny = " + repeated("[ # [\n", depth)}) {
      EXPECT_NE(problem_of(text).find("more than 16 "), std::string::npos) << problem_of(text).substr(0, 100);
    }
  }
  const std::string brackets =
      "study = 'sample'\nwhere = 'rate > " + repeated("(", 20) + "0" + repeated(")", 20) + "'\n";
  EXPECT_EQ(problem_of(brackets + "# " + repeated("[", 100) + repeated("a.", 100)), "none");
  EXPECT_NE(problem_of("study = '" + repeated("[", 100) + "'").find("unknown study"), std::string::npos);
  EXPECT_NE(problem_of("study = '''" + repeated("\n[", 100) + "'''").find("control character"), std::string::npos);
}

TEST(SweepFile, gives_an_error_of_its_user_its_place) {
  try {
    parse_sweep("study = 'sample'\n[axes]\nrate = [1]\n", "s.toml", {}, find_sample,
                [](const SweepSpec&) { throw SweepError("axes.rate", "too much"); });
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(std::string(error.what()), "s.toml:3:1: too much");
  }
}

TEST(SweepFile, reads_a_million_values_in_linear_time) {
  std::string text = "study = 'sample'\n[axes]\nrate = [";
  for (int i = 1; i <= 1'000'000; ++i) text += std::to_string(i) + (i % 10 == 0 ? ".5,\n" : ".25, ");
  const SweepSpec spec = parse(text + "]\n");
  EXPECT_EQ(axis_size(spec.axes[0]), 1'000'000u);
  EXPECT_EQ(axis_value(spec.axes[0], 999'999), 1'000'000.5);
}

TEST(SweepFile, is_overridden_by_the_command_line) {
  SweepOverrides overrides;
  overrides.axes = {"level=2,4", "width=linspace:0,1,3"};
  overrides.fixed = {"rate=0.25", "method=fancy"};
  overrides.seed = "99";
  overrides.replicates = "5";
  const SweepSpec spec = parse(grid_text, overrides);
  ASSERT_EQ(spec.axes.size(), 3u);
  EXPECT_EQ(spec.axes[0].parameter, "level");  // in its old place
  EXPECT_EQ(std::get<List>(spec.axes[0].values).values, (std::vector<double>{2, 4}));
  EXPECT_EQ(spec.axes[2].parameter, "width");
  EXPECT_EQ(spec.seed, 99u);
  EXPECT_EQ(spec.replicates, 5u);
  EXPECT_EQ(spec.fixed.size(), 2u);
}

TEST(SweepFile, can_be_written_on_the_command_line_alone) {
  SweepOverrides overrides;
  overrides.study = "sample";
  overrides.design = "random";
  overrides.point_count = "10";
  overrides.axes = {"rate=log_uniform:1e-4,1", "level=integers:1,9", "method=choice:plain,fancy", "width=uniform:-1,1"};
  EXPECT_EQ(
      canonical("", overrides),
      canonical("study = 'sample'\ndesign = 'random'\npoints = 10\n[axes]\nrate = {log_uniform = [1e-4, 1]}\n"
                "level = {integers = [1, 9]}\nmethod = {choice = ['plain', 'fancy']}\nwidth = {uniform = [-1, 1]}\n"));
  SweepOverrides list;
  list.study = "sample";
  list.points = {"rate=1.5,method=fancy", "rate=0.1,method=plain"};
  list.fixed = {"doubled=true"};
  EXPECT_EQ(canonical("", list), canonical(list_text));
  SweepOverrides zip;
  zip.study = "sample";
  zip.axes = {"rate=geomspace:0.5,2,5", "level=1,10,100", "method=fancy, plain, größer"};
  zip.zip = {"level,method"};
  EXPECT_EQ(canonical("", zip), canonical(zip_text));
}

TEST(SweepFile, names_the_option_of_every_mistake) {
  const auto problem = [](void (*set)(SweepOverrides&)) {
    SweepOverrides overrides;
    overrides.study = "sample";
    set(overrides);
    return problem_of("", overrides);
  };
  const std::pair<std::string, const char*> mistakes[] = {
      {problem([](SweepOverrides& o) { o.study = "smaple"; }), "study smaple: unknown study"},
      {problem([](SweepOverrides& o) { o.study.reset(); }), "command line: no study is named"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=0"}; }), "--axis rate=0: 0 is outside (0, inf)"},
      {problem([](SweepOverrides& o) { o.axes = {"rate"}; }), "--axis rate: there is no \"=\""},
      {problem([](SweepOverrides& o) { o.axes = {"rat=1"}; }),
       "--axis rat=1: sample has no parameter \"rat\". Did you mean rate?"},
      {problem([](SweepOverrides& o) { o.axes = {"rate="}; }), "--axis rate=: rate has no values"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=1,,2"}; }), "--axis rate=1,,2: '' is not a number"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=lin:1,2,3"}; }),
       "--axis rate=lin:1,2,3: no kind of axis \"lin\""},
      {problem([](SweepOverrides& o) { o.axes = {"rate=linspace:1,x,3"}; }),
       "--axis rate=linspace:1,x,3: rate: 'x' is not a number"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=linspace:0,4,17"}; }),
       "--axis rate=linspace:0,4,17: 0 is outside (0, inf)"},
      {problem([](SweepOverrides& o) {
         o.axes = {"rate=1", "rate=2"};
       }),
       "--axis rate=2: rate is given twice"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=1"}, o.fixed = {"rate=2"}; }),
       "--fix rate=2: rate is given twice"},
      {problem([](SweepOverrides& o) { o.fixed = {"method=odd"}; }), "--fix method=odd: 'odd' is none of plain, fancy"},
      {problem([](SweepOverrides& o) {
         o.points = {"rate=1", "rate=x"};
       }),
       "--point rate=x: 'x' is not a number"},
      {problem([](SweepOverrides& o) {
         o.points = {"rate=1", "width=1"};
       }),
       "--point width=1: "},
      {problem([](SweepOverrides& o) { o.axes = {"rate=1,+-5"}; }), "--axis rate=1,+-5: '+-5' is not a number"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=1e-400"}; }), "--axis rate=1e-400: 1e-400 is too close to 0"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=9007199254740993"}; }),
       "--axis rate=9007199254740993: 9007199254740993 is beyond 2^53"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=linspace:+1,inf,3"}; }),
       "--axis rate=linspace:+1,inf,3: rate: 'inf' is not a number"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=logspace:0,3,4"}; }),
       "--axis rate=logspace:0,3,4: no kind of axis \"logspace\". Did you mean geomspace"},
      {problem([](SweepOverrides& o) { o.where = "rate > 1\n"; }),
       "--where rate > 1\\x0a: there is the control character U+000A in it"},
      {problem([](SweepOverrides& o) { o.fixed = {"method=\xff"}; }), "--fix method=\\xff: there is the byte ff"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=2,1,2"}; }), "--axis rate=2,1,2: rate has the value 2 twice"},
      {problem([](SweepOverrides& o) { o.axes = {"rate=csv:/no/such.csv:a"}; }),
       "/no/such.csv: cannot read the values"},
      {problem([](SweepOverrides& o) { o.seed = "abc"; }), "--seed abc: not a whole number"},
      {problem([](SweepOverrides& o) { o.seed = "18446744073709551615"; }),
       "--seed 18446744073709551615: not a whole number"},
      {problem([](SweepOverrides& o) { o.replicates = "0"; }), "--replicates 0: "},
      {problem([](SweepOverrides& o) { o.design = "sobl"; }),
       "--design sobl: unknown design \"sobl\". Did you mean sobol?"},
      {problem([](SweepOverrides& o) { o.design = "sobol", o.point_count = "0"; }), "--points 0: "},
      {problem([](SweepOverrides& o) { o.where = "rate <"; }), "--where rate <: "},
      {problem([](SweepOverrides& o) { o.zip = {"rate,width"}; }), "--zip rate,width: "},
      {problem([](SweepOverrides& o) { o.common_random_numbers = "rate"; }), "--common-random-numbers rate: "},
  };
  for (const auto& [message, wanted] : mistakes) EXPECT_EQ(message.substr(0, std::string(wanted).size()), wanted);
}

TEST(SweepFile, is_read_from_a_file_of_at_most_64_mebibytes) {
  const Scratch scratch;
  const auto problem = [&](const std::string& name) {
    try {
      read_sweep_file(scratch / name, {}, find_sample, [](const SweepSpec&) {});
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  put(scratch / "good.toml", grid_text);
  EXPECT_EQ(problem("good.toml"), "none");
  put(scratch / "full.toml", grid_text + std::string(max_sweep_text - std::string(grid_text).size(), ' '));
  EXPECT_EQ(problem("full.toml"), "none");
  put(scratch / "large.toml", std::string(max_sweep_text + 1, ' '));
  EXPECT_NE(problem("large.toml").find("larger than 64 MiB"), std::string::npos);
  EXPECT_NE(problem("missing.toml").find("No such file"), std::string::npos);
  EXPECT_NE(problem(".").find("Is a directory"), std::string::npos);
  put(scratch / "empty.toml", "");
  EXPECT_EQ(problem("empty.toml").find(scratch / "empty.toml" + ":1:1: no study is named"), 0u);
}

}  // namespace
}  // namespace trawl::io
