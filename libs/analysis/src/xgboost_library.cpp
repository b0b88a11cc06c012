// SPDX-License-Identifier: Apache-2.0
#include "xgboost_library.h"

#include <dlfcn.h>

#include <array>

#include "erg/least_squares.h"

namespace erg {
namespace {

constexpr std::array kNames{"libxgboost.so.0", "libxgboost.so"};

template <class Function>
void find(void* library, Function& function, const char* name, std::string& missing) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function) missing = std::string{"libxgboost has no "} + name;
}

XgboostLibrary opened() {
  XgboostLibrary it;
  void* library = nullptr;
  for (const char* name : kNames) {
    if (!library) library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  }
  if (!library) {
    const char* words = ::dlerror();
    it.missing = words ? words : "libxgboost cannot be opened";
    return it;
  }
  find(library, it.last_error, "XGBGetLastError", it.missing);
  find(library, it.matrix_from, "XGDMatrixCreateFromMat", it.missing);
  find(library, it.set_floats, "XGDMatrixSetFloatInfo", it.missing);
  find(library, it.free_matrix, "XGDMatrixFree", it.missing);
  find(library, it.create, "XGBoosterCreate", it.missing);
  find(library, it.free_booster, "XGBoosterFree", it.missing);
  find(library, it.set_parameter, "XGBoosterSetParam", it.missing);
  find(library, it.update, "XGBoosterUpdateOneIter", it.missing);
  find(library, it.predict, "XGBoosterPredict", it.missing);
  find(library, it.save, "XGBoosterSaveModelToBuffer", it.missing);
  find(library, it.load, "XGBoosterLoadModelFromBuffer", it.missing);
  return it;
}

}  // namespace

void XgboostLibrary::check(int result, const char* what) const {
  if (result != 0) throw FitError{std::string{"boosted trees: "} + what + ": " + last_error()};
}

const XgboostLibrary& xgboost() {
  static const XgboostLibrary library = opened();  // stays open: nothing else is safe with OpenMP
  return library;
}

}  // namespace erg
