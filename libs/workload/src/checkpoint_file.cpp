// SPDX-License-Identifier: Apache-2.0
#include "checkpoint_file.h"

#include <torch/csrc/jit/serialization/pickle.h>

#include <stdexcept>
#include <string_view>

#include "erg/byte_source.h"
#include "erg/checkpoint.h"
#include "erg/file_writer.h"
#include "erg/format_error.h"

namespace erg {
namespace {

constexpr const char* kFormat = "erg checkpoint 1";
constexpr std::size_t kMostBytes = std::size_t{64} << 30;

// FNV-1a over names and bytes: PyTorch does not check its own archives' sums.
class Sum {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      hash_ = (hash_ ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3u;
    }
  }
  std::string text() const { return std::to_string(hash_); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

std::string sum_of(const CheckpointContent& content) {
  Sum sum;
  for (const auto& [name, text] : content.texts) {
    if (name == "sum") continue;
    sum.add(name);
    sum.add(text);
  }
  for (const auto& [name, tensor] : content.tensors) {
    sum.add(name);
    const at::Tensor plain = tensor.contiguous();
    sum.add({static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()});
  }
  return sum.text();
}

}  // namespace

void write_checkpoint_file(const std::filesystem::path& path, const CheckpointContent& content) {
  c10::Dict<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : content.tensors) tensors.insert(name, tensor.contiguous());
  c10::Dict<std::string, std::string> texts;
  for (const auto& [name, text] : content.texts) texts.insert(name, text);
  texts.insert("format", kFormat);
  auto whole = content;
  whole.texts["format"] = kFormat;
  texts.insert("sum", sum_of(whole));
  c10::impl::GenericDict all{c10::StringType::get(), c10::AnyType::get()};
  all.insert("about", texts);
  all.insert("tensors", tensors);
  const std::vector<char> bytes = torch::jit::pickle_save(all);

  try {
    replace_file(path, {bytes.data(), bytes.size()});
  } catch (const std::runtime_error& error) {
    throw CheckpointError{error.what()};
  }
}

CheckpointContent read_checkpoint_file(const std::filesystem::path& path) {
  CheckpointContent content;
  try {
    const std::string bytes = read_all(*open_bytes(path), kMostBytes);
    const auto value = torch::jit::pickle_load({bytes.begin(), bytes.end()});
    const auto all = value.toGenericDict();
    for (const auto& entry : all.at("about").toGenericDict()) {
      content.texts[entry.key().toStringRef()] = entry.value().toStringRef();
    }
    for (const auto& entry : all.at("tensors").toGenericDict()) {
      content.tensors[entry.key().toStringRef()] = entry.value().toTensor();
    }
  } catch (const FormatError& error) {
    throw CheckpointError{error.what()};
  } catch (const std::exception&) {
    throw CheckpointError{path.string() + " is no checkpoint, or is damaged"};
  }
  if (content.texts["format"] != kFormat) {
    throw CheckpointError{path.string() + " is a checkpoint of another version of erg: '" +
                          content.texts["format"] + "'"};
  }
  if (content.texts["sum"] != sum_of(content)) {
    throw CheckpointError{path.string() + " is damaged: its sum is not the one stored with it"};
  }
  return content;
}

}  // namespace erg
