// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "erg/data_set.h"

namespace erg {

// The pair of IDX files that MNIST and its relatives come in, plain or gzip. Throws DataError for a
// file that is cut, has bytes left over or another magic number, for labels of another number than
// the images, and for a label that is not below `classes`.
ImageSet read_idx(const std::filesystem::path& images, const std::filesystem::path& labels,
                  std::int64_t classes);

// The binary files of CIFAR: rows of `label_bytes` labels, the last of which counts, and 3x32x32
// pixels. Several files are one set. Throws DataError likewise.
ImageSet read_cifar(std::span<const std::filesystem::path> files, std::int64_t label_bytes,
                    std::int64_t classes);

}  // namespace erg
