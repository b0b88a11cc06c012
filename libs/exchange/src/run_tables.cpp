// SPDX-License-Identifier: Apache-2.0
#include "erg/run_tables.h"

#include <algorithm>
#include <optional>

#include "erg/csv_writer.h"
#include "time_text.h"

namespace erg {
namespace {

void header(CsvWriter& csv, std::initializer_list<std::string_view> names) {
  for (const auto name : names) csv.field(name);
  csv.end_row();
}

double seconds(Timestamp time) { return seconds_since_start(time).count(); }

template <class Value>
void maybe(CsvWriter& csv, const std::optional<Value>& value) {
  if (value) {
    csv.field(*value);
  } else {
    csv.field("");
  }
}

// The total of the breakdown by run, else by device.
const BreakdownRow* total_of(const Run& run) {
  for (const Grouping by : {Grouping::run, Grouping::device}) {
    for (const Breakdown& breakdown : run.breakdowns) {
      if (breakdown.by == by && breakdown.device.empty()) return &breakdown.total;
    }
  }
  return nullptr;
}

void write_run(const Run& run, CsvWriter& csv) {
  const Workload& work = run.header.environment.workload;
  csv.field(run.header.id.text()).field(run.header.name).field(to_string(run.status));
  const UtcTime start = run.header.start;
  csv.field(start == UtcTime{} ? "" : exchange::time_text(start));
  csv.field(work.network).field(work.data);
  csv.field(work.input).field(work.batch).field(work.epochs).field(work.precision);
  csv.field(work.instrumentation);
  std::string devices;
  std::optional<double> cap_w;
  for (const Part& part : run.parts) {
    for (const Device& device : part.header.devices) {
      devices += (devices.empty() ? "" : " + ") + device.name;
      if (device.kind != DeviceKind::gpu || !device.power_limit) continue;
      cap_w = std::min(cap_w.value_or(device.power_limit->value()), device.power_limit->value());
    }
  }
  csv.field(devices);
  maybe(csv, cap_w);
  const BreakdownRow* total = total_of(run);
  const bool known = total && total->energy;
  maybe(csv, total && total->time ? std::optional{in_si(total->time->value)} : std::nullopt);
  maybe(csv, known ? std::optional{in_si(total->energy->value)} : std::nullopt);
  maybe(csv, known ? std::optional{in_si(total->energy->total_u())} : std::nullopt);
  csv.field(known ? to_string(total->energy->provenance) : "").end_row();
}

void write_samples(const Run& run, CsvWriter& csv) {
  const std::string id = run.header.id.text();
  for (const Part& part : run.parts) {
    for (const Timeline& timeline : part.timelines) {
      const Channel& channel = timeline.channel();
      for (std::size_t i = 0; i < timeline.size(); ++i) {
        csv.field(id).field(part.header.rank).field(channel.device).field(channel.name);
        csv.field(to_string(channel.unit)).field(seconds(timeline.times()[i]));
        csv.field(timeline.value(i)).end_row();
      }
    }
  }
}

void write_spans(const Run& run, CsvWriter& csv) {
  const std::string id = run.header.id.text();
  for (const Part& part : run.parts) {
    for (SpanIndex row = 0; row < part.spans.size(); ++row) {
      const Span span = part.spans[row];
      csv.field(id).field(part.header.rank).field(row);
      maybe(csv, span.parent == kNoSpan ? std::nullopt : std::optional{span.parent});
      csv.field(part.spans.name(span.name)).field(to_string(span.kind));
      csv.field(to_string(span.pass)).field(to_string(span.clock));
      const bool known = span.device < part.header.devices.size();
      csv.field(known ? std::string_view{part.header.devices[span.device].id} : "");
      csv.field(seconds(span.interval.begin));
      maybe(csv, part.spans.open(row) ? std::nullopt : std::optional{seconds(span.interval.end)});
      csv.end_row();
    }
  }
}

void write_epochs(const Run& run, CsvWriter& csv) {
  for (const EpochResult& epoch : run.epochs) {
    csv.field(run.header.id.text()).field(epoch.epoch);
    maybe(csv, epoch.train_loss);
    maybe(csv, epoch.train_accuracy);
    maybe(csv, epoch.test_loss);
    maybe(csv, epoch.test_accuracy);
    csv.end_row();
  }
}

void write_breakdown_row(const Run& run, const Breakdown& breakdown, const BreakdownRow& row,
                         CsvWriter& csv) {
  csv.field(run.header.id.text()).field(to_string(breakdown.by)).field(breakdown.method);
  csv.field(row.device).field(row.name).field(row.kind).field(to_string(row.pass));
  csv.field(row.count);
  maybe(csv, row.time ? std::optional{in_si(row.time->value)} : std::nullopt);
  maybe(csv, row.energy ? std::optional{in_si(row.energy->value)} : std::nullopt);
  maybe(csv, row.energy ? std::optional{in_si(row.energy->independent_u)} : std::nullopt);
  maybe(csv, row.energy ? std::optional{row.energy->common_u} : std::nullopt);
  csv.field(row.energy ? to_string(row.energy->provenance) : "").end_row();
}

void write_breakdowns(const Run& run, CsvWriter& csv) {
  for (const Breakdown& breakdown : run.breakdowns) {
    for (const BreakdownRow& row : breakdown.rows) {
      write_breakdown_row(run, breakdown, row, csv);
    }
    write_breakdown_row(run, breakdown, breakdown.unattributed, csv);
    write_breakdown_row(run, breakdown, breakdown.total, csv);
  }
}

}  // namespace

void write_tidy_header(TidyTable table, std::ostream& out) {
  CsvWriter csv{out};
  switch (table) {
    case TidyTable::runs:
      return header(csv, {"run", "name", "status", "start_utc", "network", "data", "input", "batch",
                          "epochs", "precision", "instrumentation", "device", "cap_w", "time_s",
                          "energy_j", "energy_u_j", "provenance"});
    case TidyTable::samples:
      return header(csv, {"run", "rank", "device", "channel", "unit", "time_s", "value"});
    case TidyTable::spans:
      return header(csv, {"run", "rank", "span", "parent", "name", "kind", "pass", "clock",
                          "device", "begin_s", "end_s"});
    case TidyTable::epochs:
      return header(csv,
                    {"run", "epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy"});
    case TidyTable::breakdowns:
      return header(csv, {"run", "by", "method", "device", "name", "kind", "pass", "count",
                          "time_s", "energy_j", "energy_u_j", "energy_common_u", "provenance"});
  }
}

void write_tidy_rows(TidyTable table, const Run& run, std::ostream& out) {
  CsvWriter csv{out};
  switch (table) {
    case TidyTable::runs:
      return write_run(run, csv);
    case TidyTable::samples:
      return write_samples(run, csv);
    case TidyTable::spans:
      return write_spans(run, csv);
    case TidyTable::epochs:
      return write_epochs(run, csv);
    case TidyTable::breakdowns:
      return write_breakdowns(run, csv);
  }
}

}  // namespace erg
