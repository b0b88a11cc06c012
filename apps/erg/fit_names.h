// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace erg {

// From the names of a table to those of the catalogue, in lower case on the left. "study": as the
// study's tables name them, which number GoogLeNet's variants anew; else a CSV file of two columns.
// Throws FormatError.
std::map<std::string, std::string> network_names(const std::string& word);

// The catalogue's name for a table's; the name itself where the map does not hold it.
std::string network_named(const std::map<std::string, std::string>& names, const std::string& name);

}  // namespace erg
