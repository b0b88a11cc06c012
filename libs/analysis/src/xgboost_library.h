// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace erg {

// The functions of XGBoost's C interface that are used. The library is opened when trees are first
// asked for: linking it would add 5 ms to the start of every command.
struct XgboostLibrary {
  const char* (*last_error)() = nullptr;
  int (*matrix_from)(const float*, std::uint64_t, std::uint64_t, float, void**) = nullptr;
  int (*set_floats)(void*, const char*, const float*, std::uint64_t) = nullptr;
  int (*free_matrix)(void*) = nullptr;
  int (*create)(void* const*, std::uint64_t, void**) = nullptr;
  int (*free_booster)(void*) = nullptr;
  int (*set_parameter)(void*, const char*, const char*) = nullptr;
  int (*update)(void*, int, void*) = nullptr;
  int (*predict)(void*, void*, int, unsigned, int, std::uint64_t*, const float**) = nullptr;
  int (*save)(void*, const char*, std::uint64_t*, const char**) = nullptr;
  int (*load)(void*, const void*, std::uint64_t) = nullptr;
  std::string missing;  // why it is not there; empty: it is

  // Throws FitError with XGBoost's words.
  void check(int result, const char* what) const;
};

const XgboostLibrary& xgboost();

}  // namespace erg
