// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "erg/numbers.h"
#include "html.h"
#include "plot.h"
#include "power_series.h"

namespace erg {
namespace {

constexpr double kWidth = 960;
constexpr double kTop = 24;
constexpr double kPlotHeight = 220;
constexpr double kStripHeight = 36;
constexpr double kLeft = 62;
constexpr double kRight = kWidth - 16;
constexpr std::size_t kBins = 480;
constexpr std::size_t kStripBins = 160;

double seconds(Timestamp time) { return seconds_since_start(time).count(); }

std::string line_of(const PowerSeries& series, const Axis& x, const Axis& y, std::size_t index) {
  std::string path;
  bool pen_down = false;
  for (std::size_t i = 0; i < series.power.size(); ++i) {
    if (series.power[i]) {
      const double time = seconds(series.covered.begin + series.bin * i + series.bin / 2);
      path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x(time),
                          y(series.power[i]->value()));
    }
    pen_down = series.power[i].has_value();
  }
  return fmt::format("<path class='line s{}' d='{}'><title>{}</title></path>", index % 6 + 1, path,
                     html::escaped(series.name));
}

// Epochs as alternating shades with their names, where there is room for them.
std::string epochs_of(const Run& run, const Axis& x) {
  std::string svg;
  bool shaded = false;
  for (const auto& part : run.parts) {
    const SpanTable& spans = part.spans;
    for (SpanIndex i = 0; i < spans.size(); ++i) {
      if (spans.kinds()[i] != SpanKind::epoch || spans.open(i)) continue;
      if (spans.clocks()[i] != SpanClock::host) continue;
      const double begin = x(seconds(spans.interval(i).begin));
      const double width = x(seconds(spans.interval(i).end)) - begin;
      if (shaded) {
        svg += fmt::format("<rect class='shade' x='{:.1f}' y='{}' width='{:.1f}' height='{}'/>",
                           begin, kTop, width, kPlotHeight);
      }
      shaded = !shaded;
      if (width < 56) continue;
      svg +=
          fmt::format("<text class='tick' x='{:.1f}' y='{}' text-anchor='middle'>{}</text>",
                      begin + width / 2, kTop - 8, html::escaped(spans.name(spans.name_ids()[i])));
    }
    if (!svg.empty()) break;  // ranks train in step: the first speaks for all
  }
  return svg;
}

std::string axes(const Axis& x, const Axis& y, const std::vector<double>& power_ticks,
                 double bottom) {
  std::string svg;
  for (const double tick : power_ticks) {
    svg += fmt::format(
        "<path class='grid' d='M{} {:.1f}H{}'/>"
        "<text class='tick' x='{}' y='{:.1f}' text-anchor='end'>{:g}</text>",
        kLeft, y(tick), kRight, kLeft - 8, y(tick) + 4, tick);
  }
  for (const double tick : nice_ticks(x.low, x.high, 8)) {
    if (tick > x.high + 1e-9) continue;
    svg += fmt::format("<text class='tick' x='{:.1f}' y='{:.1f}' text-anchor='middle'>{:g}</text>",
                       x(tick), bottom + 18, tick);
  }
  return svg + fmt::format(
                   "<text class='tick' x='{}' y='{:.1f}' text-anchor='end'>seconds</text>"
                   "<text class='tick' x='4' y='{}'>watts</text>",
                   kRight, bottom + 34, kTop - 8);
}

std::string strip(const std::vector<std::vector<double>>& shares, double top) {
  const double width = (kRight - kLeft) / static_cast<double>(shares.size());
  std::string svg;
  for (std::size_t bin = 0; bin < shares.size(); ++bin) {
    double y = top + kStripHeight;
    for (std::size_t place = 0; place < shares[bin].size(); ++place) {
      const double height = std::min(shares[bin][place], 1.0) * kStripHeight;
      if (height < 0.05) continue;
      y -= height;
      svg += fmt::format("<rect class='{}' x='{:.2f}' y='{:.2f}' width='{:.2f}' height='{:.2f}'/>",
                         phase_class(phase::kInOrder[place]),
                         kLeft + width * static_cast<double>(bin), y, width + 0.15, height);
    }
  }
  return fmt::format(
      "<g class='strip'>{}</g><text class='tick' x='{}' y='{:.1f}' text-anchor='end'>phases</text>",
      svg, kLeft - 8, top + kStripHeight / 2 + 4);
}

std::string legend(const std::vector<PowerSeries>& all,
                   const std::vector<std::vector<double>>& shares) {
  std::string items;
  for (std::size_t i = 0; i < all.size(); ++i) {
    items += fmt::format("<span><i class='device s{}'></i>{}</span>", i % 6 + 1,
                         html::escaped(all[i].name));
  }
  for (std::size_t place = 0; place < std::size(phase::kInOrder); ++place) {
    const auto name = phase::kInOrder[place];
    if (std::ranges::any_of(shares, [place](const auto& bin) { return bin[place] > 0; })) {
      items += fmt::format("<span><i class='{}'></i>{}</span>", phase_class(name), name);
    }
  }
  return "<p class='legend'>" + items + "</p>";
}

}  // namespace

std::string power_plot(const Run& run) {
  std::vector<PowerSeries> all;
  std::optional<Interval> whole;
  for (const auto& part : run.parts) {
    for (auto& series : power_series(part, kBins)) {
      whole = whole ? Interval{std::min(whole->begin, series.covered.begin),
                               std::max(whole->end, series.covered.end)}
                    : series.covered;
      all.push_back(std::move(series));
    }
  }
  if (all.empty() || whole->empty()) return "";

  double most = 0;
  for (const auto& series : all) {
    for (const auto& power : series.power) {
      if (power) most = std::max(most, power->value());
    }
  }
  const auto ticks = nice_ticks(0, most > 0 ? most : 1, 5);
  const Axis x{seconds(whole->begin), seconds(whole->end), kLeft, kRight};
  const Axis y{0, ticks.back(), kTop + kPlotHeight, kTop};

  std::vector<std::vector<double>> shares;
  for (const auto& part : run.parts) {
    if (shares.empty()) shares = phase_shares(part, *whole, kStripBins);
  }
  const double strip_top = kTop + kPlotHeight + 8;
  const double bottom = shares.empty() ? kTop + kPlotHeight : strip_top + kStripHeight;
  std::string svg = epochs_of(run, x) + axes(x, y, ticks, bottom);
  for (std::size_t i = 0; i < all.size(); ++i) svg += line_of(all[i], x, y, i);
  if (!shares.empty()) svg += strip(shares, strip_top);
  return fmt::format("<svg viewBox='0 0 {} {}' role='img' aria-label='power over time'>{}</svg>{}",
                     kWidth, bottom + 40, svg, legend(all, shares));
}

}  // namespace erg
