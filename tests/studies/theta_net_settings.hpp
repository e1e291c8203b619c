// Reference cases of networks y(x) = phi0 + sum_i phi_i a(theta_i0 + theta_i1 x) as settings of a study.
#pragma once

#include <string>
#include <vector>

#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies {

/// theta as rows (theta_i0, theta_i1), phi as phi0 .. phi3, as far as the case gives them.
inline Settings theta_net_settings(const nlohmann::json& inputs) {
  Settings settings;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 2; ++j)
      settings["theta" + std::to_string(i + 1) + std::to_string(j)] = inputs.at("theta")[i][j];
  if (inputs.contains("phi"))
    for (std::size_t i = 0; i < 4; ++i) settings["phi" + std::to_string(i)] = inputs.at("phi")[i];
  return settings;
}

/// A scalar output at each of many inputs x.
inline std::vector<double> outputs_along_x(const Study& study, Settings settings, const std::vector<double>& inputs,
                                           const std::string& output) {
  std::vector<double> values;
  for (const double x : inputs) {
    settings["x"] = x;
    values.push_back(evaluate_point(study, settings).at(output)[0]);
  }
  return values;
}

}  // namespace trawl::studies
