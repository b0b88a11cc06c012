// SPDX-License-Identifier: Apache-2.0
#include "cap_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "erg/numbers.h"

namespace erg {
namespace {

constexpr double kWidth = 640, kHeight = 400, kMargin = 60;

struct Mark {
  double x;
  double y;
  double u;
};

struct Axes {
  double low_x, high_x, low_y, high_y;

  double x(double value) const {
    return kMargin + (value - low_x) / (high_x - low_x) * (kWidth - 2 * kMargin);
  }
  double y(double value) const {
    return kHeight - kMargin - (value - low_y) / (high_y - low_y) * (kHeight - 2 * kMargin);
  }
};

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<') {
      safe += "&lt;";
    } else if (c == '&') {
      safe += "&amp;";
    } else if (c == '>') {
      safe += "&gt;";
    } else {
      safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

std::string line_svg(const std::vector<Mark>& marks, const Axes& axes, const char* colour) {
  std::string path, bars;
  for (const Mark& mark : marks) {
    path += fmt::format("{:.1f},{:.1f} ", axes.x(mark.x), axes.y(mark.y));
    bars += fmt::format(
        "<path d=\"M{0:.1f} {1:.1f}V{2:.1f}\" stroke=\"{3}\"/>"
        "<circle cx=\"{0:.1f}\" cy=\"{4:.1f}\" r=\"3\" fill=\"{3}\"/>\n",
        axes.x(mark.x), axes.y(mark.y - mark.u), axes.y(mark.y + mark.u), colour, axes.y(mark.y));
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n{}", path, colour,
                     bars);
}

std::string frame_svg(const Axes& axes, const CapCurve& curve) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
      "fill=\"white\"/>\n<text x=\"{}\" y=\"24\" font-size=\"14\">{}</text>\n",
      kWidth, kHeight, kMargin, escaped(curve.workload));
  for (int i = 0; i <= 4; ++i) {
    const double value = axes.low_y + (axes.high_y - axes.low_y) * i / 4;
    svg += fmt::format(
        "<path d=\"M{} {:.1f}H{}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1f}\" "
        "text-anchor=\"end\">{:.0f} %</text>\n",
        kMargin, axes.y(value), kWidth - kMargin, kMargin - 6, axes.y(value) + 4, 100 * value);
  }
  for (int i = 0; i <= 4; ++i) {
    const double value = axes.low_x + (axes.high_x - axes.low_x) * i / 4;
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.0f} W</text>\n",
                       axes.x(value), kHeight - kMargin + 18, value);
  }
  svg += fmt::format(
      "<text x=\"{0}\" y=\"{1}\" fill=\"#1f77b4\">energy</text><text x=\"{2}\" y=\"{1}\" "
      "fill=\"#d62728\">time</text><text x=\"{3}\" y=\"{1}\">against the highest cap; bars: one "
      "standard uncertainty</text>\n",
      kMargin, kHeight - 14, kMargin + 60, kMargin + 100);
  return svg;
}

}  // namespace

void write_point(JsonWriter& json, const CapPoint& point) {
  json.member("cap_w", point.cap.value()).member("energy_j", in_si(point.energy.value));
  json.member("energy_u_j", in_si(point.energy.independent_u));
  json.member("time_s", in_si(point.time.value));
  json.member("time_u_s", in_si(point.time.independent_u));
  json.member("power_w", point.power.value()).member("runs", point.runs);
  json.member("provenance", to_string(point.energy.provenance));
}

std::string joules_text(const EnergyEstimate& energy) {
  const double value = in_si(energy.value), u = in_si(energy.independent_u);
  return u > 0 ? fmt::format("{:.2f} ± {:.2f} J", value, u) : fmt::format("{:.2f} J", value);
}

std::string seconds_text(const TimeEstimate& time) {
  const double value = time.value.count(), u = time.independent_u.count();
  return u > 0 ? fmt::format("{:.3f} ± {:.3f} s", value, u) : fmt::format("{:.3f} s", value);
}

std::string watts_text(Watts cap) { return fmt::format("{:.5g} W", cap.value()); }

std::string change_text(double change) { return fmt::format("{:+.1f} %", 100 * change); }

std::string cap_plot_svg(const CapCurve& curve) {
  const CapPoint& highest = curve.points.back();
  std::vector<Mark> energy, time;
  Axes axes{curve.points.front().cap.value(), highest.cap.value(), 1, 1};
  const auto mark = [&](std::vector<Mark>& marks, double cap, double ratio, double u) {
    marks.push_back({cap, ratio, u});
    axes.low_y = std::min(axes.low_y, ratio - u);
    axes.high_y = std::max(axes.high_y, ratio + u);
  };
  for (const auto& point : curve.points) {
    mark(energy, point.cap.value(), point.energy.value / highest.energy.value,
         point.energy.independent_u / highest.energy.value);
    mark(time, point.cap.value(), point.time.value / highest.time.value,
         point.time.independent_u / highest.time.value);
  }
  axes.low_y = std::floor(axes.low_y * 20 - 1) / 20;
  axes.high_y = std::ceil(axes.high_y * 20 + 1) / 20;
  return frame_svg(axes, curve) + line_svg(energy, axes, "#1f77b4") +
         line_svg(time, axes, "#d62728") + "</svg>\n";
}

}  // namespace erg
