// SPDX-License-Identifier: Apache-2.0
#include "fit_names.h"

#include "erg/byte_source.h"
#include "erg/csv_reader.h"
#include "erg/format_error.h"
#include "erg/lower_case.h"

namespace erg {
namespace {

std::map<std::string, std::string> of_study() {
  std::map<std::string, std::string> names;
  for (const std::string name :
       {"alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "resnet18", "resnet34", "resnet50",
        "googlenet", "mobilenetv1", "mobilenetv2", "vit"}) {
    names[name] = name + "_thesis";
  }
  const auto add = [&](int from, const std::string& prefix, int first) {
    for (int i = 0; i < 4; ++i) {
      names["googlenet_mod" + std::to_string(from + i)] = prefix + std::to_string(first + i);
    }
  };
  names["googlenet_mod0"] = "googlenet_mod9";
  add(1, "googlenet_mod", 5);
  add(5, "googlenet_1x1_b", 1);
  add(9, "googlenet_5x5_b", 1);
  return names;
}

}  // namespace

std::map<std::string, std::string> network_names(const std::string& word) {
  if (word.empty()) return {};
  if (word == "study") return of_study();
  std::map<std::string, std::string> names;
  const auto bytes = open_bytes(word);
  CsvReader reader{*bytes};
  while (reader.next()) {
    const auto fields = reader.fields();
    if (fields.size() != 2) {
      throw FormatError{word + ", line " + std::to_string(reader.line()) +
                        ": two columns are wanted: the table's name, the catalogue's"};
    }
    names[lower_case(std::string{fields[0]})] = fields[1];
  }
  return names;
}

std::string network_named(const std::map<std::string, std::string>& names,
                          const std::string& name) {
  const auto found = names.find(lower_case(name));
  return found == names.end() ? name : found->second;
}

}  // namespace erg
