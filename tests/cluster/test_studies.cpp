#include "tests/cluster/test_studies.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "engine/typed_study.hpp"

namespace trawl::test {
namespace {

enum class Fault {
  none,
  throws,
  nan,
  infinity,
  never_returns,
  aborts,
  segfaults,
  is_killed,
  no_memory,
  no_threads,
  reads_a_pipe,
  holds_stdio
};

struct FragileParameters {
  double x = 0;
  Fault fault = Fault::none;
  double at = -1;
  double sleep = 0;
};

/// Never returns, and holds the lock of a FILE meanwhile.
void read_a_pipe() {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("there is no pipe");
  std::FILE* file = fdopen(ends[0], "r");
  char text[16];
  if (std::fread(text, 1, sizeof text, file) > 0) throw std::runtime_error("there is something in the pipe");
}

double fail(Fault fault) {
  if (std::getenv("TRAWL_TEST_CALM") != nullptr) return 0;
  switch (fault) {
    case Fault::none:
      break;
    case Fault::throws:
      throw std::runtime_error("x is where the study was told to throw");
    case Fault::nan:
      return std::numeric_limits<double>::quiet_NaN();
    case Fault::infinity:
      return std::numeric_limits<double>::infinity();
    case Fault::never_returns:
      while (true) std::this_thread::sleep_for(std::chrono::hours(1));
    case Fault::aborts:
      std::abort();
    case Fault::segfaults:
      raise(SIGSEGV);
      break;
    case Fault::is_killed:
      kill(getpid(), SIGKILL);
      break;
    case Fault::no_memory:
      operator delete(operator new (std::size_t{1} << 60));
      break;
    case Fault::no_threads:
      throw std::system_error(EAGAIN, std::generic_category());
    case Fault::reads_a_pipe:
      read_a_pipe();
      break;
    case Fault::holds_stdio:
      flockfile(stdout);
      flockfile(stderr);
      while (true) std::this_thread::sleep_for(std::chrono::hours(1));
  }
  return 0;
}

class Fragile final : public TypedStudy<FragileParameters> {
 public:
  Fragile()
      : TypedStudy({.name = "fragile",
                    .group = "tests",
                    .summary = "Squares a number, and fails in a given way at a given one.",
                    .maths = "square = x^2",
                    .source = "Trawl's tests"},
                   {bind<&FragileParameters::x>({.name = "x", .description = "number to square"}),
                    bind<&FragileParameters::fault>(
                        {.name = "fault",
                         .choices = {"none", "throws", "nan", "infinity", "never_returns", "aborts", "segfaults",
                                     "is_killed", "no_memory", "no_threads", "reads_a_pipe", "holds_stdio"},
                         .description = "what happens at x = at"}),
                    bind<&FragileParameters::at>({.name = "at", .description = "the x that has the fault"}),
                    bind<&FragileParameters::sleep>({.name = "sleep",
                                                     .unit = "s",
                                                     .domain = between(0, 3600),
                                                     .description = "time that a point takes"})}) {}

  OutputLayout outputs(std::span<const Extent>) const override {
    return {.dimensions = {},
            .outputs = {{.name = "square", .description = "x squared"},
                        {.name = "draw", .description = "a uniform random number"}}};
  }

 protected:
  void evaluate(const FragileParameters& p, const RandomStream& random, const Outputs& out) const override {
    if (p.sleep > 0) std::this_thread::sleep_for(std::chrono::duration<double>(p.sleep));
    out.set(0, p.x * p.x + (p.x == p.at ? fail(p.fault) : 0.0));
    random.uniform(0, 0, out[1]);
  }
};

struct BulkyParameters {
  double x = 0;
  std::int64_t elements = 1000;
};

class Bulky final : public TypedStudy<BulkyParameters> {
 public:
  Bulky()
      : TypedStudy({.name = "bulky",
                    .group = "tests",
                    .summary = "Gives many numbers for each point.",
                    .maths = "block[i] = x + i",
                    .source = "Trawl's tests"},
                   {bind<&BulkyParameters::x>({.name = "x", .description = "first number"}),
                    bind<&BulkyParameters::elements>(
                        {.name = "elements", .domain = between(1, 1e8), .description = "how many numbers"})}) {}

  OutputLayout outputs(std::span<const Extent> extents) const override {
    Dimension element{.name = "element", .description = "position in the block"};
    for (double i = 0; i < extents[1].upper; ++i) element.values.push_back(i);
    return {.dimensions = {std::move(element)},
            .outputs = {{.name = "block",
                         .description = "x + element",
                         .dimensions = {"element"},
                         .nan_means = "element beyond the point's own"}}};
  }

 protected:
  void evaluate(const BulkyParameters& p, const RandomStream&, const Outputs& out) const override {
    for (std::int64_t i = 0; i < p.elements; ++i) out[0][static_cast<std::size_t>(i)] = p.x + static_cast<double>(i);
  }
};

}  // namespace

std::unique_ptr<Study> make_fragile() {
  return std::make_unique<Fragile>();
}
std::unique_ptr<Study> make_bulky() {
  return std::make_unique<Bulky>();
}

}  // namespace trawl::test
