"""The command line of benchmarks/run."""

import json
import sys
import time

from bench import table
from bench.arguments import Parser, names_from, number_above_zero, writable_file
from bench.implementations import IMPLEMENTATIONS, NotAvailable
from bench.measuring import measure
from bench.other_load import OtherLoad
from bench.programs import ProgramFailed
from bench.workloads import WORKLOADS


def say(text):
    print(text, file=sys.stderr, flush=True)


def parse(arguments):
    parser = Parser(prog="benchmarks/run", description="Measures Troupe beside bare code and its peers.",
                    epilog="Less is better everywhere. / floor: how many times the bare code's figure; "
                           "/ troupe: how many times Troupe's.")
    parser.add_argument("--workloads", type=names_from(WORKLOADS, "workload"), default=WORKLOADS, metavar="A,B",
                        help=f"of {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--impl", type=names_from(list(IMPLEMENTATIONS), "implementation"),
                        default=list(IMPLEMENTATIONS), metavar="A,B",
                        help=f"of {', '.join(IMPLEMENTATIONS)} (default: all; what isn't installed is skipped)")
    parser.add_argument("--repeat", type=number_above_zero(int), default=5, metavar="N",
                        help="rounds; each runs every implementation of every workload once (default: 5)")
    parser.add_argument("--scale", type=number_above_zero(float), default=1.0, metavar="X",
                        help="multiplies the operation counts; the figures mean little below 1 (default: 1)")
    parser.add_argument("--timeout", type=number_above_zero(float), default=300.0, metavar="SECONDS",
                        help="for one run of one program (default: 300)")
    parser.add_argument("--json", type=writable_file, metavar="FILE", help="where to write the figures as well")
    return parser.parse_args(arguments)


def build(names):
    """The implementations that are ready to run, and how many could not be built."""
    ready, failed = [], 0
    for name in names:
        implementation = IMPLEMENTATIONS[name]
        try:
            implementation.build()
            ready.append(implementation)
        except NotAvailable as reason:
            say(f"{name} is skipped: {reason}.")
        except ProgramFailed as failure:
            failed += 1
            say(f"{name} could not be built: {failure}")
    return ready, failed


def main(arguments):
    options = parse(arguments)
    implementations, failures = build(options.impl)
    for implementation in implementations:
        missing = [workload for workload in options.workloads if workload not in implementation.workloads]
        if missing:
            say(f"{implementation.name} has no {', '.join(missing)}: skipped.")
    if not implementations:
        say("Nothing was measured: none of the chosen implementations can be run here.")
        rows = []
    else:
        load, begin = OtherLoad(), time.monotonic()
        measurements = measure(implementations, options.workloads, options.repeat, options.scale, options.timeout, say)
        warning = load.warning(time.monotonic() - begin)
        rows = measurements.rows()
        failures += len(measurements.failures)
        if rows:
            print(table.render(rows, options.workloads, options.impl))
        if warning:
            say(warning)
        for failure in measurements.failures:
            say(f"Failed: {failure}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
            file.write("\n")
    return 1 if failures else 0
