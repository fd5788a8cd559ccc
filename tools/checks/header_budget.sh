#!/usr/bin/env bash
# header_budget.sh: including <troupe/troupe.hpp> costs less than 60,000 lines after the preprocessor.
# What counts is every line that `g++ -std=c++23 -E` writes; lines of code alone are shown beside it.
set -euo pipefail
# shellcheck source=tools/checks/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

readonly budget=60000
mapfile -t includes < <(include_flags)

preprocessed="$(mktemp)"
trap 'rm -f "$preprocessed"' EXIT
echo '#include <troupe/troupe.hpp>' | g++ -std=c++23 -E -pthread "${includes[@]}" -x c++ - >"$preprocessed"
lines="$(wc -l <"$preprocessed")"
code="$(grep -cvE '^(#|[[:space:]]*$)' "$preprocessed")"

echo "header budget: <troupe/troupe.hpp> is $lines lines ($code of code), the budget is $budget."
if [[ $lines -ge $budget ]]; then
  echo "header budget: that is too many. g++ -H shows what is included." >&2
  exit 1
fi
