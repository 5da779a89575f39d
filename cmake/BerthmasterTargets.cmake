# The two verbs that every CMakeLists.txt of the tree uses, so that flags and house rules stand in one place:
#   berthmaster_library(name SOURCES a.cc b.cc DEPS x y)   one library for one folder
#   berthmaster_binary(name SOURCES main.cc DEPS x y)      lands in bin/
#   berthmaster_test(name LABEL unit SOURCES a_test.cc DEPS x y)  one test binary for one folder

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(BERTHMASTER_CCACHE ccache)
if(BERTHMASTER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BERTHMASTER_CCACHE})
endif()

set(BERTHMASTER_SANITIZER "" CACHE STRING "address, thread or fuzzer: build everything with that sanitizer")

add_library(berthmaster_flags INTERFACE)
target_compile_options(berthmaster_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wunused -Wimplicit-fallthrough)
target_include_directories(berthmaster_flags INTERFACE ${CMAKE_SOURCE_DIR})
# A path of the build machine in a binary would make builds differ for no reason.
target_compile_options(berthmaster_flags INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

if(BERTHMASTER_SANITIZER STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(BERTHMASTER_SANITIZER STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  # Every executable tells ThreadSanitizer what the locks of Debian's libabsl do: see cmake/tsan/README.md.
  set(BERTHMASTER_WRAPPED_SYMBOLS ${CMAKE_SOURCE_DIR}/cmake/tsan/wrapped_symbols.txt)
  add_library(berthmaster_tsan_absl OBJECT ${CMAKE_SOURCE_DIR}/cmake/tsan/absl_sync.cc)
  target_link_libraries(berthmaster_tsan_absl PRIVATE berthmaster_flags PUBLIC absl::synchronization absl::status)
  target_link_options(berthmaster_tsan_absl INTERFACE LINKER:@${BERTHMASTER_WRAPPED_SYMBOLS})
  set_target_properties(berthmaster_tsan_absl PROPERTIES INTERFACE_LINK_DEPENDS ${BERTHMASTER_WRAPPED_SYMBOLS})
  # Executables only: a static library would carry a second copy of the wrappers.
  link_libraries($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:berthmaster_tsan_absl>)
elseif(BERTHMASTER_SANITIZER STREQUAL "fuzzer")
  # AddressSanitizer, and in all code the counters by which libFuzzer sees what an input reached. clang only.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(NOT BERTHMASTER_SANITIZER STREQUAL "")
  message(FATAL_ERROR "BERTHMASTER_SANITIZER is '${BERTHMASTER_SANITIZER}': use address, thread, fuzzer or nothing.")
endif()

function(berthmaster_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${name} PUBLIC berthmaster_flags ${ARG_DEPS})
endfunction()

function(berthmaster_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE berthmaster_flags ${ARG_DEPS})
endfunction()

# LABEL is unit, kernel, integration, fuzz or tidy. Tests of one label that must not run side by side share a RESOURCE_LOCK.
function(berthmaster_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT;LOCK" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE berthmaster_flags ${ARG_DEPS} GTest::gmock_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(BERTHMASTER_SANITIZER)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
  endif()
  # GTEST_SKIP with a reason is reported as skipped, never as passed: see tests/README.md.
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "BERTHMASTER_SOURCE_DIR=${CMAKE_SOURCE_DIR};BERTHMASTER_BIN_DIR=${CMAKE_BINARY_DIR}/bin")
  if(ARG_LOCK)
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK ${ARG_LOCK})
  endif()
endfunction()
