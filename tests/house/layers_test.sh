#!/usr/bin/env bash
# Proves that cmake/Room.cmake enforces the layers, on a toy of three rooms: what is allowed builds, an include of a room that
# was not linked fails to compile, a link to a room above fails to configure.
#   layers_test.sh CMAKE_MODULE_FOLDER
set -euo pipefail
modules=$1
toy=$(mktemp -d)
trap 'rm -rf "$toy"' EXIT

mkdir -p "$toy"/src/{low,middle,high}
cat >"$toy/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.23)
project(toy LANGUAGES CXX)
list(APPEND CMAKE_MODULE_PATH $modules)
include(Room)
add_subdirectory(src/low)
add_subdirectory(src/middle)
add_subdirectory(src/high)
END
echo '#pragma once
int low();' >"$toy/src/low/low.h"
echo '#include "low/low.h"
int low() { return 1; }' >"$toy/src/low/low.cc"
echo 'coffer_room(NAME low LAYER 0 SOURCES low.cc)' >"$toy/src/low/CMakeLists.txt"
echo '#pragma once
int middle();' >"$toy/src/middle/middle.h"
echo '#include "middle/middle.h"
#include "low/low.h"
int middle() { return low(); }' >"$toy/src/middle/middle.cc"
echo 'coffer_room(NAME middle LAYER 1 SOURCES middle.cc PRIVATE low)' >"$toy/src/middle/CMakeLists.txt"
allowed='#include "middle/middle.h"
int high() { return middle(); }'
echo "$allowed" >"$toy/src/high/high.cc"
high='coffer_room(NAME high LAYER 2 SOURCES high.cc PRIVATE middle)'
echo "$high" >"$toy/src/high/CMakeLists.txt"

build() {
  rm -rf "$toy/build"
  cmake -G Ninja -S "$toy" -B "$toy/build" >"$toy/out" 2>&1 && cmake --build "$toy/build" >>"$toy/out" 2>&1
}
must_fail() {  # must_fail WHAT EXPECTED-TEXT
  if build; then
    echo "FAILED: $1 was accepted"
    exit 1
  fi
  grep -q "$2" "$toy/out" || { echo "FAILED: $1 was refused for another reason:"; cat "$toy/out"; exit 1; }
  echo "refused as it should be: $1"
}

build || { echo "FAILED: what is allowed does not build:"; cat "$toy/out"; exit 1; }

echo '#include "low/low.h"
int high() { return low(); }' >"$toy/src/high/high.cc"
must_fail "an include of a room that was not linked, only reachable through another room's PRIVATE link" 'low/low.h: No such file'
echo "$allowed" >"$toy/src/high/high.cc"

echo '#include "high/high.h"
int low() { return 0; }' >"$toy/src/low/low.cc"
must_fail "an include of a room above" 'high/high.h: No such file'
echo '#include "low/low.h"
int low() { return 1; }' >"$toy/src/low/low.cc"

echo 'coffer_room(NAME middle LAYER 2 SOURCES middle.cc PRIVATE low)' >"$toy/src/middle/CMakeLists.txt"
must_fail "a link to a room of the same layer" 'rooms may only look down'
