// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "asked_shapes.h"
#include "draft.h"
#include "erg/json.h"
#include "erg/json_writer.h"
#include "erg/network_file.h"
#include "erg/suggest.h"
#include "kinds.h"
#include "option_json.h"

namespace erg {
namespace {

// Do not change: files hold them.
constexpr std::string_view kFormat = "erg-network";
constexpr std::int64_t kVersion = 1;

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw NetworkError{name + ": " + what};
}

const std::string& text_of(const Json& json, const std::string& name, const std::string& what) {
  if (!json.text()) fail(name, what + ": wanted a text");
  return *json.text();
}

Layer layer_of_kind(const std::string& kind, const std::string& name, const std::string& node) {
  std::vector<std::string_view> kinds;
  for (const auto& known : layer_kinds()) {
    if (known.name == kind) return known.layer;
    kinds.push_back(known.name);
  }
  fail(name,
       "layer '" + node + "': no kind of layer is called '" + kind + "'" + suggestion(kind, kinds));
}

// A list of names, or one.
std::vector<std::string> names_of(const Json& json, const std::string& name,
                                  const std::string& node, const std::string& what) {
  if (json.text()) return {*json.text()};
  if (!json.array()) fail(name, "layer '" + node + "': wanted a list of names as " + what);
  std::vector<std::string> names;
  for (const auto& entry : *json.array()) {
    names.push_back(text_of(entry, name, "layer '" + node + "', one of the " + what));
  }
  return names;
}

// Which tensors are another layer's, and whether they are learned at all.
void read_sharing(const Json& json, const std::string& name, DraftNode& draft) {
  if (const Json* shares = json.find("shares")) {
    draft.shares = text_of(*shares, name, "layer '" + draft.name + "', \"shares\"");
  }
  if (const Json* shared = json.find("shared")) {
    if (draft.shares.empty())
      fail(name, "layer '" + draft.name + "': \"shared\" without \"shares\"");
    draft.shared = names_of(*shared, name, draft.name, "shared");
    if (draft.shared.empty())
      fail(name, "layer '" + draft.name + "': \"shared\" names no tensor; left out, it is all");
  }
  if (const Json* frozen = json.find("frozen")) {
    if (!frozen->boolean())
      fail(name, "layer '" + draft.name + "': wanted true or false as frozen");
    draft.frozen = *frozen->boolean();
  }
}

// Of a key that is missing: the one there that was perhaps meant so.
std::string meant(const Json& json, std::string_view missing) {
  for (const auto& [key, value] : *json.object()) {
    if (nearest_name(key, std::span{&missing, 1})) return ": '" + key + "' is not it";
  }
  return {};
}

// What every layer may have, beside the options of its kind.
constexpr std::string_view kCommonKeys[] = {"name", "kind", "inputs", "shares", "shared", "frozen"};

DraftNode draft_of(const Json& json, const std::string& name, const std::string& before) {
  if (!json.object()) fail(name, "every layer is an object");
  const Json* own_name = json.find("name");
  if (!own_name) {
    fail(name, (before.empty() ? "the first layer" : "the layer after '" + before + "'") +
                   std::string{" has no \"name\""} + meant(json, "name"));
  }
  DraftNode draft{text_of(*own_name, name, "the name of a layer"), {}, {}};
  const Json* kind = json.find("kind");
  if (!kind) fail(name, "layer '" + draft.name + "' has no \"kind\"" + meant(json, "kind"));
  draft.layer = layer_of_kind(text_of(*kind, name, "the kind of layer '" + draft.name + "'"), name,
                              draft.name);
  if (const Json* inputs = json.find("inputs")) {
    draft.inputs = names_of(*inputs, name, draft.name, "inputs");
  } else if (arity(draft.layer).least > 0 && !before.empty()) {
    draft.inputs = {before};
  }
  read_sharing(json, name, draft);
  for (const auto& [key, value] : *json.object()) {
    if (std::find(std::begin(kCommonKeys), std::end(kCommonKeys), key) != std::end(kCommonKeys)) {
      continue;
    }
    try {
      read_option(draft.layer, key, value, kCommonKeys);
    } catch (const LayerError& error) {
      fail(name, "layer '" + draft.name + "' (" + std::string{erg::kind(draft.layer)} +
                     "): " + error.what());
    }
  }
  return draft;
}

void check_head(const Json& json, const std::string& name) {
  const Json* format = json.find("format");
  if (!format || !format->text() || *format->text() != kFormat) {
    fail(name, "not a network: wanted an object with \"format\": \"erg-network\"");
  }
  const Json* version = json.find("version");
  const auto number = version ? version->integer() : std::nullopt;
  if (number != kVersion) {
    fail(name,
         "wanted \"version\": 1" + (number ? ", got " + std::to_string(*number) : std::string{}));
  }
  constexpr std::string_view kKeys[] = {"format",         "version", "name",
                                        "initialization", "layers",  "output"};
  for (const auto& [key, value] : *json.object()) {
    bool known = false;
    for (const auto expected : kKeys) known = known || key == expected;
    if (!known) fail(name, "unknown key '" + key + "'" + suggestion(key, kKeys));
  }
}

Initialization initialization_of(const Json& json, const std::string& name) {
  const Json* word = json.find("initialization");
  if (!word) return Initialization::torch;
  const auto known = initialization_from(text_of(*word, name, "\"initialization\""));
  if (!known) {
    fail(name,
         "wanted \"initialization\" torch, xavier_uniform, kaiming_normal or normal_02, got '" +
             *word->text() + "'");
  }
  return *known;
}

// Shapes given from outside take the place of the file's.
void set_inputs(std::vector<DraftNode>& drafts, const ReadOptions& options,
                const std::string& name) {
  std::vector<std::string> names;
  for (const auto& draft : drafts) {
    if (std::holds_alternative<Input>(draft.layer)) names.push_back(draft.name);
  }
  const AskedShapes asked{options, names, name};
  for (auto& draft : drafts) {
    auto* input = std::get_if<Input>(&draft.layer);
    if (const Shape* shape = input ? asked.of(draft.name) : nullptr) input->shape = *shape;
  }
}

}  // namespace

