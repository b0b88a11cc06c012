// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace erg {

// The command line of a program: a tree of commands, each with its action.
//
// Exit status: the action's own; 0 after --help and --version; 1 when an action throws; 2 for wrong
// usage. Errors are one line on stderr.
class Commands {
 public:
  Commands(std::string program, std::string description);

  CLI::App& app() { return app_; }
  const std::string& store_url() const { return store_url_; }  // of --store; empty: not given

  // A group of commands, or a command with its action. `example` ends its help.
  CLI::App& add_group(const std::string& name, const std::string& description);
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& description,
                const std::string& example, std::function<int()> action);
  CLI::App& add(const std::string& name, const std::string& description, const std::string& example,
                std::function<int()> action) {
    return add(app_, name, description, example, std::move(action));
  }

  // `arguments` without the program's name.
  int run(std::vector<std::string> arguments);

 private:
  int act(CLI::App& chosen);
  int wrong_usage(const CLI::App& chosen, std::string message) const;
  CLI::App& deepest();

  std::string program_;
  CLI::App app_;
  std::string store_url_;
  std::vector<std::pair<CLI::App*, std::function<int()>>> actions_;
};

}  // namespace erg
