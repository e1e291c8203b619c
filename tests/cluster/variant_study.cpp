// A program with one study, which is compiled several times with other values of FACTOR, NOTE, FAULTY and SLOW.
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <thread>

#include "cluster/cli/cli.hpp"
#include "engine/typed_study.hpp"

namespace trawl::test {
namespace {

struct Parameters {
  double x = 0;
  double sleep = 0;
};

class Variant final : public TypedStudy<Parameters> {
 public:
  Variant()
      : TypedStudy({.name = "variant",
                    .group = "tests",
                    .summary = "Multiplies a number.",
                    .maths = "value = factor x, build " NOTE,
                    .source = "Trawl's tests"},
                   {bind<&Parameters::x>({.name = "x", .description = "number to multiply"}),
                    bind<&Parameters::sleep>({.name = "sleep",
                                              .unit = "s",
                                              .domain = between(0, 3600),
                                              .description = "time that a point takes"})}) {}

  OutputLayout outputs(std::span<const Extent>) const override {
    return {.dimensions = {}, .outputs = {{.name = "value", .description = "a multiple of x"}}};
  }

 protected:
  void evaluate(const Parameters& p, const RandomStream&, const Outputs& out) const override {
#ifdef FAULTY
    raise(SIGSEGV);
#endif
#ifdef SLOW
    std::this_thread::sleep_for(std::chrono::hours(1));
#endif
    if (p.sleep > 0) std::this_thread::sleep_for(std::chrono::duration<double>(p.sleep));
    out.set(0, FACTOR * p.x);
  }
};

}  // namespace
}  // namespace trawl::test

int main(int argc, char** argv) {
  const trawl::test::Variant variant;
  const trawl::Study* const studies[] = {&variant};
  return trawl::cluster::run_cli(argc, argv, studies);
}
