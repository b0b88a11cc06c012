// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "console.h"
#include "erg/numbers.h"
#include "erg/power_limiter.h"
#include "subcommands.h"
#include "subprogram.h"
#include "version.h"

namespace {

// What follows "run" up to the command that is measured; that command goes into `measured`. A word
// that is neither an option nor an option's value begins the command too.
std::vector<std::string> split_command(std::vector<std::string> arguments, const CLI::App& app,
                                       std::vector<std::string>& measured) {
  const auto takes_value = [&](const std::string& word) {
    if (word.find('=') != std::string::npos) return false;
    const auto* run = app.get_subcommand("run");
    for (const auto* one : {&app, run}) {
      const auto* option = one->get_option_no_throw(word);
      if (option) return option->get_expected_max() > 0;
    }
    return false;
  };
  // "cap sweep" and "cap choose" take a command behind -- alone.
  auto first = arguments.begin();
  if (first != arguments.end() && first->starts_with("--store")) {
    const bool apart = first->find('=') == std::string::npos;
    first += std::min<std::ptrdiff_t>(apart ? 2 : 1, arguments.end() - first);
  }
  const auto mark = std::find(first, arguments.end(), "--");
  if (first != arguments.end() && *first == "cap" && mark != arguments.end()) {
    measured.assign(mark + 1, arguments.end());
    arguments.erase(mark, arguments.end());
    return arguments;
  }
  bool in_run = false;
  for (auto word = arguments.begin(); word != arguments.end(); ++word) {
    if (*word == "--" && in_run) {
      measured.assign(word + 1, arguments.end());
      arguments.erase(word, arguments.end());
      break;
    }
    if (word->starts_with('-')) {
      if (takes_value(*word) && word + 1 != arguments.end()) ++word;
    } else if (in_run) {
      measured.assign(word, arguments.end());
      arguments.erase(word, arguments.end());
      break;
    } else if (*word == "run") {
      in_run = true;
    } else {
      break;
    }
  }
  return arguments;
}

// erg-train reads ERG_STORE: a --store in front of the subcommand must reach it.
void become_subprogram_if_asked(std::vector<std::string> arguments) {
  std::string store;
  while (!arguments.empty() && arguments.front().starts_with("--store")) {
    const auto sign = arguments.front().find('=');
    if (sign == std::string::npos && arguments.size() < 2) return;
    store = sign == std::string::npos ? arguments[1] : arguments.front().substr(sign + 1);
    arguments.erase(arguments.begin(), arguments.begin() + (sign == std::string::npos ? 2 : 1));
  }
  if (arguments.empty() || !erg::is_subprogram(arguments.front())) return;
  if (!store.empty()) ::setenv("ERG_STORE", store.c_str(), 1);
  std::exit(erg::become_subprogram(std::move(arguments)));
}

// Power limits that a holder killed together with its guard has left behind. Opens no device
// unless there is one.
void heal() {
  try {
    for (const auto& card : erg::heal_limits()) {
      erg::inform((card.clock ? "erg: SM clock of " : "erg: power limit of ") + card.device + ": " +
                  (card.limit ? "given back, " + erg::text(*card.limit) : card.words) + "\n");
    }
  } catch (const std::exception& error) {
    erg::warn(error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments{argv + 1, argv + argc};
  heal();
  become_subprogram_if_asked(arguments);

  std::vector<std::string> measured;
  erg::Commands commands{"erg", "Ergometer measures the work of training neural networks."};
  commands.app().set_version_flag("--version", erg::version_text(), "Say which version this is");
  erg::add_run(commands, measured);
  erg::add_subprograms(commands);
  erg::add_sensors(commands);
  erg::add_runs(commands);
  erg::add_energy(commands);
  erg::add_fit(commands);
  erg::add_predict(commands);
  erg::add_carbon(commands);
  erg::add_report(commands);
  erg::add_network(commands);
  erg::add_import(commands);
  erg::add_export(commands);
  erg::add_methods(commands);
  erg::add_db(commands);
  erg::add_watch(commands);
  erg::add_cap(commands, measured);
  erg::add_study(commands);
  return commands.run(split_command(std::move(arguments), commands.app(), measured));
}
