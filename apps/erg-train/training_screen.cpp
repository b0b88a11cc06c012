// SPDX-License-Identifier: Apache-2.0
#include "training_screen.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "console.h"
#include "erg/numbers.h"

namespace erg {
namespace {

constexpr auto kLineEvery = std::chrono::seconds{30};
constexpr std::int64_t kBarWidth = 28;
constexpr std::int64_t kShortBar = 8;

std::string bar(std::int64_t done, std::int64_t all, std::int64_t width) {
  const auto full = all > 0 ? std::clamp<std::int64_t>(done * width / all, 0, width) : 0;
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '.') + "] ";
}

// Of the terminal; 80 where it does not say.
std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string state_of(const TrainingProgress& progress) {
  auto text = fmt::format("{}/{}  {:.0f} images/s", progress.step, progress.steps,
                          progress.images_per_second);
  if (progress.loss && !progress.evaluating) text += fmt::format("  loss {:.4f}", *progress.loss);
  return text;
}

// A line that is wider than the terminal could not be taken back: the bar gives way first.
std::string on_one_line(const std::string& title, const TrainingProgress& progress,
                        const std::string& left) {
  const std::size_t room = columns() - 1;
  const auto text = state_of(progress) + left;
  for (const auto width : {kBarWidth, kShortBar}) {
    const auto line = title + bar(progress.step, progress.steps, width) + text;
    if (line.size() <= room) return line;
  }
  return (title + text).substr(0, room);
}

template <class Value>
std::string interval(const Between<Value>& one) {
  return fmt::format("{} ({} to {})", text(one.value), text(*one.low), text(*one.high));
}

}  // namespace

TrainingScreen::TrainingScreen(bool quiet, std::int64_t max_steps)
    : quiet_{quiet},
      terminal_{stderr_style() == TextStyle::terminal},
      max_steps_{max_steps},
      line_{std::chrono::steady_clock::now()},
      epoch_{line_} {}

void TrainingScreen::energy_from(std::function<std::optional<Joules>()> energy) {
  energy_ = std::move(energy);
}

// `to_come`: epochs, the one that goes on among them, of which `done` is over.
std::string TrainingScreen::ahead(double to_come, double done) const {
  if (max_steps_ > 0 && steps_ > 0) {
    const double in_all = static_cast<double>(max_steps_) / static_cast<double>(steps_);
    to_come = std::min(to_come, in_all - static_cast<double>(seen_.size()));
  }
  const double left = to_come - done;
  if (!(left > 0)) return "";
  const auto rest = remaining(seen_, left);
  if (!rest) return "";
  const auto energy = rest->energy ? ", " + interval(*rest->energy) : "";
  return "  left " + interval(rest->time) + energy;
}

void TrainingScreen::show(const TrainingProgress& progress) {
  if (!progress.evaluating) steps_ = progress.steps;
  if (energy_ && !energy_before_) energy_before_ = energy_();
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  const auto title = fmt::format("epoch {}/{} {}", progress.epoch + 1, progress.epochs,
                                 progress.evaluating ? "test " : "");
  const double done =
      progress.evaluating || progress.steps < 1
          ? 1
          : static_cast<double>(progress.step) / static_cast<double>(progress.steps);
  const auto left = ahead(static_cast<double>(progress.epochs - progress.epoch), done);
  if (terminal_) {
    inform("\r\x1b[K" + on_one_line(title, progress, left));
    bar_ = true;
  } else if (now - line_ >= kLineEvery) {
    inform(title + state_of(progress) + left + "\n");
    line_ = now;
  }
}

void TrainingScreen::show(const EpochResult& result, std::int64_t epochs) {
  clear();
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> took = now - epoch_;
  const auto energy = energy_ ? energy_() : std::nullopt;
  const bool known = energy && energy_before_;
  seen_.push_back({took, known ? std::optional{*energy - *energy_before_} : std::nullopt});
  energy_before_ = energy;
  std::string line = fmt::format("epoch {}/{}  {:.1f} s", result.epoch + 1, epochs, took.count());
  const auto add = [&](const char* name, const std::optional<double>& loss,
                       const std::optional<double>& accuracy) {
    if (loss) line += fmt::format("  {} loss {:.4f}", name, *loss);
    if (accuracy) line += fmt::format(" accuracy {:.2f} %", 100 * *accuracy);
  };
  add("train", result.train_loss, result.train_accuracy);
  add("test", result.test_loss, result.test_accuracy);
  inform(line + ahead(static_cast<double>(epochs - result.epoch - 1), 0) + "\n");
  line_ = epoch_ = now;
}

void TrainingScreen::clear() {
  if (bar_) inform("\r\x1b[K");
  bar_ = false;
}

}  // namespace erg
