# SPDX-License-Identifier: Apache-2.0
# Finds the LibTorch that lies inside a Python torch package, CPU or CUDA build, without importing
# it (seconds) and without TorchConfig.cmake (whose CUDA build demands a CUDA toolkit).
#
# Where it looks, the first that is set or there decides, and a wrong one is never passed over:
#   LibTorch_ROOT     or the environment's ERG_TORCH: a torch package, the folder that holds one, or
#                     a virtual environment
#   ERG_TORCH_PYTHON  or the environment's: the Python whose torch is meant
#   .venv/bin/python  in the source folder
#   python3           on PATH
#
# Gives the target LibTorch::LibTorch and LibTorch_FOUND, LibTorch_VERSION, LibTorch_CUDA (whether
# it is a CUDA build), LibTorch_PYTHON (the Python it was asked of; empty with LibTorch_ROOT),
# LibTorch_PACKAGE_DIR.

# The environment counts at the time it is set; a later configure without it keeps the choice.
foreach(pair "LibTorch_ROOT=ERG_TORCH" "ERG_TORCH_PYTHON=ERG_TORCH_PYTHON")
  string(REPLACE "=" ";" pair ${pair})
  list(GET pair 0 variable)
  list(GET pair 1 environment)
  if(NOT "$ENV{${environment}}" STREQUAL "")
    set(${variable} "$ENV{${environment}}" CACHE PATH "Which torch to use" FORCE)
  endif()
endforeach()

set(LibTorch_PYTHON "")
set(LibTorch_PACKAGE_DIR "")
set(reason "")
if(LibTorch_ROOT)
  file(GLOB in_venv ${LibTorch_ROOT}/lib/python3*/site-packages/torch)
  foreach(place ${LibTorch_ROOT} ${LibTorch_ROOT}/torch ${in_venv})
    if(EXISTS ${place}/version.py AND NOT LibTorch_PACKAGE_DIR)
      set(LibTorch_PACKAGE_DIR ${place})
    endif()
  endforeach()
  set(reason "no torch package in ${LibTorch_ROOT}, which LibTorch_ROOT or ERG_TORCH names.")
else()
  if(ERG_TORCH_PYTHON)
    set(LibTorch_PYTHON ${ERG_TORCH_PYTHON})
  elseif(EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python)
    set(LibTorch_PYTHON ${PROJECT_SOURCE_DIR}/.venv/bin/python)
  else()
    find_program(python3 python3 NO_CACHE)
    if(python3)
      set(LibTorch_PYTHON ${python3})
    endif()
  endif()
  if(LibTorch_PYTHON)
    execute_process(
      COMMAND ${LibTorch_PYTHON} -c "import importlib.util as u; s = u.find_spec('torch'); \
print(s.submodule_search_locations[0] if s else '', end='')"
      OUTPUT_VARIABLE LibTorch_PACKAGE_DIR ERROR_VARIABLE complaint RESULT_VARIABLE status)
    set(reason "${LibTorch_PYTHON} has no torch: run scripts/setup, or name one in ERG_TORCH.")
    if(NOT status EQUAL 0)
      set(reason "${LibTorch_PYTHON}: ${status} ${complaint}")
    endif()
  else()
    set(reason "no Python here: run scripts/setup, or name a torch package in ERG_TORCH.")
  endif()
endif()

if(EXISTS "${LibTorch_PACKAGE_DIR}/version.py")
  file(STRINGS ${LibTorch_PACKAGE_DIR}/version.py lines REGEX "^(__version__|cuda)[ :]")
  foreach(line ${lines})
    if(line MATCHES "^__version__ = '([0-9.]+)")
      set(LibTorch_VERSION ${CMAKE_MATCH_1})
    elseif(line MATCHES "^cuda.*= '")
      set(LibTorch_CUDA ON)
    elseif(line MATCHES "^cuda.*= None")
      set(LibTorch_CUDA OFF)
    endif()
  endforeach()
  foreach(name torch torch_cpu c10)
    if(EXISTS ${LibTorch_PACKAGE_DIR}/lib/lib${name}.so)
      list(APPEND LibTorch_LIBRARIES ${LibTorch_PACKAGE_DIR}/lib/lib${name}.so)
    else()
      set(reason "${LibTorch_PACKAGE_DIR}/lib has no lib${name}.so.")
      set(LibTorch_PACKAGE_DIR "")
    endif()
  endforeach()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_PACKAGE_DIR LibTorch_LIBRARIES LibTorch_VERSION
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "${reason}")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  # Nothing of ours names a symbol of the CUDA libraries: they register themselves when loaded, and
  # so must be linked although unused.
  foreach(name torch_cuda c10_cuda)
    if(EXISTS ${LibTorch_PACKAGE_DIR}/lib/lib${name}.so)
      list(APPEND LibTorch_LIBRARIES ${LibTorch_PACKAGE_DIR}/lib/lib${name}.so)
    endif()
  endforeach()
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
    ${LibTorch_PACKAGE_DIR}/include ${LibTorch_PACKAGE_DIR}/include/torch/csrc/api/include)
  target_compile_features(LibTorch::LibTorch INTERFACE cxx_std_20)
  # Every torch from 2.10 on is built with the C++11 ABI; a compiler set to the old one would fail
  # at the link with pages of missing symbols.
  target_compile_definitions(LibTorch::LibTorch INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
  # libtorch_cpu.so exports a std::filesystem of its own, of another compiler, some of which crashes
  # when ours is called with it: the system's comes first.
  target_link_libraries(LibTorch::LibTorch INTERFACE stdc++ ${LibTorch_LIBRARIES})
  # What the CUDA libraries need in turn (cuBLAS, cuDNN) they find themselves when they are loaded.
  target_link_options(LibTorch::LibTorch INTERFACE
    LINKER:--no-as-needed LINKER:--allow-shlib-undefined)
endif()
