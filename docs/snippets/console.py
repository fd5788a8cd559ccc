#!/usr/bin/env python3
"""console.py <page> <program> [--no-gdb]: does what the ```console blocks of a page say, and compares all output.

A line that begins with "$ " is a command, and one with "(gdb) " what is typed into the gdb that was started last; what follows
is the output. "..." stands for any lines. The page runs the program as ./NAME in /home/ada. Addresses aren't compared, nor
the folders of sources."""

import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HOME = "/home/ada"
SECONDS = 60
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GDB = ["gdb", "-nx", "-q", "-batch"]


def steps_of(text):
    """(command, what is typed into it, expected output) of each command; output of gdb has its prompts in it."""
    steps = []
    for line in (line for block in BLOCK.findall(text) for line in block.splitlines()):
        if line.startswith("$ "):
            steps.append((line[2:], [], []))
            continue
        if not steps:
            sys.exit("the first line of a console block must be a command: '$ ...'")
        if line.startswith("(gdb) "):
            steps[-1][1].append(line[6:])
        steps[-1][2].append(line)
    return steps


def is_gdb(command):
    return command.split()[0] == "gdb"


def run(command, typed, directory):
    if is_gdb(command):
        words = GDB.copy()
        for line in typed:
            words += ["-ex", rf"echo (gdb) {line}\n", "-ex", line]
        words += [word for word in shlex.split(command)[1:] if word != "-q"]
    else:
        words = ["bash", "-c", command]
    done = subprocess.run(words, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=SECONDS,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout


def comparable(text):
    text = re.sub(r"0x[0-9a-f]+", "0x0", text)
    return re.sub(r"[^\s(:]*/(\w+\.[ch]pp)\b", r"\1", text).strip()


def matches(expected, actual):
    parts = [re.escape(part) for part in re.split(r"^\.\.\.$", expected, flags=re.MULTILINE)]
    return re.fullmatch(".*".join(parts), actual, re.DOTALL) is not None


def can_debug():
    """A container may forbid it."""
    if not shutil.which("gdb"):
        return False
    probe = subprocess.run([*GDB, "-ex", "run", "/bin/true"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                           timeout=SECONDS, check=False)
    return "exited normally" in probe.stdout


def main():
    page, program = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    gdb = "--no-gdb" not in sys.argv and can_debug()
    steps = steps_of(page.read_text())
    left_out = 0
    with tempfile.TemporaryDirectory() as directory:
        (pathlib.Path(directory) / program.name).symlink_to(program)
        for command, typed, lines in steps:
            if is_gdb(command) and not gdb:
                left_out += 1
                continue
            in_place = [one.replace(HOME, directory) for one in (command, *typed)]
            expected = comparable("\n".join(lines))
            actual = comparable(run(in_place[0], in_place[1:], directory).replace(directory, HOME))
            if not matches(expected, actual):
                print(f"{page.name}: '$ {command}' should print\n{expected}\n--- but prints\n{actual}")
                return 1
    print(f"{len(steps) - left_out} commands print what {page.name} says; left out, for want of gdb: {left_out}")
    return 0 if len(steps) > left_out else 1


if __name__ == "__main__":
    sys.exit(main())
