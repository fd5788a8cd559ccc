"""A hostile crowd: garbage, half requests, clients that come and go, floods. The server must outlive it, answer
others, and give everything back. TROUPE_SEED repeats a run."""

import os
import random
import socket
import threading
import time

from server import Client, Error, ServerTest, encode, eventually, main

SEED = int(os.environ.get("TROUPE_SEED") or time.time_ns() % 1_000_000_007)
WORDS = [b"GET", b"SET", b"MGET", b"DEL", b"SUBSCRIBE", b"PUBLISH", b"HELLO", b"3", b"RESET", b"CLIENT", b"LIST",
         b"CONFIG", b"KEYS", b"*", b"SCAN", b"0", b"INFO", b"a", b"b", b"\0", b"", b"-1", b"99999999999999999999"]


def garbage(rng):
    """Anything from noise to requests that are nearly right."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.randrange(300))
    request = encode(*[rng.choice(WORDS) for _ in range(rng.randrange(1, 6))])
    if kind == 1:
        return request[:rng.randrange(len(request))]
    if kind == 2:
        at = rng.randrange(len(request))
        return request[:at] + rng.randbytes(1) + request[at + 1:]
    return request * rng.randrange(1, 50)


class Storm(ServerTest):
    OPTIONS = ("--threads", "2", "--shards", "3", "--max-output-buffer-bytes", str(1 << 20))

    def setUp(self):
        super().setUp()
        print(f"TROUPE_SEED={SEED}")

    def crowd(self, visitors, act):
        """Runs act(rng) `visitors` times on each of four threads."""
        def loop(stream):
            rng = random.Random(SEED * 1000 + stream)
            try:
                for _ in range(visitors):
                    act(rng)
            except BaseException as error:  # pylint: disable=broad-except
                failures.append(error)
        failures = []
        threads = [threading.Thread(target=loop, args=(stream,)) for stream in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def expect_nothing_left(self):
        c = self.connect()
        eventually(lambda: len(c.call("CLIENT", "LIST").splitlines()) == 1, "all of them are gone")
        self.assertEqual(c.call("PUBSUB", "CHANNELS"), [])
        self.assertEqual(c.call("PUBSUB", "NUMPAT"), 0)

    def leave(self, client, rng):
        if rng.randrange(2):
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()

    def test_garbage(self):
        def act(rng):
            with Client(self.server.port) as c:
                try:
                    for _ in range(rng.randrange(5)):
                        c.send_raw(garbage(rng))
                    if rng.randrange(2):
                        c.socket.shutdown(socket.SHUT_WR)
                        c.rest()
                except OSError:
                    pass  # it was too bad, and has been cut off
                self.leave(c, rng)
        self.crowd(500, act)
        self.expect_nothing_left()

    def test_clients_come_and_go(self):
        def act(rng):
            c = Client(self.server.port)
            if rng.randrange(3):
                c.send_raw(b"SUBSCRIBE news\r\n" if rng.randrange(2) else b"GET a\r\nGET b\r\n")
            self.leave(c, rng)
        self.crowd(1500, act)
        self.expect_nothing_left()

    def test_lists_and_settings_while_clients_come_and_go(self):
        def act(rng):
            with Client(self.server.port) as c:
                if rng.randrange(4):
                    c.send_raw(b"PING\r\nSUBSCRIBE news\r\n")
                    return self.leave(c, rng)
                for words in (("CLIENT", "LIST"), ("CONFIG", "SET", "proto-max-bulk-len", "2mb"),
                              ("INFO",), ("PUBLISH", "news", "hello"), ("CONFIG", "GET", "*")):
                    self.assertNotIsInstance(c.call(*words), Error)
        self.crowd(300, act)
        self.expect_nothing_left()

    def test_huge_pipelines_that_nobody_reads_the_answers_of(self):
        before = self.server.memory_kib()
        self.connect().call("SET", "value", b"x" * 10000)

        def act(rng):
            with Client(self.server.port, receive_buffer=4096) as c:
                c.socket.settimeout(0.2)
                try:
                    for _ in range(rng.randrange(1, 20)):
                        c.send_raw(b"GET value\r\n" * 10000)
                except OSError:
                    pass  # cut off, or not read any more
                self.leave(c, rng)
        self.crowd(20, act)
        # Far below the answers, which would be gigabytes; the sanitizers keep what is freed for a while.
        self.assertLess(self.server.memory_kib() - before, 1 << 20)
        self.clients.pop().close()
        self.expect_nothing_left()

    def test_a_flood_of_messages_to_subscribers_that_never_read(self):
        before = self.server.memory_kib()
        lazy = [self.connect(receive_buffer=4096) for _ in range(20)]
        for c in lazy:
            c.call("SUBSCRIBE", "news")

        def act(rng):
            with Client(self.server.port) as c:
                flood = encode("PUBLISH", "news", b"x" * rng.randrange(1, 100_000)) * 50
                c.send_raw(flood)
                for _ in range(50):
                    c.read()
        self.crowd(20, act)
        self.assertLess(self.server.memory_kib() - before, 1 << 20)
        for c in self.clients:
            c.close()
        self.expect_nothing_left()

    def test_shutdown_while_clients_come_and_go(self):
        for _ in range(5):
            over = threading.Event()

            def act(rng):
                try:
                    with Client(self.server.port) as c:
                        c.send_raw(garbage(rng))
                except OSError:
                    over.set()
            storm = threading.Thread(target=lambda: [act(random.Random(SEED + i)) for i in range(3000)
                                                     if not over.is_set()])
            storm.start()
            with Client(self.server.port) as c:
                for _ in range(100):
                    c.call("PING")
                c.send("SHUTDOWN")
                self.assertEqual(c.rest(), b"")
            self.assertEqual(self.server.wait(), 0)
            storm.join()
            self.start(*self.OPTIONS)


if __name__ == "__main__":
    main()
