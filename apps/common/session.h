// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/host_clock.h"
#include "erg/run.h"
#include "erg/run_ticket.h"
#include "erg/sensor_set.h"
#include "erg/span_log.h"
#include "erg/store.h"

namespace erg {

// The place of this process among several that do one piece of work together, each of which
// measures its own card. The run is one, with a part for each.
struct SessionRank {
  std::int32_t rank = 0;
  std::optional<RunTicket> ticket;  // of the run that rank 0 began; empty: this is rank 0
  bool measured_outside = false;    // by the `erg run` that rank 0 is under, on its own host
  HostClock clock;                  // that of the first rank on this host
  bool leads_host = true;           // it measures CPU and memory for all ranks of the host
  std::optional<std::string> gpu;   // its own card; empty: none
};

// What a measuring command says about its run before it begins.
struct SessionOptions {
  std::string store_url;  // empty: ERG_STORE, else the file in the user's data folder
  std::string name;       // of the run; empty: the command's first word
  bool all_gpus = false;  // also those that CUDA_VISIBLE_DEVICES leaves out
  // In the place of what this machine has: a recording.
  std::function<SensorSet()> sensors;
  // What the caller knows: command, workload, versions, tags. The host, its versions, the Slurm
  // job, user and nodes are filled in.
  Environment environment;
  std::optional<SessionRank> rank;  // empty: one process alone
  // Called when store and devices are known and no run has begun: what it throws leaves none.
  std::function<void(const Store&, std::span<const Device>)> check;
};

// A run while it happens: a store, sensors, a sampler, a span log.
//
// Under `erg run` (ERG_RUN is set) it joins that run instead: no sensors of its own, the same
// clock, a part of its own. One owner uses it; the span log and the writer have their own thread
// rules.
class Session {
 public:
  // Opens the store, finds the sensors, begins the run and samples from here on. Throws StoreError
  // when nothing could be stored, so that no one measures for nothing. A machine without a sensor
  // is no error: the run has times then, and a note.
  explicit Session(SessionOptions options);
  // Without finish(): the run ends as failed.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  RunId run() const;
  bool joined() const;  // part of a run that another process measures
  Store& store();       // to look at runs; never closed before the session
  RunWriter& writer();  // for epochs, blocks and notes
  SpanLog& spans();     // open a run span first, of kind SpanKind::run
  const HostClock& clock() const;
  std::span<const Device> devices() const;  // of a joined run: those of its first part
  // What its joules suffer from: for the user to act upon.
  std::span<const std::string> notes() const;
  // How it is measured: stored with the run, no warning.
  std::span<const std::string> remarks() const;

  // What ERG_RUN must be for a child that adds its spans to this run.
  RunTicket ticket() const;

  const Environment& environment() const;
  // Replaces workload, versions, tags as they become known; stored with the next heartbeat.
  void set_environment(Environment environment);

  // What all devices have taken up to their last readings. Empty where this process measures none.
  // Any thread.
  std::optional<Joules> energy_so_far() const;

  // The store's words when it did not take the last heartbeat. Any thread.
  std::optional<std::string> trouble() const;

  // Stops sampling, ends the run, computes its breakdowns (run, device, phase, epoch, layer where
  // there are such spans), stores them and gives the whole run. Of a joined run only this part
  // ends, and the breakdowns are left to the one who measures. Throws StoreError when the store did
  // not take the end; the message says where the rest was put.
  Run finish(RunStatus status, std::optional<int> exit_status = std::nullopt);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace erg
