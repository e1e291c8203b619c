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

}  // namespace trawl::io
