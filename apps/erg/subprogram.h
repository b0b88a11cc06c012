// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace erg {

// Whether a subcommand is carried out by another program, as git carries out its own: what needs
// LibTorch is erg-train's.
bool is_subprogram(const std::string& command);

// Becomes erg-train with these arguments; looks for it beside this program, in libexec/erg and on
// PATH. Returns only when it could not: the exit status, after saying why.
int become_subprogram(std::vector<std::string> arguments);

// The same program, for one who runs it as a child. Empty when it was not built here.
std::string find_erg_train();

}  // namespace erg
