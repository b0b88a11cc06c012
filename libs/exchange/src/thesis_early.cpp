// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "erg/format_error.h"
#include "erg/npy.h"
#include "importers.h"
#include "run_setup.h"
#include "thesis_path.h"

namespace erg::exchange {
namespace {

constexpr const char* kDevice = "gpu-0";
constexpr double kResolution = 1e-6;  // J

// The early parts kept a float an epoch in each file, and watts read once a second.
class EarlyImport {
 public:
  explicit EarlyImport(const Import& import)
      : import_{import}, place_{thesis_place(import.item.path)} {
    const auto times = numbers("Epoch_time.npy");
    read_watts(times.size());
    for (std::size_t epoch = 0; epoch < watts_.size(); ++epoch) {
      // Without its time an epoch lasted as many seconds as it has readings.
      const bool timed = epoch < times.size() && times[epoch] > 0;
      lengths_.push_back(timed ? times[epoch] : static_cast<double>(watts_[epoch].size()));
    }
    if (watts_.empty()) lengths_ = times;
    if (lengths_.empty()) {
      throw FormatError{import.item.path.string() + ": no energies or times by epoch to be read"};
    }
  }

  ImportedRun run() {
    RunSetup setup = run_setup(import_, key(), UtcTime{});
    describe(setup);
    ImportedRun result{setup.run.id};
    const auto writer = import_.open(setup.run, setup.part);
    if (!writer) {
      result.already_there = true;
      return result;
    }
    if (!watts_.empty()) write_energy(*writer);
    writer->append_spans(spans(), 0);
    write_results(*writer);
    writer->append_note("the archive does not say when this run was");
    writer->finish(RunStatus::finished, std::nullopt, {});
    result.breakdowns = saved_times();
    return result;
  }

 private:
  std::optional<NpyArray> array(const char* name) {
    const auto path = import_.item.path / name;
    if (!std::filesystem::exists(path)) return std::nullopt;
    try {
      return read_npy(*open_bytes(path));
    } catch (const FormatError& error) {
      import_.report.warn("array_unreadable", path.string(), 1, error.what());
      return std::nullopt;
    }
  }
  std::vector<double> numbers(const char* name) {
    auto read = array(name);
    return read ? std::move(read->values) : std::vector<double>{};
  }

  void read_watts(std::size_t epochs) {
    for (const char* name : {"Epoch_energy.npy", "Energy_AllEpochs.npy"}) {
      const auto path = import_.item.path / name;
      if (!std::filesystem::exists(path)) continue;
      try {
        watts_ = read_npy_ragged(*open_bytes(path)).elements;
      } catch (const FormatError& error) {
        import_.report.warn("array_unreadable", path.string(), 1, error.what());
        continue;
      }
      check_watts(path.string());
      if (epochs > 0 && watts_.size() != epochs) {
        import_.report.warn("epochs_differ", path.string(), 1,
                            "not as many epochs as the times have");
      }
      return;
    }
  }

  void check_watts(const std::string& path) {
    std::uint64_t bad = 0;
    for (auto& epoch : watts_) {
      bad += std::erase_if(epoch, [](double watts) { return !(watts >= 0 && watts < 1e6); });
    }
    import_.report.warn("power_negative", path, bad, "readings that are no power; skipped");
  }

  // The same run in another place has the same energies.
  std::string key() const {
    double sum = 0;
    for (const auto& epoch : watts_) sum = std::accumulate(epoch.begin(), epoch.end(), sum);
    for (const double length : lengths_) sum += length;
    return fmt::format("{} {:.6f}", place_.key(), sum);
  }

  void describe(RunSetup& setup) {
    Device device{kDevice, DeviceKind::gpu, place_.device, "", place_.cap, {}};
    if (!import_.options.device.empty()) device.name = import_.options.device;
    setup.part.devices = {device};
    if (!watts_.empty()) {
      setup.part.channels = {energy_channel(kDevice, kResolution, Provenance::measured,
                                            "nvidia-smi once a second, summed by the study")};
      setup.part.channels[0].refresh = Seconds{1};
    }
    Workload& workload = setup.run.environment.workload;
    workload.network = place_.network;
    workload.data = place_.data;
    workload.epochs = static_cast<std::int64_t>(lengths_.size());
    workload.batch = place_.batch.value_or(0);
    setup.run.environment.tags["study_run"] = place_.run_name;
    import_.report.warn("network_unknown", import_.item.path.string(), place_.network.empty(),
                        "no folder above names the network");
  }

