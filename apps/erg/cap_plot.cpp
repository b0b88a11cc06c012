// SPDX-License-Identifier: Apache-2.0
#include "cap_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "erg/numbers.h"

namespace erg {
namespace {

constexpr double kPanelWidth = 440, kPanelHeight = 270, kHead = 20;
constexpr double kLeft = 70, kRight = 28, kTop = 30, kBottom = 34, kLine = 18;
constexpr const char* kColours[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd",
                                    "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f"};

// A value of a point and its standard uncertainty.
struct Value {
  double y;
  double u;
};
using ValueOf = std::function<Value(const CapCurve&, const CapPoint&)>;

struct Range {
  double low = 0;
  double high = 1;
  double step = 1;

  // Widened to whole steps, of which there are about five.
  static Range around(double low, double high) {
    const double span = high > low ? high - low : std::max(std::abs(high), 1.0) * 0.1;
    const double rough = span / 5, decade = std::pow(10, std::floor(std::log10(rough)));
    const double share = rough / decade;
    const double step = decade * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
    return {std::floor(low / step) * step, std::ceil(high / step) * step, step};
  }
  std::vector<double> ticks() const {
    std::vector<double> values;
    const auto count = std::lround((high - low) / step);
    for (long i = 0; i <= count; ++i) values.push_back(low + static_cast<double>(i) * step);
    return values;
  }
  double share(double value) const { return (value - low) / (high - low); }
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

// One of the four drawings, its upper left corner at (x0, y0).
class Panel {
 public:
  Panel(std::span<const CapCurve> curves, ValueOf value, double x0, double y0)
      : curves_{curves}, value_{std::move(value)}, x0_{x0}, y0_{y0} {
    double low_x = 1e300, high_x = -1e300, low_y = 1e300, high_y = -1e300;
    for (const auto& curve : curves) {
      for (const auto& point : curve.points) {
        const auto [y, u] = value_(curve, point);
        low_x = std::min(low_x, point.cap.value());
        high_x = std::max(high_x, point.cap.value());
        low_y = std::min(low_y, y - u);
        high_y = std::max(high_y, y + u);
      }
    }
    x_ = Range::around(low_x, high_x);
    y_ = Range::around(low_y, high_y);
  }

  std::string svg(const std::string& title, const char* unit) const {
    std::string out =
        fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" font-weight=\"bold\">{}</text>\n", x0_ + kLeft,
                    y0_ + kTop - 10, title);
    for (const double value : y_.ticks()) {
      out += fmt::format(
          "<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#ddd\"/><text x=\"{:.1f}\" y=\"{:.1f}\" "
          "text-anchor=\"end\">{:.6g}</text>\n",
          x0_ + kLeft, y(value), x0_ + kPanelWidth - kRight, x0_ + kLeft - 6, y(value) + 4,
          std::abs(value) < 1e-9 * y_.step ? 0 : value);
    }
    for (const double value : x_.ticks()) {
      out += fmt::format(
          "<path d=\"M{0:.1f} {1:.1f}v4\" stroke=\"#888\"/><text x=\"{0:.1f}\" y=\"{2:.1f}\" "
          "text-anchor=\"middle\">{3:.6g}{4}</text>\n",
          x(value), y(y_.low), y(y_.low) + 18, value, value == x_.ticks().back() ? unit : "");
    }
    for (std::size_t i = 0; i < curves_.size(); ++i) {
      out += line(curves_[i], kColours[i % std::size(kColours)]);
    }
    return out;
  }

 private:
  double x(double value) const {
    return x0_ + kLeft + x_.share(value) * (kPanelWidth - kLeft - kRight);
  }
  double y(double value) const {
    return y0_ + kPanelHeight - kBottom - y_.share(value) * (kPanelHeight - kTop - kBottom);
  }

