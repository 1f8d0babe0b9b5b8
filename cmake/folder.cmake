# upkeep_folder(NAME LEVEL number USES folders… LINKS libraries…): src/NAME as the library
# upkeep_NAME, and its *_test.cpp as the test program test_NAME. A folder uses lower levels only;
# tools/tidy.py reads the levels here and checks the includes against them.
#
# With UPKEEP_PRECOMPILE, the headers that nearly every file reads are read once: for the sources
# by upkeep_base, for the tests by test_base.
include(GoogleTest)
find_package(GTest QUIET)

function(upkeep_folder name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LEVEL" "USES;LINKS")
  set_property(GLOBAL PROPERTY upkeep_level_${name} ${arg_LEVEL})
  foreach(used IN LISTS arg_USES)
    get_property(level GLOBAL PROPERTY upkeep_level_${used})
    if(NOT level LESS arg_LEVEL)
      message(FATAL_ERROR "src/${name} (level ${arg_LEVEL}) may not use src/${used} (${level})")
    endif()
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(TRANSFORM arg_USES PREPEND upkeep_)
  if(sources)
    add_library(upkeep_${name} STATIC ${sources})
    target_link_libraries(upkeep_${name} PUBLIC ${arg_USES} ${arg_LINKS})
    upkeep_precompile(upkeep_${name} upkeep_base <algorithm> <chrono> <expected> <functional> <map>
                      <memory> <optional> <string> <variant> <vector> <fmt/format.h>)
  else()
    add_library(upkeep_${name} INTERFACE)
    target_link_libraries(upkeep_${name} INTERFACE ${arg_USES} ${arg_LINKS})
  endif()
  if(tests AND UPKEEP_TESTS)
    add_executable(test_${name} ${tests})
    target_link_libraries(test_${name} PRIVATE upkeep_${name} GTest::gtest_main rapidcheck)
    upkeep_precompile(test_${name} test_base <map> <string> <vector> <gtest/gtest.h>
                      <rapidcheck/gtest.h>)
    gtest_discover_tests(test_${name} TEST_PREFIX "${name}/" DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
                         PROPERTIES TIMEOUT 300)
  endif()
endfunction()

function(upkeep_precompile target owner)
  if(UPKEEP_PRECOMPILE AND target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  elseif(UPKEEP_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()
