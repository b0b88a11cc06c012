// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace erg {

// Writes all of it, however often the system takes a part only. What stopped it (errno), or 0.
int write_all(int descriptor, std::string_view content);

// Puts `content` in the place of a file, whole or not at all: it is written beside the file and
// renamed when it is on the disk. A link stays one, its target is replaced. What is no regular file
// (a device, a pipe) is written to as it is. Throws std::runtime_error, with the system's words.
void replace_file(const std::filesystem::path& path, std::string_view content);

}  // namespace erg
