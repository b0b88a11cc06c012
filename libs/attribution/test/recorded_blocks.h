// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>

#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "run_builder.h"

namespace erg::testing {

inline bool recorded(const std::string& folder) {
  return std::filesystem::exists(ERG_SHARED_DATA "/designs_h100/" + folder);
}

// A run of the recorded blocks and the power ring beside them.
inline erg::Run recorded_blocks(const std::string& name) {
  const std::string folder = ERG_SHARED_DATA "/designs_h100/" + name + "/";
  Channel ring = power_channel("gpu-0");
  ring.resolution = 0.001;
  ring.window = Seconds{0.02};
  ring.delay = Seconds{0.01};
  Timeline power{ring};
  const auto samples = open_bytes(folder + "samples.csv");
  CsvReader rows{*samples};
  rows.next();
  while (rows.next()) {
    power.append({at(*parse_number(rows.fields()[0])),
                  std::llround(*parse_number(rows.fields()[1]) / ring.resolution)});
  }
  PartBuilder builder;
  builder.device(gpu("gpu-0")).add(power);
  Part part = builder.build();
  const auto blocks = open_bytes(folder + "blocks.csv");
  CsvReader lines{*blocks};
  lines.next();
  while (lines.next()) {
    const auto number = [&](std::size_t i) { return *parse_number(lines.fields()[i]); };
    Block block;
    block.design = lines.fields()[0];
    block.repetitions = static_cast<std::int32_t>(number(1));
    block.interval = between(number(2), number(3));
    block.steps = static_cast<std::int64_t>(number(4));
    block.device_time = Seconds{number(5)};
    block.temperature_c = number(6);
    block.device = "gpu-0";
    part.blocks.push_back(block);
  }
  return run_of({part});
}

}  // namespace erg::testing
