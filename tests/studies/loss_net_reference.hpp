// What the tests of the three losses share: the network written out plainly for any type of number, its gradient by
// dual numbers and by differences, and the weights of a reference case as settings.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/random.hpp"
#include "studies/data/x20.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {

inline double value_of(double x) {
  return x;
}
inline double value_of(Dual x) {
  return x.value;
}

/// K outputs at x for weights w in the order beta0 (3), omega0 (3), beta1 (K), omega1 (3 K, row by row).
template <class T>
std::vector<T> reference_outputs(const std::vector<T>& w, std::size_t outputs, double x) {
  std::vector<T> y(w.begin() + 6, w.begin() + 6 + outputs);
  for (std::size_t k = 0; k < outputs; ++k)
    for (std::size_t j = 0; j < 3; ++j)
      if (const T z = w[j] + w[3 + j] * T(x); value_of(z) > 0) y[k] = y[k] + w[6 + outputs + 3 * k + j] * z;
  return y;
}

/// The weights of a reference case, as far as it gives any.
inline Settings weights_from(const nlohmann::json& inputs, const Study& study, std::size_t outputs) {
  Settings settings;
  std::size_t p = 0;
  for (const auto& [key, size] : std::vector<std::pair<const char*, std::size_t>>{
           {"beta_0", 3}, {"omega_0", 3}, {"beta_1", outputs}, {"omega_1", 3 * outputs}}) {
    if (inputs.contains(key)) {
      const auto values = flat(inputs.at(key));
      EXPECT_EQ(values.size(), size);
      for (std::size_t i = 0; i < size; ++i) settings[study.declaration().parameters[p + i].name] = values[i];
    }
    p += size;
  }
  return settings;
}

/// `count` weights of size 1 from the stream `index`, as settings of the first parameters.
inline Settings random_weights(const Study& study, std::size_t count, std::uint64_t index) {
  std::vector<double> values(count);
  RandomStream(7, index).normal(0, 0, values);
  Settings settings;
  for (std::size_t p = 0; p < count; ++p) settings[study.declaration().parameters[p].name] = values[p];
  return settings;
}

/// The study's output `gradient` against dual numbers through loss(parameters) and central differences of its `nll`.
template <class Loss>
void expect_gradient(const Study& study, const Settings& settings, const Loss& loss) {
  const Values values = evaluate_point(study, settings);
  const auto& gradient = values.at("gradient");
  const std::vector<double> row = row_of(study, settings);
  for (std::size_t p = 0; p < gradient.size(); ++p) {
    std::vector<Dual> w(row.begin(), row.begin() + gradient.size());
    w[p].slope = 1;
    const Dual by_dual = loss(w);
    const double scale = 1 + std::abs(values.at("nll")[0]) + std::abs(gradient[p]);
    EXPECT_NEAR(values.at("nll")[0], by_dual.value, 1e-12 * scale);
    EXPECT_NEAR(gradient[p], by_dual.slope, 1e-11 * scale) << study.declaration().parameters[p].name;

    Settings moved = settings;
    const std::string& name = study.declaration().parameters[p].name;
    const auto nll_at = [&](double value) {
      moved[name] = value;
      return evaluate_point(study, moved).at("nll")[0];
    };
    constexpr double h = 1e-6;
    EXPECT_NEAR(gradient[p], (nll_at(row[p] + h) - nll_at(row[p] - h)) / (2 * h), 1e-6 * scale) << name;
  }
}

}  // namespace trawl::studies
