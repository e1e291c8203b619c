#include "studies/null/null.hpp"

namespace trawl::studies {

Null::Null()
    : declaration_{.name = "null",
                   .group = "Engine",
                   .summary = "Adds two numbers: what a sweep of it costs is the engine's own cost.",
                   .maths = "value = x + y",
                   .source = "Trawl's own; the baseline of bench/README.md",
                   .parameters = {{.name = "x", .description = "first number"},
                                  {.name = "y", .long_name = "second number", .description = "second number"}}} {}

OutputLayout Null::outputs(std::span<const Extent>) const {
  return {.dimensions = {}, .outputs = {{.name = "value", .description = "sum of x and y"}}};
}

void Null::evaluate(const Tasks& tasks, const Columns& columns) const {
  const double* row = tasks.parameters;
  double* value = columns.base[0];
  for (std::size_t i = 0; i < tasks.size; ++i) value[i] = row[2 * i] + row[2 * i + 1];
}

}  // namespace trawl::studies