  std::string line(const CapCurve& curve, const char* colour) const {
    std::string path, marks;
    for (const auto& point : curve.points) {
      const auto [value, u] = value_(curve, point);
      path += fmt::format("{:.1f},{:.1f} ", x(point.cap.value()), y(value));
      marks += fmt::format(
          "<path d=\"M{0:.1f} {1:.1f}V{2:.1f}\" stroke=\"{3}\"/>"
          "<circle cx=\"{0:.1f}\" cy=\"{4:.1f}\" r=\"2.5\" fill=\"{3}\"/>\n",
          x(point.cap.value()), y(value - u), y(value + u), colour, y(value));
    }
    return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n{}", path, colour,
                       marks);
  }

  std::span<const CapCurve> curves_;
  ValueOf value_;
  double x0_, y0_;
  Range x_, y_;
};

// Percent of the highest cap's; the highest itself differs by nothing, for sure.
template <class Estimate>
Value change(const CapCurve& curve, const CapPoint& point, Estimate CapPoint::*what) {
  const CapPoint& highest = curve.points.back();
  if (&point == &highest) return {0, 0};
  const auto &now = point.*what, &then = highest.*what;
  const double ratio = now.value / then.value;
  const double u = std::hypot(now.independent_u / now.value, then.independent_u / then.value);
  return {100 * (ratio - 1), 100 * ratio * u};
}

Value energy_change(const CapCurve& curve, const CapPoint& point) {
  return change(curve, point, &CapPoint::energy);
}

Value time_change(const CapCurve& curve, const CapPoint& point) {
  return change(curve, point, &CapPoint::time);
}

Value mean_power(const CapCurve&, const CapPoint& point) {
  const double relative = point.energy.independent_u / point.energy.value;
  return {point.power.value(), relative * point.power.value()};
}

Value energy_of_one(const CapCurve&, const CapPoint& point) {
  return {in_si(point.energy.value), in_si(point.energy.independent_u)};
}

Value images_per_joule(const CapCurve& curve, const CapPoint& point) {
  const double images = curve.samples_per_unit / in_si(point.energy.value);
  return {images, images * (point.energy.independent_u / point.energy.value)};
}

}  // namespace

std::string cap_plot_svg(std::span<const CapCurve> curves) {
  const char* const unit = curves.front().kind == CapKind::clock ? " MHz" : " W";
  const bool images =
      std::ranges::all_of(curves, [](const CapCurve& curve) { return curve.samples_per_unit > 0; });
  const double width = 2 * kPanelWidth, legend = kHead + 2 * kPanelHeight;
  const double height = legend + kLine * static_cast<double>(curves.size() + 1) + 8;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" "
      "height=\"100%\" fill=\"white\"/>\n",
      width, height);
  const double right = kPanelWidth, below = kHead + kPanelHeight;
  svg += Panel{curves, energy_change, 0, kHead}.svg("energy against the highest, %", unit);
  svg += Panel{curves, time_change, right, kHead}.svg("time against the highest, %", unit);
  svg += Panel{curves, mean_power, 0, below}.svg("mean power, W", unit);
  svg += images ? Panel{curves, images_per_joule, right, below}.svg("images per joule", unit)
                : Panel{curves, energy_of_one, right, below}.svg(
                      "energy of one " + curves.front().unit + ", J", unit);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const double at = legend + kLine * static_cast<double>(i + 1);
    svg += fmt::format(
        "<path d=\"M{0} {1:.0f}h24\" stroke=\"{2}\" stroke-width=\"2\"/>"
        "<text x=\"{3}\" y=\"{4:.0f}\">{5}</text>\n",
        kLeft, at - 4, kColours[i % std::size(kColours)], kLeft + 32, at,
        escaped(curves[i].workload));
  }
  svg += fmt::format(
      "<text x=\"{}\" y=\"{:.0f}\" fill=\"#666\">bars: one standard uncertainty</text>\n", kLeft,
      legend + kLine * static_cast<double>(curves.size() + 1));
  return svg + "</svg>\n";
}

}  // namespace erg
