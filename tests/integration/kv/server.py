"""What the integration tests share: a troupe-kv of the test's own, and clients that speak the protocol."""

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.environ.get("TROUPE_KV", "troupe-kv")

# What didn't happen by then never will. Long, since machines can be busy.
PATIENCE = 60.0


class Server:
    """The server on a free port of the loopback interface."""

    def __init__(self, *options, limits=None):
        """`limits`: of the process, as setrlimit() takes them."""
        self.errors = tempfile.TemporaryFile()
        if "--port" not in options:
            options += ("--port", "0")
        self.process = subprocess.Popen(
            [PROGRAM, *options], stdout=subprocess.PIPE, stderr=self.errors,
            preexec_fn=(lambda: [resource.setrlimit(*one) for one in limits.items()]) if limits else None)
        ready = self.process.stdout.readline().decode()
        match = re.fullmatch(r"troupe-kv ready on 127\.0\.0\.1:(\d+)\n", ready)
        if not match:
            said = f"not ready: {ready!r}, {self.said_wrong()!r}"
            self.kill()
            raise AssertionError(said)
        self.port = int(match[1])

    def said_wrong(self):
        """What it has written to standard error."""
        self.errors.seek(0)
        return self.errors.read().decode()

    def wait(self):
        """Waits for its end and returns its exit code."""
        return self.process.wait(PATIENCE)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.wait()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def memory_kib(self, which="VmRSS"):
        """What it has now, or with VmHWM the most that it ever had."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(which + r":\s+(\d+)", status.read())[1])


class Error(str):
    """An error as an answer."""


class Push(list):
    """A message that RESP3 marks as unasked for."""


class Client:
    """A connection. Simple strings are str, bulk strings bytes, errors Error."""

    def __init__(self, port, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.connect(("127.0.0.1", port))
        except OSError:
            self.close()
            raise
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendall(data)

    def send(self, *words):
        self.send_raw(encode(*words))

    def call(self, *words):
        self.send(*words)
        return self.read()

    def read_line(self):
        while (end := self.buffer.find(b"\r\n")) < 0:
            self.fill()
        line = bytes(self.buffer[:end])
        del self.buffer[:end + 2]
        return line

    def read_bytes(self, count):
        while len(self.buffer) < count + 2:
            self.fill()
        data = bytes(self.buffer[:count])
        del self.buffer[:count + 2]
        return data

    def fill(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise EOFError("the server closed the connection")
        self.buffer += data

    def read(self):
        line = self.read_line()
        kind, rest = line[:1], line[1:].decode(errors="surrogateescape")
        if kind == b"+":
            return rest
        if kind == b"-":
            return Error(rest)
        if kind == b":":
            return int(rest)
        if kind == b"_":
            return None
        if kind == b"#":
            return rest == "t"
        if kind == b",":
            return float(rest)
        count = int(rest)
        if kind in b"$=":
            data = None if count < 0 else self.read_bytes(count)
            return data[4:] if kind == b"=" else data
        if kind in b"*~":
            return None if count < 0 else [self.read() for _ in range(count)]
        if kind == b">":
            return Push(self.read() for _ in range(count))
        if kind == b"%":
            return {self.read(): self.read() for _ in range(count)}
        raise AssertionError(f"what is {line!r}?")

    def skip(self, count):
        """Takes so many bytes, whatever they are."""
        while len(self.buffer) < count:
            count -= len(self.buffer)
            self.buffer.clear()
            self.fill()
        del self.buffer[:count]

    def rest(self):
        """All bytes up to the end of the connection."""
        data = bytes(self.buffer)
        self.buffer.clear()
        while True:
            try:
                piece = self.socket.recv(1 << 20)
            except ConnectionResetError:
                return data
            if not piece:
                return data
            data += piece


def encode(*words):
    out = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        out.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(out)


def eventually(condition, what):
    """Asks again and again; every ask is an exchange with the server, so this is no idle loop."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"it never happened that {what}")


class ServerTest(unittest.TestCase):
    """Each test has a server of its own, started with OPTIONS, that must end well."""

    OPTIONS = ()

    def setUp(self):
        self.server = None
        self.clients = []
        if self.OPTIONS is not None:
            self.start(*self.OPTIONS)

    def start(self, *options):
        self.end()
        self.server = Server(*options)

    def connect(self, **options):
        client = Client(self.server.port, **options)
        self.clients.append(client)
        return client

    def end(self):
        """A server that is still there ends gracefully, whatever its clients do."""
        if self.server is None:
            return
        try:
            if self.server.process.poll() is None:
                self.server.stop()
            self.assertEqual(self.server.process.returncode, 0, self.server.said_wrong())
            self.assertNotIn("Sanitizer", self.server.said_wrong())
            self.assertNotIn("failed on", self.server.said_wrong())
        finally:
            self.server.kill()
            self.server = None

    def tearDown(self):
        try:
            self.end()
        finally:
            for client in self.clients:
                client.close()


def main():
    global PROGRAM
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        PROGRAM = sys.argv.pop(1)
        sys.modules["server"].PROGRAM = PROGRAM
    unittest.main(verbosity=2)
