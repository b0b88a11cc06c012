// SPDX-License-Identifier: Apache-2.0
// Seconds a training step takes here: step_erg NETWORK BATCH STEPS THREADS [DEVICE]. The median of
// the steps' phases from the copy to the optimizer, as step_python.py counts them.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include "erg/catalogue.h"
#include "erg/trainer.h"

namespace {

double median_step(const erg::SpanTable& spans) {
  std::map<erg::SpanIndex, erg::Nanoseconds> steps;
  for (erg::SpanIndex i = 0; i < spans.size(); ++i) {
    const auto span = spans[i];
    const auto name = spans.name(span.name);
    if (span.kind != erg::SpanKind::phase || span.clock != erg::SpanClock::host) continue;
    if (name == erg::phase::kData || name == erg::phase::kOther) continue;
    if (name == erg::phase::kEvaluate) continue;
    steps[span.parent] += span.interval.length();
  }
  std::vector<double> times;
  for (const auto& [step, time] : steps) times.push_back(erg::Seconds{time}.count());
  times.erase(times.begin(), times.begin() + std::min<std::ptrdiff_t>(2, std::ssize(times)));
  std::ranges::sort(times);
  return times.empty() ? 0 : times[times.size() / 2];
}

}  // namespace

int main(int count, char** words) {
  if (count < 5) {
    std::fprintf(stderr, "usage: step_erg NETWORK BATCH STEPS THREADS [DEVICE]\n");
    return 2;
  }
  const erg::Network network = erg::make_network(words[1]);
  erg::TrainingOptions options;
  options.batch = std::stol(words[2]);
  options.max_steps = std::stol(words[3]) + 2;
  options.threads = std::stol(words[4]);
  options.device = count > 5 ? words[5] : "cpu";
  options.instrumentation =
      options.device == "cpu" ? erg::Instrumentation::phases : erg::Instrumentation::sync_phases;
  options.evaluate = false;
  const auto data = erg::load_data_set(
      "synthetic:" + erg::to_string(network.input_shape()) + ":" +
      std::to_string(network.output_shape()[0]) + ":" +
      std::to_string(std::min<std::int64_t>(options.batch * *options.max_steps, 2000)));
  options.epochs = 1 + options.batch * *options.max_steps / 2000;
  erg::SpanLog log{erg::HostClock{}};
  erg::Trainer{network, data, options}.train(&log);
  std::printf("%.6f\n", median_step(log.table()));
}
