#include "io/export.hpp"

#include <cmath>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "io/result_file.hpp"
#include "io/run_log.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The finished file of a sample sweep.
class Finished {
 public:
  explicit Finished(const char* text) : sweep(sweep_of(text)) {
    ResultFile file(path, *sweep);
    file.write(records_of(*sweep, {0, sweep->design.task_count()}));
    file.flush();
  }

  std::string text_of(void (*write)(const ResultReader&, std::FILE*, const OnBlock&)) const {
    std::FILE* out = std::fopen((scratch / "out").c_str(), "w");
    write(ResultReader(path), out, {});
    std::fclose(out);
    return bytes_of(scratch / "out");
  }

  Scratch scratch;
  std::string path = scratch / "a.h5";
  std::unique_ptr<Sweep> sweep;
};

TEST(ResultReader, tells_what_the_file_holds) {
  const Finished finished(grid_text);
  const ResultReader file(finished.path);
  EXPECT_EQ(file.study(), "sample");
  EXPECT_EQ(file.study_version(), 3);
  EXPECT_EQ(file.task_count(), 144u);
  EXPECT_EQ(file.replicates(), 2u);
  EXPECT_EQ(canonical_text(parse(file.sweep_text()), sample_study().declaration()), finished.sweep->text);
  const auto counts = file.status_counts();
  std::array<std::uint64_t, 7> expected{};
  for (TaskIndex task = 0; task < 144; ++task) ++expected[static_cast<std::size_t>(made_up_status(task))];
  EXPECT_EQ(counts, expected);
  EXPECT_EQ(file.texts("method"), (std::vector<std::string>{"fancy", "plain", "größer"}));
  EXPECT_EQ(file.texts("group", 1, 1), std::vector<std::string>{"Bé"});
  EXPECT_EQ(file.values("level"), (std::vector<double>{1, 10, 100}));
  EXPECT_EQ(file.values("rate", 1, 2), (std::vector<double>{1.0, 1.5}));
  EXPECT_EQ(file.output("table", {7, 8}).size(), 6u);
  EXPECT_EQ(file.output("table", {7, 8})[5], made_up(7, 3, 5));
  EXPECT_THROW(file.values("nothing"), UsageError);
}

TEST(Export, writes_one_csv_row_per_task) {
  const Finished finished(grid_text);
  const std::vector<std::string> lines = lines_of(finished.text_of(export_csv));
  ASSERT_EQ(lines.size(), 145u);
  EXPECT_EQ(lines[0],
            "method,level,doubled,rate,width,replicate,status,score,profile[0],profile[1],profile[2],share[0],share[1],"
            "\"table[0,0]\",\"table[0,1]\",\"table[1,0]\",\"table[1,1]\",\"table[2,0]\",\"table[2,1]\"");
  EXPECT_EQ(lines[1].substr(0, 40), "fancy,1,false,0.5,1,0,ok,0,0.001,0.0011,");
  EXPECT_EQ(lines[4].substr(0, 31), "fancy,1,false,1,1,1,threw,3,3.0");
  EXPECT_EQ(lines[144].substr(0, 38), "größer,100,true,2,1,1,ok,143,143.001");
  EXPECT_NE(lines[1].find(",nan,nan,"), std::string::npos);
}

TEST(Export, writes_one_json_object_per_task_and_line) {
  const Finished finished(random_text);
  const std::vector<std::string> lines = lines_of(finished.text_of(export_jsonl));
  ASSERT_EQ(lines.size(), 600u);
  std::vector<double> point(5);
  for (TaskIndex task = 0; task < 600; ++task) {
    const auto row = nlohmann::json::parse(lines[task]);
    finished.sweep->design.points(task / 2, 1, point.data());
    EXPECT_EQ(row["point"], task / 2);
    EXPECT_EQ(row["rate"].get<double>(), point[0]);  // shortest text, yet exact
    EXPECT_EQ(row["doubled"].get<bool>(), point[2] != 0);
    EXPECT_EQ(row["method"], point[3] == 1 ? "fancy" : "größer");
    EXPECT_EQ(row["replicate"], task % 2);
    EXPECT_EQ(row["status"], status_names[static_cast<std::size_t>(made_up_status(task))]);
    EXPECT_EQ(row["table"].size(), 3u);
    EXPECT_EQ(row["table"][2][1].get<double>(), made_up(task, 3, 5));
    EXPECT_EQ(row["share"][0].is_null(), task % 5 == 0);
  }
}

