#include "io/small_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl::io {
namespace {

constexpr std::size_t largest = std::size_t{1} << 20;

bool holds(const std::string& path, const std::string& text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  std::string there(text.size() + 1, '\0');
  return file && std::fread(there.data(), 1, there.size(), file.get()) == text.size() && there.starts_with(text);
}

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
