// Writing results: ResultFile beside plain pwrite of as many bytes on the same disk, in turn; and the cost of a range
// of one point. io_bench [DIRECTORY [TASKS [ROUNDS]]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "engine/sweep.hpp"
#include "io/result_file.hpp"
#include "studies/null/null.hpp"

namespace {

using namespace trawl;

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

SweepSpec null_sweep(std::uint64_t tasks) {
  SweepSpec spec;
  spec.study = "null";
  spec.axes = {{"x", Linspace{0, 1, 1000}}, {"y", Linspace{0, 1, tasks / 1000}}};
  return spec;
}

Records range_of(std::uint64_t size) {
  Records records;
  records.value_count = size;
  records.values = std::make_unique<double[]>(size);
  std::fill_n(records.values.get(), size, 0.5);
  records.statuses = {{size, Status::ok}};
  return records;
}

void require(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::exit(1);
}

/// Seconds to pwrite `bytes` in blocks of 1 MiB, fdatasync included, into a file that is new or was written before.
double plain_pwrite(const std::string& path, std::uint64_t bytes, bool fresh) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | (fresh ? O_TRUNC : 0), 0644);
  require(fd >= 0, "open");
  const std::vector<char> block(std::size_t{1} << 20, 'x');
  const double start = now_s();
  for (std::uint64_t done = 0; done < bytes; done += block.size())
    require(
        ::pwrite(fd, block.data(), std::min<std::uint64_t>(block.size(), bytes - done), static_cast<off_t>(done)) > 0,
        "pwrite");
  require(::fdatasync(fd) == 0, "fdatasync");
  const double seconds = now_s() - start;
  ::close(fd);
  return seconds;
}

struct Written {
  double create_s, write_s;
};

Written result_file(const std::string& path, const Sweep& sweep, std::uint64_t range_size) {
  ::unlink(path.c_str());
  Records records = range_of(range_size);
  const double start = now_s();
  io::ResultFile file(path, sweep);
  const double created = now_s();
  for (TaskIndex task = 0; task < sweep.design.task_count(); task += range_size) {
    records.range = {task, task + range_size};
    file.write(records);
  }
  file.flush();
  return {created - start, now_s() - created};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void print(const char* what, const std::vector<double>& seconds, double bytes) {
  const auto [low, high] = std::minmax_element(seconds.begin(), seconds.end());
  std::printf("%-44s %7.0f MB/s  (%.0f .. %.0f)\n", what, bytes / median(seconds) / 1e6, bytes / *high / 1e6,
              bytes / *low / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string directory = argc > 1 ? argv[1] : ".";
  const std::uint64_t tasks = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 65536000;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  const studies::Null study;
  const Sweep sweep(study, null_sweep(tasks)), small(study, null_sweep(4096000));
  const std::string ours = directory + "/io_bench.h5", plain = directory + "/io_bench.plain";
  const std::uint64_t bytes = tasks * 9;

  std::vector<double> fresh, again, create, write, ratio, whole_ratio, one_point;
  for (int round = 0; round < rounds; ++round) {
    fresh.push_back(plain_pwrite(plain, bytes, true));
    const Written written = result_file(ours, sweep, tasks / 1000);
    again.push_back(plain_pwrite(plain, bytes, false));
    create.push_back(written.create_s);
    write.push_back(written.write_s);
    ratio.push_back(again.back() / written.write_s);
    whole_ratio.push_back((fresh.back() + again.back()) / (written.create_s + written.write_s));
    one_point.push_back(result_file(ours, small, 1).write_s / 4096000);
  }
  ::unlink(ours.c_str());
  ::unlink(plain.c_str());
  const auto size = static_cast<double>(bytes);
  std::printf("%.0f MB, %d rounds in turn, medians (range), fdatasync included\n", size / 1e6, rounds);
  print("plain pwrite, new file", fresh, size);
  print("ResultFile, creation filled with NaN", create, size);
  print("plain pwrite, over it again", again, size);
  print("ResultFile, all ranges written and flushed", write, size);
  std::printf("ResultFile / plain pwrite, same work: %.2f written, %.2f with creation\n", median(ratio),
              median(whole_ratio));
  std::printf("one-point ranges: %.0f ns each\n", median(one_point) * 1e9);
  return 0;
}