  // The study's energy of an epoch is the sum of its readings: the counter ends each epoch there.
  void write_energy(RunWriter& writer) {
    std::vector<Sample> samples{{Timestamp{}, 0}};
    double begin_s = 0;
    double energy_j = 0;
    for (std::size_t epoch = 0; epoch < watts_.size(); ++epoch) {
      const auto& watts = watts_[epoch];
      for (std::size_t i = 0; i < watts.size(); ++i) {
        energy_j += watts[i];
        const double share = static_cast<double>(i + 1) / static_cast<double>(watts.size());
        samples.push_back({timestamp(Seconds{begin_s + share * lengths_[epoch]}),
                           std::llround(energy_j / kResolution)});
      }
      begin_s += lengths_[epoch];
    }
    writer.append_samples(0, samples);
  }

  SpanTable spans() {
    const double all_s = std::accumulate(lengths_.begin(), lengths_.end(), 0.0);
    SpanTable spans = run_span({Timestamp{}, timestamp(Seconds{all_s})});
    const auto trained = numbers("Train_time.npy");
    double begin_s = 0;
    for (std::size_t epoch = 0; epoch < lengths_.size(); ++epoch) {
      const Interval whole{timestamp(Seconds{begin_s}),
                           timestamp(Seconds{begin_s + lengths_[epoch]})};
      Span span;
      span.name = spans.intern("epoch " + std::to_string(epoch));
      span.kind = SpanKind::epoch;
      span.parent = 0;
      span.interval = whole;
      const SpanIndex parent = spans.append(span);
      if (epoch < trained.size() && trained[epoch] > 0 && trained[epoch] < lengths_[epoch]) {
        span.name = spans.intern(phase::kEvaluate);
        span.kind = SpanKind::phase;
        span.parent = parent;
        span.interval.begin = timestamp(Seconds{begin_s + trained[epoch]});
        spans.append(span);
      }
      begin_s += lengths_[epoch];
    }
    return spans;
  }

  void write_results(RunWriter& writer) {
    const auto train = numbers("Train_acc.npy");
    const auto test = numbers("Test_acc.npy");
    for (std::size_t epoch = 0; epoch < std::max(train.size(), test.size()); ++epoch) {
      EpochResult result;
      result.epoch = static_cast<std::int32_t>(epoch);
      if (epoch < train.size()) result.train_accuracy = train[epoch];
      if (epoch < test.size()) result.test_accuracy = test[epoch];
      writer.append_epoch(result);
    }
  }

  // Rows of seconds by epoch; the archive does not say what each row is.
  std::vector<Breakdown> saved_times() {
    std::vector<Breakdown> saved;
    for (const auto& [file, by, kind] : {std::tuple{"Train_part_time.npy", Grouping::phase, "part"},
                                         std::tuple{"Layers_time.npy", Grouping::layer, "layer"}}) {
      const auto read = array(file);
      if (!read || read->shape.size() != 2 || read->values.empty()) continue;
      saved.push_back(times_of(*read, by, kind));
    }
    return saved;
  }

  Breakdown times_of(const NpyArray& read, Grouping by, const std::string& kind) const {
    const auto time = [](double seconds) {
      return TimeEstimate{Seconds{seconds}, Seconds{0}, 0, Provenance::imported};
    };
    Breakdown breakdown;
    breakdown.by = by;
    breakdown.method = "saved by the study";
    breakdown.device = kDevice;
    const std::size_t epochs = read.shape[1];
    double rest_s = std::accumulate(lengths_.begin(), lengths_.end(), 0.0);
    breakdown.total.name = "total";
    breakdown.total.time = time(rest_s);
    for (std::size_t i = 0; i < read.shape[0]; ++i) {
      const double* first = read.values.data() + i * epochs;
      const double sum_s = std::accumulate(first, first + epochs, 0.0);
      BreakdownRow row;
      row.name = fmt::format("{} {}", kind, i);
      row.kind = to_string(by);
      row.device = kDevice;
      row.count = epochs;
      row.time = time(sum_s);
      rest_s -= sum_s;
      breakdown.rows.push_back(std::move(row));
    }
    breakdown.unattributed.name = "unattributed";
    breakdown.unattributed.time = time(rest_s);
    breakdown.notes = {"times only; the archive numbers its rows and does not name them"};
    return breakdown;
  }

  const Import& import_;
  ThesisPlace place_;
  std::vector<std::vector<double>> watts_;  // by epoch
  std::vector<double> lengths_;             // of epochs, in seconds
};

}  // namespace

ImportedRun import_thesis_early(const Import& import) { return EarlyImport{import}.run(); }

}  // namespace erg::exchange
