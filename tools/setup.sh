# Shared by ./run, ./test and .ci/run: what a fresh Debian 12 lacks is installed, a preset is built. To be sourced.
# shellcheck shell=bash disable=SC2034
#
# From the environment:
#   TROUPE_JOBS        how many compilers and tests run at once (default: one per processor)
#   TROUPE_SKIP_SETUP  set it to 1 to install nothing

TROUPE_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TROUPE_JOBS="${TROUPE_JOBS:-$(nproc)}"

# Clones share what ccache has: paths below the root count as relative, and the folder of the build not at all.
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$TROUPE_ROOT}" CCACHE_NOHASHDIR=1

readonly build_packages=(g++ cmake ninja-build ccache python3 libasio-dev libcli11-dev libgtest-dev librapidcheck-dev
  nlohmann-json3-dev)
readonly test_packages=(redis-server redis-tools gdb)
readonly ci_packages=(git clang-19 clang-format-19 clang-tools-19 libclang-rt-19-dev llvm-19)

say() { printf 'troupe: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

# need <package>...: installs those that aren't there. Uses no network when all are.
need() {
  [[ ${TROUPE_SKIP_SETUP:-} == 1 ]] && return
  if ! command -v dpkg-query >/dev/null; then
    say "this is no Debian, so nothing is installed for you. Needed: $*"
    return
  fi
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] || install_packages "${missing[@]}"
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

install_packages() {
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null ||
      fail "these packages are missing: $*. Install them as root (apt-get install $*) and start again."
    as_root=(sudo)
  fi
  say "installing $* ..."
  local log
  log="$(mktemp)"
  if ! "${as_root[@]}" bash "$TROUPE_ROOT/tools/install-packages" "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "apt-get could not install: $*. The end of its output is above; all of it is in $log."
  fi
  rm -f "$log"
}

# build <preset> [target...]: quiet when it works, the log when it doesn't.
build() {
  local preset="$1" log="$TROUPE_ROOT/build/$1.log" targets=()
  shift
  [[ $# -eq 0 ]] || targets=(--target "$@")
  mkdir -p "$TROUPE_ROOT/build"
  [[ -d $TROUPE_ROOT/build/$preset ]] || say "building for the first time, which takes a minute or two ($log) ..."
  if ! build_alone "$preset" "${targets[@]}" >"$log" 2>&1; then
    tail -n 100 "$log" >&2
    fail "the build '$preset' failed. The end of its log is above; all of it is in $log."
  fi
}

# Two builds in one directory would trip over each other: the second waits.
build_alone() {
  local preset="$1"
  shift
  (
    cd "$TROUPE_ROOT" && flock 9 && cmake --preset "$preset" &&
      cmake --build --preset "$preset" --parallel "$TROUPE_JOBS" "$@"
  ) 9>"$TROUPE_ROOT/build/.lock"
}

# run_tests <preset> [argument of ctest...]
run_tests() {
  local preset="$1"
  shift
  (cd "$TROUPE_ROOT" && ctest --preset "$preset" --parallel "$TROUPE_JOBS" "$@")
}
