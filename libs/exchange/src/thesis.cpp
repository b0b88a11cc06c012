// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "erg/format_error.h"
#include "importers.h"
#include "power_file.h"
#include "run_setup.h"
#include "thesis_folder.h"

namespace erg::exchange {
namespace {

constexpr std::string_view kMethod = "nvidia-smi, polled by the study";
const std::vector<std::string> kClocks{"sm_clock", "memory_clock", "graphic_clock"};
constexpr std::array<std::string_view, 3> kClockNames{"sm_clock", "memory_clock", "graphics_clock"};

std::optional<PowerTable> power_table(const std::filesystem::path& folder) {
  for (const char* name : {"energy_consumption_file.csv", "labeled_energy_data.csv"}) {
    if (!std::filesystem::exists(folder / name)) continue;
    PowerTable table{folder / name};
    table.clocks = kClocks;
    table.python_times = true;
    return table;
  }
  return std::nullopt;
}

// One run of the study on its way into a writer.
class ThesisImport {
 public:
  explicit ThesisImport(const Import& import)
      : import_{import}, folder_{read_thesis_folder(import.item.path, import.report)} {}

  ImportedRun run() {
    choose_sessions();
    const Nanoseconds zero = first_moment();
    RunSetup setup = run_setup(import_, folder_.place.key(), UtcTime{start()});
    setup.part.start = UtcTime{zero};
    describe(setup);
    ImportedRun result{setup.run.id};
    const auto writer = import_.open(setup.run, setup.part);
    if (!writer) {
      result.already_there = true;
      return result;
    }
    write_power(*writer, zero);
    const SpanTable spans = thesis_spans(folder_, zero, import_.report);
    writer->append_spans(spans.empty() ? run_span(power_extent(zero)) : spans, 0);
    writer->finish(RunStatus::finished, std::nullopt, {});
    result.breakdowns = saved_energies(folder_, kDevice);
    return result;
  }

 private:
  static constexpr const char* kDevice = "gpu-0";

  // Only the sessions that overlap the arrays are the run's. Without arrays, the session that the
  // item names.
  void choose_sessions() {
    extent_ = folder_.extent();
    table_ = power_table(folder_.path);
    if (!table_) return;
    PowerScan scan;
    try {
      scan = scan_power(*table_, import_.report);
    } catch (const FormatError& error) {
      import_.report.warn("power_unreadable", table_->path.string(), 1, error.what());
    }
    const std::size_t all = scan.sessions.size();
    for (std::size_t i = 0; i < all; ++i) {
      const PowerSession& session = scan.sessions[i];
      const bool ours = extent_ ? session.begin < extent_->end && extent_->begin < session.end
                                : i == import_.item.index;
      if (ours) sessions_.push_back(session);
    }
    if (!extent_) return;
    import_.report.warn("sessions_of_others", table_->path.string(), all - sessions_.size(),
                        "parts of the power file, each under a header of its own, that do not "
                        "overlap the run's arrays; left out");
    import_.report.warn("power_elsewhere", table_->path.string(), sessions_.empty() && all > 0,
                        "the power file holds nothing of the time of the run's arrays");
    sessions_ = in_order(std::move(sessions_), table_->path, import_.report);
  }

  Nanoseconds start() const {
    if (extent_) return extent_->begin;
    if (!sessions_.empty()) return sessions_.front().begin;
    throw FormatError{fmt::format("{}: neither arrays nor readings of power that can be read",
                                  folder_.path.string())};
  }

  Nanoseconds first_moment() const {
    Nanoseconds first = start();
    for (const PowerSession& session : sessions_) first = std::min(first, session.begin);
    return first;
  }

  Interval power_extent(Nanoseconds zero) const {
    return {Timestamp{sessions_.front().begin - zero}, Timestamp{sessions_.back().end - zero}};
  }

  void describe(RunSetup& setup) {
    const ThesisPlace& place = folder_.place;
    Device device{kDevice, DeviceKind::gpu, place.device, "", place.cap, {}};
    if (!import_.options.device.empty()) device.name = import_.options.device;
    setup.part.devices = {device};
    describe_channels(setup.part.channels);
    Workload& workload = setup.run.environment.workload;
    workload.network = place.network;
    workload.data = place.data;
    if (!place.data.empty()) {
      workload.input = place.data == "fashion_mnist" ? "1x224x224" : "3x224x224";
    }
    workload.batch = place.batch.value_or(0);
    workload.epochs = place.epochs.value_or(static_cast<int>(folder_.epochs()));
    workload.steps_per_epoch = static_cast<std::int64_t>(folder_.steps());
    workload.precision = folder_.mixed_precision() ? "fp16" : "";
    workload.instrumentation = !place.synchronised ? "none"
                               : place.by_layer    ? "sync-layers"
                                                   : "sync-phases";
    auto& tags = setup.run.environment.tags;
    if (!place.run_name.empty()) tags["study_run"] = place.run_name;
    if (place.round) tags["round"] = std::to_string(*place.round);
    import_.report.warn("device_unknown", folder_.path.string(), device.name.empty(),
                        "no folder above names the card");
    import_.report.warn("network_unknown", folder_.path.string(), place.network.empty(),
                        "no folder above names the network");
  }

  void describe_channels(std::vector<Channel>& channels) {
    if (sessions_.empty()) return;
    double resolution_w = 1e-3;
    for (const auto& session : sessions_)
      resolution_w = std::min(resolution_w, session.resolution_w);
    for (auto& session : sessions_) session.resolution_w = resolution_w;
    channels.push_back(power_channel("power", kDevice, resolution_w, std::string{kMethod}));
    for (std::size_t i = 0; i < kClocks.size(); ++i) {
      const bool there = std::ranges::any_of(
          sessions_, [&](const PowerSession& session) { return session.has_clock[i]; });
      clock_channels_.push_back(there ? channels.size() : 0);
      if (there) {
        channels.push_back(
            clock_channel(std::string{kClockNames[i]}, kDevice, std::string{kMethod}));
      }
    }
  }

  void write_power(RunWriter& writer, Nanoseconds zero) {
    std::optional<Nanoseconds> last;
    for (const PowerSession& session : sessions_) {
      if (last) {
        const Interval hole{Timestamp{*last - zero}, Timestamp{session.begin - zero}};
        writer.append_gap(0, {hole, GapReason::unreadable});
      }
      last = session.end;
      stream_power(*table_, session, zero,
                   [&](std::size_t channel, std::span<const Sample> samples) {
                     if (channel > 0) channel = clock_channels_[channel - 1];
                     writer.append_samples(channel, samples);
                   });
    }
  }

  const Import& import_;
  ThesisFolder folder_;
  std::optional<ThesisFolder::Extent> extent_;
  std::optional<PowerTable> table_;
  std::vector<PowerSession> sessions_;
  std::vector<std::size_t> clock_channels_;  // by clock of the table: the run's channel
};

}  // namespace

ImportedRun import_thesis(const Import& import) { return ThesisImport{import}.run(); }

}  // namespace erg::exchange
