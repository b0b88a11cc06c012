// SPDX-License-Identifier: Apache-2.0
#include "erg/network_drawing.h"

namespace erg {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += letter == '\n' ? ' ' : letter;
  }
  return result + '"';
}

std::string_view colour(const Layer& layer) {
  if (std::holds_alternative<Input>(layer)) return "#ffffff";
  if (is_weighted(layer)) return "#cfe2f3";
  if (!tensors(layer).empty()) return "#e6e0f0";
  return is_view(layer) ? "#f7f7f7" : "#e9f2e4";
}

}  // namespace

std::string to_dot(const Network& network) {
  std::string text = "digraph " + quoted(network.name()) + " {\n";
  text += "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=10];\n";
  text += "  edge [color=\"#666666\"];\n";
  for (std::size_t i = 0; i < network.size(); ++i) {
    const Node& node = network[i];
    // The line break of a label is DOT's own \n, so it goes in after quoting.
    std::string label = quoted(node.name);
    label.pop_back();
    label += "\\n" + std::string{kind(node.layer)} + "  " + to_string(network.shapes()[i]) + '"';
    text += "  n" + std::to_string(i) + " [label=" + label +
            ", fillcolor=" + quoted(colour(node.layer)) + "];\n";
  }
  for (std::size_t i = 0; i < network.size(); ++i) {
    for (const auto input : network[i].inputs) {
      text += "  n" + std::to_string(input) + " -> n" + std::to_string(i) + ";\n";
    }
  }
  return text + "}\n";
}

}  // namespace erg
