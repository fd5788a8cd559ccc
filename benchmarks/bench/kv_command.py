"""The command line of benchmarks/kv."""

import argparse
import contextlib
import json
import shutil
import sys

from bench import kv_connections, kv_load, kv_overload, kv_servers
from bench.arguments import Parser, number_above_zero, writable_file
from bench.implementations import ROOT
from bench.programs import ProgramFailed
from bench.table import layout

DEFAULT_SERVER = ROOT / "build" / "release" / "apps" / "kv" / "troupe-kv"
HOLD_TIMEOUT_S = 60
SPARE_FILES = 100  # of a process besides its connections


def say(text):
    print(text, file=sys.stderr, flush=True)


def port_number(text):
    port = number_above_zero(int)(text)
    if port > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' isn't a port: the highest is 65535")
    return port


def parse(arguments):
    parser = Parser(prog="benchmarks/kv", description="Measures the key-value store beside redis-server.")
    parser.add_argument("--server", default=str(DEFAULT_SERVER), metavar="PATH",
                        help="the store's program (default: build/release/apps/kv/troupe-kv)")
    parser.add_argument("--port", type=port_number, metavar="N", help="the store's port (default: a free one)")
    parser.add_argument("--repeat", type=number_above_zero(int), default=5, metavar="N", help="rounds (default: 5)")
    parser.add_argument("--requests", type=number_above_zero(int), default=200_000, metavar="N",
                        help="per test and run; ten times as many with a pipeline (default: 200000)")
    parser.add_argument("--connections", type=number_above_zero(int), metavar="N",
                        help="instead: hold N connections to the store open at once and ping on each")
    parser.add_argument("--overload", type=number_above_zero(int), metavar="SECONDS",
                        help="instead: for so long, 50 clients that ask for much and never read, beside 150 others")
    parser.add_argument("--json", type=writable_file, metavar="FILE", help="where to write the figures as well")
    return parser.parse_args(arguments)


def ratio_table(rows):
    names = list(dict.fromkeys(row["server"] for row in rows))
    medians = {(row["test"], row["pipeline"], row["server"]): row["median"] for row in rows}
    lines = []
    for test, pipeline in dict.fromkeys((row["test"], row["pipeline"]) for row in rows):
        figures = [medians[test, pipeline, name] for name in names]
        ratio = f"{figures[0] / figures[1]:.2f}" if len(figures) == 2 else "-"
        lines.append([test, f"-P {pipeline}", *(f"{figure:,.0f}" for figure in figures), ratio])
    return layout(["test", "pipeline", *(f"{name}/s" for name in names), "ratio"], lines, 2)


def compare(options):
    """The store and redis-server run side by side; while one is measured the other idles."""
    if shutil.which("redis-benchmark") is None:
        raise ProgramFailed("redis-benchmark isn't installed (Debian: redis-tools), and it is what measures.")
    with contextlib.ExitStack() as servers:
        ports = {"troupe-kv": options.port or kv_servers.free_port()}
        command = kv_servers.store_command(options.server, ports["troupe-kv"])
        servers.enter_context(kv_servers.running("The store", command, ports["troupe-kv"]))
        redis_port = kv_servers.free_port()
        redis = kv_servers.redis_command(redis_port)
        if redis is None:
            say("redis-server is skipped: it isn't installed (Debian: redis-server).")
        else:
            servers.enter_context(kv_servers.running("redis-server", redis, redis_port))
            ports["redis"] = redis_port
        rows = kv_load.compare(ports, options.repeat, options.requests, say)
    print(ratio_table(rows))
    return rows, 0


def hold_connections(options):
    needed = options.connections + SPARE_FILES
    if not kv_servers.allow_open_files(needed):
        raise ProgramFailed(f"This system allows fewer than {needed} open files per process: raise it with ulimit -Hn.")
    port = options.port or kv_servers.free_port()
    with kv_servers.running("The store", kv_servers.store_command(options.server, port), port):
        held = kv_connections.hold(port, options.connections, HOLD_TIMEOUT_S)
    print(f"{held['opened']:,} of {held['connections']:,} connections opened in {held['seconds_to_open']:.2f} s; "
          f"{held['answered']:,} answered a PING, and {held['answered_again']:,} a second one while all were open "
          f"({held['seconds']:.2f} s in all).")
    return [held], 0 if held["answered_again"] == options.connections else 1


def overload(options):
    port = options.port or kv_servers.free_port()
    limit = str(kv_overload.OUTPUT_LIMIT_MIB * 2**20)
    command = [*kv_servers.store_command(options.server, port), "--max-output-buffer-bytes", limit]
    with kv_servers.running("The store", command, port) as process:
        found = kv_overload.overload(port, process.pid, options.overload, say)
    print(f"{found['silent']} clients that never read were cut off {found['cut_off']:,} times. The store grew by "
          f"{found['grown_mib']:.1f} MiB (allowed: {found['allowed_mib']}); p99 of {found['others']} others: "
          f"{found['p99_ms']:.3f} ms, without them {found['calm_p99_ms']:.3f} ms.")
    return [found], 0 if found["kept"] else 1


def main(arguments):
    options = parse(arguments)
    try:
        if options.overload:
            rows, code = overload(options)
        else:
            rows, code = hold_connections(options) if options.connections else compare(options)
    except ProgramFailed as failure:
        print(f"benchmarks/kv: {failure}", file=sys.stderr)
        return 1
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
            file.write("\n")
    return code
