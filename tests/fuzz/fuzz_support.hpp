// What the fuzz targets share: a file that holds the input, and what a parser may throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include <unistd.h>

#include "engine/error.hpp"

/// Called by libFuzzer, or by replay_corpus.cpp, with each input. Whatever it lets escape is a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace trawl::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Runs `read`; an input may be refused by these errors and by no other.
template <class Read>
void refuse_or(const Read& read) {
  try {
    read();
  } catch (const UsageError&) {
  } catch (const IoError&) {
  }
}

/// Aborts, which the fuzzer reports with the input.
inline void require(bool condition) {
  if (!condition) std::abort();
}

/// A directory in memory for files that hold inputs; one for each process, gone at its end.
class InputDirectory {
 public:
  InputDirectory() : path_("/dev/shm/trawl-fuzz-" + std::to_string(getpid())) {
    std::filesystem::create_directory(path_);
  }
  ~InputDirectory() { std::filesystem::remove_all(path_); }
  InputDirectory(const InputDirectory&) = delete;
  InputDirectory& operator=(const InputDirectory&) = delete;

  /// Replaces the file `name` by the input; its path.
  std::string put(const std::string& name, const std::uint8_t* data, std::size_t size) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text_of(data, size);
    return path;
  }

 private:
  std::string path_;
};

inline const InputDirectory& input_directory() {
  static const InputDirectory directory;
  return directory;
}

}  // namespace trawl::fuzz
