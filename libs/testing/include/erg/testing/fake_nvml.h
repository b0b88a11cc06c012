// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>

namespace erg::testing {

// One card of the fake NVML: what it answers to each question. A result other than 0 is the NVML
// return code it answers with. Plain data, shared between processes through a file.
struct FakeGpu {
  char uuid[96];
  char name[96];
  char bus_id[32];

  // Automatic: the ring and the counter follow the wall clock at a constant power_mw, which a lower
  // limit holds back.
  std::int32_t automatic;
  std::uint32_t power_mw;
  std::uint64_t energy_mj;  // where not automatic; else added to what the clock gives
  std::int32_t lost;        // everything answers GPU_IS_LOST

  std::int32_t ring_value_type;  // nvmlValueType_t: 1 unsigned int, 3 unsigned long long, ...
  std::uint32_t ring_capacity;   // at most 128
  std::uint32_t ring_size;
  std::uint64_t ring_us[128];
  std::uint32_t ring_mw[128];
  std::uint32_t instant_mw;  // 0 where automatic: power_mw
  std::uint32_t average_mw;

  std::int32_t ring_result;
  std::int32_t instant_result;
  std::int32_t average_result;
  std::int32_t usage_result;
  std::int32_t energy_result;
  std::int32_t gauge_result;
  std::int32_t limit_result;  // of reading limits
  std::int32_t set_result;    // of setting one
  std::int32_t process_result;
  std::int32_t info_result;  // of UUID, name, bus

  std::uint32_t sm_clock_mhz;
  std::uint32_t memory_clock_mhz;
  std::uint32_t sm_clock_min_mhz;
  std::uint32_t locked_mhz;         // 0: not locked; else the SM clock, and power falls with it
  std::uint32_t locks;              // how often it was locked
  std::int32_t lock_result;         // of locking and unlocking the SM clock
  std::int32_t ignores_clock_lock;  // takes a lock and runs as before
  std::uint32_t temperature_c;
  std::uint32_t utilisation_percent;
  std::uint64_t throttle_reasons;  // NVML bits, beside those that follow from power and limit

  std::uint32_t limit_mw;
  std::uint32_t limit_min_mw;
  std::uint32_t limit_max_mw;
  std::uint32_t limit_default_mw;
  std::int32_t ignores_limit;     // takes a limit and draws as before
  std::uint32_t silent_clamp_mw;  // a set limit above it becomes it without a word; 0: none
  std::uint32_t sets;             // how often a limit was set

  std::uint32_t processes;
  std::uint32_t process_ids[8];

  std::uint32_t slices;  // MIG devices; 0: MIG is off
  char slice_uuid[7][96];
};

// All that the fake NVML answers from.
struct FakeNvmlState {
  std::int32_t init_result;
  std::int32_t count_result;
  std::uint32_t gpus;
  std::int32_t live;  // nvmlInit minus nvmlShutdown, over all processes
  std::uint64_t calls;
  char driver[80];
  FakeGpu gpu[8];
};

inline constexpr const char* kFakeNvmlVariable = "ERG_FAKE_NVML_STATE";

// Two cards of 700 W and 300 W limits that draw 200 W and 100 W all the time.
inline void reset(FakeNvmlState& state) {
  std::memset(&state, 0, sizeof state);
  state.gpus = 2;
  std::strcpy(state.driver, "580.159.04");
  for (std::uint32_t i = 0; i < 8; ++i) {
    FakeGpu& gpu = state.gpu[i];
    const std::string digit(1, static_cast<char>('0' + i));
    std::strcpy(gpu.uuid, ("GPU-" + digit + "a1b2c3d-0000-4000-8000-00000000000" + digit).c_str());
    std::strcpy(gpu.name, "NVIDIA H100 80GB HBM3");
    std::strcpy(gpu.bus_id, ("00000000:" + digit + "1:00.0").c_str());
    gpu.automatic = 1;
    gpu.power_mw = i == 0 ? 200'000 : 100'000;
    gpu.energy_mj = 5'000'000;
    gpu.ring_value_type = 1;
    gpu.ring_capacity = 119;
    gpu.sm_clock_mhz = 1980;
    gpu.sm_clock_min_mhz = 210;
    gpu.memory_clock_mhz = 2619;
    gpu.temperature_c = 52;
    gpu.utilisation_percent = 90;
    gpu.limit_mw = gpu.limit_max_mw = gpu.limit_default_mw = i == 0 ? 700'000 : 300'000;
    gpu.limit_min_mw = i == 0 ? 200'000 : 100'000;
  }
}

// The test's hold on a fake NVML: a state file that the library finds through the environment, in
// this process and in those it starts.
class FakeNvml {
 public:
  explicit FakeNvml(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, sizeof(FakeNvmlState)) != 0) {
      throw std::runtime_error{"cannot make " + file.string()};
    }
    void* const at =
        ::mmap(nullptr, sizeof(FakeNvmlState), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (at == MAP_FAILED) throw std::runtime_error{"cannot map " + file.string()};
    state_ = static_cast<FakeNvmlState*>(at);
    reset(*state_);
    ::setenv(kFakeNvmlVariable, file.c_str(), 1);
  }
  ~FakeNvml() {
    ::unsetenv(kFakeNvmlVariable);
    ::munmap(state_, sizeof(FakeNvmlState));
  }
  FakeNvml(const FakeNvml&) = delete;
  FakeNvml& operator=(const FakeNvml&) = delete;

  FakeNvmlState& state() { return *state_; }
  FakeGpu& gpu(std::size_t index) { return state_->gpu[index]; }

  // Makes a card's ring hold `size` samples of `power_mw`, 20 ms apart, the last at `end_us`.
  void fill_ring(std::size_t index, std::uint64_t end_us, std::uint32_t size,
                 std::uint32_t power_mw) {
    FakeGpu& card = gpu(index);
    card.automatic = 0;
    card.ring_size = size;
    for (std::uint32_t i = 0; i < size; ++i) {
      card.ring_us[i] = end_us - (size - 1 - i) * std::uint64_t{20'000};
      card.ring_mw[i] = power_mw;
    }
  }

 private:
  FakeNvmlState* state_ = nullptr;
};

}  // namespace erg::testing
