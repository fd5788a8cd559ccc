#!/usr/bin/env python3
"""Checks that a file does not compile, and that the compiler says why in the words that we chose.

    check.py --compiler g++ --include libs/core/include case.cpp

A case opens with directives, one a line, in the comments at its top:

    // expect: <regex>     found in the first diagnostic: all that the compiler prints before its second error.
                           The first of several is the sentence that the reader meets: it must be on an error line.
    // not: <regex>        found nowhere in the output
    // errors: <n>         at most n errors
    // compiler: gcc       only for this compiler (gcc or clang)
    // compiles            a control: this file must compile, without a warning

Source lines are not echoed by the compiler, so a name that is found was named by the diagnostic.
"""

import argparse
import re
import subprocess
import sys

DIRECTIVE = re.compile(r"^// (expect|not|errors|compiler): (.+?)\s*$|^// (compiles)\s*$")
ERROR = re.compile(r"(?:^|\s)(?:fatal )?error: ")
QUIET = {"gcc": "-fno-diagnostics-show-caret", "clang": "-fno-caret-diagnostics"}


def directives(path):
    found = {"expect": [], "not": [], "errors": [], "compiler": [], "compiles": []}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("//"):
                break
            match = DIRECTIVE.match(line)
            if match:
                found[match[1] or match[3]].append(match[2] or "")
    return found


def compile_only(compiler, kind, includes, path):
    command = [compiler, "-std=c++23", "-fsyntax-only", "-pthread", "-Wall", "-Wextra", "-fmessage-length=0",
               "-fdiagnostics-color=never", QUIET[kind], *(f"-I{include}" for include in includes), path]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout.replace(path, "<case>")


def first_diagnostic(lines):
    errors = [number for number, line in enumerate(lines) if ERROR.search(line)]
    return lines[: errors[1]] if len(errors) > 1 else lines


def faults(wanted, status, output):
    """Everything that is wrong with what the compiler said, as sentences."""
    lines = output.splitlines()
    errors = [line for line in lines if ERROR.search(line)]
    if wanted["compiles"]:
        return ["it must compile without a warning, and does not"] if status != 0 or output else []
    if status == 0:
        return ["it compiles"]
    if not errors:
        return ["the compiler failed without an error message"]

    found = []
    first = "\n".join(first_diagnostic(lines))
    if not re.search(wanted["expect"][0], errors[0]):
        found.append(f"the first error is not the expected one, /{wanted['expect'][0]}/")
    found += [f"the first diagnostic lacks /{regex}/" for regex in wanted["expect"][1:]
              if not re.search(regex, first)]
    found += [f"the output holds /{regex}/" for regex in wanted["not"] if re.search(regex, output)]
    found += [f"it has {len(errors)} errors, expected at most {limit}" for limit in wanted["errors"]
              if len(errors) > int(limit)]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("case")
    arguments = parser.parse_args()

    wanted = directives(arguments.case)
    if not wanted["expect"] and not wanted["compiles"]:
        sys.exit(f"{arguments.case}: it opens neither with '// expect: <regex>' nor with '// compiles'.")
    kind = "clang" if "clang" in arguments.compiler else "gcc"
    status, output = compile_only(arguments.compiler, kind, arguments.include, arguments.case)
    found = faults(wanted, status, output)
    for fault in found:
        print(f"{arguments.case}, {arguments.compiler}: {fault}.")
    if found:
        print(f"--- what the compiler said\n{output}---")
        sys.exit(1)


main()
