#!/usr/bin/env python3
"""Checks who includes whom: layers.py [root of the project]

  1. A library includes the public headers of the libraries below it, and no other troupe header.
  2. Nobody includes what lies in the src/ of another part of the project, but for the fuzzers of that part.
  3. Core includes the standard library alone; headers of the system only in its src/, or where SYSTEM_HEADERS says so.
  4. Each public header has one owner.
"""

import re
import sys
from pathlib import Path

BELOW = {
    "core": [],
    "codec": ["core"],
    "durable": ["codec", "core"],
    "sim": ["core", "codec", "durable", "observe", "net", "cluster"],
    "observe": ["core"],
    "net": ["core"],
    "cluster": ["codec", "core"],
}

STANDARD = set("""
algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution expected filesystem forward_list fstream
functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore
set shared_mutex source_location span spanstream sstream stack stacktrace stdexcept stop_token streambuf string
string_view strstream syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set
utility valarray variant vector version
""".split())

# Of the system: POSIX, Linux, the compiler's runtime. Free to use in libs/core/src.
SYSTEM = re.compile(r"^((sys|linux|bits|sanitizer)/.*|cxxabi|dlfcn|errno|execinfo|fcntl|immintrin|poll|pthread|sched"
                    r"|signal|stdlib|string|time|ucontext|unistd)(\.h)?$")

# Public headers of core that include one of them all the same.
SYSTEM_HEADERS = {"libs/core/include/troupe/detail/durations.hpp": {"bits/chrono.h"}}

# Whose private headers a part may include besides its own.
PRIVATE = {"fuzz": ["apps/kv"], "tests": ["examples", "libs/core", "libs/sim"]}

TEST_HEADERS = re.compile(r"^(gtest|gmock|rapidcheck)(/|\.h)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TEST_FILE = re.compile(r"\.(test|stress)\.cpp$|^libs/\w+/tests/")
PARTS = ("libs", "apps", "examples", "benchmarks", "fuzz", "tests")


def sources(root):
    for part in PARTS:
        for path in sorted((root / part).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".h"):
                yield path.relative_to(root)


def part_of(path):
    """libs/core/src/x.cpp -> libs/core; examples/x.cpp -> examples"""
    return "/".join(path.parts[: 2 if path.parts[0] in ("libs", "apps") else 1])


def owners(root):
    found = {}
    for library in BELOW:
        include = root / "libs" / library / "include"
        for header in sorted(include.rglob("*.hpp")):
            found.setdefault(str(header.relative_to(include)), []).append(library)
    return found


def check_troupe_header(path, header, owner_of):
    if header not in owner_of:
        return f"includes <{header}>, which no library has"
    owner, part = owner_of[header][0], part_of(path)
    if part.startswith("libs/"):
        library = path.parts[1]
        if library != owner and owner not in BELOW.get(library, []):
            return f"includes <{header}> of {owner}, which is not below {library}"
    return None


def check_system_header(path, header):
    if part_of(path) != "libs/core" or header in STANDARD:
        return None
    name = str(path)
    if TEST_FILE.search(name) and (TEST_HEADERS.match(header) or SYSTEM.match(header)):
        return None
    if name.startswith("libs/core/src/") and SYSTEM.match(header):
        return None
    if header in SYSTEM_HEADERS.get(name, ()):
        return None
    return f"includes <{header}>: core includes the standard library alone, and system headers only in its src/"


def check_quoted(root, path, header):
    part = part_of(path)
    open_to_it = [part, *PRIVATE.get(part, ())]
    roots = [path.parent] + [Path(home) / directory for home in open_to_it for directory in ("src", "tests", ".")]
    for base in roots:
        target = (root / base / header).resolve()
        if not target.is_file():
            continue
        owner = part_of(target.relative_to(root)) if target.is_relative_to(root) else "elsewhere"
        return None if owner in open_to_it else f'includes "{header}", which belongs to {owner}'
    return f'includes "{header}", which lies nowhere in ' + " or ".join(open_to_it)


def check(root, path, owner_of):
    for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quoted, header = match[1] == '"', match[2]
        if quoted:
            fault = check_quoted(root, path, header)
        elif header.startswith("troupe/"):
            fault = check_troupe_header(path, header, owner_of)
        else:
            fault = check_system_header(path, header)
        if fault:
            yield f"{path}:{number}: {fault}."


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    unknown = [d.name for d in sorted((root / "libs").iterdir()) if d.is_dir() and d.name not in BELOW]
    faults = [f"libs/{name}: layers.py doesn't know where this library stands; add it to BELOW." for name in unknown]
    owner_of = owners(root)
    faults += [f"<{header}> belongs to {' and '.join(libraries)}: a header has one owner."
               for header, libraries in owner_of.items() if len(libraries) > 1]
    files = list(sources(root))
    for path in files:
        faults += check(root, path, owner_of)
    print("\n".join(faults) if faults else f"layers: {len(files)} files include only what they may.")
    sys.exit(1 if faults else 0)


main()
