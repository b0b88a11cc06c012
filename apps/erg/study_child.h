// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "erg/units.h"

namespace erg {

// Why a training of a study ended before its own end.
enum class CutShort { no, time_limit, steady, user };

// How a training of a study ended, and what it said.
struct TrainingEnd {
  int exit_status = 0;  // 128 + the signal's number where one ended it
  CutShort cut = CutShort::no;
  int user_signal = 0;  // CutShort::user: which
  std::string out;
  std::string err;
};

// Runs one program after the other as children that die with this process, their output kept.
//
// Blocks SIGINT, SIGTERM and SIGHUP for its life: the first one is handed on, so that the training
// ends its step and stores what it measured; the second ends it at once.
class StudyChild {
 public:
  StudyChild();
  ~StudyChild();
  StudyChild(const StudyChild&) = delete;
  StudyChild& operator=(const StudyChild&) = delete;

  // `tick` is called about twice a second; false asks the training to end (CutShort::steady). A
  // limit of 0 is none. Throws where the program cannot be started.
  TrainingEnd run(const std::string& program, std::vector<std::string> words, Seconds limit,
                  const std::function<bool()>& tick);

  // Waits; false when the user wants to end.
  bool pause(Seconds time);

 private:
  int next_signal(std::optional<Seconds> patience) const;

  sigset_t signals_;
  sigset_t before_;
};

}  // namespace erg
