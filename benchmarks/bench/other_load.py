"""How much of the machine others used meanwhile: figures of concurrent programs mean little on a busy machine.

Two cores that both send to one queue get in each other's way, so a busy machine may make figures better as well as worse.
"""

import os
import resource

NOTEWORTHY = 0.1  # of one CPU


def _busy_seconds():
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(field) for field in file.readline().split()[1:9]]
    idle_and_waiting = ticks[3] + ticks[4]
    return (sum(ticks) - idle_and_waiting) / os.sysconf("SC_CLK_TCK")


def _own_seconds():
    return sum(usage.ru_utime + usage.ru_stime
               for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


class OtherLoad:
    def __init__(self):
        self._begin = _busy_seconds() - _own_seconds()

    def warning(self, elapsed_s):
        """A sentence, or None if the machine was quiet."""
        cpus = (_busy_seconds() - _own_seconds() - self._begin) / elapsed_s
        if cpus < NOTEWORTHY:
            return None
        return (f"Other processes used {cpus:.1f} of {os.cpu_count()} CPUs meanwhile: "
                "repeat this on a quiet machine before trusting it.")
