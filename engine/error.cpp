#include "engine/error.hpp"

#include <fmt/format.h>

namespace trawl {

void check_failed(const char* condition, const char* file, int line) {
  throw std::logic_error(
      fmt::format("{}:{}: check failed: {} (this is a bug). Please report it.", file, line, condition));
}

}  // namespace trawl
