// SPDX-License-Identifier: Apache-2.0
#include "nvml_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace erg::nvml {
namespace {

TEST(NvmlStatus, EveryCodeHasItsOwnWords) {
  std::set<std::string_view> names, words;
  for (Return code = 0; code <= 30; ++code) {
    EXPECT_EQ(status(code).code, code);
    EXPECT_TRUE(names.insert(status(code).name).second) << code;
    EXPECT_TRUE(words.insert(status(code).words).second) << code;
  }
  EXPECT_EQ(status(999).name, "NVML_ERROR_UNKNOWN");
  EXPECT_EQ(status(31).name, "NVML_ERROR_UNKNOWN");
  EXPECT_EQ(status(-1).name, "NVML_ERROR_UNKNOWN");
}

TEST(NvmlStatus, TellsWhatAFailedReadingMeans) {
  EXPECT_EQ(status(kSuccess).absence, Absence::none);
  EXPECT_EQ(status(kNotSupported).absence, Absence::not_supported);
  EXPECT_EQ(status(kFunctionNotFound).absence, Absence::not_supported);
  EXPECT_EQ(status(kNoPermission).absence, Absence::no_permission);
  EXPECT_EQ(status(kGpuIsLost).absence, Absence::device_lost);
  EXPECT_EQ(status(kResetRequired).absence, Absence::device_lost);
  EXPECT_EQ(status(999).absence, Absence::failed);
  EXPECT_EQ(words("nvmlInit", 9),
            "nvmlInit: NVML_ERROR_DRIVER_NOT_LOADED (9): NVIDIA's driver is not loaded");
}

}  // namespace
}  // namespace erg::nvml
