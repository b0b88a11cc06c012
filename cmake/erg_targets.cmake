# Warnings belong to targets, sanitizer flags to presets: each can be set without undoing the other.
function(erg_warnings target)
  if(ERG_DEVELOPER)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  endif()
endfunction()

# One folder of libs/ = one library. Headers and sources are named, never globbed; only its own
# include/ is exported, so that a forbidden include does not compile. INTERNAL: not installed.
function(erg_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "INTERNAL" "" "HEADERS;SOURCES;LINK")
  add_library(erg_${name} STATIC ${arg_SOURCES})
  add_library(erg::${name} ALIAS erg_${name})
  target_sources(erg_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  target_compile_features(erg_${name} PUBLIC cxx_std_20)
  target_link_libraries(erg_${name} ${arg_LINK})
  erg_warnings(erg_${name})
  set_target_properties(erg_${name} PROPERTIES
    EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON
    VERIFY_INTERFACE_HEADER_SETS ON)
  if(NOT arg_INTERNAL)
    install(TARGETS erg_${name} EXPORT erg-targets FILE_SET HEADERS)
  endif()
  if(ERG_DEVELOPER)
    foreach(part test bench)
      if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${part}/CMakeLists.txt)
        add_subdirectory(${part})
      endif()
    endforeach()
  endif()
  if(ERG_FUZZ AND EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/CMakeLists.txt)
    add_subdirectory(fuzz)
  endif()
endfunction()

# A GoogleTest program. LABELS say what it needs: unit (nothing), data (../shared/data), torch, gpu,
# rapl, postgres, browser; slow ones are also labelled slow. It may read the shared data through
# ERG_SHARED_DATA and must skip, saying so, where that folder is absent.
function(erg_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LINK;LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock_main)
  target_compile_definitions(${name} PRIVATE ERG_SHARED_DATA="${PROJECT_SOURCE_DIR}/../shared/data")
  erg_warnings(${name})
  set(lock)
  if("postgres" IN_LIST arg_LABELS)  # one of them cuts off all who use the server
    set(lock RESOURCE_LOCK postgres)
  endif()
  gtest_discover_tests(${name}
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ${lock})
endfunction()

# A Google Benchmark program, left out where the library is absent. Never a test.
function(erg_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  if(TARGET benchmark::benchmark_main)
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LINK} benchmark::benchmark_main)
    erg_warnings(${name})
  endif()
endfunction()

# A libFuzzer program <floor>_fuzz_<what>, for scripts/fuzz; starts from the files in the folder
# seeds/<what>, where there is one. The preset fuzz instruments everything, the readers included.
function(erg_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
  erg_warnings(${name})
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers ${name})
endfunction()
