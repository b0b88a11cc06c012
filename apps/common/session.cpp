// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

#include "breakdowns.h"
#include "device_profile.h"
#include "energy_tally.h"
#include "erg/discover.h"
#include "erg/host_info.h"
#include "erg/open_store.h"
#include "erg/sampler.h"
#include "launched_rank.h"
#include "part_name.h"
#include "run_store.h"
#include "session_sensors.h"

namespace erg {
namespace {

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string name_from(const Environment& environment) {
  if (environment.command.empty()) return "run";
  const auto& program = environment.command.front();
  return program.substr(program.find_last_of('/') + 1);
}

}  // namespace

struct Session::State {
  std::unique_ptr<Store> store;
  RunHeader header;
  bool joined = false;
  bool measures_cards = false;  // not those of another process, nor of a recording
  HostClock clock;
  SensorSet found;
  std::vector<std::string> notes;
  std::unique_ptr<RunWriter> writer;
  const EnergyTally* tally = nullptr;  // the writer, where this process measures the run
  std::unique_ptr<SpanLog> spans;
  std::unique_ptr<Sampler> sampler;
  bool finished = false;

  PartHeader part(std::int32_t rank) const;
  bool join(const RunTicket& ticket, const SessionOptions& options);
  void join_rank_0(const SessionRank& rank);
  void begin(SessionOptions options);
  void discover_sensors(const SessionOptions& options);
  void note_late_processes();
  void tell_idle_power();
  void start();
  void end(RunStatus status, std::optional<int> exit_status);
};

PartHeader Session::State::part(std::int32_t rank) const {
  PartHeader part;
  part.rank = rank;
  part.host = host_name();
  part.process = ::getpid();
  part.clock = clock.identity();
  part.monotonic_zero = clock.monotonic_zero();
  part.start = clock.started();
  part.devices = found.devices;
  part.channels = channels_of(found.sensors);
  return part;
}

void Session::State::discover_sensors(const SessionOptions& options) {
  found = options.sensors ? options.sensors()
          : options.rank  ? sensors_of(*options.rank, *store)
                          : all_sensors(options.all_gpus, *store);
  notes = found.warnings;
  measures_cards = !options.sensors;
}

// Who came to a card after the beginning. Of the cards that this process measures.
void Session::State::note_late_processes() {
  SensorOptions cards;
  for (const auto& device : found.devices) {
    if (device.kind == DeviceKind::gpu) cards.devices.push_back(device.id);
  }
  if (!measures_cards || cards.devices.empty()) return;
  cards.all_gpus = true;  // those that are named, whatever CUDA_VISIBLE_DEVICES says
  for (auto& warning : warnings_of_processes(cards)) {
    if (std::ranges::find(notes, warning) != notes.end()) continue;
    writer->append_note(warning);
    notes.push_back(std::move(warning));
  }
}

// By the devices' profiles, so that the run tells what it drew above idle.
void Session::State::tell_idle_power() {
  const auto channels = channels_of(found.sensors);
  const auto told = [&](const Channel& channel) { return channel.name == kIdlePowerChannel; };
  if (std::ranges::any_of(channels, told)) return;  // a recording that knows
  auto known = found.idle;
  for (const auto& device : found.devices) {
    if (std::ranges::find(known, device.id, &IdlePower::device) != known.end()) continue;
    const auto profile = find_profile_of(*store, device, host_name());
    if (!profile) continue;
    if (auto idle = idle_power(*profile)) known.push_back(std::move(*idle));
  }
  if (!known.empty()) found.sensors.push_back(std::make_unique<IdleSensor>(known));
}

// False when the run that the ticket names is not there: then this process measures for itself.
bool Session::State::join(const RunTicket& ticket, const SessionOptions& options) {
  PartHeader first;
  try {
    store = open_existing_store(ticket.store_url);
    first = store->first_part(ticket.run);
    header = store->header(ticket.run);
    must_be_running(*store, ticket.run);
  } catch (const StoreError& error) {
    notes.push_back(std::string{kRunTicketVariable} + ": " + error.what());
    return false;
  }
  const HostClock shared{first.monotonic_zero, first.start};
  if (shared.identity() == first.clock) {
    clock = shared;
    found.devices = first.devices;
  } else if (first_on_this_host()) {  // another host than the one that measures: nobody does here
    discover_sensors(options);
  }
  if (options.check) options.check(*store, found.devices);
  writer = store->join(ticket.run, part(options.rank ? options.rank->rank + 1 : joined_rank()));
  joined = true;
  return true;
}

// Throws where the store cannot be reached: a run with a part less would be another run.
void Session::State::join_rank_0(const SessionRank& rank) {
  PartHeader first;
  try {
    store = open_existing_store(rank.ticket->store_url);
    first = store->first_part(rank.ticket->run);
    header = store->header(rank.ticket->run);
  } catch (const StoreError& error) {
    throw StoreError{"rank " + std::to_string(rank.rank) + " on " + host_name() +
                     " cannot reach the store of the run, " + rank.ticket->store_url + " (" +
                     error.what() +
                     "): ranks on several hosts need one that all reach, as --store "
                     "postgresql://HOST/DATABASE"};
  }
  const HostClock shared{first.monotonic_zero, first.start};
  const bool same_host = shared.identity() == first.clock;
  clock = same_host ? shared : rank.clock;
  if (rank.measured_outside && same_host) {
    found.devices = first.devices;
  } else {
    found = sensors_of(rank, *store);
    notes = found.warnings;
    measures_cards = true;
    tell_idle_power();
  }
  writer = store->join(rank.ticket->run, part(rank.rank + (rank.measured_outside ? 1 : 0)));
  joined = true;
}

void Session::State::begin(SessionOptions options) {
  if (!store) store = open_store(absolute_store_url(options.store_url));
  auto earlier = std::move(notes);
  if (options.rank) clock = options.rank->clock;
  discover_sensors(options);
  notes.insert(notes.begin(), earlier.begin(), earlier.end());
  header.id = Uuid::random();
  header.name = options.name.empty() ? name_from(options.environment) : options.name;
  header.environment = std::move(options.environment);
  describe_host(header.environment);
  header.environment.versions["erg"] = ERG_VERSION;
  for (const auto& device : found.devices) {
    if (device.kind == DeviceKind::gpu) header.environment.versions["driver"] = device.driver;
  }
  header.start = clock.started();
  if (options.check) options.check(*store, found.devices);
  tell_idle_power();
  auto counted =
      std::make_unique<EnergyTally>(store->begin(header, part(0)), channels_of(found.sensors));
  tally = counted.get();
  writer = std::move(counted);
}

void Session::State::start() {
  for (const auto& note : notes) writer->append_note(note);
  for (const auto& remark : found.notes) writer->append_note(remark);
  spans = std::make_unique<SpanLog>(clock);
  sampler = std::make_unique<Sampler>(std::move(found.sensors), clock, *writer, spans.get());
}

// A store that another writer holds, or a disk that is full for a moment, gets ten seconds: the
// writer keeps what it could not hand over.
void Session::State::end(RunStatus status, std::optional<int> exit_status) {
  finished = true;
  note_late_processes();
  const SamplerCost cost = sampler->stop();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  // A writer that went on elsewhere says so once: the last attempt comes after that.
  for (bool last = false;; last = std::chrono::steady_clock::now() > give_up) {
    try {
      spans->flush(*writer);
      writer->finish(status, exit_status, cost);
      return;
    } catch (const StoreError& error) {
      if (last) {
        throw StoreError{std::string{error.what()} +
                         "; what was measured after the last second that it took is lost, the run "
                         "is listed as interrupted"};
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{500});
    }
  }
}

Session::Session(SessionOptions options) : state_{std::make_unique<State>()} {
  State& state = *state_;
  if (options.rank && options.rank->ticket) {
    state.join_rank_0(*options.rank);
    state.start();
    return;
  }
  const std::string ticket_text = environment_variable(kRunTicketVariable);
  const auto ticket = RunTicket::parse(ticket_text);
  if (!ticket_text.empty() && !ticket) {
    state.notes.push_back(std::string{kRunTicketVariable} + " is no ticket of a run: '" +
                          ticket_text + "'");
  }
  if (!ticket || !state.join(*ticket, options)) {
    if (!options.store_url.empty()) state.store.reset();
    state.begin(std::move(options));
  } else {
    const auto& own = options.environment;
    auto& all = state.header.environment;
    all.workload = own.workload;
    for (const auto& [name, version] : own.versions) all.versions[name] = version;
    for (const auto& [tag, value] : own.tags) all.tags[tag] = value;
    state.writer->update_environment(all);
    if (!options.name.empty()) state.writer->append_note(note_of_name(options.name));
  }
  state.start();
}

Session::~Session() {
  if (state_->finished) return;
  try {
    state_->end(RunStatus::failed, std::nullopt);
  } catch (const StoreError&) {
    // Unwinding already; the run is listed as interrupted.
  }
}

RunId Session::run() const { return state_->header.id; }
bool Session::joined() const { return state_->joined; }
Store& Session::store() { return *state_->store; }
RunWriter& Session::writer() { return *state_->writer; }
SpanLog& Session::spans() { return *state_->spans; }
const HostClock& Session::clock() const { return state_->clock; }
std::span<const Device> Session::devices() const { return state_->found.devices; }
std::span<const std::string> Session::notes() const { return state_->notes; }
std::span<const std::string> Session::remarks() const { return state_->found.notes; }
RunTicket Session::ticket() const { return {state_->header.id, state_->store->url()}; }
const Environment& Session::environment() const { return state_->header.environment; }

void Session::set_environment(Environment environment) {
  state_->header.environment = std::move(environment);
  state_->writer->update_environment(state_->header.environment);
}

std::optional<Joules> Session::energy_so_far() const {
  return state_->tally ? state_->tally->energy() : std::nullopt;
}

std::optional<std::string> Session::trouble() const { return state_->sampler->failure(); }

Run Session::finish(RunStatus status, std::optional<int> exit_status) {
  state_->end(status, exit_status);
  try {
    Run run = state_->store->load(state_->header.id);
    if (state_->joined) return run;
    for (const auto& breakdown : usual_breakdowns(run)) {
      state_->store->save_breakdown(run.header.id, breakdown);
      run.breakdowns.push_back(breakdown);
    }
    return run;
  } catch (const StoreError& error) {
    throw StoreError{std::string{error.what()} +
                     "; where the store could not be written, the run went on in " +
                     undelivered_store_url() + ": erg runs push delivers it"};
  }
}

}  // namespace erg
