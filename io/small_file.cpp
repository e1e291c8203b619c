#include "io/small_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/plain_text.hpp"

namespace trawl::io {

namespace {

bool holds(const std::string& path, const std::string& text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  std::string there(text.size() + 1, '\0');
  return file && std::fread(there.data(), 1, there.size(), file.get()) == text.size() && there.starts_with(text);
}

}  // namespace

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
    throw UsageError(one_line(
        fmt::format("{}: is not a {} (it is larger than {} MiB). Is the path right?", path, what, most >> 20)));
  return text;
}

void check_small_file(const std::string& path, const std::string& text, const OutputRule& rule) {
  const FileKind kind = path.empty() ? FileKind::absent : kind_of(path);
  if (kind != FileKind::device && kind != FileKind::directory && holds(path, text)) return;
  check_output(path, rule);
}

void write_small_file(const std::string& path, const std::string& text, const OutputRule& rule, unsigned mode) {
  check_small_file(path, text, rule);
  if (holds(path, text)) return;
  NewFile file(path, rule, mode);
  file.file().write(text.data(), text.size(), 0);
  file.commit();
}

}  // namespace trawl::io
