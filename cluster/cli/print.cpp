#include "cluster/cli/print.hpp"

#include <cstdio>

namespace trawl::cluster {

void print_text(const std::string& lines) {
  const std::string text = io::plain_lines(lines);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace trawl::cluster
