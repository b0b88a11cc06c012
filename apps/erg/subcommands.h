// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands.h"

namespace erg {

class Store;

// Each adds one subcommand to the program. `measured` is what stood behind `--`: it lives as long
// as the program.
void add_cap(Commands& commands, const std::vector<std::string>& measured);
void add_cap_budget(Commands& commands, CLI::App& group);
void add_cap_choose(Commands& commands, CLI::App& group, const std::vector<std::string>& measured);
void add_cap_savings(Commands& commands, CLI::App& group);
void add_cap_sweep(Commands& commands, CLI::App& group, const std::vector<std::string>& measured);
void add_carbon(Commands& commands);
void add_db(Commands& commands);
void add_energy(Commands& commands);
void add_fit(Commands& commands);
void add_export(Commands& commands);
void add_import(Commands& commands);
void add_methods(Commands& commands);
void add_network(Commands& commands);
void add_predict(Commands& commands);
void add_report(Commands& commands);
void add_run(Commands& commands, const std::vector<std::string>& measured);
void add_runs(Commands& commands);
void add_runs_compare(Commands& commands, CLI::App& group);
void add_runs_push(Commands& commands, CLI::App& group);
void add_sensors(Commands& commands);
void add_sensors_check(Commands& commands, CLI::App& sensors);
void add_study(Commands& commands);
void add_subprograms(Commands& commands);  // train, evaluate: listed here, done by erg-train
void add_watch(Commands& commands);

// The store that --store, ERG_STORE or the user's data folder names.
std::string store_url_of(const Commands& commands);
// One that --store names has to be there: a mistyped name makes none.
std::unique_ptr<Store> store_of(const Commands& commands);
// Made where it is not there, for commands that add to it.
std::unique_ptr<Store> store_to_write(const Commands& commands);

}  // namespace erg
