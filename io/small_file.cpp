#include "io/small_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {
namespace {

constexpr std::size_t largest = std::size_t{1} << 20;

}  // namespace

std::string read_small_file(const std::string& path, const char* what) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  std::string text(largest + 1, '\0');
  if (file) text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (!file || std::ferror(file.get()))
    throw UsageError(fmt::format("{}: cannot read the {} ({}). Is the path right?", path, what, std::strerror(errno)));
  if (text.size() > largest)
    throw UsageError(fmt::format("{}: not a {} (larger than 1 MiB). Is the path right?", path, what));
  return text;
}

void write_small_file(const std::string& path, const std::string& text, unsigned mode) {
  const std::string draft = path + ".tmp";
  const RawFile file(draft, O_WRONLY | O_CREAT | O_TRUNC, mode);
  try {
    file.write(text.data(), text.size(), 0);
    file.sync();
  } catch (...) {
    std::remove(draft.c_str());
    throw;
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0) fail_io(path, "write", errno);
}

}  // namespace trawl::io
