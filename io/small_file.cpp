#include "io/small_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/plain_text.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

std::string read_small_file(const std::string& path, const char* what, std::size_t most) {
  constexpr std::size_t block = std::size_t{1} << 16;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  std::string text;
  for (std::size_t got = block; file && got == block && text.size() <= most;) {
    const std::size_t size = text.size();
    text.resize(size + block);
    got = std::fread(text.data() + size, 1, block, file.get());
    text.resize(size + got);
  }
  if (!file || std::ferror(file.get()))
    throw UsageError(
        one_line(fmt::format("{}: cannot read the {} ({}). Is the path right?", path, what, std::strerror(errno))));
  if (text.size() > most)
    throw UsageError(
        one_line(fmt::format("{}: is not a {} (it is larger than {} MiB). Is the path right?", path, what, most >> 20)));
  return text;
}

void write_small_file(const std::string& path, const std::string& text, unsigned mode) {
  const std::string draft = path + ".tmp";
  {
    const RawFile file(draft, O_WRONLY | O_CREAT | O_TRUNC, mode);
    file.write(text.data(), text.size(), 0);
    file.sync();
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0) fail_io(path, "write", errno);
}

}  // namespace trawl::io
