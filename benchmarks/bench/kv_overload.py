"""Clients that ask for much and never read, beside others that behave: what the store's memory and the others' waits do."""

import csv
import os
import select
import socket
import subprocess
import threading
import time

from bench.programs import ProgramFailed

SILENT = 50
OTHERS = 150
VALUE_BYTES = 100_000
OUTPUT_LIMIT_MIB = 4
SPARE_MIB = 64
WORST_RATIO = 5
SAMPLE_S = 0.05
COMES_AGAIN_S = 1  # after it was cut off
ROUND_REQUESTS = 100_000


def command(*words):
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(parts)


VALUE = b"v" * VALUE_BYTES
# What the silent ones send over and over: large answers, a giant MGET, a flood of writes, and news for subscribers.
FLOODS = [
    command(b"GET", b"large") * 100,
    command(b"MGET", *([b"large"] * 1000)),
    command(b"SET", b"flooded", b"x" * 1000) * 1000,
    command(b"PUBLISH", b"news", VALUE) * 10,
]


class Silent:
    """One that never reads. When it is cut off it comes again after a while."""

    def __init__(self, port, kind):
        self.port = port
        self.flood = FLOODS[kind] if kind < len(FLOODS) else None  # None: it subscribes, and is silent
        self.connect()

    def connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        if self.flood is None:
            self.socket.sendall(command(b"SUBSCRIBE", b"news"))
        self.socket.setblocking(False)
        self.left = b""

    def events(self):
        return select.EPOLLOUT if self.flood else select.EPOLLRDHUP

    def send(self):
        """False: it was cut off."""
        try:
            self.left = self.left or self.flood
            self.left = self.left[self.socket.send(self.left):]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True


def never_read(port, ending, counts):
    here = {}
    away = [(0, Silent(port, number % (len(FLOODS) + 1))) for number in range(SILENT)]  # when it comes again, and who
    with select.epoll() as poll:
        while not ending.is_set():
            while away and away[0][0] <= time.monotonic():
                one = away.pop(0)[1]
                if one.socket.fileno() < 0:
                    one.connect()
                here[one.socket.fileno()] = one
                poll.register(one.socket, one.events())
            for number, events in poll.poll(0.1):
                one = here[number]
                if not events & (select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP) and one.send():
                    continue
                counts["cut off"] += 1
                poll.unregister(one.socket)
                del here[number]
                one.socket.close()
                away.append((time.monotonic() + COMES_AGAIN_S, one))
    for one in here.values():
        one.socket.close()


def resident_mib(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def watch_memory(pid, ending, counts):
    while not ending.wait(SAMPLE_S):
        counts["most MiB"] = max(counts["most MiB"], resident_mib(pid))


def worst_p99_ms(port, seconds):
    """Of rounds of requests by those who behave; in each, of all its tests."""
    p99s = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done = subprocess.run(["redis-benchmark", "-h", "127.0.0.1", "-p", str(port), "-t", "set,get", "-c", str(OTHERS),
                               "-n", str(ROUND_REQUESTS), "-q", "--csv"], capture_output=True, text=True, timeout=300,
                              check=False)
        rows = list(csv.DictReader(done.stdout.splitlines()))
        if not rows or "p99_latency_ms" not in rows[0]:
            raise ProgramFailed("redis-benchmark printed no latencies, but:", done.stdout + done.stderr)
        p99s += [float(row["p99_latency_ms"]) for row in rows]
    p99s.sort()
    return p99s[len(p99s) // 2]


def overload(port, pid, seconds, say):
    """The figures, and whether they keep their bars."""
    with socket.create_connection(("127.0.0.1", port)) as setting:
        setting.sendall(command(b"SET", b"large", VALUE))
        setting.recv(64)
    calm = worst_p99_ms(port, seconds / 4)
    before = resident_mib(pid)
    say(f"without those who never read: p99 {calm:.3f} ms, {before:.1f} MiB")
    ending = threading.Event()
    counts = {"cut off": 0, "most MiB": before}
    threads = [threading.Thread(target=never_read, args=(port, ending, counts)),
               threading.Thread(target=watch_memory, args=(pid, ending, counts))]
    for thread in threads:
        thread.start()
    try:
        loaded = worst_p99_ms(port, seconds)
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    allowed = SILENT * OUTPUT_LIMIT_MIB + SPARE_MIB
    grown = counts["most MiB"] - before
    return {"silent": SILENT, "others": OTHERS, "seconds": seconds, "p99_ms": loaded, "calm_p99_ms": calm,
            "grown_mib": grown, "allowed_mib": allowed, "cut_off": counts["cut off"],
            "kept": grown <= allowed and loaded <= WORST_RATIO * calm}
