// SPDX-License-Identifier: Apache-2.0
#include "timeline_method.h"

#include <algorithm>

#include "divide.h"

namespace erg::attribution {
namespace {

bool drew(const MeasuredDevice& device) {
  return device.spans || (is_gpu(device) && LaneFinder::has_own_spans(device));
}

bool wanted(const MeasuredDevice& device, const AttributionOptions& options) {
  return options.device.empty() || device.device.id == options.device ||
         device.name == options.device;
}

bool shares_rows(const AttributionOptions& options, bool gpus, const MeasuredDevice& device) {
  switch (options.by) {
    case Grouping::device:
      return false;
    case Grouping::phase:
    case Grouping::layer:
    case Grouping::layer_kind:
      return !gpus || is_gpu(device) || !options.device.empty();
    default:
      return true;
  }
}

class Divider {
 public:
  Divider(const AttributionOptions& options, const std::vector<Host>& hosts)
      : options_{options}, classes_{options}, lanes_{classes_, notes_} {
    for (const Host& host : hosts) {
      for (const auto& device : host.devices) {
        gpus_ = gpus_ || (wanted(device, options) && is_gpu(device) && drew(device));
      }
    }
  }

  void add(const Host& host) {
    bool timed = false;
    for (const auto& device : host.devices) {
      if (!wanted(device, options_) || !drew(device)) continue;
      if (options_.device.empty() && holds_others(host, device)) {
        notes_.push_back(device.name + " holds the other devices of its host: it is not added");
        continue;
      }
      const bool tells_time = is_gpu(device) || (!gpus_ && !timed);
      add(host, &device, tells_time);
      timed = timed || tells_time;
    }
    if (!timed && !gpus_ && options_.device.empty()) add(host, nullptr, true);
  }

  Breakdown breakdown() {
    Breakdown result = assemble(options_, classes_, divisions_);
    if (!result.total.energy) {
      notes_.push_back("nothing measured power in this run: times only");
    }
    result.notes = std::move(notes_);
    return result;
  }

 private:
  void add(const Host& host, const MeasuredDevice* device, bool tells_time) {
    const bool divided = !device || shares_rows(options_, gpus_, *device);
    const auto lanes = divided && options_.by != Grouping::device ? lanes_.lanes(host, device)
                                                                  : std::vector<const Lane*>{};
    Division division = divide(host, device, lanes, notes_);
    division.divided = divided;
    division.times_run = tells_time;
    divisions_.push_back(std::move(division));
  }

  const AttributionOptions& options_;
  std::vector<std::string> notes_;
  ClassTable classes_;
  LaneFinder lanes_;
  std::vector<Division> divisions_;
  bool gpus_ = false;
};

void check_device(const std::vector<Host>& hosts, const AttributionOptions& options) {
  if (options.device.empty()) return;
  std::string known;
  for (const Host& host : hosts) {
    for (const auto& device : host.devices) {
      if (wanted(device, options)) return;
      known += (known.empty() ? "" : ", ") + device.name;
    }
  }
  throw AttributionError{"the run has no device '" + options.device + "'" +
                         (known.empty() ? "" : "; it has " + known)};
}

}  // namespace

Breakdown by_timeline(const Run& run, const AttributionOptions& options) {
  const auto hosts = hosts_of(run);
  check_device(hosts, options);
  Divider divider{options, hosts};
  for (const Host& host : hosts) divider.add(host);
  return divider.breakdown();
}

}  // namespace erg::attribution
