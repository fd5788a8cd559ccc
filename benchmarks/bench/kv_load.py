"""Runs redis-benchmark on two servers in turns."""

import csv
import statistics

from bench.programs import ProgramFailed, run

TESTS = ["SET", "GET", "INCR"]
PIPELINES = [1, 16]
CLIENTS = 50
TIMEOUT_S = 300


def requests_per_second(port, pipeline, requests):
    """By test."""
    output = run(["redis-benchmark", "-h", "127.0.0.1", "-p", str(port), "-t", ",".join(TESTS).lower(), "-c", str(CLIENTS),
                  "-n", str(requests), "-P", str(pipeline), "-q", "--csv"], TIMEOUT_S)
    figures = {row[0]: float(row[1]) for row in csv.reader(output.splitlines()) if row and row[0] in TESTS}
    if sorted(figures) != sorted(TESTS):
        raise ProgramFailed(f"redis-benchmark printed no figure for some of {', '.join(TESTS)}, but:", output)
    return figures


def compare(ports, repeat, requests, say):
    """Rows for the JSON file. Pipelined runs send ten times as many requests, or they would be over at once."""
    values = {}
    names = list(ports)
    for turn in range(repeat):
        order = names[turn % len(names):] + names[:turn % len(names)]
        for pipeline in PIPELINES:
            for name in order:
                figures = requests_per_second(ports[name], pipeline, operations(pipeline, requests))
                for test, value in figures.items():
                    values.setdefault((test, pipeline, name), []).append(value)
                say(f"round {turn + 1} of {repeat}: -P {pipeline}, {name}: "
                    + ", ".join(f"{test} {value:,.0f}/s" for test, value in figures.items()))
    return [
        {"test": test, "pipeline": pipeline, "server": name, "unit": "requests/s",
         "median": statistics.median(values[test, pipeline, name]), "min": min(values[test, pipeline, name]),
         "max": max(values[test, pipeline, name]), "runs": repeat, "operations": operations(pipeline, requests)}
        for pipeline in PIPELINES for test in TESTS for name in names
    ]


def operations(pipeline, requests):
    return requests if pipeline == 1 else 10 * requests
