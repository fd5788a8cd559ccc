#!/usr/bin/env bash
# header_budget.sh: including <troupe/troupe.hpp> costs less than 60,000 lines after the preprocessor, and a first
# program compiles about as fast as one that only includes what most programs do of the standard library.
#
# What counts is every line that `g++ -std=c++23 -E` writes; lines of code alone are shown beside it. And the
# compiler's CPU time at -O0, compared with its time for the other program on the same machine, the best of three
# each: seconds alone would say how busy the machine is.
set -euo pipefail
# shellcheck source=tools/checks/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly budget=60000
readonly largest_ratio_percent=200
readonly example=examples/01-counter.cpp
mapfile -t includes < <(include_flags)

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
echo '#include <troupe/troupe.hpp>' | g++ -std=c++23 -E -pthread "${includes[@]}" -x c++ - >"$work/preprocessed"
lines="$(wc -l <"$work/preprocessed")"
code="$(grep -cvE '^(#|[[:space:]]*$)' "$work/preprocessed")"

echo "header budget: <troupe/troupe.hpp> is $lines lines ($code of code), the budget is $budget."
if [[ $lines -ge $budget ]]; then
  echo "header budget: that is too many. g++ -H shows what is included." >&2
  exit 1
fi

# compile_ms <file>: CPU time of one compilation, in milliseconds.
compile_ms() {
  local TIMEFORMAT='%U %S' times
  times="$({ time g++ -std=c++23 -O0 "${includes[@]}" -c "$1" -o "$work/object" >&2; } 2>&1)"
  awk '{ printf "%d\n", ($1 + $2) * 1000 }' <<<"$times"
}

printf '#include <%s>\n' algorithm chrono functional iostream map memory mutex string thread vector >"$work/plain.cpp"
echo 'int main() {}' >>"$work/plain.cpp"
best_example=1000000
best_plain=1000000
for _ in 1 2 3; do
  ms="$(compile_ms "$example")" && ((best_example = ms < best_example ? ms : best_example))
  ms="$(compile_ms "$work/plain.cpp")" && ((best_plain = ms < best_plain ? ms : best_plain))
done

ratio=$((100 * best_example / best_plain))
echo "header budget: $example compiles in $best_example ms, ten headers of the standard library in $best_plain ms:" \
  "$ratio %, the budget is $largest_ratio_percent %."
if [[ $ratio -gt $largest_ratio_percent ]]; then
  echo "header budget: that is too slow. g++ -ftime-report shows where the time goes." >&2
  exit 1
fi
