// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "erg/store.h"
#include "erg/text_table.h"
#include "study_cells.h"

namespace erg {

// The trainings of a study by setting, from its cells in a store: medians and 95 % intervals.
std::string study_summary_text(const StudyFile& study, std::span<const StudyCell> cells,
                               TextStyle style);
std::string study_summary_json(const StudyFile& study, std::span<const StudyCell> cells);

}  // namespace erg
