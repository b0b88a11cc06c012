// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "erg/sensor.h"
#include "erg/source_missing.h"
#include "nvml_abi.h"

namespace erg::nvml {

// What a return code means to the one who reads it.
struct Status {
  Return code;
  std::string_view name;    // "NVML_ERROR_NO_PERMISSION"
  std::string_view words;   // what it means here
  std::string_view remedy;  // a command where one helps, else what to do
  Absence absence;          // of a reading that failed so
};

// Of every code that NVML documents; one it does not is "unknown".
const Status& status(Return code);

// "nvmlInit: NVML_ERROR_DRIVER_NOT_LOADED (9): the driver is not loaded".
std::string words(std::string_view call, Return code);

// The same as what a constructor throws, with the way out.
SourceMissing unavailable(std::string_view call, Return code);

}  // namespace erg::nvml
