// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// Where PATH has this program; a word with a slash is its own place. Empty when there is no such
// file that may be executed.
std::optional<std::string> find_program(std::string_view word);

// What a file that is a script names behind "#!" as its interpreter; empty for any other.
std::string interpreter_of(const std::string& path);

// How a child ended.
struct ChildEnd {
  int exit_status = 0;  // 128 + the signal's number where one ended it, as shells have it
  bool by_signal = false;
};

// A command run as a child in the foreground, which gets the signals that are sent to this process.
//
// Construct it before any thread starts: it blocks those signals, and threads inherit that.
class ChildProcess {
 public:
  ChildProcess();
  // Gives the signals back.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Starts the command with NAME=value added to its environment. 0, or the system's error number.
  int start(const std::string& program, std::vector<std::string> command,
            const std::string& variable, const std::string& value);
  // Until it ends. A Ctrl-C reaches it from the terminal itself; what another process sends to this
  // one is passed on. Meanwhile `each_second` is called about as often.
  ChildEnd wait(const std::function<void()>& each_second = {});

 private:
  sigset_t signals_;
  sigset_t before_;
  pid_t child_ = 0;
};

}  // namespace erg
