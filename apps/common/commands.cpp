// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "console.h"
#include "erg/suggest.h"

namespace erg {
namespace {

// The names under which something of this command could have been meant.
std::vector<std::string> names_like(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  if (word.starts_with('-')) {
    for (const CLI::App* one = &app; one; one = one->get_parent()) {
      for (const auto* option : one->get_options()) {
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
      }
    }
  } else {
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(command->get_name());
    }
  }
  return names;
}

std::string suggestion_in(const CLI::App& app, const std::string& word) {
  const auto names = names_like(app, word.substr(0, word.find('=')));
  const std::vector<std::string_view> candidates{names.begin(), names.end()};
  return suggestion(word.substr(0, word.find('=')), candidates);
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() ? full_name(*app.get_parent()) + " " + app.get_name() : app.get_name();
}

std::string root_name(const CLI::App& app) {
  return app.get_parent() ? root_name(*app.get_parent()) : app.get_name();
}

// CLI11's own, begun with the program's name; of a group, with an example of its first command.
std::string help_of(const CLI::App& app) {
  std::string help = app.help(app.get_parent() ? full_name(*app.get_parent()) : "");
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  if (app.get_parent() && app.get_footer().empty() && !commands.empty()) {
    help += "\n" + commands.front()->get_footer() + "\n";
  }
  if (app.get_parent())
    help += "\nWhich store: --store URL or ERG_STORE; see " + root_name(app) + " --help\n";
  return help;
}

}  // namespace

Commands::Commands(std::string program, std::string description)
    : program_{std::move(program)}, app_{std::move(description), program_} {
  app_.fallthrough();
  // After one command, a word that is another's name is an argument: a run may be called "carbon".
  app_.require_subcommand(0, 1);
  app_.set_help_flag("-h,--help", "Say what this command does and how to use it");
  app_.get_formatter()->column_width(34);
  app_.add_option("--store", store_url_,
                  "Where runs are kept: sqlite:PATH or postgresql://HOST/DATABASE (or ERG_STORE; "
                  "default: a file in the user's data folder)")
      ->type_name("URL");
}

CLI::App& Commands::add_group(const std::string& name, const std::string& description) {
  auto* group = app_.add_subcommand(name, description);
  group->allow_extras();
  group->require_subcommand(0, 1);
  return *group;
}

CLI::App& Commands::add(CLI::App& parent, const std::string& name, const std::string& description,
                        const std::string& example, std::function<int()> action) {
  auto* command = parent.add_subcommand(name, description);
  if (!example.empty()) command->footer("Example:\n  " + example);
  actions_.emplace_back(command, std::move(action));
  return *command;
}

CLI::App& Commands::deepest() {
  CLI::App* chosen = &app_;
  while (!chosen->get_subcommands().empty()) chosen = chosen->get_subcommands().front();
  return *chosen;
}

int Commands::run(std::vector<std::string> arguments) {
  app_.allow_extras();
  try {
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    app_.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    print(help_of(deepest()));
    return 0;
  } catch (const CLI::CallForVersion& version) {
    print(std::string{version.what()} + "\n");
    return 0;
  } catch (const CLI::ParseError& error) {
    return wrong_usage(deepest(), error.what());
  }
  return act(deepest());
}

int Commands::act(CLI::App& chosen) {
  const auto rest = app_.remaining(true);
  if (!rest.empty()) {
    const bool option = rest.front().starts_with('-');
    const std::string what = option                               ? "there is no option '"
                             : chosen.get_subcommands({}).empty() ? "what is one to do with '"
                                                                  : "there is no command '";
    return wrong_usage(chosen,
                       what + plain_text(rest.front()) + "'" + suggestion_in(chosen, rest.front()));
  }
  for (const auto& [command, action] : actions_) {
    if (command != &chosen) continue;
    try {
      return action();
    } catch (const UsageError& error) {
      return wrong_usage(chosen, error.what());
    } catch (const std::exception& error) {
      inform(program_ + ": " + error.what() + "\n");
      return 1;
    }
  }
  inform(help_of(chosen));
  return 2;
}

int Commands::wrong_usage(const CLI::App& chosen, std::string message) const {
  inform(program_ + ": " + message + "; see " + full_name(chosen) + " --help\n");
  return 2;
}

}  // namespace erg
