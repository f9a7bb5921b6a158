# The standard library's headers, which half of the files include, parsed once: a build from nothing takes a quarter less
# time. Not with ccache, which does not keep what was compiled with precompiled headers. A file must include what it uses
# all the same: with ccache, and in script/syntax, nothing is included for it.

set(COFFER_COMMON_HEADERS
    <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <cstring> <deque> <functional> <map> <memory>
    <mutex> <optional> <set> <shared_mutex> <span> <string> <string_view> <thread> <unordered_map> <utility> <variant>
    <vector>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT COFFER_CCACHE)
  # GCC takes the headers themselves where the options of a target do not fit.
  set(CMAKE_CXX_COMPILE_OPTIONS_INVALID_PCH "")
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/common_headers/empty.cc CONTENT "")
  add_library(coffer_common_headers OBJECT ${CMAKE_BINARY_DIR}/common_headers/empty.cc)
  target_precompile_headers(coffer_common_headers PRIVATE ${COFFER_COMMON_HEADERS})
  if(COFFER_TESTS)
    add_library(coffer_common_test_headers OBJECT ${CMAKE_BINARY_DIR}/common_headers/empty.cc)
    target_link_libraries(coffer_common_test_headers PRIVATE GTest::gtest)
    target_precompile_headers(coffer_common_test_headers PRIVATE ${COFFER_COMMON_HEADERS} <gtest/gtest.h>)
  endif()
endif()
