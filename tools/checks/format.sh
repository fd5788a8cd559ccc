#!/usr/bin/env bash
# format.sh [--fix]: all C++ files are as clang-format-19 would write them.
set -euo pipefail
# shellcheck source=tools/checks/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mode=(--dry-run -Werror)
[[ ${1:-} != --fix ]] || mode=(-i)

mapfile -t files < <(cxx_files)
if ! clang-format-19 "${mode[@]}" "${files[@]}"; then
  echo "format: write them with tools/checks/format.sh --fix." >&2
  exit 1
fi
echo "format: ${#files[@]} files are well formatted."
