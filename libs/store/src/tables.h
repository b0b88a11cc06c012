// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql.h"

namespace erg::store::tables {

// The columns of the newest schema (sql/), key first and in its order.
inline constexpr Table kRuns{
    "runs",
    "run_key, id, name, start_ns, device, network, data, input, batch, epochs, steps_per_epoch, "
    "precision, instrumentation, seed, os, cpu, cpu_threads, memory_bytes, rest",
    "run_key"};
inline constexpr Table kRunStates{"run_states", "run_key, status, exit_status", "run_key"};
inline constexpr Table kCommandWords{"command_words", "run_key, position, word",
                                     "run_key, position"};
inline constexpr Table kVersions{"versions", "run_key, name, version", "run_key, name"};
inline constexpr Table kTags{"tags", "run_key, name, value", "run_key, name"};
inline constexpr Table kEpochs{
    "epochs", "run_key, epoch, train_loss, train_accuracy, test_loss, test_accuracy",
    "run_key, epoch"};
inline constexpr Table kParts{
    "parts",
    "run_key, part, rank, host, process, process_start, clock, monotonic_zero_ns, start_ns",
    "run_key, part"};
inline constexpr Table kPartStates{"part_states",
                                   "run_key, part, heartbeat_unix_ns, heartbeat_ns, ended, reads, "
                                   "missed, unreadable, reading_s",
                                   "run_key, part"};
inline constexpr Table kDevices{
    "devices", "run_key, part, position, id, kind, name, driver, power_limit_w, power_limit_max_w",
    "run_key, part, position"};
inline constexpr Table kChannels{
    "channels",
    "run_key, part, channel, name, device, kind, unit, resolution, refresh_s, window_s, delay_s, "
    "gain_u, noise_u, provenance, method",
    "run_key, part, channel"};
inline constexpr Table kChannelTotals{"channel_totals",
                                      "run_key, part, channel, samples, begin_ns, end_ns, energy_j",
                                      "run_key, part, channel"};
inline constexpr Table kChunks{"chunks", "run_key, part, channel, minute, samples, data",
                               "run_key, part, channel, minute"};
inline constexpr Table kSeconds{"seconds",
                                "run_key, part, channel, second, samples, mean, min, max, energy_j",
                                "run_key, part, channel, second"};
inline constexpr Table kGaps{"gaps", "run_key, part, channel, gap, begin_ns, end_ns, reason",
                             "run_key, part, channel, gap"};
inline constexpr Table kSpanNames{"span_names", "run_key, part, name_id, name",
                                  "run_key, part, name_id"};
inline constexpr Table kSpanChunks{"span_chunks", "run_key, part, first_span, spans, data",
                                   "run_key, part, first_span"};
inline constexpr Table kSpanEnds{"span_ends", "run_key, part, span, end_ns", "run_key, part, span"};
inline constexpr Table kBlocks{
    "blocks",
    "run_key, part, block, design, repetitions, begin_ns, end_ns, steps, "
    "device_time_s, host_time_s, temperature_c, device",
    "run_key, part, block"};
inline constexpr Table kNotes{"notes", "run_key, part, position, note", "run_key, part, position"};
inline constexpr Table kBreakdowns{"breakdowns",
                                   "run_key, grouping, method, device, closure, covariance_j2",
                                   "run_key, grouping, method, device"};
inline constexpr Table kBreakdownRows{
    "breakdown_rows",
    "run_key, grouping, method, device, position, name, kind, pass, row_device, spans, time_s, "
    "time_u_s, time_common_u, time_provenance, energy_j, energy_u_j, energy_common_u, "
    "energy_provenance, row_method",
    "run_key, grouping, method, device, position"};
inline constexpr Table kBreakdownNotes{"breakdown_notes",
                                       "run_key, grouping, method, device, position, note",
                                       "run_key, grouping, method, device, position"};

inline constexpr Table kDocuments{"documents", "kind, name, saved_unix_ns, text", "kind, name"};
inline constexpr Table kStudyCells{
    "study_cells",
    "study, name, position, settings, state, owner, lease_end_unix_ns, attempts, run, result",
    "study, name"};

// Rows of a breakdown stand at 0, 1, ...; these two stand apart.
inline constexpr std::int64_t kUnattributed = -1;
inline constexpr std::int64_t kTotal = -2;

// What a run consists of, parents before children.
inline constexpr const Table* kOfARun[] = {
    &kRuns,    &kRunStates,  &kCommandWords,  &kVersions,      &kTags,          &kEpochs,
    &kParts,   &kPartStates, &kDevices,       &kChannels,      &kChannelTotals, &kChunks,
    &kSeconds, &kGaps,       &kSpanNames,     &kSpanChunks,    &kSpanEnds,      &kBlocks,
    &kNotes,   &kBreakdowns, &kBreakdownRows, &kBreakdownNotes};

}  // namespace erg::store::tables
