"""The command line of benchmarks/readme: figures become the table of README.md, between its two marks."""

import json
import re
import sys

from bench.arguments import Parser
from bench.implementations import IMPLEMENTATIONS, ROOT
from bench.table import number
from bench.workloads import WORKLOADS

TABLE = re.compile(r"(<!-- benchmarks:begin -->\n).*?(<!-- benchmarks:end -->)", re.DOTALL)
NAMES = {"troupe": "Troupe", "caf": "CAF 0.17", "erlang": "Erlang", "rust": "Rust", "go": "Go"}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def rows_of_workloads(figures):
    medians = {(row["workload"], row["impl"]): row["median"] for row in figures}
    units = {row["workload"]: row["unit"] for row in figures}
    others = [name for name in IMPLEMENTATIONS if name not in ("floor", "troupe")
              and any(impl == name for _, impl in medians)]
    yield ["", "unit", "Troupe", "bare code", *(NAMES[name] for name in others)]
    for workload in WORKLOADS:
        troupe = medians.get((workload, "troupe"))
        if troupe is None:
            continue
        floor = medians.get((workload, "floor"))
        yield [f"`{workload}`", units[workload], f"**{number(troupe)}**",
               f"{number(floor)} ({troupe / floor:.2f} x)" if floor and floor >= 1e-3 else number(floor) if floor is not None else "",
               *(number(medians[workload, name]) if (workload, name) in medians else "" for name in others)]


def rows_of_store(figures):
    """Troupe's throughput, redis-server's, and the ratio, for each test and pipeline."""
    medians = {(row["test"], row["pipeline"], row["server"]): row["median"] for row in figures}
    yield ["", "unit", "the store", "redis-server", "ratio"]
    for test, pipeline in dict.fromkeys((test, pipeline) for test, pipeline, _ in medians):
        both = {server: median for (a, b, server), median in medians.items() if (a, b) == (test, pipeline)}
        redis = both.pop("redis")
        [store] = both.values()
        yield [f"`{test} -P {pipeline}`", "requests/s", f"**{store:,.0f}**", f"{redis:,.0f}", f"{store / redis:.2f}"]


def markdown(rows):
    header, *body = rows
    lines = [header, ["---", "---", *["---:"] * (len(header) - 2)], *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main(arguments):
    parser = Parser(prog="benchmarks/readme", description=__doc__)
    parser.add_argument("--run", required=True, metavar="FILE", help="what benchmarks/run --json wrote")
    parser.add_argument("--kv", metavar="FILE", help="what benchmarks/kv --json wrote")
    options = parser.parse_args(arguments)
    parts = [markdown(list(rows_of_workloads(load(options.run))))]
    if options.kv:
        parts.append(markdown(list(rows_of_store(load(options.kv)))))
    page = ROOT / "README.md"
    text = page.read_text(encoding="utf-8")
    if not TABLE.search(text):
        print("benchmarks/readme: README.md has no marks '<!-- benchmarks:begin -->' and '<!-- benchmarks:end -->'.",
              file=sys.stderr)
        return 1
    page.write_text(TABLE.sub(lambda match: match[1] + "\n".join(parts) + match[2], text), encoding="utf-8")
    return 0
