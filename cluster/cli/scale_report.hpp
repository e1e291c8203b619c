// What a scaling series says, as a table and as JSON.
#pragma once

#include <vector>

#include "cluster/cli/json.hpp"
#include "cluster/scale/series.hpp"
#include "io/scaling_file.hpp"

namespace trawl::cluster {

/// The parameters of the laws that could be fitted.
std::vector<io::ScalingValue> values_of(const Laws& laws);

void print_report(const std::vector<ScalingPoint>& points, const Laws& laws);

Json report_json(const std::vector<ScalingPoint>& points, const Laws& laws);

}  // namespace trawl::cluster
