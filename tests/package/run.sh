#!/usr/bin/env bash
# tests/package/run.sh [compiler]
# Installs troupe into a temporary prefix, then builds and runs the same program twice as somebody else's project
# would: with find_package, and with add_subdirectory.
set -euo pipefail

compiler="${1:-g++}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
jobs="${TROUPE_JOBS:-$(nproc)}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# quietly <what> <command...>
quietly() {
  local what="$1"
  shift
  if ! "$@" >"$work/log" 2>&1; then
    tail -n 60 "$work/log" >&2
    echo "package test: $what with $compiler failed; the end of its output is above." >&2
    exit 1
  fi
  echo "package test: $what: ok ($compiler)"
}

# configure_and_build <source> <build> [option of cmake...]
configure_and_build() {
  local source="$1" build="$2"
  shift 2
  cmake -S "$source" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release "$@" &&
    cmake --build "$build" --parallel "$jobs"
}

install_troupe() {
  configure_and_build "$root" "$work/troupe" -DTROUPE_BUILD_TESTS=OFF -DTROUPE_BUILD_EXAMPLES=OFF \
    -DTROUPE_BUILD_APPS=OFF &&
    cmake --install "$work/troupe" --prefix "$work/prefix" &&
    check_installed_files
}

# Private headers and tests must stay at home.
check_installed_files() {
  local strays
  strays="$(cd "$work/prefix" && find . -type f ! -path './include/troupe/*' ! -path './lib/*' \
    ! -path './share/doc/*')"
  strays+="$(find "$work/prefix" -name '*.test.*' -o -name '*.stress.*' -o -name '*.cpp')"
  [[ -z $strays ]] || { echo "These files must not be installed: $strays" && return 1; }
}

quietly "install" install_troupe
quietly "build with find_package" configure_and_build "$here/installed" "$work/installed" \
  -DCMAKE_PREFIX_PATH="$work/prefix"
quietly "run with find_package" "$work/installed/counter"
quietly "build with add_subdirectory" configure_and_build "$here/subdirectory" "$work/subdirectory" \
  -DTROUPE_SOURCE_DIR="$root"
quietly "run with add_subdirectory" "$work/subdirectory/counter"
