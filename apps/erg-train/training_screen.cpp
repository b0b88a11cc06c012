// SPDX-License-Identifier: Apache-2.0
#include "training_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "console.h"

namespace erg {
namespace {

constexpr auto kLineEvery = std::chrono::seconds{30};
constexpr std::int64_t kBarWidth = 28;

std::string bar(std::int64_t done, std::int64_t all) {
  const auto full = all > 0 ? std::clamp<std::int64_t>(done * kBarWidth / all, 0, kBarWidth) : 0;
  return std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(kBarWidth - full), '.');
}

std::string state_of(const TrainingProgress& progress) {
  auto text = fmt::format("{}/{}  {:.0f} images/s", progress.step, progress.steps,
                          progress.images_per_second);
  if (progress.loss && !progress.evaluating) text += fmt::format("  loss {:.4f}", *progress.loss);
  return text;
}

}  // namespace

TrainingScreen::TrainingScreen(bool quiet)
    : quiet_{quiet},
      terminal_{stderr_style() == TextStyle::terminal},
      line_{std::chrono::steady_clock::now()},
      epoch_{line_} {}

void TrainingScreen::show(const TrainingProgress& progress) {
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  const auto title = fmt::format("epoch {}/{} {}", progress.epoch + 1, progress.epochs,
                                 progress.evaluating ? "test " : "");
  if (terminal_) {
    inform("\r\x1b[K" + title + "[" + bar(progress.step, progress.steps) + "] " +
           state_of(progress));
    bar_ = true;
  } else if (now - line_ >= kLineEvery) {
    inform(title + state_of(progress) + "\n");
    line_ = now;
  }
}

void TrainingScreen::show(const EpochResult& result, std::int64_t epochs) {
  clear();
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> took = now - epoch_;
  std::string text = fmt::format("epoch {}/{}  {:.1f} s", result.epoch + 1, epochs, took.count());
  const auto add = [&](const char* name, const std::optional<double>& loss,
                       const std::optional<double>& accuracy) {
    if (loss) text += fmt::format("  {} loss {:.4f}", name, *loss);
    if (accuracy) text += fmt::format(" accuracy {:.2f} %", 100 * *accuracy);
  };
  add("train", result.train_loss, result.train_accuracy);
  add("test", result.test_loss, result.test_accuracy);
  inform(text + "\n");
  line_ = epoch_ = now;
}

void TrainingScreen::clear() {
  if (bar_) inform("\r\x1b[K");
  bar_ = false;
}

}  // namespace erg
