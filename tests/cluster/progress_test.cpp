#include "cluster/cli/progress.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "cluster/cli/terminal.hpp"
#include "cluster/cli/text.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

TEST(Text, groups_digits) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(9223372036854775807u), "9,223,372,036,854,775,807");
}

TEST(Text, counts_one_thing_and_many) {
  EXPECT_EQ(counted(0, "point"), "0 points");
  EXPECT_EQ(counted(1, "point"), "1 point");
  EXPECT_EQ(counted(12345, "replicate"), "12,345 replicates");
  EXPECT_EQ(bytes_text(1), "1 byte");
}

TEST(Text, names_bytes_and_rates_in_the_unit_that_fits) {
  EXPECT_EQ(bytes_text(312), "312 bytes");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(std::uint64_t{3} << 30), "3 GiB");
  EXPECT_EQ(rate_text(12.34), "12.3/s");
  EXPECT_EQ(rate_text(999.9e3), "1 M/s");
  EXPECT_EQ(rate_text(12.3e6), "12.3 M/s");
}

TEST(Text, names_durations_from_nanoseconds_to_years) {
  EXPECT_EQ(seconds_text(2.5e-8), "25 ns");
  EXPECT_EQ(seconds_text(0.25), "250 ms");
  EXPECT_EQ(seconds_text(3.21), "3.2 s");
  EXPECT_EQ(seconds_text(250), "4 min 10 s");
  EXPECT_EQ(seconds_text(7500), "2 h 5 min");
  EXPECT_EQ(seconds_text(86400.0 * 1234), "1,234 days");
  EXPECT_EQ(seconds_text(std::numeric_limits<double>::quiet_NaN()), "unknown");
  EXPECT_EQ(seconds_text(std::numeric_limits<double>::infinity()), "unknown");
}

TEST(Progress, says_done_failed_rate_and_time_left) {
  Progress progress;
  progress.total = 10'000;
  progress.done = 1'200;
  progress.done_before = 200;
  progress.failed = 3;
  progress.elapsed_s = 2;
  progress.remaining_s = 17.6;
  EXPECT_EQ(progress_text(progress), "1,200 of 10,000 tasks (12.0 %), 3 failed, 500/s, 17.6 s left");
}

Progress a_third() {
  Progress progress;
  progress.total = 3'000'000;
  progress.done = 1'000'000;
  progress.failed = 12;
  progress.elapsed_s = 10;
  progress.remaining_s = 20;
  return progress;
}

TEST(Progress, fits_any_width) {
  for (std::size_t columns = 0; columns < 100; ++columns) {
    EXPECT_LE(progress_text(a_third(), columns).size(), columns);
  }
  EXPECT_EQ(progress_text(a_third(), 200), progress_text(a_third()));
}

TEST(Progress, keeps_what_matters_most_where_there_is_little_room) {
  EXPECT_EQ(progress_text(a_third(), 65), "1,000,000 of 3,000,000 tasks (33.3 %), 12 failed, 20.0 s left");
  EXPECT_EQ(progress_text(a_third(), 40), "33.3 %, 12 failed, 20.0 s left");
  EXPECT_EQ(progress_text(a_third(), 20), "33.3 %, 12 failed");
  EXPECT_EQ(progress_text(a_third(), 8), "33.3 %");
  EXPECT_EQ(progress_text(a_third(), 3), "33.");
}

TEST(Progress, names_a_single_task) {
  Progress progress;
  progress.total = 1;
  progress.elapsed_s = 1;
  EXPECT_EQ(progress_text(progress).substr(0, 20), "0 of 1 task (0.0 %),");
}

TEST(Terminal, wraps_between_words_only) {
  EXPECT_EQ(wrapped("one two three\n", 8, 0), "one two\nthree\n");
  EXPECT_EQ(wrapped("  one two three\n", 12, 2), "  one two\n    three\n");
  EXPECT_EQ(wrapped("extraordinarily long\n", 5, 0), "extraordinarily\nlong\n");
  EXPECT_EQ(wrapped("größer als\n", 10, 0), "größer als\n") << "columns, not bytes";
  EXPECT_EQ(wrapped("one two three\n", std::nullopt, 4), "one two three\n");
  for (std::size_t columns = 0; columns < 40; ++columns) {
    std::string words = wrapped("   some words of a summary, a few more\n\nand a second paragraph\n", columns, 2);
    std::erase_if(words, [](char c) { return c == ' ' || c == '\n'; });
    EXPECT_EQ(words, "somewordsofasummary,afewmoreandasecondparagraph");
  }
}

TEST(Terminal, is_not_driven_by_texts_from_outside) {
  EXPECT_EQ(io::one_line("a\x1b[31mred\n"), "a\\x1b[31mred\\x0a");
  EXPECT_EQ(io::one_line("bell\a, delete\x7f, tab\t"), "bell\\x07, delete\\x7f, tab\\x09");
  EXPECT_EQ(io::one_line("\xc2\x9b"
                         "31m"),
            "\\u009b31m")
      << "the one-character form of ESC [";
  EXPECT_EQ(io::one_line("\xe2\x80\xae"
                         "5h.live"),
            "\\u202e5h.live")
      << "right to left";
  EXPECT_EQ(io::one_line("\x9b"
                         "31m \xff \xc3"),
            "\\x9b31m \\xff \\xc3")
      << "not UTF-8";
  EXPECT_EQ(io::one_line("\xc0\x9b \xed\xa0\x80"), "\\xc0\\x9b \\xed\\xa0\\x80") << "too long a form, a surrogate";
  EXPECT_EQ(io::one_line("größer, 日本, ∂"), "größer, 日本, ∂");
  EXPECT_EQ(io::plain_lines("one\x1b\n\ntwo\r\n"), "one\\x1b\n\ntwo\\x0d\n");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const std::string once = io::one_line(all);
  EXPECT_EQ(io::one_line(once), once);
  for (const char c : once) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
}

}  // namespace
}  // namespace trawl::cluster
