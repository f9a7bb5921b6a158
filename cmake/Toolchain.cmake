# Compiler and linker settings for every target. Nothing here is needed for correctness except the warnings-as-errors and
# the hardening flags of the release preset; ccache, lld and mold only make building faster.

find_program(COFFER_CCACHE ccache)
if(COFFER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${COFFER_CCACHE})
endif()

find_program(COFFER_MOLD mold)
find_program(COFFER_LLD NAMES ld.lld ld.lld-14)
if(COFFER_MOLD AND NOT COFFER_FUZZ)
  add_link_options(-fuse-ld=mold)
elseif(COFFER_LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_compile_options(-Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
                    -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${CMAKE_BINARY_DIR}/=)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of this kind inside libstdc++ at -O2.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND CMAKE_CXX_FLAGS_DEBUG STREQUAL "-g")
  # One level of debug information halves the size of objects and keeps line numbers in sanitizer reports.
  set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
endif()

if(COFFER_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Asio has fences, which ThreadSanitizer does not model; it finds the locks beside them.
  add_compile_options(-Wno-tsan)
endif()

if(COFFER_SANITIZE)
  add_compile_options(-fsanitize=${COFFER_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${COFFER_SANITIZE})
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
