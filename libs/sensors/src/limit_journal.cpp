// SPDX-License-Identifier: Apache-2.0
#include "limit_journal.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace erg {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPowerLine = "erg power limit 1\n";
constexpr std::string_view kClockLine = "erg clock lock 1\n";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

fs::path state_directory() {
  if (const std::string state = variable("XDG_STATE_HOME"); !state.empty()) {
    return fs::path{state} / "erg";
  }
  if (const std::string home = variable("HOME"); !home.empty()) {
    return fs::path{home} / ".local/state/erg";
  }
  return "/var/tmp/erg";
}

[[noreturn]] void refuse(const std::string& what, const fs::path& file) {
  throw LimitRefused{what + " " + file.string() + ": " + std::strerror(errno),
                     "a folder of your own: export XDG_STATE_HOME=DIR XDG_RUNTIME_DIR=DIR"};
}

// A UUID as a file name: whatever the driver says, no path comes of it.
std::string file_name(const std::string& device) {
  std::string name = device;
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '-'; }, '_');
  return name;
}

fs::path journal_directory(const PowerLimiterOptions& options) {
  return options.state_directory / "power-limits";
}

void write_and_sync(const fs::path& file, std::string_view text) {
  const UniqueFd fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!fd) refuse("cannot write", file);
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(fd.get()) != 0) {
    refuse("cannot write", file);
  }
}

void sync_directory(const fs::path& directory) noexcept {
  const UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (fd) ::fsync(fd.get());
}

}  // namespace

PowerLimiterOptions resolved(const PowerLimiterOptions& options) {
  PowerLimiterOptions full = options;
  if (full.library.empty()) full.library = variable("ERG_NVML_LIBRARY");
  if (full.library.empty()) full.library = "libnvidia-ml.so.1";
  if (full.state_directory.empty()) full.state_directory = state_directory();
  if (full.lock_directory.empty()) full.lock_directory = variable("XDG_RUNTIME_DIR");
  if (full.lock_directory.empty()) full.lock_directory = "/tmp";
  return full;
}

std::string LimitEntry::text() const {
  const bool power = kind == LimitKind::power;
  const std::string found = power ? "\nfound_mw " + std::to_string(found_mw) : "";
  return std::string{power ? kPowerLine : kClockLine} + "device " + device + found + "\nholder " +
         std::to_string(holder) + "\n";
}

std::optional<LimitEntry> LimitEntry::parse(std::string_view text) {
  const auto line = [&](std::string_view key) -> std::optional<std::string_view> {
    const auto end = text.find('\n');
    if (!text.starts_with(key) || end == text.npos) return std::nullopt;
    const std::string_view value = text.substr(key.size(), end - key.size());
    text.remove_prefix(end + 1);
    return value;
  };
  LimitEntry entry;
  entry.kind = text.starts_with(kClockLine) ? LimitKind::clock : LimitKind::power;
  const bool power = entry.kind == LimitKind::power;
  const std::string_view first = power ? kPowerLine : kClockLine;
  if (!text.starts_with(first)) return std::nullopt;
  text.remove_prefix(first.size());
  const auto device = line("device ");
  if (!device || device->empty()) return std::nullopt;
  entry.device = *device;
  if (power) {
    const auto found = line("found_mw ");
    const auto mw = found ? parse_unsigned(*found) : std::nullopt;
    if (!mw || *mw == 0 || *mw > 10'000'000) return std::nullopt;
    entry.found_mw = static_cast<std::uint32_t>(*mw);
  }
  const auto by = line("holder ");
  const auto holder = by ? parse_unsigned(*by) : std::nullopt;
  if (!holder || !text.empty()) return std::nullopt;
  entry.holder = *holder;
  return entry;
}

fs::path journal_file(const PowerLimiterOptions& options, const std::string& device,
                      LimitKind kind) {
  const char* const ending = kind == LimitKind::power ? ".limit" : ".clock";
  return journal_directory(options) / (file_name(device) + ending);
}

void write_journal(const PowerLimiterOptions& options, const LimitEntry& entry) {
  const fs::path file = journal_file(options, entry.device, entry.kind);
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  const fs::path fresh = file.string() + ".new";
  write_and_sync(fresh, entry.text());
  if (::rename(fresh.c_str(), file.c_str()) != 0) refuse("cannot write", file);
  sync_directory(file.parent_path());
}

void remove_journal(const PowerLimiterOptions& options, const std::string& device,
                    LimitKind kind) noexcept {
  const fs::path file = journal_file(options, device, kind);
  ::unlink(file.c_str());
  sync_directory(file.parent_path());
}

std::vector<fs::path> journal_files(const PowerLimiterOptions& options) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator each{journal_directory(options), error}, end; !error && each != end;
       each.increment(error)) {
    const auto ending = each->path().extension();
    if (ending == ".limit" || ending == ".clock") files.push_back(each->path());
  }
  std::ranges::sort(files);
  return files;
}

std::optional<UniqueFd> lock_device(const PowerLimiterOptions& options, const std::string& device) {
  const fs::path file = options.lock_directory / ("erg-power-" + file_name(device) + ".lock");
  UniqueFd lock{::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666)};
  // In a sticky folder even root may not create what another user already has.
  if (!lock) lock = UniqueFd{::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!lock) refuse("cannot lock", file);
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) refuse("cannot lock", file);
  }
  return lock;
}

void unlock_device(const UniqueFd& lock) noexcept { ::flock(lock.get(), LOCK_UN); }

}  // namespace erg
