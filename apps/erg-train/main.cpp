// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "commands.h"
#include "evaluate_command.h"
#include "load_command.h"
#include "microbench_command.h"
#include "train_command.h"

int main(int count, char** words) {
  const std::vector<std::string> arguments{words + 1, words + count};
  std::vector<std::string> command{"erg"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  // Run by erg, and speaking as it.
  erg::Commands commands{"erg", "The part of erg that needs LibTorch."};
  erg::add_train(commands, command);
  erg::add_evaluate(commands, command);
  erg::add_microbench(commands, command);
  erg::add_load(commands);
  return commands.run(arguments);
}
