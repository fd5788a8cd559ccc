#!/usr/bin/env bash
# fuzz_smoke.sh [seconds]: runs every fuzzer for that long (60), from the kept corpus. Needs the preset fuzz built.
# What it finds lies in build/fuzz/found, with the command that repeats it in its output.
set -euo pipefail
# shellcheck source=tools/checks/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

seconds="${1:-60}"
new_inputs="$(mktemp -d)"
trap 'rm -rf "$new_inputs"' EXIT

run_fuzzer() {
  local name="$1" corpus="fuzz/corpus/$1" log="build/fuzz/$1.log"
  if [[ -z $(find "$corpus" -type f 2>/dev/null) ]]; then
    echo "fuzz: the fuzzer $name has no corpus in $corpus." >&2
    return 1
  fi
  mkdir -p build/fuzz/found "$new_inputs/$name"
  echo "fuzz: $name for $seconds s ..."
  if ! "build/fuzz/fuzz/fuzz-$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix=build/fuzz/found/ "$new_inputs/$name" "$corpus" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "fuzz: $name found something. The input lies in build/fuzz/found, the log is $log." >&2
    return 1
  fi
  grep -E 'number_of_executed_units|new_units_added' "$log"
}

found=0
for source in fuzz/*.cpp; do
  [[ -f $source ]] || { echo "fuzz: there are no fuzzers in fuzz/." >&2 && exit 1; }
  run_fuzzer "$(basename "$source" .cpp)" || found=1
done
exit "$found"
