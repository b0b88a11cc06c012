// SPDX-License-Identifier: Apache-2.0
#include "fit_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "console.h"
#include "erg/json_writer.h"
#include "erg/numbers.h"
#include "erg/text_table.h"

namespace erg {
namespace {

using Align = TextTable::Align;

std::string r2_text(double r2) { return std::isfinite(r2) ? fmt::format("{:.5f}", r2) : "-"; }

std::string chosen_text(const Validation& validation) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const auto& name : validation.chosen) {
    bool known = false;
    for (auto& [word, count] : counts) {
      if (word == name) {
        ++count;
        known = true;
      }
    }
    if (!known) counts.emplace_back(name, 1);
  }
  if (counts.size() < 2) return "";
  std::string text;
  for (const auto& [word, count] : counts) {
    text += (text.empty() ? "" : ", ") + fmt::format("{} {} times", word, count);
  }
  return "  chosen inside the folds: " + text + "\n";
}

std::string scores_table(const FitReport& report) {
  TextTable table{{{"rows"},
                   {"n", Align::right},
                   {"MAPE", Align::right},
                   {"median", Align::right},
                   {"worst", Align::right},
                   {"R2", Align::right}}};
  const auto add = [&](const std::string& what, const Scores& scores) {
    table.add({what, std::to_string(scores.count), fmt::format("{:.2f} %", 100 * scores.mape),
               fmt::format("{:.2f} %", 100 * scores.mdape),
               fmt::format("{:.1f} % {}", 100 * scores.worst, plain_text(scores.worst_label)),
               r2_text(scores.r2)});
  };
  add("fitted", report.training);
  if (report.validation) add(report.validation->scheme, report.validation->scores);
  if (report.test) add("test", *report.test);
  return table.text(stdout_style());
}

std::string report_text(const FitReport& report, const std::string& unit) {
  std::string text =
      fmt::format("\n{}, of one {}: {}\n", to_string(report.target), unit, report.model.model);
  for (const auto& one : report.model.regressor->coefficients()) {
    text += fmt::format("  {} = {:.9g} {}\n", one.name, one.value, one.unit);
  }
  text += scores_table(report);
  if (report.validation) text += chosen_text(*report.validation);
  if (!report.trouble.empty()) text += "  " + report.trouble + "\n";
  const Scores* scores[] = {&report.training,
                            report.validation ? &report.validation->scores : nullptr,
                            report.test ? &*report.test : nullptr};
  for (const auto* one : scores) {
    if (one && !one->flattery().empty()) {
      text += "  " + one->flattery() + "\n";
      break;
    }
  }
  if (report.model.error.level > 0) {
    text += fmt::format("  {:.0f} % of new cases lie within a factor of {:.3f} of the prediction\n",
                        100 * report.model.error.level, report.model.error.factor);
  }
  return text;
}

std::string predictions_text(const Observations& table, std::span<const std::size_t> rows,
                             const FitReport& report, std::span<const double> values,
                             const char* what) {
  const std::string si{si_unit(report.target)};
  TextTable lines{{{what},
                   {"measured / " + si, Align::right},
                   {"predicted / " + si, Align::right},
                   {"error", Align::right}}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double measured = table.rows[rows[i]].value(report.target).value_or(0);
    lines.add({plain_text(table.rows[rows[i]].label), number(measured), number(values[i]),
               fmt::format("{:+.1f} %", 100 * (values[i] / measured - 1))});
  }
  return "\n" + lines.text(stdout_style());
}

void write_scores(JsonWriter& out, std::string_view key, const Scores& scores) {
  out.key(key).begin_object().member("rows", scores.count).member("mape", scores.mape);
  out.member("mdape", scores.mdape).member("worst", scores.worst);
  out.member("worst_row", scores.worst_label).member("r2", scores.r2);
  const auto words = scores.flattery();
  out.key("warning").value(words.empty() ? std::nullopt : std::optional{words});
  out.end_object();
}

void write_rows(JsonWriter& out, const Observations& table, std::span<const std::size_t> rows,
                Target target, std::span<const double> values, const char* set) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Observation& row = table.rows[rows[i]];
    const std::string unit = target == Target::energy ? "_j"
                             : target == Target::time ? "_s"
                                                      : "_macs_per_s";
    out.begin_object().member("row", row.label).member("network", row.network);
    out.member("set", set).member("measured" + unit, row.value(target));
    out.member("predicted" + unit, values[i]).end_object();
  }
}

void write_report(JsonWriter& out, const Observations& table, std::span<const std::size_t> train,
                  std::span<const std::size_t> test, const FitReport& report) {
  out.begin_object().member("target", to_string(report.target)).member("model", report.model.model);
  out.key("coefficients").begin_array();
  for (const auto& one : report.model.regressor->coefficients()) {
    out.begin_object().member("name", one.name).member("value", one.value);
    out.member("unit", one.unit).end_object();
  }
  out.end_array();
  write_scores(out, "fitted", report.training);
  out.key("validation");
  if (report.validation) {
    out.begin_object().member("scheme", report.validation->scheme);
    write_scores(out, "scores", report.validation->scores);
    out.key("chosen").begin_array();
    for (const auto& name : report.validation->chosen) out.value(name);
    out.end_array().end_object();
  } else {
    out.null();
  }
  if (report.test) {
    write_scores(out, "test", *report.test);
  } else {
    out.key("test").null();
  }
  out.key("interval").begin_object().member("level", report.model.error.level);
  out.member("factor", report.model.error.factor).end_object();
  out.key("rows").begin_array();
  if (report.validation) {
    write_rows(out, table, train, report.target, report.validation->predicted, "validation");
  } else {
    write_rows(out, table, train, report.target, report.fitted, "fitted");
  }
  write_rows(out, table, test, report.target, report.tested, "test");
  out.end_array().end_object();
}

}  // namespace

std::string fit_text(const Observations& table, const EnergyModel& model,
                     std::span<const std::size_t> train, std::span<const std::size_t> test,
                     std::span<const FitReport> reports, bool predictions) {
  const bool named =
      std::ranges::any_of(table.rows, [](const auto& row) { return !row.network.empty(); });
  std::string text =
      fmt::format("{} rows{} from {}{}, data {}\n", train.size(),
                  named ? fmt::format(" of {} networks", model.training.networks.size()) : "",
                  plain_text(table.source),
                  model.scope.device.empty() ? "" : ", on " + plain_text(model.scope.device),
                  model.training.digest);
  for (const auto& report : reports) {
    text += report_text(report, table.unit);
    if (!predictions) continue;
    text += report.validation
                ? predictions_text(table, train, report, report.validation->predicted, "left out")
                : predictions_text(table, train, report, report.fitted, "fitted");
    if (!test.empty()) text += predictions_text(table, test, report, report.tested, "test");
  }
  return text;
}

std::string fit_json(const Observations& table, const EnergyModel& model,
                     std::span<const std::size_t> train, std::span<const std::size_t> test,
                     std::span<const FitReport> reports) {
  JsonWriter out{2};
  out.begin_object().member("name", model.name).member("source", table.source);
  out.member("digest", model.training.digest).member("unit", table.unit);
  out.member("device", model.scope.device).member("training_rows", train.size());
  out.member("test_rows", test.size());
  out.key("models").begin_array();
  for (const auto& report : reports) write_report(out, table, train, test, report);
  out.end_array().end_object();
  return out.take() + "\n";
}

}  // namespace erg
