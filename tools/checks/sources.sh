#!/usr/bin/env bash
# sources.sh: no test sleeps (an error); files of more than 400 lines are listed (a warning).
# A test awaits an event or advances a clock that it owns. Where only real time will do, the line says why:
#   time.sleep(0.1)  # sleeps: the server's expiry runs on the system clock
set -euo pipefail
# shellcheck source=tools/checks/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly sleeping='\b(sleep_for|sleep_until|usleep|nanosleep|clock_nanosleep)\b|\bsleep[[:space:]]*\('

test_files() {
  find libs apps tests examples \( -name '*.test.cpp' -o -name '*.stress.cpp' -o -path '*/tests/*.[ch]pp' \
    -o -path 'tests/*.[ch]pp' -o -path 'examples/*.cpp' -o -path '*tests/*.py' -o -path '*tests/*.sh' \) \
    -type f 2>/dev/null | sort -u
}

long_files() {
  local file lines
  while read -r file; do
    lines="$(wc -l <"$file")"
    [[ $lines -le 400 ]] || echo "sources: warning: $file has $lines lines, more than 400."
  done < <(cxx_files)
}

long_files
mapfile -t files < <(test_files)
if [[ ${#files[@]} -gt 0 ]] && grep -nE "$sleeping" "${files[@]}" /dev/null | grep -vE '(//|#) sleeps: '; then
  echo "sources: the lines above sleep. Await the event, or advance a manual clock." >&2
  exit 1
fi
echo "sources: none of ${#files[@]} test files sleeps."
