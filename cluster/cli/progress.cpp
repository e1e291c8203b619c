#include "cluster/cli/progress.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/text.hpp"
#include "cluster/leave.hpp"
#include "engine/task_text.hpp"

namespace trawl::cluster {
namespace {

constexpr double redraw_s = 0.25;
constexpr double line_s = 30;
constexpr std::uint64_t line_parts = 100;
constexpr int max_failures_named = 5;

bool is_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

std::string progress_text(const Progress& progress) {
  const double percent = 100 * static_cast<double>(progress.done) / static_cast<double>(progress.total);
  const double rate = static_cast<double>(progress.done - progress.done_before) / progress.elapsed_s;
  std::string text =
      fmt::format("{} of {} tasks ({:.1f} %), ", count_text(progress.done), count_text(progress.total), percent);
  if (progress.failed > 0) text += fmt::format("{} failed, ", count_text(progress.failed));
  text += fmt::format("{}, {} left", rate_text(rate), seconds_text(progress.remaining_s));
  return text;
}

ProgressPrinter::ProgressPrinter(const Sweep& sweep, bool quiet)
    : sweep_(sweep), quiet_(quiet), terminal_(is_terminal()), next_draw_s_(terminal_ ? redraw_s : line_s) {}

ProgressPrinter::~ProgressPrinter() {
  clear_line();
}

void ProgressPrinter::on_progress(const Progress& progress) {
  if (quiet_ || progress.elapsed_s < next_draw_s_ || progress.total == 0) return;
  if (terminal_) {
    write_to_stderr(fmt::format("\r{}\x1b[K", progress_text(progress)));
    drawn_ = true;
    next_draw_s_ = progress.elapsed_s + redraw_s;
  } else if (progress.done >= next_done_) {
    spdlog::info("{}", progress_text(progress));
    next_draw_s_ = progress.elapsed_s + line_s;
    next_done_ = progress.done + progress.total / line_parts;
  }
}

void ProgressPrinter::on_worker(Rank rank, const Hello& hello) {
  if (hello.shortage.empty() || std::exchange(shortage_said_, true)) return;
  clear_line();
  spdlog::warn("rank {}: {}", rank, hello.shortage);
}

void ProgressPrinter::on_worker_lost(Rank rank, const std::string& why) {
  clear_line();
  spdlog::warn("rank {} is lost ({}); others take over what it had", rank, why);
}

void ProgressPrinter::on_failure(const Failure& failure) {
  if (quiet_ || failures_named_ > max_failures_named) return;
  clear_line();
  if (failures_named_++ < max_failures_named) {
    const char* what =
        failure.status == Status::pending ? "stays pending" : status_names[static_cast<int>(failure.status)];
    spdlog::warn("{} {}: {}", task_text(sweep_, failure.task), what, failure.message);
  } else {
    spdlog::warn("more tasks failed; the run log names them");
  }
}

void ProgressPrinter::clear_line() {
  if (drawn_) write_to_stderr("\r\x1b[K");
  drawn_ = false;
}

}  // namespace trawl::cluster
