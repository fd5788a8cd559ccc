"""Runs the implementations in turns, so that a slow minute of the machine falls on all of them alike."""

import json
import statistics

from bench import programs


class Measurements:
    def __init__(self):
        self.values = {}  # (workload, implementation): the values of its runs
        self.facts = {}  # (workload, implementation): unit and operations
        self.failures = []  # sentences

    def add(self, workload, name, report):
        self.values.setdefault((workload, name), []).append(report["value"])
        self.facts[workload, name] = (report["unit"], report["operations"])

    def rows(self):
        """What the JSON file holds, in the order of the runs."""
        return [self._row(workload, name, values) for (workload, name), values in self.values.items()]

    def _row(self, workload, name, values):
        unit, operations = self.facts[workload, name]
        return {"workload": workload, "impl": name, "unit": unit, "median": statistics.median(values),
                "min": min(values), "max": max(values), "runs": len(values), "operations": operations}


def run_once(implementation, workload, scale, timeout_s):
    """One run of one program: its report, or ProgramFailed."""
    output = programs.run(implementation.command(workload, f"{scale:g}"), timeout_s)
    try:
        report = json.loads(output)
        return {"value": float(report["value"]), "unit": str(report["unit"]), "operations": int(report["operations"])}
    except (ValueError, KeyError, TypeError):
        raise programs.ProgramFailed(f"{implementation.name} printed no report for {workload}, but:", output) from None


def measure(implementations, workloads, repeat, scale, timeout_s, say):
    """A program that fails is left out of later rounds of that workload: it would most likely cost the same time again."""
    measurements = Measurements()
    broken = set()
    for turn in range(repeat):
        order = implementations[turn % len(implementations):] + implementations[:turn % len(implementations)]
        for workload in workloads:
            for implementation in order:
                key = (workload, implementation.name)
                if workload not in implementation.workloads or key in broken:
                    continue
                try:
                    report = run_once(implementation, workload, scale, timeout_s)
                except programs.ProgramFailed as failure:
                    broken.add(key)
                    measurements.failures.append(f"{implementation.name}, {workload}: {failure}")
                    say(measurements.failures[-1])
                    continue
                measurements.add(*key, report)
                say(f"round {turn + 1} of {repeat}: {workload}, {implementation.name}: "
                    f"{report['value']:,.4g} {report['unit']}")
    return measurements
