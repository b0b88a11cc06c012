// SPDX-License-Identifier: Apache-2.0
#include "study_child.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace erg {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Seconds kTick{0.5};
constexpr Seconds kGrace{20};  // from the request to end to SIGKILL

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File scratch_file() {
  File file{std::tmpfile()};
  if (!file) throw std::runtime_error{std::string{"no temporary file: "} + std::strerror(errno)};
  return file;
}

std::string content_of(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char buffer[4096];
  while (const auto count = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, count);
  return text;
}

timespec time_of(Seconds time) {
  const auto whole = static_cast<time_t>(time.count());
  return {whole, static_cast<long>((time.count() - static_cast<double>(whole)) * 1e9)};
}

// In the child: becomes the program, or ends as a shell would.
[[noreturn]] void become(const std::string& program, std::vector<std::string>& words, int out,
                         int err, const sigset_t& signals) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::setpgid(0, 0);  // the terminal's Ctrl-C comes through this program, once
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::pthread_sigmask(SIG_SETMASK, &signals, nullptr);
  ::unsetenv("ERG_RUN");
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  ::_exit(127);
}

}  // namespace

StudyChild::StudyChild() {
  ::sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&signals_, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

StudyChild::~StudyChild() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

// 0 when the patience ended first.
int StudyChild::next_signal(std::optional<Seconds> patience) const {
  const auto time = time_of(patience.value_or(kTick));
  const int signal = ::sigtimedwait(&signals_, nullptr, &time);
  return signal > 0 ? signal : 0;
}

bool StudyChild::pause(Seconds time) {
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
  while (Clock::now() < end) {
    const int signal = next_signal(std::min(kTick, Seconds{end - Clock::now()}));
    if (signal != 0 && signal != SIGCHLD) return false;
  }
  return true;
}

TrainingEnd StudyChild::run(const std::string& program, std::vector<std::string> words,
                            Seconds limit, const std::function<bool()>& tick) {
  const File out = scratch_file();
  const File err = scratch_file();
  words.insert(words.begin(), program);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error{std::string{"fork: "} + std::strerror(errno)};
  if (child == 0) become(program, words, ::fileno(out.get()), ::fileno(err.get()), before_);

  TrainingEnd end;
  const auto begin = Clock::now();
  std::optional<Clock::time_point> asked;
  const auto ask_to_end = [&](CutShort why, int signal) {
    end.cut = why;
    ::kill(child, asked ? SIGKILL : signal);
    if (!asked) asked = Clock::now();
  };
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    const int signal = next_signal({});
    if (signal != 0 && signal != SIGCHLD) {
      end.user_signal = signal;
      ask_to_end(CutShort::user, signal);
    } else if (asked) {
      if (Clock::now() - *asked > kGrace) ::kill(child, SIGKILL);
    } else if (limit > Seconds{0} && Clock::now() - begin > limit) {
      ask_to_end(CutShort::time_limit, SIGTERM);
    } else if (!tick()) {
      ask_to_end(CutShort::steady, SIGTERM);
    }
  }
  end.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  end.out = content_of(out.get());
  end.err = content_of(err.get());
  return end;
}

}  // namespace erg
