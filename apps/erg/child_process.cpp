// SPDX-License-Identifier: Apache-2.0
#include "child_process.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace erg {
namespace {

constexpr std::array kRelayed{SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT};

bool executable(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::string& variable, const std::string& value) {
  std::vector<std::string> environment;
  for (char** entry = ::environ; *entry; ++entry) {
    if (!std::string_view{*entry}.starts_with(variable + "=")) environment.emplace_back(*entry);
  }
  environment.push_back(variable + "=" + value);
  return environment;
}

std::optional<ChildEnd> end_of(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, WNOHANG) != child) return std::nullopt;
  if (WIFSIGNALED(status)) return ChildEnd{128 + WTERMSIG(status), true};
  if (WIFEXITED(status)) return ChildEnd{WEXITSTATUS(status), false};
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_program(std::string_view word) {
  if (word.find('/') != std::string_view::npos) {
    return executable(std::string{word}) ? std::optional{std::string{word}} : std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::string_view path = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const auto colon = path.find(':');
    std::string folder{path.substr(0, colon)};
    if (folder.empty()) folder = ".";
    const std::string place = folder + "/" + std::string{word};
    if (!word.empty() && executable(place)) return place;
    if (colon == std::string_view::npos) return std::nullopt;
    path.remove_prefix(colon + 1);
  }
}

std::string interpreter_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  char mark[2] = {};
  if (!file.read(mark, 2) || mark[0] != '#' || mark[1] != '!') return "";
  constexpr std::size_t kLongest = 255;  // the kernel's own limit
  std::string line;
  for (char letter = 0; line.size() < kLongest && file.get(letter) && letter != '\n';)
    line += letter;
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return line.substr(begin, line.find_first_of(" \t\r", begin) - begin);
}

ChildProcess::ChildProcess() {
  ::sigemptyset(&signals_);
  for (const int signal : kRelayed) ::sigaddset(&signals_, signal);
  ::sigaddset(&signals_, SIGCHLD);
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

ChildProcess::~ChildProcess() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int ChildProcess::start(const std::string& program, std::vector<std::string> command,
                        const std::string& variable, const std::string& value) {
  auto environment = environment_with(variable, value);
  const auto arguments = pointers_to(command);
  const auto variables = pointers_to(environment);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setsigmask(&attributes, &before_);
  const int error = ::posix_spawn(&child_, program.c_str(), nullptr, &attributes, arguments.data(),
                                  variables.data());
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

ChildEnd ChildProcess::wait(const std::function<void()>& each_second) {
  constexpr timespec kSecond{1, 0};
  while (true) {
    if (const auto end = end_of(child_)) return *end;
    siginfo_t info{};
    const int signal = ::sigtimedwait(&signals_, &info, &kSecond);
    if (signal < 0 && errno == EAGAIN && each_second) each_second();
    // The kernel's own SIGINT is the terminal's, and that goes to the whole group.
    if (signal > 0 && signal != SIGCHLD && info.si_code <= 0) ::kill(child_, signal);
  }
}

}  // namespace erg
