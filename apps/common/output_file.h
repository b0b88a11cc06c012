// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace erg {

// Before hours of work: whether a file can be written there at the end, as far as one can tell.
// Throws UsageError for a folder, std::runtime_error with the way out else; both name `option`.
void must_be_writable(const std::string& option, const std::filesystem::path& path);

}  // namespace erg
