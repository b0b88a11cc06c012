// SPDX-License-Identifier: Apache-2.0
#include "console.h"
#include "erg/catalogue.h"
#include "erg/complexity_text.h"
#include "erg/count.h"
#include "erg/json_forms.h"
#include "erg/network_drawing.h"
#include "erg/network_file.h"
#include "network_source.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

struct NetworkArguments {
  std::string name;
  std::vector<std::string> inputs;
  std::int64_t classes = 0;
  std::int64_t batch = 1;
  std::string by;
  std::string form = "counts";
  bool json = false;
};

int list(const NetworkArguments& arguments) {
  std::vector<Complexity> counted;
  for (const auto& entry : catalogue()) counted.push_back(count(make_network(entry.name)));
  print(arguments.json ? network_list_json(counted) : network_list_text(counted, stdout_style()));
  return 0;
}

// "3x224x224" or "mask=1x64"; a name may hold '=' itself.
InputShape input_from(const std::string& word) {
  const auto cut = word.rfind('=');
  const bool named = cut != std::string::npos;
  const auto shape = shape_from(named ? word.substr(cut + 1) : word);
  if (!shape || cut == 0) {
    throw UsageError{"an input is like 3x224x224 or NAME=3x224x224, and '" + plain_text(word) +
                     "' is not"};
  }
  return {named ? word.substr(0, cut) : "", *shape};
}

void check(const NetworkArguments& arguments) {
  if (!arguments.by.empty() && arguments.by != "layer") {
    throw UsageError{"a network is shown by 'layer', not by '" + plain_text(arguments.by) + "'"};
  }
  if (arguments.form == "counts") return;
  if (arguments.json || !arguments.by.empty()) {
    throw UsageError{std::string{arguments.json ? "--json" : "--by"} + " is of counts; with --as " +
                     arguments.form + " leave it out"};
  }
}

int show(const NetworkArguments& arguments) {
  check(arguments);
  NetworkSource source;
  source.word = arguments.name;
  for (const auto& word : arguments.inputs) {
    InputShape input = input_from(word);
    if (input.name.empty() && !source.input) {
      source.input = std::move(input.shape);
    } else {
      source.inputs.push_back(std::move(input));
    }
  }
  if (arguments.classes > 0) source.classes = arguments.classes;
  CountOptions options;
  options.batch = arguments.batch;
  std::vector<std::string> warnings;
  const Network network = read_network(source, options, &warnings);
  if (arguments.form == "dot" || arguments.form == "network") {
    print(arguments.form == "dot" ? to_dot(network) : to_json(network));
    return 0;
  }
  const Complexity complexity = count(network, options);
  const bool by_layer = arguments.by == "layer";
  print(arguments.json ? complexity_json(complexity, by_layer, warnings)
                       : complexity_text(complexity, by_layer, stdout_style()));
  return 0;
}

}  // namespace

void add_network(Commands& commands) {
  auto& group = commands.add_group("network", "Networks: layers, MACs, parameters, bytes");
  const auto arguments = std::make_shared<NetworkArguments>();

  auto& lister = commands.add(group, "list", "The networks known by name", "erg network list",
                              [arguments] { return list(*arguments); });
  lister.add_flag("--json", arguments->json, "As JSON");

  auto& shower =
      commands.add(group, "show", "Everything countable about a network",
                   "erg network show resnet18 --input 3x224x224 --classes 100 --by layer",
                   [arguments] { return show(*arguments); });
  shower.add_option("NETWORK", arguments->name, "A name of the catalogue, or a file")
      ->required()
      ->type_name("");
  shower
      .add_option(
          "--input", arguments->inputs,
          "Shape of one example (default: the network's); again, or by name, for each input "
          "of a file")
      ->type_name("[NAME=]CxHxW")
      ->expected(1)
      ->take_all();
  shower.add_option("--classes", arguments->classes, "Outputs (default: the network's)")
      ->check(at_least(1));
  shower.add_option("--batch", arguments->batch, "Examples at once")
      ->check(at_least(1))
      ->capture_default_str();
  shower
      .add_option("--as", arguments->form,
                  "counts; dot: a drawing for Graphviz; network: a network file")
      ->check(CLI::IsMember({"counts", "dot", "network"}))
      ->capture_default_str();
  shower.add_option("--by", arguments->by, "'layer': one line a layer");
  shower.add_flag("--json", arguments->json, "As JSON");
}

}  // namespace erg
