#!/usr/bin/env python3
"""contracts.py: the tests that docs/contracts.md names are there."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "contracts.md"
TEST = re.compile(r"^TEST(?:_[FP])?\((\w+), (\w+)\)", re.MULTILINE)


def tests():
    for source in (ROOT / "libs" / "core").rglob("*.cpp"):
        for suite, name in TEST.findall(source.read_text(encoding="utf-8")):
            yield f"{suite}.{name}"


def main():
    there = set(tests())
    there |= {f"compile_fail/{source.stem}" for source in (ROOT / "tests" / "compile_fail").glob("*.cpp")}
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+\.\w+|compile_fail/\w+)`", row)}
    missing = sorted(named - there)
    for name in missing:
        print(f"contracts: docs/contracts.md names {name}, and there is no such test.", file=sys.stderr)
    if not named:
        print("contracts: docs/contracts.md names no tests.", file=sys.stderr)
    if missing or not named:
        return 1
    print(f"contracts: the {len(named)} tests of docs/contracts.md are there.")
    return 0


sys.exit(main())
