// A declaration with one parameter of each kind, for tests of everything that a sweep says.
#pragma once

#include "engine/study.hpp"

namespace trawl {

inline Declaration toy_declaration() {
  return {.name = "toy",
          .version = 1,
          .group = "Tests",
          .summary = "Has one parameter of each kind.",
          .maths = "none",
          .source = "none",
          .parameters = {
              {.name = "x"},
              {.name = "p", .domain = between(0, 1), .default_value = 0.25},
              {.name = "n", .kind = Kind::integer, .domain = at_least(1), .default_value = 3},
              {.name = "noisy", .kind = Kind::flag, .default_value = 1},
              {.name = "colour", .kind = Kind::choice, .choices = {"red", "green", "blue"}},
          }};
}

}  // namespace trawl
