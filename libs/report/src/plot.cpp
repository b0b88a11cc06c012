// SPDX-License-Identifier: Apache-2.0
#include "plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "erg/breakdown_text.h"
#include "erg/numbers.h"
#include "html.h"

namespace erg {
namespace {

constexpr double kWidth = 960;
constexpr double kLabelWidth = 170;
constexpr double kRowHeight = 30;
constexpr std::size_t kMostBars = 24;

const BreakdownRow* largest(const std::vector<BreakdownRow>& rows) {
  const BreakdownRow* found = nullptr;
  for (const auto& row : rows) {
    if (row.energy && (!found || found->energy->value < row.energy->value)) found = &row;
  }
  return found;
}

// Layers that were measured together have a name of many.
std::string shortened(std::string name) {
  constexpr std::size_t kLongest = 34;
  if (name.size() <= kLongest) return name;
  const std::string end = name.substr(name.find_last_of(' '));
  return name.substr(0, kLongest - end.size() - 3) + "..." + end;
}

std::string bar(const BreakdownRow& row, double y, const Axis& x) {
  const double energy = row.energy->value.value();
  const double u = row.energy->total_u().value();
  const double middle = y + kRowHeight / 2;
  const double end = x(std::max(energy, 0.0));
  std::string svg = fmt::format(
      "<text class='label' x='{:.1f}' y='{:.1f}' text-anchor='end'>{}</text>"
      "<rect class='{}' x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' rx='3'/>",
      kLabelWidth - 10, middle + 4, html::escaped(shortened(row_title(row))), phase_class(row.name),
      x(0), y + 5, std::max(end - x(0), 1.0), kRowHeight - 10);
  double text_at = end;
  if (u > 0) {
    const double low = x(std::max(energy - u, 0.0));
    const double high = x(energy + u);
    svg += fmt::format(
        "<path class='whisker' d='M{:.1f} {:.1f}H{:.1f}M{:.1f} {:.1f}v8M{:.1f} {:.1f}v8'/>", low,
        middle, high, low, middle - 4, high, middle - 4);
    text_at = high;
  }
  return svg + fmt::format("<text class='value' x='{:.1f}' y='{:.1f}'>{}</text>", text_at + 8,
                           middle + 4, text(*row.energy));
}

std::string curve(const Run& run, std::optional<double> EpochResult::*what, const Axis& x,
                  const Axis& y, std::string_view css) {
  std::string path;
  std::string dots;
  for (const auto& epoch : run.epochs) {
    const auto& value = epoch.*what;
    if (!value || !std::isfinite(*value)) continue;
    const double at = x(epoch.epoch);
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", at, y(*value));
    dots += fmt::format(
        "<circle class='{}' cx='{:.1f}' cy='{:.1f}' r='3.5'><title>epoch {}: {}"
        "</title></circle>",
        css, at, y(*value), epoch.epoch + 1, percent(*value));
  }
  if (path.empty()) return "";
  return fmt::format("<path class='line {}' d='{}'/>", css, path) + dots;
}

// Accuracies live near their top: the axis begins at a round number below the lowest.
double lowest_accuracy(const Run& run) {
  double low = 1;
  for (const auto& epoch : run.epochs) {
    for (const auto& value : {epoch.train_accuracy, epoch.test_accuracy}) {
      if (value && std::isfinite(*value)) low = std::min(low, *value);
    }
  }
  return std::max(0.0, std::floor(low * 10 - 0.2) / 10);
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!(high > low)) high = low + 1;
  const double raw = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double nice : {1.0, 2.0, 5.0}) {
    if (nice * power >= raw * 0.999) {
      step = nice * power;
      break;
    }
  }
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9);
  for (double n = first; ticks.empty() || ticks.back() < high - step * 1e-9; ++n) {
    ticks.push_back(n * step + 0.0);  // no negative zero
  }
  return ticks;
}

std::string phase_class(std::string_view name) {
  const bool known = std::ranges::find(phase::kInOrder, name) != std::end(phase::kInOrder);
  return "c-" + std::string{known ? name : "plain"};
}

