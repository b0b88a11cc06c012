// SPDX-License-Identifier: Apache-2.0
#include "erg/rank_place.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "erg/training_options.h"

namespace erg {
namespace {

// What Open MPI waits between its signal to stop and the one that kills, unless told otherwise.
constexpr double kMpirunSeconds = 1;
constexpr double kPatient = 10;

// The whole numbers of an environment.
class Numbers {
 public:
  explicit Numbers(const Variable& variable) : variable_{variable} {}

  std::string text(const char* name) const {
    const char* const value = variable_(name);
    return value ? value : "";
  }

  std::optional<int> find(const char* name) const {
    const std::string word = text(name);
    if (word.empty()) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || value < 0) {
      throw TrainingError{std::string{name} + " is no whole number: '" + word + "'"};
    }
    return value;
  }

  int get(const char* name, const char* beside) const {
    if (const auto value = find(name)) return *value;
    throw TrainingError{std::string{beside} + " is set and " + name +
                        " is not: set both, as the launcher does, or neither"};
  }

 private:
  const Variable& variable_;
};

void find_master(const Numbers& numbers, RankPlace& place) {
  place.master_address = numbers.text("MASTER_ADDR");
  const auto port = numbers.find("MASTER_PORT");
  if (port && (*port == 0 || *port > 65535)) {
    throw TrainingError{"MASTER_PORT is no port: " + std::to_string(*port)};
  }
  place.master_port = static_cast<std::uint16_t>(port.value_or(29500));
  place.master_serves = numbers.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
  place.attempt = numbers.text("TORCHELASTIC_RESTART_COUNT");
}

// The names under which a launcher says where a process stands.
struct Names {
  Launcher launcher;
  const char* rank;
  const char* size;
  const char* local_rank;
};

RankPlace place_by(const Names& names, const Numbers& numbers, int size) {
  RankPlace place;
  place.launcher = names.launcher;
  place.size = size;
  place.rank = numbers.get(names.rank, names.size);
  place.local_rank = numbers.find(names.local_rank).value_or(place.rank);
  place.seconds_to_end = kPatient;
  if (place.rank < place.size) return place;
  throw TrainingError{std::string{names.rank} + " is " + std::to_string(place.rank) + " and " +
                      names.size + " is " + std::to_string(place.size) + ": ranks count from 0"};
}

RankPlace by_mpirun(const Numbers& numbers, int size) {
  constexpr Names kNames{Launcher::mpirun, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                         "OMPI_COMM_WORLD_LOCAL_RANK"};
  RankPlace place = place_by(kNames, numbers, size);
  place.seconds_to_end =
      numbers.find("OMPI_MCA_odls_base_sigkill_timeout").value_or(kMpirunSeconds);
  return place;
}

RankPlace by_torchrun(const Numbers& numbers, int size) {
  constexpr Names kNames{Launcher::torchrun, "RANK", "WORLD_SIZE", "LOCAL_RANK"};
  RankPlace place = place_by(kNames, numbers, size);
  find_master(numbers, place);
  if (place.master_address.empty()) place.master_address = "127.0.0.1";
  return place;
}

// The first host of Slurm's "node[01-04,07]-ib,other".
std::string first_host(const std::string& hosts) {
  const auto bracket = hosts.find_first_of("[,");
  if (bracket == std::string::npos || hosts[bracket] == ',') return hosts.substr(0, bracket);
  const auto number = hosts.find_first_of("-,]", bracket);
  const auto closed = hosts.find(']', bracket);
  if (closed == std::string::npos) return "";
  const auto end = std::min(hosts.find(',', closed), hosts.size());
  return hosts.substr(0, bracket) + hosts.substr(bracket + 1, number - bracket - 1) +
         hosts.substr(closed + 1, end - closed - 1);
}

// Under the ports that hosts give away by themselves; steps that run at once have each their own.
std::uint16_t port_of_step(const Numbers& numbers) {
  constexpr int kFirst = 15'000, kPorts = 15'000, kStepsOfAJob = 16;
  const std::int64_t job = numbers.find("SLURM_JOB_ID").value_or(0);
  const std::int64_t step = numbers.find("SLURM_STEP_ID").value_or(0);
  return static_cast<std::uint16_t>(kFirst + (job * kStepsOfAJob + step) % kPorts);
}

// Where the step has PMIx (srun --mpi=pmix) MPI finds the others; else they meet at its first host.
RankPlace by_srun(const Numbers& numbers, int size) {
  constexpr Names kNames{Launcher::srun, "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"};
  RankPlace place = place_by(kNames, numbers, size);
  find_master(numbers, place);
  if (place.master_address.empty() && numbers.text("PMIX_RANK").empty()) {
    place.master_address = first_host(numbers.text("SLURM_STEP_NODELIST"));
    if (!numbers.find("MASTER_PORT")) place.master_port = port_of_step(numbers);
  }
  return place;
}

// A step of srun says so; without that, who names a master means it.
std::optional<int> tasks_of_srun(const Numbers& numbers) {
  if (!numbers.find("SLURM_PROCID")) return std::nullopt;
  if (const auto tasks = numbers.find("SLURM_STEP_NUM_TASKS")) return tasks;
  if (numbers.text("MASTER_ADDR").empty()) return std::nullopt;
  return numbers.find("SLURM_NTASKS");
}

}  // namespace

std::optional<RankPlace> rank_place(const Variable& variable) {
  const Numbers numbers{variable};
  if (const auto size = numbers.find("OMPI_COMM_WORLD_SIZE"); size && *size > 1) {
    return by_mpirun(numbers, *size);
  }
  if (const auto size = numbers.find("WORLD_SIZE"); size && *size > 1) {
    return by_torchrun(numbers, *size);
  }
  if (const auto size = tasks_of_srun(numbers); size && *size > 1) {
    return by_srun(numbers, *size);
  }
  return std::nullopt;
}

std::optional<RankPlace> rank_place() {
  return rank_place([](const char* name) { return std::getenv(name); });
}

}  // namespace erg
