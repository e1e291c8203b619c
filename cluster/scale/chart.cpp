#include "cluster/scale/chart.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "io/file_kind.hpp"

namespace trawl::cluster {
namespace {

// Pixels.
constexpr double width = 720, height = 480;
constexpr double left = 70, right = 30, top = 50, bottom = 60;

/// Maps log2 of a value to pixels between `from` and `to`.
struct Axis {
  double first = 0, last = 1;  // log2, whole numbers
  double from = 0, to = 1;

  double at(double value) const { return from + (std::log2(value) - first) / (last - first) * (to - from); }
};

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') result += "&amp;";
    else if (c == '<') result += "&lt;";
    else if (c == '>') result += "&gt;";
    else result += c;
  }
  return result;
}

Axis axis_over(const std::vector<Series>& series, double std::pair<double, double>::*coordinate, double from,
               double to) {
  double first = 1e9, last = -1e9;
  for (const Series& s : series)
    for (const auto& value : s.values) {
      first = std::min(first, std::log2(value.*coordinate));
      last = std::max(last, std::log2(value.*coordinate));
    }
  first = std::floor(first + 1e-9);
  return {first, std::max(std::ceil(last - 1e-9), first + 1), from, to};
}

std::string text(double x, double y, const char* anchor, const std::string& words, const char* more = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, more,
                     escaped(words));
}

std::string line(double x1, double y1, double x2, double y2, const std::string& look) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2, look);
}

/// Grid lines and numbers; at most about a dozen of them.
std::string ticks(const Axis& x, const Axis& y) {
  std::string out;
  const auto step = [](const Axis& axis) { return std::ceil((axis.last - axis.first) / 12); };
  for (double power = x.first; power <= x.last; power += step(x)) {
    const double at = x.at(std::exp2(power));
    out += line(at, y.from, at, y.to, "stroke=\"#ddd\"");
    out += text(at, y.from + 20, "middle", fmt::format("{:.4g}", std::exp2(power)));
  }
  for (double power = y.first; power <= y.last; power += step(y)) {
    const double at = y.at(std::exp2(power));
    out += line(x.from, at, x.to, at, "stroke=\"#ddd\"");
    out += text(x.from - 8, at + 4, "end", fmt::format("{:.4g}", std::exp2(power)));
  }
  return out;
}

std::string look_of(const Series& series) {
  return fmt::format("stroke=\"{}\" fill=\"none\" stroke-width=\"2\"{}", series.colour,
                     series.style == Series::Style::dashes ? " stroke-dasharray=\"6 5\"" : "");
}

std::string drawn(const Series& series, const Axis& x, const Axis& y) {
  std::string out;
  if (series.style == Series::Style::points) {
    for (const auto& [a, b] : series.values)
      out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\" fill-opacity=\"0.7\"/>\n", x.at(a),
                         y.at(b), series.colour);
    return out;
  }
  for (const auto& [a, b] : series.values) out += fmt::format("{:.1f},{:.1f} ", x.at(a), y.at(b));
  return fmt::format("<polyline points=\"{}\" {}/>\n", out, look_of(series));
}

std::string legend(const std::vector<Series>& series) {
  std::string out;
  double y = top + 20;
  for (const Series& s : series) {
    if (s.style == Series::Style::points)
      out += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{}\"/>\n", left + 25, y, s.colour);
    else out += line(left + 12, y, left + 38, y, look_of(s));
    out += text(left + 46, y + 4, "start", s.name);
    y += 20;
  }
  return out;
}

}  // namespace

std::string svg(const Chart& chart) {
  const Axis x = axis_over(chart.series, &std::pair<double, double>::first, left, width - right);
  const Axis y = axis_over(chart.series, &std::pair<double, double>::second, height - bottom, top);
  std::string out = fmt::format(
      "<!-- {2} scale. -->\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      width, height, io::trawl_mark);
  out += text(width / 2, 28, "middle", chart.title, " font-size=\"15\"");
  out += ticks(x, y);
  out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#444\"/>\n", left, top,
                     width - left - right, height - top - bottom);
  for (const Series& series : chart.series) out += drawn(series, x, y);
  out += legend(chart.series);
  out += text(width / 2, height - 15, "middle", chart.x_label);
  out += text(-height / 2, 22, "middle", chart.y_label, " transform=\"rotate(-90)\"");
  return out + "</svg>\n";
}

}  // namespace trawl::cluster