TEST(Report, groups_scalar_outputs_by_the_first_axis) {
  const Finished finished(grid_text);
  const std::vector<std::string> lines = lines_of(report_table(ResultReader(finished.path)));
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0], "sample: 144 tasks, 121 ok, 13 threw, 10 excluded");
  EXPECT_EQ(lines[1].substr(0, 21), "output  method  count");
  double sum = 0;
  int count = 0;
  for (TaskIndex task = 48; task < 96; ++task)
    if (made_up_status(task) == Status::ok) sum += made_up(task, 0, 0), ++count;
  std::istringstream row(lines[3]);
  std::string output, method;
  int reported_count = 0;
  double mean = 0;
  row >> output >> method >> reported_count >> mean;
  EXPECT_EQ(output, "score");
  EXPECT_EQ(method, "plain");
  EXPECT_EQ(reported_count, count);
  EXPECT_NEAR(mean, sum / count, 1e-3);
}

TEST(Report, is_short_for_any_sweep) {
  for (const char* text : {grid_text, zip_text, random_text, list_text}) {
    const Finished finished(text);
    EXPECT_LE(lines_of(report_table(ResultReader(finished.path))).size(), 20u);
  }
}

TEST(Digest, is_that_of_sha256sum) {
  const Scratch scratch;
  put(scratch / "abc", "abc");  // FIPS 180-2, appendix B.1
  EXPECT_EQ(file_digest(scratch / "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  put(scratch / "empty", "");
  EXPECT_EQ(file_digest(scratch / "empty"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, names_every_dataset) {
  const Finished finished(list_text);
  const std::vector<Digest> digests = dataset_digests(ResultReader(finished.path));
  std::vector<std::string> names;
  for (const Digest& digest : digests) names.push_back(digest.name);
  EXPECT_EQ(names, (std::vector<std::string>{"point", "rate", "method", "replicate", "position", "group", "level",
                                             "doubled", "width", "status", "score", "profile", "share", "table"}));
}

TEST(RunLog, appends_one_json_object_per_event) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  for (int run = 0; run < 2; ++run) {
    RunLog log(scratch / "log.jsonl", *sweep);
    log.start("trawl run \"x\"\n", "abc", 2, 4, 7);
    log.on_worker(1, {.threads = 4, .host = "node", .pid = 77});
    log.on_worker_lost(1, "silent");
    log.on_failure({.task = 5, .status = Status::threw, .message = "bad \xff byte\nand a line"});
    log.end({}, 3);
  }
  const std::vector<std::string> lines = lines_of(bytes_of(scratch / "log.jsonl"));
  ASSERT_EQ(lines.size(), 10u);
  const auto start = nlohmann::json::parse(lines[5]), failure = nlohmann::json::parse(lines[8]);
  EXPECT_EQ(start["event"], "start");
  EXPECT_EQ(start["command"], "trawl run \"x\"\n");
  EXPECT_EQ(start["time"].get<std::string>().size(), std::string("2025-01-01T00:00:00.000Z").size());
  EXPECT_EQ(failure["task"], 5);
  EXPECT_EQ(failure["point"], 2);
  EXPECT_EQ(failure["replicate"], 1);
  EXPECT_EQ(failure["parameters"],
            nlohmann::json::parse(R"({"method": "fancy", "level": 1, "doubled": false, "rate": 1.5})"));
  EXPECT_EQ(failure["status"], "threw");
  EXPECT_EQ(nlohmann::json::parse(lines[9])["exit_code"], 3);
}

TEST(RunLog, that_cannot_be_written_does_no_harm) {
  const auto sweep = sweep_of(grid_text);
  RunLog log("/proc/no such directory/log.jsonl", *sweep);
  log.start("trawl run", "", 1, 1, 0);
  log.end({}, 0);
}

}  // namespace
}  // namespace trawl::io
