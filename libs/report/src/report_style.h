// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace erg {

// The style sheet of a report: light and dark after the reader's setting, a narrow screen, paper.
extern const std::string_view kReportStyle;

}  // namespace erg
