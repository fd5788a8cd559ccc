#!/usr/bin/env python3
"""Finds the coroutine forms that g++ 12.2 miscompiles, in the sources of a build: lint.py build/tsan

The build directory must hold a compile_commands.json, best one of clang's. lint.py --self-test checks the lint
itself against fixtures/, where each line that must be found says so: `// finds: ternary`.
"""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
LINTED = ("apps", "benchmarks", "docs", "examples", "libs")
HIT = re.compile(r'^(.+?):(\d+):\d+: note: "(ternary|aggregate|condition)" binds here')
MEANT = "// lint: meant"  # in the line that is found, or the one below: a test of what happens then
MARK = re.compile(r"// finds: (\w+)")

EXPLAINED = {
    "ternary": "a ternary that yields an object with a destructor beside a co_await is destroyed twice by g++ 12: "
               "give its result a name, then await",
    "aggregate": "an aggregate or lambda with a destructor, made by braces beside a co_await, is destroyed twice by "
                 "g++ 12: give it a name, then await",
    "condition": "this coroutine declares no variable and awaits in a condition, for which g++ 12 builds a wrong "
                 "frame: write `if (auto ok = co_await ...; ok)`",
}


def query(file, *arguments):
    """The matches in one source and what it includes, as (file, line, kind)."""
    command = ["clang-query-19", "-f", str(HERE / "matchers.query"), str(file), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0 or re.search(r"(^|: )(fatal )?[Ee]rror\b.*", done.stdout, re.M):
        sys.exit(f"clang-query-19 can't read {file}:\n{done.stdout[-3000:]}")
    hits = (HIT.match(line) for line in done.stdout.splitlines())
    return {(os.path.abspath(hit[1]), int(hit[2]), hit[3]) for hit in hits if hit}


def sources_of(build):
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    files = {Path(command["directory"], command["file"]).resolve() for command in commands}
    return sorted(file for file in files if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in LINTED)


def is_meant(file, line):
    return any(MEANT in text for text in Path(file).read_text(encoding="utf-8").splitlines()[line - 1:line + 1])


def lint(build):
    files = sources_of(build)
    if not files:
        sys.exit(f"{build}/compile_commands.json names no source under {', '.join(LINTED)}.")
    jobs = int(os.environ.get("TROUPE_JOBS") or os.cpu_count() or 1)
    with ThreadPoolExecutor(jobs) as pool:
        hits = set().union(*pool.map(lambda file: query(file, "-p", str(build)), files))
    hits = {hit for hit in hits if not is_meant(*hit[:2])}
    for file, line, kind in sorted(hits):
        print(f"{os.path.relpath(file, ROOT)}:{line}: {EXPLAINED[kind]}.")
    if not hits:
        print(f"coroutine lint: {len(files)} sources hold no form that g++ 12 miscompiles.")
    return not hits


def self_test():
    wrong = []
    for fixture in sorted((HERE / "fixtures").glob("*.cpp")):
        lines = fixture.read_text(encoding="utf-8").splitlines()
        wanted = {(str(fixture), number, mark[1]) for number, line in enumerate(lines, start=1)
                  if (mark := MARK.search(line))}
        found = query(fixture, "--", "-std=c++23")
        wrong += [f"{file}:{line}: must be found as {kind}, and is not" for file, line, kind in wanted - found]
        wrong += [f"{file}:{line}: is found as {kind}, but is sound" for file, line, kind in found - wanted]
    print("\n".join(wrong) if wrong else "coroutine lint: finds in its fixtures what it must, and nothing else.")
    return not wrong


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: lint.py <build directory> | lint.py --self-test")
    good = self_test() if sys.argv[1] == "--self-test" else lint(Path(sys.argv[1]).resolve())
    sys.exit(0 if good else 1)


main()
