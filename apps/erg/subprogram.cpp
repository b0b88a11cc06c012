// SPDX-License-Identifier: Apache-2.0
#include "subprogram.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "child_process.h"
#include "console.h"
#include "subcommands.h"

namespace erg {
namespace {

namespace fs = std::filesystem;
constexpr const char* kProgram = "erg-train";

}  // namespace

bool is_subprogram(const std::string& command) {
  return command == "train" || command == "evaluate" || command == "microbench";
}

std::string find_erg_train() {
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  // In the build tree each program has its own folder; installed they share one.
  const std::array<fs::path, 3> places{folder / kProgram, folder / ".." / kProgram / kProgram,
                                       folder / ".." / "libexec" / "erg" / kProgram};
  for (const auto& place : places) {
    if (fs::is_regular_file(place, ignored) && ::access(place.c_str(), X_OK) == 0) {
      return place.lexically_normal();
    }
  }
  return find_program(kProgram).value_or("");
}

int become_subprogram(std::vector<std::string> arguments) {
  const std::string program = find_erg_train();
  if (program.empty()) {
    inform("erg: '" + arguments.front() +
           "' needs erg-train, which is not here: it is built where LibTorch is found (run "
           "scripts/setup, or name a torch package in ERG_TORCH, and build again)\n");
    return 1;
  }
  std::string name = kProgram;
  std::vector<char*> pointers{name.data()};
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  inform("erg: cannot run " + program + ": " + std::strerror(errno) + "\n");
  return 1;
}

void add_subprograms(Commands& commands) {
  // main() hands these over before anything is parsed: what is here is their line in the help.
  commands.add("train", "Train a network and measure it, by phase and layer", "",
               [] { return become_subprogram({"train"}); });
  commands.add("evaluate", "Measure a trained network at work", "",
               [] { return become_subprogram({"evaluate"}); });
}

}  // namespace erg
