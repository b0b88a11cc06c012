// SPDX-License-Identifier: Apache-2.0
#include "network_source.h"

#include <filesystem>
#include <string_view>
#include <vector>

#include "console.h"
#include "erg/catalogue.h"
#include "erg/suggest.h"

namespace erg {
namespace {

// A name with a slash or an ending can only be meant as a file, there or not.
bool is_file(const std::string& word) {
  std::error_code ignored;
  return word.find('/') != std::string::npos || word.ends_with(".json") ||
         word.ends_with(".onnx") || std::filesystem::exists(word, ignored);
}

// Throws for a file that is not there, where a network of the catalogue may be meant.
void check_there(const std::string& word) {
  std::error_code ignored;
  if (std::filesystem::exists(word, ignored)) return;
  std::vector<std::string_view> names;
  for (const auto& entry : catalogue()) names.push_back(entry.name);
  const std::string stem = std::filesystem::path{word}.stem().string();
  if (const auto nearest = nearest_name(stem, names)) {
    throw NetworkError{word + ": cannot open it: no such file (did you mean '" +
                       std::string{*nearest} + "' of the catalogue?)"};
  }
}

// A network of the catalogue has one input.
void check_inputs(const NetworkSource& source) {
  for (const auto& [name, shape] : source.inputs) {
    throw NetworkError{source.word + " is of the catalogue and has one input: give one shape" +
                       (name.empty() ? "" : ", without a name")};
  }
}

}  // namespace

Network read_network(const NetworkSource& source, CountOptions& options,
                     std::vector<std::string>* warnings) {
  NetworkOptions wanted;
  wanted.classes = source.classes;
  wanted.input = source.input;
  if (source.input) {
    if (source.input->rank() == 3) wanted.channels = (*source.input)[0];
  }
  if (!find_in_catalogue(source.word) && is_file(source.word)) {
    check_there(source.word);
    if (source.classes) {
      throw NetworkError{"--classes changes a network of the catalogue; " + source.word +
                         " is a file"};
    }
    ReadOptions reading;
    reading.input = source.input;
    reading.inputs = source.inputs;
    std::vector<std::string> said;
    reading.warnings = warnings ? warnings : &said;
    Network network = load_network(source.word, reading);
    for (const auto& warning : *reading.warnings) warn(warning);
    return network;
  }
  check_inputs(source);
  if (source.input) options.inputs = {*source.input};
  return make_network(source.word, wanted);
}

}  // namespace erg
