#include "cluster/cli/work_progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/terminal.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/signals.hpp"

namespace trawl::cluster {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t large_bytes = std::uint64_t{1} << 28;
constexpr milliseconds first_line{1000};
constexpr milliseconds line_period{5000};
constexpr milliseconds redraw_period{250};

}  // namespace

std::string work_text(const std::string& doing, const std::string& path, std::uint64_t done, std::uint64_t total,
                      double elapsed_s) {
  const double part = static_cast<double>(done) / static_cast<double>(total);
  return fmt::format("{} {}: {} of {} ({:.1f} %), {} left", doing, path, bytes_text(done), bytes_text(total),
                     100 * part, seconds_text(elapsed_s * (1 - part) / part));
}

WorkProgress::WorkProgress(std::string path, std::string advice, bool quiet)
    : path_(std::move(path)),
      advice_(std::move(advice)),
      quiet_(quiet),
      terminal_(terminal_columns(STDERR_FILENO).has_value()) {}

WorkProgress::~WorkProgress() {
  clear_line();
}

io::OnBlock WorkProgress::callback() {
  return [this](const char* doing, std::uint64_t done, std::uint64_t total) { on_block(doing, done, total); };
}

void WorkProgress::begin(const char* doing, std::uint64_t total) {
  clear_line();
  doing_ = doing;
  start_ = Clock::now();
  next_line_ = start_ + first_line;
  if (!quiet_ && total >= large_bytes) spdlog::info("{} {} ({})", doing, path_, bytes_text(total));
}

void WorkProgress::on_block(const char* doing, std::uint64_t done, std::uint64_t total) {
  if (stop_requested()) {
    clear_line();
    const char* kept = std::string_view(doing) == "creating" ? "Nothing was created. " : "";
    throw Stopped(fmt::format("{}: stopped while {} {}. {}{}", stop_signal(), doing, path_, kept, advice_));
  }
  if (doing != doing_) begin(doing, total);
  const auto now = Clock::now();
  if (done >= total) clear_line();
  if (quiet_ || now < next_line_ || done == 0 || done >= total) return;
  const std::string text = work_text(doing, path_, done, total, std::chrono::duration<double>(now - start_).count());
  if (terminal_) {
    fmt::print(stderr, "\r{}\x1b[K", text);
    std::fflush(stderr);
    drawn_ = true;
  } else {
    spdlog::info("{}", text);
  }
  next_line_ = now + (terminal_ ? redraw_period : line_period);
}

void WorkProgress::clear_line() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace trawl::cluster
