// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "erg/network.h"
#include "erg/trainer.h"
#include "profiler.h"

namespace erg {

// What the command line of `erg train` says, word for word.
struct TrainOptions {
  std::string network;
  std::string data;
  std::string data_dir;
  std::string input;
  std::string optimizer = "sgd";
  std::string schedule = "constant";
  std::string initialization;
  std::string precision = "fp32";
  std::string instrument = "phases";
  std::int64_t max_steps = 0;
  double until_accuracy = 0;  // percent
  bool no_evaluate = false;
  TrainingOptions training;

  std::string profile;  // "phases", "layers"; empty: none
  double profile_seconds = 60;

  std::string save;    // a checkpoint to write at the end
  std::string resume;  // one to go on from

  bool predict = false;       // say before what it will take, and after how right that was
  std::string predict_model;  // a stored model or a file; empty: the best for the device

  std::string name;
  std::vector<std::string> tags;
  bool no_measure = false;
  bool json = false;
  bool quiet = false;
  bool follows = false;  // a rank other than 0: it trains and measures, and is silent
};

void add_options(CLI::App& app, TrainOptions& options);

// Those that a measured evaluation has too.
void add_place_options(CLI::App& app, TrainOptions& options);

// What the words mean. Throws UsageError for one that means nothing.
TrainingOptions training_options(const TrainOptions& options);
// Of no time where no profile is wanted.
ProfileRequest profile_request(const TrainOptions& options);
std::map<std::string, std::string> tags_of(const std::vector<std::string>& words);

DataSet data_for(const TrainOptions& options, const std::string& name);

// The network of the command line for this data: its channels, its classes.
Network network_for(const TrainOptions& options, const DataSet& data);

}  // namespace erg
