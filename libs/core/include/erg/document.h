// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "erg/time.h"

namespace erg {

// Kinds of documents that programs agree on. Do not change the words: they are stored.
namespace document_kind {
inline constexpr std::string_view kModel = "model";                   // by the model's name
inline constexpr std::string_view kDeviceProfile = "device_profile";  // by Device::id
inline constexpr std::string_view kStudy = "study";                   // by the study's name
}  // namespace document_kind

// A text, most often JSON, that the store keeps by kind and name without reading it.
struct Document {
  std::string kind;
  std::string name;
  std::string text;
  UtcTime saved;  // set by the store

  friend bool operator==(const Document&, const Document&) = default;
};

}  // namespace erg
