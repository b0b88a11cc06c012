// SPDX-License-Identifier: Apache-2.0
#include "erg/network_file.h"

#include "erg/byte_source.h"
#include "erg/onnx.h"

namespace erg {
namespace {

constexpr std::size_t kLargestJson = std::size_t{16} << 20;
constexpr std::size_t kLargestOnnx = std::size_t{2} << 30;  // what the format itself allows

// A name in .json is meant so. Else our text is an object; an ONNX file starts with a small field
// number.
bool is_json(const std::filesystem::path& path, std::string_view bytes) {
  if (path.extension() == ".json") return true;
  const auto first = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return first != std::string_view::npos && (bytes[first] == '{' || bytes[first] == '[');
}

}  // namespace

Network load_network(const std::filesystem::path& path, const ReadOptions& options) {
  const auto source = open_bytes(path);
  const std::string bytes = read_all(*source, kLargestOnnx);
  if (!is_json(path, bytes)) {
    ReadOptions here = options;
    here.folder = path.has_parent_path() ? path.parent_path() : ".";
    return network_from_onnx(bytes, path.string(), here);
  }
  if (bytes.size() > kLargestJson) {
    throw NetworkError{path.string() + ": too large for a network in JSON"};
  }
  return network_from_json(bytes, path.string(), options);
}

}  // namespace erg
