// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "erg/units.h"

namespace erg {

// Where limits are set and their journal and locks are kept. An empty path or name stands for what
// is named beside it.
struct PowerLimiterOptions {
  std::string library;                    // $ERG_NVML_LIBRARY, libnvidia-ml.so.1
  std::filesystem::path state_directory;  // $XDG_STATE_HOME/erg, ~/.local/state/erg
  std::filesystem::path lock_directory;   // $XDG_RUNTIME_DIR, /tmp
};

// A card's limit as the driver has it now.
struct PowerLimits {
  std::string device;  // UUID
  std::string name;
  Watts current;
  Watts min;
  Watts max;
  Watts standard;             // the vendor's default
  std::optional<Watts> draw;  // power just now
  unsigned index = 0;         // NVML's
};

// The range of a card's SM clock. Whether it is locked now, no driver tells.
struct ClockLimits {
  std::string device;  // UUID
  std::string name;
  unsigned min_mhz = 0;  // 0: the driver lists no clocks
  unsigned max_mhz = 0;
  std::optional<unsigned> now_mhz;
  unsigned index = 0;  // NVML's
};

// What can hold a card back.
struct CardLimits {
  std::optional<PowerLimits> power;
  std::optional<ClockLimits> clock;
};

// A limit that was not set: why, in the driver's words, and the way out (may be empty).
class LimitRefused : public std::runtime_error {
 public:
  LimitRefused(const std::string& what, std::string remedy)
      : std::runtime_error{what}, remedy_{std::move(remedy)} {}

  const std::string& remedy() const { return remedy_; }

 private:
  std::string remedy_;
};

// Limits of every card, of those that tell them. Throws SourceMissing where there is no NVML.
std::vector<PowerLimits> power_limits(const PowerLimiterOptions& options = {});
// The SM clocks of every card that tells them. Throws SourceMissing where there is no NVML.
std::vector<ClockLimits> clock_limits(const PowerLimiterOptions& options = {});

// Holds one card's power limit, or its SM clock, which is the way where power has no limit, and
// gives back the limit it found, and the clock unlocked: on destruction; when the process
// dies of anything, SIGKILL included, through a guard process; and when that is killed too, through
// a journal that heal_limits() reads. Only one holder a card, over all processes of a user.
//
// The guard is a fork of this process: make a limiter early, before threads and sensors. Used by
// one thread.
class PowerLimiter {
 public:
  // `device`: a UUID, the beginning of one, or NVML's index. Throws SourceMissing without NVML,
  // LimitRefused when there is no such card, or someone holds it already.
  explicit PowerLimiter(const std::string& device, const PowerLimiterOptions& options = {});
  ~PowerLimiter();
  PowerLimiter(const PowerLimiter&) = delete;
  PowerLimiter& operator=(const PowerLimiter&) = delete;

  const std::string& device() const;  // UUID
  // Both throw LimitRefused when the card does not tell.
  PowerLimits limits() const;
  ClockLimits clocks() const;
  // What is given back: the limit found at the beginning. Throws LimitRefused when it told none.
  Watts found() const;

  // Throws LimitRefused outside the range, without the right, and when the card took another limit
  // than it was told (what was found is given back then).
  void set(Watts limit);

  // Locks the SM clock. Throws LimitRefused as set() does, but that a card ignores a lock only its
  // clock under load shows.
  void lock_clock(unsigned mhz);
  // Ends a lock of anyone's. Throws LimitRefused.
  void unlock_clock();

  // Gives back now. Throws LimitRefused when the driver refuses; the journal then remains.
  void give_back();
  // Leaves the limit as it is set: what the user asked for outlives this process.
  void keep();

 private:
  struct Hold;

  std::unique_ptr<Hold> hold_;
};

// What healing did for one card.
struct HealedLimit {
  std::string device;
  std::optional<Watts> limit;  // given back
  std::string words;           // why it is not yet
  bool clock = false;          // not a limit but the lock of the SM clock
  bool given_back = false;
};

// Gives back the limits that a holder killed together with its guard left behind: for every `erg`
// to call first. Costs one look into a folder when there is nothing to heal. Cards whose holder
// lives are left alone.
std::vector<HealedLimit> heal_limits(const PowerLimiterOptions& options = {});

}  // namespace erg
