# Warnings, linker, compiler cache, sanitizers.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough
                    -ffp-contract=off)  # the same score on every compiler
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Optimized builds: wrong about std::variant, and (GCC bug 105651) about std::string.
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-Wno-maybe-uninitialized>)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    add_compile_options(-Wno-restrict)
  endif()
elseif(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  add_compile_options(-Wno-deprecated-declarations)  # inside libstdc++ 12's stable_sort
endif()
include_directories(${CMAKE_SOURCE_DIR}/src)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(UPKEEP_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")
if(UPKEEP_SANITIZE)
  add_compile_options(-fsanitize=${UPKEEP_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${UPKEEP_SANITIZE})
endif()

find_program(UPKEEP_CCACHE ccache)
if(UPKEEP_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${UPKEEP_CCACHE})
  if(UPKEEP_PRECOMPILE)  # without this, ccache does not keep what uses a precompiled header
    list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER
         ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros)
  endif()
endif()
find_program(UPKEEP_MOLD mold)
if(UPKEEP_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_package(Threads REQUIRED)