std::string to_json(const Network& network) {
  JsonWriter out{1};
  out.begin_object();
  out.member("format", kFormat).member("version", kVersion).member("name", network.name());
  out.member("initialization", to_string(network.initialization()));
  out.key("layers").begin_array();
  for (const auto& node : network.nodes()) {
    out.begin_object().member("name", node.name).member("kind", kind(node.layer));
    if (!node.inputs.empty()) {
      out.key("inputs").begin_array();
      for (const auto input : node.inputs) out.value(network[input].name);
      out.end_array();
    }
    if (node.shares) out.member("shares", network[*node.shares].name);
    if (!node.shared.empty()) {
      out.key("shared").begin_array();
      for (const auto& tensor : node.shared) out.value(tensor);
      out.end_array();
    }
    if (node.frozen) out.member("frozen", true);
    write_options(out, node.layer);
    out.end_object();
  }
  out.end_array().member("output", network[network.output()].name).end_object();
  return out.take() + "\n";
}

Network network_from_json(std::string_view text, const std::string& name,
                          const ReadOptions& options) {
  const Json json = Json::parse(text, name);
  check_head(json, name);
  const Json* layers = json.find("layers");
  if (!layers || !layers->array() || layers->array()->empty()) {
    fail(name, "wanted a list of \"layers\" with at least one in it");
  }
  std::vector<DraftNode> drafts;
  for (const auto& layer : *layers->array()) {
    drafts.push_back(draft_of(layer, name, drafts.empty() ? std::string{} : drafts.back().name));
  }
  set_inputs(drafts, options, name);
  const Json* own_name = json.find("name");
  const Json* output = json.find("output");
  const std::string last =
      output ? text_of(*output, name, "\"output\"") : std::string{drafts.back().name};
  return assemble(own_name ? text_of(*own_name, name, "\"name\"") : name, std::move(drafts), last,
                  initialization_of(json, name));
}

}  // namespace erg
