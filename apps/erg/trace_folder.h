// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erg/import_report.h"
#include "erg/run.h"

namespace erg {

// A folder of recordings, without a store. What is missing, short or no good is counted and named
// in the report.

// NVML beside a meter: gpudata.csv, PMD_data.bin, PMD_start_ts.txt, timestamps.csv. Empty where the
// folder is none, or its meter has nothing. Throws where what there is cannot be read.
std::optional<Run> meter_trace(const std::string& folder, ImportReport& report);

// The logs of nvidia-smi, powermetrics and CodeCarbon, whichever are there.
std::vector<Run> logs_in(const std::string& folder, ImportReport& report);

// The report as warnings on standard error.
void tell(const ImportReport& report);

}  // namespace erg
