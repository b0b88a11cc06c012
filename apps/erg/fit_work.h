// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "erg/complexity.h"
#include "erg/observations.h"

namespace erg {

// The complexity of a network by name or file for an input ("1x224x224"; empty: its own) and a
// batch. Throws NetworkError, UsageError.
Complexity complexity_of(const std::string& network, const std::string& input, std::int64_t classes,
                         std::int64_t batch, const std::string& precision);

// Families and work of all rows whose network the catalogue knows, and features that the table
// lacks (macs, parameters, bytes, kernels, ...) where it knows those of all.
void add_work(Observations& table, const std::string& input, std::int64_t classes);

// What a row has done in a second, where its table does not say it itself: its MACs by its time.
// Throws UsageError where no row can tell.
void add_rates(Observations& table);

}  // namespace erg
