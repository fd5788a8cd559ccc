#!/usr/bin/env bash
# headers.sh: each public header compiles alone, with both compilers and without a warning.
set -euo pipefail
# shellcheck source=tools/checks/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Werror)
mapfile -t includes < <(include_flags)

# The header is included from an empty file, as a user would.
check_all_with() {
  public_headers | xargs -I{} -P "$parallel" \
    "$1" -std=c++23 -fsyntax-only -pthread "${warnings[@]}" "${includes[@]}" -x c++ -include {} /dev/null
}

for compiler in g++ clang++-19; do
  if ! check_all_with "$compiler"; then
    echo "headers: a header does not compile alone with $compiler; it is named above." >&2
    exit 1
  fi
done
echo "headers: $(public_headers | wc -l) compile alone with g++ and clang++-19."
