#!/usr/bin/env python3
"""Every ```cpp block of README.md, ARCHITECTURE.md and docs/*.md stands, line by line, in a file that is compiled:
docs/snippets, examples, tests/package or tests/bugs. Links between the pages lead somewhere."""

import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILED = ("docs/snippets/*.cpp", "examples/*.cpp", "tests/package/*.cpp", "tests/bugs/*.hpp")
PAGES = ("*.md", "docs/*.md")
BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")


def files(patterns):
    return [file for pattern in patterns for file in sorted(ROOT.glob(pattern))]


def stands_in(block, lines):
    """Whether the block's lines follow each other in `lines`, all indented alike."""
    wanted = block.splitlines()
    for start in range(len(lines) - len(wanted) + 1):
        if lines[start].strip() == wanted[0].strip():
            part = "\n".join(lines[start : start + len(wanted)])
            if textwrap.dedent(part).rstrip() == block:
                return True
    return False


def main():
    sources = [file.read_text().splitlines() for file in files(COMPILED)]
    faults = []
    blocks = 0
    for page in files(PAGES):
        text = page.read_text()
        name = page.relative_to(ROOT)
        for match in BLOCK.finditer(text):
            blocks += 1
            block = textwrap.dedent(match.group(1)).rstrip()
            if not any(stands_in(block, lines) for lines in sources):
                line = text.count("\n", 0, match.start()) + 1
                faults.append(f"{name}:{line}: this code stands in no file that is compiled:\n{block}")
        for target in LINK.findall(text):
            if not (page.parent / target).exists():
                faults.append(f"{name}: the link to {target} leads nowhere")
    print("\n".join(faults) or f"{blocks} blocks of code are compiled")
    return 1 if faults or blocks == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
