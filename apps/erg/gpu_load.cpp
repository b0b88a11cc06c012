// SPDX-License-Identifier: Apache-2.0
#include "gpu_load.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "subprogram.h"

namespace erg {
namespace {

constexpr int kOrderMs = 10'000;

}  // namespace

GpuLoad::GpuLoad() {
  const std::string program = find_erg_train();
  if (program.empty()) {
    throw std::runtime_error{
        "no erg-train here, which loads the cards: run scripts/setup and build again"};
  }
  ::signal(SIGPIPE, SIG_IGN);  // a child that died is told by its missing answer
  start(program);
}

void GpuLoad::wait_until_ready(Seconds timeout) {
  const auto said = answer(static_cast<int>(1e3 * timeout.count()));
  if (said == "ready") return;
  throw std::runtime_error{said.empty() ? "erg-train load was not ready in time" : said};
}

GpuLoad::~GpuLoad() { end(); }

void GpuLoad::start(const std::string& program) {
  std::array<int, 2> in{-1, -1}, out{-1, -1};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error{std::string{"pipe: "} + std::strerror(errno)};
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
  std::array<std::string, 2> words{"erg-train", "load"};
  std::array<char*, 3> arguments{words[0].data(), words[1].data(), nullptr};
  const int error =
      ::posix_spawn(&child_, program.c_str(), &actions, nullptr, arguments.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  orders_ = in[1];
  answers_ = out[0];
  if (error != 0) {
    child_ = -1;
    end();
    throw std::runtime_error{program + ": " + std::strerror(error)};
  }
}

void GpuLoad::end() {
  if (orders_ >= 0) ::close(orders_);
  if (answers_ >= 0) ::close(answers_);
  orders_ = answers_ = -1;
  if (child_ <= 0) return;
  // It ends with its input; one that hangs in its driver is not waited for.
  for (int i = 0; i < 200; ++i) {
    if (::waitpid(child_, nullptr, WNOHANG) != 0) {
      child_ = -1;
      return;
    }
    ::usleep(10'000);
  }
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
  child_ = -1;
}

void GpuLoad::order(char word) {
  if (::write(orders_, &word, 1) != 1 || answer(kOrderMs) != std::string(1, word)) {
    throw std::runtime_error{"erg-train load does not answer any more"};
  }
}

// One line; what there is of it at the end of the child's output or of the time.
std::string GpuLoad::answer(int timeout_ms) {
  std::string line;
  pollfd input{answers_, POLLIN, 0};
  while (::poll(&input, 1, timeout_ms) > 0) {
    char next = 0;
    if (::read(answers_, &next, 1) != 1 || next == '\n') break;
    line += next;
  }
  return line;
}

}  // namespace erg
