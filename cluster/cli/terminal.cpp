#include "cluster/cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

std::string wrapped_line(const std::string& line, std::size_t columns, std::size_t hang) {
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  // Where the terminal is so narrow that nothing would be left beside it, there is no indentation.
  const std::string margin(indent + hang < columns / 2 ? indent + hang : 0, ' ');
  std::string text(indent, ' ');
  std::size_t column = indent;
  bool begun = false;
  for (std::size_t at = indent; at < line.size();) {
    const std::size_t spaces = std::min(line.find_first_not_of(' ', at), line.size()) - at;
    const std::size_t end = std::min(line.find(' ', at + spaces), line.size());
    const std::string word = line.substr(at + spaces, end - at - spaces);
    const std::size_t width = io::columns_of(word);
    if (begun && column + spaces + width > columns) {
      text += "\n" + margin;
      column = margin.size();
    } else {
      text.append(spaces, ' ');
      column += spaces;
    }
    text += word;
    column += width;
    begun = true;
    at = end;
  }
  return text;
}

}  // namespace

std::optional<std::size_t> terminal_columns(int fd) {
  constexpr std::size_t usual = 80;
  const char* term = std::getenv("TERM");
  if (isatty(fd) == 0 || term == nullptr || std::string_view(term) == "dumb") return std::nullopt;
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return size.ws_col;
}

std::string wrapped(const std::string& lines, std::optional<std::size_t> columns, std::size_t hang) {
  if (!columns) return lines;
  std::string text;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) text += wrapped_line(line, *columns, hang) + "\n";
  return text;
}

}  // namespace trawl::cluster
