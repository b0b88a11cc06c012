// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "console.h"
#include "erg/discover.h"
#include "erg/json_forms.h"
#include "erg/numbers.h"
#include "erg/store.h"
#include "live_power.h"
#include "number_checks.h"
#include "replay.h"
#include "subcommands.h"

namespace erg {
namespace {

struct WatchOptions {
  double rate = 4;
  double seconds = 0;
  bool all_gpus = false;
  std::string replay;
  bool json = false;
};

// Waits for the next moment or for the wish to stop. Signals are blocked, and taken from here.
class Ticker {
 public:
  explicit Ticker(double rate) : period_{std::chrono::round<Nanoseconds>(Seconds{1 / rate})} {
    ::sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals_, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);  // a reader that leaves is no failure: `erg watch | head`
  }

  // False when it is time to stop.
  bool wait() {
    due_ += period_;
    const auto now = std::chrono::steady_clock::now();
    while (due_ < now) due_ += period_;
    const Nanoseconds left = due_ - now;
    const timespec timeout{static_cast<time_t>(left.count() / 1'000'000'000),
                           static_cast<long>(left.count() % 1'000'000'000)};
    return ::sigtimedwait(&signals_, nullptr, &timeout) < 0;
  }

 private:
  Nanoseconds period_;
  sigset_t signals_;
  std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::now();
};

std::string sparkline(const std::deque<double>& watts) {
  static constexpr std::array kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double high = 0;
  for (const double one : watts) high = std::max(high, std::isfinite(one) ? one : 0);
  std::string line;
  for (const double one : watts) {
    if (!std::isfinite(one)) {
      line += ' ';
      continue;
    }
    const double level = high > 0 ? one / high * (kBlocks.size() - 1) : 0;
    line += kBlocks[static_cast<std::size_t>(std::lround(std::max(level, 0.0)))];
  }
  return line;
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// Lines that are drawn over themselves.
class Screen {
 public:
  std::string frame(const std::vector<LivePower::Reading>& readings) {
    history_.resize(readings.size());
    std::size_t name_width = 0;
    for (const auto& reading : readings) {
      name_width =
          std::max(name_width, std::min<std::size_t>(text_width(reading.device->name), 32));
    }
    const std::size_t used = name_width + 16;
    const std::size_t room = terminal_width() > used + 10 ? terminal_width() - used : 10;
    std::string text = drawn_ > 0 ? fmt::format("\033[{}A", drawn_) : "";
    for (std::size_t i = 0; i < readings.size(); ++i) {
      auto& past = history_[i];
      past.push_back(readings[i].power ? readings[i].power->value() : std::nan(""));
      while (past.size() > room) past.pop_front();
      const std::string power = readings[i].power ? erg::text(*readings[i].power) : "-";
      text += fmt::format("\r\033[K{:<{}.{}}  {:>10}  {}\n", plain_text(readings[i].device->name),
                          name_width, name_width, power, sparkline(past));
    }
    drawn_ = readings.size();
    return text;
  }

 private:
  std::vector<std::deque<double>> history_;
  std::size_t drawn_ = 0;
};

std::string line(Seconds elapsed, const std::vector<LivePower::Reading>& readings) {
  std::string text = fmt::format("{:.2f} s", elapsed.count());
  for (const auto& reading : readings) {
    text += fmt::format("  {} {}", plain_text(reading.device->id),
                        reading.power ? erg::text(*reading.power) : "-");
  }
  return text + "\n";
}

SensorSet sensors_for(const Commands& commands, const WatchOptions& options) {
  if (!options.replay.empty()) {
    const auto store = store_of(commands);
    return Replay{store->load(store->find(options.replay))}.sensors();
  }
  SensorOptions what;
  what.all_gpus = options.all_gpus;
  return discover(what);
}

int watch(const Commands& commands, const WatchOptions& options) {
  Ticker ticker{options.rate};
  LivePower live{sensors_for(commands, options)};
  const bool drawn = !options.json && ::isatty(STDOUT_FILENO) == 1;
  Screen screen;
  live.read();
  while (ticker.wait() && (options.seconds <= 0 || live.elapsed().count() <= options.seconds)) {
    const auto readings = live.read();
    std::string text;
    if (options.json) {
      std::vector<DevicePower> now;
      for (const auto& one : readings) now.push_back({one.device->id, one.power, one.provenance});
      text = live_power_json(live.elapsed(), now);
    } else {
      text = drawn ? screen.frame(readings) : line(live.elapsed(), readings);
    }
    try {
      print(text);
    } catch (const std::exception&) {
      return 0;  // nobody reads any more
    }
  }
  return 0;
}

}  // namespace

void add_watch(Commands& commands) {
  const auto options = std::make_shared<WatchOptions>();
  auto& watcher = commands.add(
      "watch", "Live power by device; one line a moment in a pipe; ends with Ctrl-C",
      "erg watch --rate 2 --for 10", [&commands, options] { return watch(commands, *options); });
  watcher.add_option("--rate", options->rate, "How often a second")
      ->check(CLI::Range(0.1, 10.0))
      ->capture_default_str();
  watcher.add_option("--for", options->seconds, "Stop after so many seconds")->check(more_than(0));
  watcher.add_flag("--all-gpus", options->all_gpus,
                   "Also the GPUs that CUDA_VISIBLE_DEVICES leaves out");
  watcher.add_option("--replay", options->replay, "What this stored run's sensors read, once more")
      ->type_name("RUN");
  watcher.add_flag("--json", options->json, "One JSON value a line");
}

}  // namespace erg
