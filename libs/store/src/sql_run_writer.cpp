// SPDX-License-Identifier: Apache-2.0
#include "sql_run_writer.h"

#include <chrono>
#include <utility>

#include "header_rows.h"
#include "process.h"
#include "tables.h"

namespace erg::store {
namespace {

// A heartbeat runs on the sampler's thread: it rather fails and comes again than makes it late.
constexpr std::chrono::milliseconds kHeartbeatPatience{250};
constexpr std::chrono::milliseconds kEndPatience{10'000};

}  // namespace

SqlRunWriter::SqlRunWriter(std::unique_ptr<Connection> connection, PartOrigin origin,
                           PartRows::Chunks chunks, Connect fallback)
    : origin_{std::move(origin)},
      fallback_{std::move(fallback)},
      connection_{std::move(connection)},
      rows_{origin_.key, origin_.part, chunks} {
  const HostClock clock{origin_.part.monotonic_zero, origin_.part.start};
  if (clock.identity() == origin_.part.clock) clock_ = clock;
}

SqlRunWriter::~SqlRunWriter() {
  if (finished_) return;
  try {
    write(End{RunStatus::interrupted, std::nullopt, {}});
  } catch (const std::exception&) {  // it stays without an end, which reads as interrupted too
  }
}

void SqlRunWriter::append_samples(std::size_t channel, std::span<const Sample> samples) {
  const std::scoped_lock lock{buffer_mutex_};
  rows_.channel(channel).add(samples);
}

void SqlRunWriter::append_gap(std::size_t channel, const Gap& gap) {
  const std::scoped_lock lock{buffer_mutex_};
  rows_.channel(channel).add(gap);
}

void SqlRunWriter::append_spans(const SpanTable& spans, SpanIndex first) {
  const std::scoped_lock lock{buffer_mutex_};
  rows_.spans().add(spans, first);
}

void SqlRunWriter::close_spans(const SpanTable& spans, std::span<const SpanIndex> rows) {
  const std::scoped_lock lock{buffer_mutex_};
  rows_.spans().close(spans, rows);
}

void SqlRunWriter::append_block(const Block& block) {
  const std::scoped_lock lock{buffer_mutex_};
  rows_.add(block);
}

void SqlRunWriter::append_epoch(const EpochResult& result) {
  const std::scoped_lock lock{buffer_mutex_};
  rows_.add(result);
}

void SqlRunWriter::append_note(std::string_view note) {
  const std::scoped_lock lock{buffer_mutex_};
  rows_.add_note(note);
}

void SqlRunWriter::update_environment(const Environment& environment) {
  const std::scoped_lock lock{buffer_mutex_};
  environment_ = environment;
}

void SqlRunWriter::heartbeat() { write(std::nullopt); }

void SqlRunWriter::finish(RunStatus status, std::optional<int> exit_status,
                          const SamplerCost& cost) {
  write(End{status, exit_status, cost});
}

Batch SqlRunWriter::take(const std::optional<End>& end) {
  const std::scoped_lock lock{buffer_mutex_};
  if (end && !std::exchange(refusals_noted_, true)) rows_.note_refusals();
  Batch batch = rows_.take();
  batch.push_back(state_row(end));
  return batch;
}

void SqlRunWriter::write(const std::optional<End>& end) {
  const std::scoped_lock connection_lock{connection_mutex_};
  Batch batch = take(end);
  std::optional<Environment> environment;
  {
    const std::scoped_lock lock{buffer_mutex_};
    environment = std::exchange(environment_, std::nullopt);
  }
  try {
    connection_->patience(end ? kEndPatience : kHeartbeatPatience);
    std::optional<std::string> lost;
    try {
      write_taken(batch, environment, end);
    } catch (const StoreError& error) {
      // A server that is gone is left at once, a store that only fails when there is no later.
      const bool gone = dynamic_cast<const ConnectionLost*>(&error) != nullptr;
      if (!fallback_ || moved_ || (!gone && !end)) throw;
      go_on_in_fallback(error.what());
      write_taken(batch, environment, end);
      environment.reset();
      lost = error.what();
    }
    if (lost) {
      batch = take(end);  // the note that says what happened
      write_taken(batch, environment, end);
    }
    finished_ = finished_ || end.has_value();
    if (!lost) return;
    batch.clear();
    throw StoreError{*lost + ". The run goes on in " + connection_->url() +
                     ": deliver it later with erg runs push"};
  } catch (...) {
    const std::scoped_lock lock{buffer_mutex_};
    if (!batch.empty()) batch.pop_back();  // its own state is made anew each time
    rows_.give_back(std::move(batch));
    if (!environment_) environment_ = std::move(environment);
    throw;
  }
}

void SqlRunWriter::write_taken(const Batch& batch, const std::optional<Environment>& environment,
                               const std::optional<End>& end) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  put(*connection_, batch);
  if (environment) write_environment(*connection_, origin_.key.run, *environment);
  if (end && origin_.key.part == 0) {
    connection_->put(state_rows(origin_.key.run, end->status, end->exit_status));
  }
  transaction.commit();
}

Rows SqlRunWriter::state_row(const std::optional<End>& end) const {
  const SamplerCost cost = end ? end->cost : SamplerCost{};
  Rows rows{tables::kPartStates};
  rows.add(origin_.key.run, origin_.key.part,
           unix_ns(std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now())),
           clock_ ? Value{std::int64_t{clock_->now().time_since_epoch().count()}} : Value{},
           end ? Value{std::int64_t(end->status)} : Value{}, static_cast<std::int64_t>(cost.reads),
           static_cast<std::int64_t>(cost.missed), static_cast<std::int64_t>(cost.unreadable),
           cost.reading.count());
  return rows;
}

void SqlRunWriter::go_on_in_fallback(std::string_view why) {
  const std::string away = connection_->url();
  auto local = fallback_();
  migrate(*local);
  Transaction transaction{*local, Transaction::Kind::write};
  bool known = false;  // another part of this run was here first
  local->query("SELECT 1 FROM runs WHERE run_key = $1", {origin_.key.run},
               [&](const Row&) { known = true; });
  if (!known) {
    put(*local, rows_of(origin_.run, device_names(origin_.part.devices), away));
  }
  put(*local, rows_of(origin_.key, origin_.part, origin_.process_start));
  transaction.commit();
  const std::scoped_lock lock{buffer_mutex_};
  rows_.add_note(std::string{why} + "; the rest was delivered later");
  connection_ = std::move(local);
  moved_ = true;
}

}  // namespace erg::store
