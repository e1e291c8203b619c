#include "cluster/cli/scale_report.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "cluster/cli/print.hpp"
#include "cluster/cli/text.hpp"

namespace trawl::cluster {
namespace {

std::string estimate_text(const Estimate95& e) {
  if (std::isnan(e.lower)) return fmt::format("{:.4g} (no interval: give more --repeats)", e.value);
  return fmt::format("{:.4g}  [{:.4g}, {:.4g}]", e.value, e.lower, e.upper);
}

std::string missing_text(std::size_t needed, std::size_t seen) {
  return fmt::format("not fitted: it takes runs on {} different numbers of nodes, and there {} {} (--nodes)", needed,
                     seen == 1 ? "is" : "are", seen);
}

std::string nodes_text(double nodes) {
  return std::isinf(nodes) ? "never, as far as these runs show" : fmt::format("at {:.0f} nodes", std::floor(nodes));
}

void print_laws(const Laws& laws, std::size_t numbers_of_nodes) {
  print("\nAmdahl's law               {}\n", laws.amdahl ? "serial fraction  " + estimate_text(laws.amdahl->alpha)
                                                         : missing_text(amdahl_needs, numbers_of_nodes));
  if (!laws.usl) {
    print("Universal Scalability Law  {}\n", missing_text(usl_needs, numbers_of_nodes));
    return;
  }
  print("Universal Scalability Law  contention       {}\n", estimate_text(laws.usl->alpha));
  print("                           coherency        {}\n", estimate_text(laws.usl->beta));
  print("efficiency falls below 50 %  {}\n", nodes_text(laws.usl->nodes_at(0.5)));
  print("throughput falls             {}\n", nodes_text(laws.usl->peak_nodes()));
  const double most = nodes_that_pay(*laws.usl);
  if (std::isinf(most)) return;
  const auto nodes = static_cast<std::uint64_t>(std::max(1.0, std::floor(most)));
  print("more than {} {} not pay\n", counted(nodes, "node"), nodes == 1 ? "does" : "do");
}

}  // namespace

std::vector<io::ScalingValue> values_of(const Laws& laws) {
  std::vector<io::ScalingValue> values;
  const auto add = [&](const char* name, const char* unit, const char* meaning, const Estimate95& e) {
    values.push_back({name, unit, meaning, e.value, e.lower, e.upper});
  };
  if (laws.amdahl) {
    add("amdahl_lambda", "1/s", "throughput of one node by Amdahl's law", laws.amdahl->lambda);
    add("amdahl_alpha", "1", "serial fraction by Amdahl's law", laws.amdahl->alpha);
  }
  if (laws.usl) {
    add("usl_lambda", "1/s", "throughput of one node by the Universal Scalability Law", laws.usl->lambda);
    add("usl_alpha", "1", "contention by the Universal Scalability Law", laws.usl->alpha);
    add("usl_beta", "1", "coherency by the Universal Scalability Law", laws.usl->beta);
  }
  return values;
}

void print_report(const std::vector<ScalingPoint>& points, const Laws& laws) {
  print("{:>7} {:>11} {:>9} {:>11} {:>7} {:>7} {:>8} {:>12}\n", "nodes", "time", "speed-up", "efficiency", "busy",
        "comm.", "writing", "METG(50 %)");
  for (const ScalingPoint& p : points) {
    print("{:>7} {:>11} {:>9.2f} {:>9.1f} % {:>5.1f} % {:>5.1f} % {:>6.1f} % {:>12}\n", p.nodes, seconds_text(p.wall_s),
          p.speedup, 100 * p.efficiency, 100 * p.busy, 100 * p.communication, 100 * p.io, seconds_text(p.metg_s));
  }
  print_laws(laws, points.size());
}

Json report_json(const std::vector<ScalingPoint>& points, const Laws& laws) {
  Json document = json_document();
  for (const ScalingPoint& p : points) {
    document["points"].push_back({{"nodes", p.nodes},
                                  {"repeats", p.repeats},
                                  {"wall_s", p.wall_s},
                                  {"tasks_per_second", p.throughput},
                                  {"speedup", p.speedup},
                                  {"efficiency", p.efficiency},
                                  {"busy", p.busy},
                                  {"communication", p.communication},
                                  {"io", p.io},
                                  {"metg_50_s", p.metg_s}});
  }
  document["laws"] = Json::object();
  for (const io::ScalingValue& v : values_of(laws)) {
    document["laws"][v.name] = {{"value", v.value}, {"lower", v.lower}, {"upper", v.upper}};
  }
  document["laws_not_fitted"] = Json::object();
  if (!laws.amdahl) document["laws_not_fitted"]["amdahl"] = missing_text(amdahl_needs, points.size());
  if (!laws.usl) {
    document["laws_not_fitted"]["usl"] = missing_text(usl_needs, points.size());
    return document;
  }
  document["nodes_at_half_efficiency"] = laws.usl->nodes_at(0.5);
  document["peak_nodes"] = laws.usl->peak_nodes();
  document["nodes_that_pay"] = nodes_that_pay(*laws.usl);
  return document;
}

}  // namespace trawl::cluster
