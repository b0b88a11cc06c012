// SPDX-License-Identifier: Apache-2.0
#include "network_source.h"

#include <filesystem>

#include "erg/catalogue.h"
#include "erg/network_file.h"

namespace erg {
namespace {

// A name with a slash or an ending can only be meant as a file, there or not.
bool is_file(const std::string& word) {
  std::error_code ignored;
  return word.find('/') != std::string::npos || word.ends_with(".json") ||
         word.ends_with(".onnx") || std::filesystem::exists(word, ignored);
}

}  // namespace

Network read_network(const NetworkSource& source, CountOptions& options) {
  NetworkOptions wanted;
  wanted.classes = source.classes;
  wanted.input = source.input;
  if (source.input) {
    if (source.input->rank() == 3) wanted.channels = (*source.input)[0];
  }
  if (!find_in_catalogue(source.word) && is_file(source.word)) {
    if (source.classes) {
      throw NetworkError{"--classes changes a network of the catalogue; " + source.word +
                         " is a file"};
    }
    ReadOptions reading;
    reading.input = source.input;
    return load_network(source.word, reading);
  }
  if (source.input) options.inputs = {*source.input};
  return make_network(source.word, wanted);
}

}  // namespace erg
