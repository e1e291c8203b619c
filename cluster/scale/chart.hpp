// A picture of points and curves over logarithmic axes, as SVG.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace trawl::cluster {

struct Series {
  enum class Style { points, line, dashes };
  std::string name;  ///< in the legend
  Style style = Style::line;
  std::string colour;                             ///< as CSS names it
  std::vector<std::pair<double, double>> values;  ///< x, y; both positive
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
};

/// The whole SVG document. Axes reach over all values, with ticks at powers of two.
std::string svg(const Chart& chart);

}  // namespace trawl::cluster
