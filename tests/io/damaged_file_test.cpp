// Whatever is wrong with a result file, it is read or refused: no failed check, crash or other exception.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "io/export.hpp"
#include "io/hdf5_read.hpp"
#include "io/result_file.hpp"
#include "io/result_reader.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

/// Everything that verbs do with a file without its study.
void read_all(const std::string& path, std::FILE* nowhere) {
  const ResultReader file(path, ResultReader::Forms::own);
  file.study_version();
  file.sweep_text();
  file.trawl_version();
  file.shard();
  file.status_counts();
  file.unread();
  report_table(file);
  export_csv(file, nowhere);
  export_jsonl(file, nowhere);
  dataset_digests(file);
}

/// The finished file of a sample, which tests damage.
class Victim {
 public:
  explicit Victim(const char* text) : sweep_(sweep_of(text)) {
    ResultFile file(path_, *sweep_);
    file.write(records_of(*sweep_, {0, sweep_->design.task_count()}));
    file.flush();
    whole = bytes_of(path_);
    for (const Dataset& dataset : read_layout(path_).datasets) names.push_back(dataset.name);
  }
  ~Victim() { std::fclose(nowhere_); }

  /// Whether the changed file is still read; fails the test on anything but a UsageError or an IoError.
  bool reads(const std::string& changed) const {
    put(path_, changed);
    try {
      read_all(path_, nowhere_);
      return true;
    } catch (const UsageError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    } catch (const IoError&) {
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    return false;
  }

  std::string whole;
  std::vector<std::string> names;

 private:
  Scratch scratch_;
  std::string path_ = scratch_ / "a.h5";
  std::unique_ptr<Sweep> sweep_;
  std::FILE* nowhere_ = std::fopen("/dev/null", "w");
};

/// Puts one place's 8 bytes where another's are: addresses, sizes and types change places.
void swap_words(std::string& bytes, std::mt19937& random) {
  const std::size_t words = bytes.size() / 8;
  const std::size_t a = random() % words * 8, b = random() % words * 8;
  std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(a), bytes.begin() + static_cast<std::ptrdiff_t>(a + 8),
                   bytes.begin() + static_cast<std::ptrdiff_t>(b));
}

/// Overwrites a word that is not 0 with a number that sizes and offsets are fond of.
void set_number(std::string& bytes, std::mt19937& random) {
  const std::uint64_t numbers[] = {0, 1, 2, 7, 255, 65535, 1u << 31, ~0ull, 1ull << 63, bytes.size(), bytes.size() - 1};
  const std::uint64_t number = numbers[random() % std::size(numbers)];
  std::size_t at = random() % (bytes.size() / 8) * 8;
  const auto word_at = [&] {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    return word;
  };
  while (word_at() == 0) at = (at + 8) % (bytes.size() / 8 * 8);
  std::memcpy(bytes.data() + at, &number, std::size_t{1} << random() % 4);
}

/// Gives an object, or what refers to its name, the name of another.
void swap_names(std::string& bytes, const std::vector<std::string>& names, std::mt19937& random) {
  const std::string &from = names[random() % names.size()], &to = names[random() % names.size()];
  std::vector<std::size_t> places;
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1)) places.push_back(at);
  if (places.empty()) return;
  const std::size_t at = places[random() % places.size()];
  bytes.replace(at, std::min(to.size() + 1, bytes.size() - at), to.c_str(), std::min(to.size() + 1, bytes.size() - at));
}

TEST(DamagedFile, is_read_or_refused_after_any_change) {
  std::mt19937 random(20);
  for (const char* text : {grid_text, zip_text, list_text}) {
    const Victim victim(text);
    ASSERT_TRUE(victim.reads(victim.whole));
    int refused = 0;
    for (int trial = 0; trial < 1200; ++trial) {
      std::string changed = victim.whole;
      for (unsigned changes = 1 + random() % 3; changes > 0; --changes) {
        switch (random() % 4) {
          case 0:
            changed[random() % changed.size()] = static_cast<char>(random());
            break;
          case 1:
            swap_words(changed, random);
            break;
          case 2:
            set_number(changed, random);
            break;
          default:
            swap_names(changed, victim.names, random);
        }
      }
      if (!victim.reads(changed)) ++refused;
      if (::testing::Test::HasFailure()) break;
    }
    EXPECT_GT(refused, 200);
  }
}

TEST(DamagedFile, with_two_datasets_of_one_name_is_said_to_be_damaged) {
  const Victim victim(list_text);
  std::string changed = victim.whole;
  const std::string from("score\0\0\0", 8), to("share\0\0\0", 8);  // as they lie in the heap of names
  const std::size_t at = changed.find(from);
  ASSERT_NE(at, std::string::npos);
  changed.replace(at, to.size(), to);
  EXPECT_FALSE(victim.reads(changed));
}

TEST(DamagedFile, with_an_impossible_version_of_its_study_is_refused) {
  const Victim victim(list_text);
  std::string changed = victim.whole;
  const std::size_t at = changed.find("study_version");
  ASSERT_NE(at, std::string::npos);
  // The attribute's value, 3, is the first word of that value behind its name.
  const std::string three("\3\0\0\0\0\0\0\0", 8);
  const std::size_t value = changed.find(three, at);
  ASSERT_LT(value, at + 100);
  changed[value + 5] = 1;
  EXPECT_FALSE(victim.reads(changed));
}

}  // namespace
}  // namespace trawl::io
