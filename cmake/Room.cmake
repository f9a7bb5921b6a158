# A room is one folder under src/: a static library with a layer number, its own include root and its own test program.
#
#   coffer_room(NAME kms LAYER 3 SOURCES key.cc ... PUBLIC base store PRIVATE crypto VENDOR RocksDB::x TESTS key_test.cc
#               PROTOS records.proto TEST_ROOMS store_testing)
#
# How the layers are enforced:
#  - every room exports an include root that contains nothing but a link to its own folder, so `#include "kms/key.h"`
#    resolves only for a target that linked kms; a room that was not linked is "No such file or directory";
#  - a room may link only rooms whose LAYER is lower than its own, checked here at configure time.
#
# PUBLIC rooms appear in the room's headers, PRIVATE ones only in its sources. PATH defaults to NAME and is the path below
# src/ (services/secretsmanager). Headers generated from PROTOS are visible to the room and its tests only.

function(coffer_room)
  cmake_parse_arguments(ROOM "" "NAME;LAYER;PATH" "SOURCES;PUBLIC;PRIVATE;VENDOR;TESTS;PROTOS;TEST_ROOMS" ${ARGN})
  if(ROOM_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "coffer_room(${ROOM_NAME}): unknown arguments ${ROOM_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ROOM_PATH)
    set(ROOM_PATH ${ROOM_NAME})
  endif()
  set(target coffer_${ROOM_NAME})
  set(include_root ${CMAKE_BINARY_DIR}/rooms/${ROOM_NAME})
  get_filename_component(parent ${include_root}/${ROOM_PATH} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_root}/${ROOM_PATH} SYMBOLIC)

  set(generated "")
  if(ROOM_PROTOS)
    _coffer_protos(${ROOM_NAME} ${ROOM_PATH} generated ${ROOM_PROTOS})
  endif()

  add_library(${target} STATIC ${ROOM_SOURCES} ${generated})
  set_target_properties(${target} PROPERTIES COFFER_LAYER "${ROOM_LAYER}" OUTPUT_NAME ${target})
  target_include_directories(${target} PUBLIC ${include_root})
  if(ROOM_PROTOS)
    target_include_directories(${target} SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated/${ROOM_NAME})
    target_link_libraries(${target} PRIVATE protobuf::libprotobuf-lite)
  endif()
  foreach(visibility PUBLIC PRIVATE)
    foreach(room IN LISTS ROOM_${visibility})
      _coffer_check_layer(${ROOM_NAME} ${ROOM_LAYER} ${room})
      target_link_libraries(${target} ${visibility} coffer_${room})
    endforeach()
  endforeach()
  target_link_libraries(${target} PRIVATE ${ROOM_VENDOR})
  _coffer_use_common_headers(${target} coffer_common_headers)

  if(COFFER_TESTS AND ROOM_TESTS)
    _coffer_room_tests(${ROOM_NAME} "${ROOM_TESTS}" "${ROOM_TEST_ROOMS}" "${ROOM_PRIVATE}" "${ROOM_VENDOR}" "${ROOM_PROTOS}")
  endif()
endfunction()

# `headers`: see CommonHeaders.cmake; without effect if there are none.
function(_coffer_use_common_headers target headers)
  if(TARGET ${headers})
    target_precompile_headers(${target} REUSE_FROM ${headers})
  endif()
endfunction()

function(_coffer_check_layer name layer room)
  if(NOT TARGET coffer_${room})
    message(FATAL_ERROR "room ${name} links room ${room}, which does not exist (yet): rooms may only look down")
  endif()
  get_target_property(below coffer_${room} COFFER_LAYER)
  if(NOT below LESS layer)
    message(FATAL_ERROR "room ${name} (layer ${layer}) links room ${room} (layer ${below}): rooms may only look down")
  endif()
endfunction()

function(_coffer_protos name path out)
  find_package(Protobuf REQUIRED)
  set(root ${CMAKE_BINARY_DIR}/generated/${name})
  file(MAKE_DIRECTORY ${root}/${path})
  set(files "")
  foreach(proto IN LISTS ARGN)
    get_filename_component(stem ${proto} NAME_WE)
    set(cc ${root}/${path}/${stem}.pb.cc)
    set(h ${root}/${path}/${stem}.pb.h)
    add_custom_command(
      OUTPUT ${cc} ${h}
      COMMAND protobuf::protoc --cpp_out=${root} -I ${CMAKE_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
      COMMENT "protoc ${path}/${proto}")
    set_source_files_properties(${cc} PROPERTIES COMPILE_OPTIONS "-w")
    list(APPEND files ${cc} ${h})
  endforeach()
  set(${out} ${files} PARENT_SCOPE)
endfunction()

function(_coffer_room_tests name tests rooms private vendor protos)
  set(target ${name}_test)
  add_executable(${target} ${tests})
  _coffer_use_common_headers(${target} coffer_common_test_headers)
  target_link_libraries(${target} PRIVATE coffer_${name} GTest::gtest_main ${vendor})
  foreach(room IN LISTS rooms private)
    target_link_libraries(${target} PRIVATE coffer_${room})
  endforeach()
  if(protos)
    target_include_directories(${target} SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated/${name})
    target_link_libraries(${target} PRIVATE protobuf::libprotobuf-lite)
  endif()
  add_test(NAME ${name} COMMAND ${target})
  if(COFFER_SANITIZE STREQUAL "thread")
    set_tests_properties(${name} PROPERTIES ENVIRONMENT
                         "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan_suppressions.txt")
  endif()
endfunction()

# A folder of operation cards. Each word of CARDS is a file CARD.cc in the folder that defines
# `api::Operation CARD();`. The same word makes the build compile it and the service answer it: the list is the registry.
# The generated <NAME>_cards.inc holds one line `COFFER_CARD(card)` for each. PATH defaults to services/NAME; a service
# that shares its name with the room below it needs another NAME.
function(coffer_service)
  cmake_parse_arguments(SERVICE "" "NAME;LAYER;PATH" "CARDS;SOURCES;PUBLIC;PRIVATE;VENDOR;TESTS;TEST_ROOMS" ${ARGN})
  if(NOT SERVICE_PATH)
    set(SERVICE_PATH services/${SERVICE_NAME})
  endif()
  set(inc ${CMAKE_BINARY_DIR}/generated/${SERVICE_NAME}/${SERVICE_NAME}_cards.inc)
  set(lines "")
  set(sources ${SERVICE_SOURCES})
  foreach(card IN LISTS SERVICE_CARDS)
    string(APPEND lines "COFFER_CARD(${card})\n")
    list(APPEND sources ${card}.cc)
  endforeach()
  file(CONFIGURE OUTPUT ${inc} CONTENT "${lines}")
  coffer_room(
    NAME ${SERVICE_NAME} PATH ${SERVICE_PATH} LAYER ${SERVICE_LAYER} SOURCES ${sources}
    PUBLIC ${SERVICE_PUBLIC} PRIVATE ${SERVICE_PRIVATE} VENDOR ${SERVICE_VENDOR}
    TESTS ${SERVICE_TESTS} TEST_ROOMS ${SERVICE_TEST_ROOMS})
  target_include_directories(coffer_${SERVICE_NAME} PRIVATE ${CMAKE_BINARY_DIR}/generated/${SERVICE_NAME})
endfunction()
