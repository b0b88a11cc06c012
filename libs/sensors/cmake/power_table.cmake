# Turns data/<kind>_power.csv (model,power_w,threads,source; '#' opens a comment, the first of which
# holds the version) into a C++ table. Fails on a line of another shape.
function(erg_power_table kind output)
  set(csv ${CMAKE_CURRENT_SOURCE_DIR}/data/${kind}_power.csv)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${csv})
  file(STRINGS ${csv} lines ENCODING UTF-8)
  set(rows "")
  set(count 0)
  foreach(line IN LISTS lines)
    if(line MATCHES "^#|^model," OR line STREQUAL "")
      continue()
    endif()
    if(NOT line MATCHES "^([^,\"]+),([0-9.]+),([0-9]+),([^,\"]+)$")
      message(FATAL_ERROR "${csv}: not model,power_w,threads,source: ${line}")
    endif()
    string(APPEND rows
      "    {\"${CMAKE_MATCH_1}\", Watts{${CMAKE_MATCH_2}}, ${CMAKE_MATCH_3}, \"${CMAKE_MATCH_4}\"},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  string(CONCAT text
    "// Generated from data/${kind}_power.csv.\n"
    "#include \"power_table_data.h\"\n\nnamespace erg {\nnamespace {\n\n"
    "constexpr std::array<NominalPower, ${count}> kTable{{\n${rows}}};\n\n}  // namespace\n\n"
    "std::span<const NominalPower> ${kind}_power_table() { return kTable; }\n\n}  // namespace erg\n")
  file(CONFIGURE OUTPUT ${output} CONTENT "${text}" @ONLY)
endfunction()
