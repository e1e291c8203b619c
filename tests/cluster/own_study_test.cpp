// A program with a study of its own that has a mistake.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cluster/cli/cli.hpp"
#include "engine/error.hpp"
#include "engine/typed_study.hpp"

namespace trawl::cluster {
namespace {

struct PendulumParameters {
  double length = 1;
};

class Pendulum final : public TypedStudy<PendulumParameters> {
 public:
  Pendulum()
      : TypedStudy({.name = "pendulum", .group = "Mechanics", .summary = "s", .maths = "m", .source = "s"},
                   {bind<&PendulumParameters::length>({.name = "length", .domain = above(0)})}) {}
  OutputLayout outputs(std::span<const Extent>) const override {
    return {{{.name = "epoch", .values = {1, 2}}}, {{.name = "y", .dimensions = {"epoc"}}}};
  }

 protected:
  void evaluate(const PendulumParameters&, const RandomStream&, const Outputs&) const override {}
};

TEST(OwnStudy, its_mistake_is_said_in_a_line_before_anything_is_done) {
  const Pendulum pendulum;
  const Study* studies[] = {&pendulum};
  std::vector<std::string> words = {"pendulum", "describe", "pendulum"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_cli(static_cast<int>(words.size()), arguments.data(), studies), exit_usage);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "trawl: study pendulum: output y uses dimension epoc, which is not declared (its size is unknown). Did you "
            "mean epoch?\n");
}

}  // namespace
}  // namespace trawl::cluster
