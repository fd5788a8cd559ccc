# Shared by the checks. To be sourced.
# shellcheck shell=bash disable=SC2034

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
parallel="${TROUPE_JOBS:-$(nproc)}"
cd "$root" || exit 1

# All C++ files of the project, whether git knows them already or not yet.
cxx_files() {
  if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' | sort -u | existing
  else
    find apps benchmarks docs examples fuzz libs tests tools \( -name '*.cpp' -o -name '*.hpp' \) 2>/dev/null | sort
  fi
}

existing() {
  local file
  while read -r file; do
    [[ ! -f $file ]] || printf '%s\n' "$file"
  done
}

public_headers() { find libs/*/include -name '*.hpp' | sort; }

include_flags() {
  local directory
  for directory in libs/*/include; do printf -- '-I%s\n' "$directory"; done
}
