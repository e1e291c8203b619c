#include "cluster/cli/progress.hpp"

#include <unistd.h>

#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/terminal.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/leave.hpp"
#include "engine/task_text.hpp"

namespace trawl::cluster {
namespace {

constexpr double redraw_s = 0.25;
constexpr double line_s = 30;
constexpr std::uint64_t line_parts = 100;
constexpr int max_failures_named = 5;

}  // namespace

std::string progress_text(const Progress& progress, std::size_t columns) {
  const double percent = 100 * static_cast<double>(progress.done) / static_cast<double>(progress.total);
  const double rate = static_cast<double>(progress.done - progress.done_before) / progress.elapsed_s;
  const std::string counts =
      fmt::format("{} of {} ({:.1f} %)", count_text(progress.done), counted(progress.total, "task"), percent);
  const std::string share = fmt::format("{:.1f} %", percent);
  const std::string failed = progress.failed > 0 ? fmt::format(", {} failed", count_text(progress.failed)) : "";
  const std::string speed = ", " + rate_text(rate);
  const std::string left = fmt::format(", {} left", seconds_text(progress.remaining_s));
  for (const std::string& text :
       {counts + failed + speed + left, counts + failed + left, share + failed + left, share + failed, share}) {
    if (text.size() <= columns) return text;
  }
  return share.substr(0, columns);
}

ProgressPrinter::ProgressPrinter(const Sweep& sweep, bool quiet)
    : sweep_(sweep),
      quiet_(quiet),
      terminal_(terminal_columns(STDERR_FILENO).has_value()),
      next_draw_s_(terminal_ ? redraw_s : line_s) {}

ProgressPrinter::~ProgressPrinter() {
  clear_line();
}

void ProgressPrinter::on_progress(const Progress& progress) {
  if (quiet_ || progress.elapsed_s < next_draw_s_ || progress.total == 0) return;
  if (terminal_) {
    const std::size_t columns = terminal_columns(STDERR_FILENO).value_or(1) - 1;  // the last would wrap on some
    clear_line();
    const std::string text = progress_text(progress, columns);
    write_to_stderr(text);
    drawn_columns_ = text.size();
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
  spdlog::warn("rank {} is lost ({}); the other ranks take its points over", rank, why);
}

void ProgressPrinter::on_failure(const Failure& failure) {
  if (quiet_ || failures_named_ > max_failures_named) return;
  clear_line();
  if (failures_named_++ < max_failures_named) {
    const char* what =
        failure.status == Status::pending ? "stays pending" : status_names[static_cast<int>(failure.status)];
    spdlog::warn("{} {}: {}", task_text(sweep_, failure.task), what, failure.message);
  } else {
    spdlog::warn("more tasks failed; trawl failures lists them");
  }
}

/// A terminal that became narrower meanwhile shows the line on several rows.
void ProgressPrinter::clear_line() {
  if (drawn_columns_ == 0) return;
  const std::size_t columns = terminal_columns(STDERR_FILENO).value_or(drawn_columns_);
  const std::size_t rows_above = (drawn_columns_ - 1) / columns;
  write_to_stderr(rows_above > 0 ? fmt::format("\x1b[{}A\r\x1b[J", rows_above) : "\r\x1b[J");
  drawn_columns_ = 0;
}

}  // namespace trawl::cluster
