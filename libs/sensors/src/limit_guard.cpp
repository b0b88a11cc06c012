// SPDX-License-Identifier: Apache-2.0
#include "limit_guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "erg/power_limiter.h"

namespace erg {
namespace {

// NVML may have been started before the fork: the guard's copy works through its descriptors.
bool is_drivers(int fd) {
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  std::array<char, 64> target{};
  const auto size = ::readlink(link, target.data(), target.size() - 1);
  return size > 0 && std::strncmp(target.data(), "/dev/nvidia", 11) == 0;
}

void let_go(int pipe, int kept) {
  for (int fd = 0; fd < 1024; ++fd) {
    if (fd != pipe && fd != kept && !is_drivers(fd)) ::close(fd);
  }
  for (int fd = 0; fd < 3; ++fd) {
    if (::open("/dev/null", O_RDWR) < 0) return;  // takes the lowest: 0, 1, 2 where they are free
  }
}

[[noreturn]] void guard(int pipe, int kept, const std::function<void()>& after) {
  ::setsid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGUSR1, SIGUSR2}) {
    ::signal(signal, SIG_IGN);
  }
  let_go(pipe, kept);
  char byte = 0;
  while (::read(pipe, &byte, 1) < 0 && errno == EINTR) {
  }
  after();
  ::_exit(0);
}

}  // namespace

LimitGuard::LimitGuard(const UniqueFd& kept, const std::function<void()>& after) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw LimitRefused{std::string{"no pipe for the guard process: "} + std::strerror(errno), ""};
  }
  const UniqueFd theirs{ends[0]};
  alive_ = UniqueFd{ends[1]};
  // Twice, so that the guard is init's child and no wait() of this program meets it.
  const ::pid_t first = ::fork();
  if (first < 0) {
    throw LimitRefused{std::string{"no guard process: "} + std::strerror(errno), ""};
  }
  if (first == 0) {
    const ::pid_t second = ::fork();
    if (second != 0) ::_exit(second < 0 ? 1 : 0);
    guard(theirs.get(), kept.get(), after);
  }
  int status = 0;
  while (::waitpid(first, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) throw LimitRefused{"no guard process could be started", ""};
}

}  // namespace erg