std::string energy_bars(const Breakdown& breakdown) {
  const auto* top = largest(breakdown.rows);
  if (!top || top->energy->value.value() <= 0) return "";
  std::vector<const BreakdownRow*> rows;
  for (const auto& row : breakdown.rows) {
    if (row.energy) rows.push_back(&row);
  }
  if (rows.size() > kMostBars) {  // the largest, in their own order
    auto sorted = rows;
    std::ranges::sort(sorted, std::ranges::greater{},
                      [](const BreakdownRow* row) { return row->energy->value; });
    const Joules least = sorted[kMostBars - 1]->energy->value;
    std::erase_if(rows, [least](const BreakdownRow* row) { return row->energy->value < least; });
  }
  double high = 0;
  for (const auto* row : rows) {
    high = std::max(high, (row->energy->value + row->energy->total_u()).value());
  }
  const Axis x{0, high, kLabelWidth, kWidth - 160};
  std::string bars;
  double y = 0;
  for (const auto* row : rows) {
    bars += bar(*row, y, x);
    y += kRowHeight;
  }
  return fmt::format("<svg viewBox='0 0 {} {}' role='img' aria-label='energy by {}'>{}</svg>",
                     kWidth, y, to_string(breakdown.by), bars);
}

std::string accuracy_plot(const Run& run) {
  if (run.epochs.size() < 2) return "";
  constexpr double kHeight = 240;
  const Axis x{static_cast<double>(run.epochs.front().epoch),
               static_cast<double>(run.epochs.back().epoch), 70, kWidth - 130};
  if (x.high <= x.low) return "";
  const double low = lowest_accuracy(run);
  const auto ticks = nice_ticks(low, 1, 5);
  const Axis y{low, 1, kHeight - 40, 15};
  const std::string test = curve(run, &EpochResult::test_accuracy, x, y, "s1");
  const std::string train = curve(run, &EpochResult::train_accuracy, x, y, "s2");
  if (test.empty() && train.empty()) return "";

  std::string svg;
  for (const double tick : ticks) {
    if (tick > 1 + 1e-9) continue;
    svg += fmt::format(
        "<path class='grid' d='M{:.1f} {:.1f}H{:.1f}'/>"
        "<text class='tick' x='{:.1f}' y='{:.1f}' text-anchor='end'>{:.0f} %</text>",
        x.from, y(tick), x.to, x.from - 8, y(tick) + 4, 100 * tick);
  }
  const auto step = std::max<std::size_t>(1, run.epochs.size() / 16);
  for (std::size_t i = 0; i < run.epochs.size(); i += step) {
    svg += fmt::format("<text class='tick' x='{:.1f}' y='{:.1f}' text-anchor='middle'>{}</text>",
                       x(run.epochs[i].epoch), kHeight - 20, run.epochs[i].epoch + 1);
  }
  svg += fmt::format("<text class='tick' x='{:.1f}' y='{:.1f}' text-anchor='middle'>epoch</text>",
                     (x.from + x.to) / 2, kHeight - 3);
  const auto end_label = [&](std::optional<double> value, std::string_view name, double shift) {
    if (!value) return std::string{};
    return fmt::format("<text class='value' x='{:.1f}' y='{:.1f}'>{} {}</text>", x.to + 10,
                       y(*value) + 4 + shift, name, percent(*value));
  };
  const auto& last = run.epochs.back();
  const double apart = last.test_accuracy && last.train_accuracy
                           ? y(*last.test_accuracy) - y(*last.train_accuracy)
                           : 100;
  const double shift = std::abs(apart) < 16 ? (16 - std::abs(apart)) / 2 * (apart < 0 ? -1 : 1) : 0;
  svg += train + test + end_label(last.test_accuracy, "test", shift) +
         end_label(last.train_accuracy, "train", -shift);
  return fmt::format("<svg viewBox='0 0 {} {}' role='img' aria-label='accuracy by epoch'>{}</svg>",
                     kWidth, kHeight, svg);
}

}  // namespace erg
