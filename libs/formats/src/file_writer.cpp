// SPDX-License-Identifier: Apache-2.0
#include "erg/file_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace erg {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int reason) {
  throw std::runtime_error{"cannot write " + path.string() + ": " + std::strerror(reason)};
}

void write_through(const std::filesystem::path& path, std::string_view content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, errno);
  int reason = write_all(descriptor, content);
  if (::close(descriptor) != 0 && reason == 0) reason = errno;
  if (reason != 0) fail(path, reason);
}

mode_t mode_of_new_files() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

int write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

void replace_file(const std::filesystem::path& path, std::string_view content) {
  std::error_code reason_of_none;
  const auto status = std::filesystem::status(path, reason_of_none);
  if (reason_of_none && status.type() == std::filesystem::file_type::none) {
    fail(path, reason_of_none.value());  // links that go round, a folder that may not be entered
  }
  const bool there = std::filesystem::exists(status);
  if (there && !std::filesystem::is_regular_file(status)) return write_through(path, content);
  if (std::filesystem::is_symlink(std::filesystem::symlink_status(path))) {
    return replace_file(path.parent_path() / std::filesystem::read_symlink(path), content);
  }
  std::string beside = path.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(beside.data(), O_CLOEXEC);
  if (descriptor < 0) fail(path, errno);
  int reason = write_all(descriptor, content);
  if (reason == 0 && ::fchmod(descriptor, mode_of_new_files()) != 0) reason = errno;
  if (reason == 0 && ::fsync(descriptor) != 0) reason = errno;
  ::close(descriptor);
  if (reason == 0 && ::rename(beside.c_str(), path.c_str()) != 0) reason = errno;
  if (reason == 0) return;
  ::unlink(beside.c_str());
  fail(path, reason);
}

}  // namespace erg
