// SPDX-License-Identifier: Apache-2.0
#include "erg/image_files.h"

#include <algorithm>
#include <string>

#include "erg/byte_source.h"
#include "erg/format_error.h"

namespace erg {
namespace {

namespace fs = std::filesystem;

// Far above any of these sets (CIFAR: 150 MB), far below a memory.
constexpr std::size_t kMostBytes = std::size_t{4} << 30;

std::string content_of(const fs::path& path) {
  try {
    return read_all(*open_bytes(path), kMostBytes);
  } catch (const FormatError& error) {
    throw DataError{error.what()};
  }
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return number;
}

// The extents in the header of an IDX file of bytes with `rank` axes. The numbers that follow are
// checked to be all there before anyone allocates by them.
std::vector<std::int64_t> idx_extents(const fs::path& path, std::string_view bytes,
                                      std::size_t rank) {
  const std::size_t header = 4 + 4 * rank;
  if (bytes.size() < header) {
    throw DataError{path.string() + " is cut short: " + std::to_string(bytes.size()) +
                    " bytes, not even an IDX header"};
  }
  if (big_endian(bytes, 0) != 0x0800 + rank) {
    throw DataError{path.string() + " is no IDX file of " + (rank == 1 ? "labels" : "images") +
                    ": its first bytes say otherwise"};
  }
  std::vector<std::int64_t> extents;
  std::size_t claimed = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    extents.push_back(big_endian(bytes, 4 + 4 * axis));
    // Beyond the limit the exact number no longer matters, and it must not wrap.
    claimed = std::min(claimed * static_cast<std::size_t>(extents.back()), 2 * kMostBytes);
  }
  if (claimed == 0) {
    throw DataError{path.string() + " is empty: its header announces no " +
                    (rank == 1 ? "labels" : "images")};
  }
  if (claimed != bytes.size() - header) {
    throw DataError{path.string() + " is " +
                    (claimed > bytes.size() - header ? "cut short" : "damaged") +
                    ": its header announces " + std::to_string(claimed) + " bytes of " +
                    (rank == 1 ? "labels" : "images") + ", " +
                    std::to_string(bytes.size() - header) + " are there"};
  }
  return extents;
}

void check_label(const fs::path& path, std::size_t index, std::int32_t label,
                 std::int64_t classes) {
  if (label >= classes) {
    throw DataError{path.string() + ": label " + std::to_string(index) + " is " +
                    std::to_string(label) + ", but there are " + std::to_string(classes) +
                    " classes"};
  }
}

}  // namespace

ImageSet read_idx(const fs::path& images, const fs::path& labels, std::int64_t classes) {
  const std::string label_bytes = content_of(labels);
  const auto label_count = idx_extents(labels, label_bytes, 1).front();
  ImageSet set;
  {
    const std::string pixels = content_of(images);
    const auto extents = idx_extents(images, pixels, 3);
    if (extents[0] != label_count) {
      throw DataError{images.string() + " holds " + std::to_string(extents[0]) + " images, but " +
                      labels.string() + " holds " + std::to_string(label_count) + " labels"};
    }
    set.shape = {1, extents[1], extents[2]};
    set.pixels.assign(pixels.begin() + 16, pixels.end());
  }
  for (std::size_t i = 8; i < label_bytes.size(); ++i) {
    set.labels.push_back(static_cast<std::uint8_t>(label_bytes[i]));
    check_label(labels, i - 8, set.labels.back(), classes);
  }
  return set;
}

ImageSet read_cifar(std::span<const fs::path> files, std::int64_t label_bytes,
                    std::int64_t classes) {
  constexpr std::size_t kPixels = 3 * 32 * 32;
  const std::size_t row = kPixels + static_cast<std::size_t>(label_bytes);
  ImageSet set;
  set.shape = {3, 32, 32};
  std::vector<std::size_t> rows;
  for (const auto& path : files) {
    const std::string bytes = content_of(path);
    if (bytes.empty() || bytes.size() % row != 0) {
      throw DataError{path.string() +
                      " is cut short or no binary CIFAR file: " + std::to_string(bytes.size()) +
                      " bytes are no multiple of a row's " + std::to_string(row)};
    }
    rows.push_back(bytes.size() / row);
    for (std::size_t at = 0; at < bytes.size(); at += row) {
      const auto pixels = bytes.begin() + static_cast<std::ptrdiff_t>(at) + label_bytes;
      set.labels.push_back(static_cast<std::uint8_t>(*(pixels - 1)));
      check_label(path, at / row, set.labels.back(), classes);
      set.pixels.insert(set.pixels.end(), pixels, pixels + kPixels);
    }
  }
  // One that was cut between two rows shows only beside the others: all hold the same number.
  const std::size_t most = rows.empty() ? 0 : *std::ranges::max_element(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == most) continue;
    throw DataError{files[i].string() + " is cut short: it holds " + std::to_string(rows[i]) +
                    " images, where another file of the set holds " + std::to_string(most)};
  }
  return set;
}

}  // namespace erg
