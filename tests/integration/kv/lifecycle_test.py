"""How the program starts and ends."""

import re
import resource
import signal
import subprocess
import sys
import unittest

import server
from server import Client, ServerTest, encode, eventually, main


def run(*options):
    return subprocess.run([server.PROGRAM, *options], capture_output=True, text=True, timeout=server.PATIENCE)


class CommandLine(unittest.TestCase):
    def test_help_tells_the_options(self):
        told = run("--help")
        self.assertEqual((told.returncode, told.stderr), (0, ""))
        for option in ("--port", "--bind", "--requirepass", "--max-clients", "--shards", "--threads",
                       "--max-restarts", "--restart-window-ms", "--debug-commands"):
            self.assertIn(option, told.stdout)
        self.assertIn("atomic within each shard, but not across shards", told.stdout)

    def test_version_is_one_line(self):
        told = run("--version")
        self.assertEqual((told.returncode, told.stderr), (0, ""))
        self.assertRegex(told.stdout, r"\Atroupe-kv \d+\.\d+\.\d+ [^\n]*\n\Z")

    def test_a_mistake_is_answered_with_a_sentence(self):
        for options in (("--nonsense",), ("--port", "many"), ("--port", "65536"), ("--shards", "-1"), ("stray",)):
            with self.subTest(options=options):
                told = run(*options)
                self.assertEqual((told.returncode, told.stdout), (2, ""))
                self.assertRegex(told.stderr, r"\Atroupe-kv: [^\n]+\n\Z")

    def test_an_address_that_is_none_is_answered_with_a_sentence(self):
        told = run("--bind", "nowhere")
        self.assertEqual((told.returncode, told.stdout), (1, ""))
        self.assertEqual(told.stderr, "troupe-kv: can't listen on nowhere:7379: 'nowhere' is not an IP address\n")


class Ends(ServerTest):
    def test_a_port_in_use_is_answered_with_a_sentence(self):
        told = run("--port", str(self.server.port))
        self.assertEqual((told.returncode, told.stdout), (1, ""))
        self.assertEqual(told.stderr,
                         f"troupe-kv: can't listen on 127.0.0.1:{self.server.port}: Address already in use\n")

    def test_signals_end_it_gracefully(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how=how):
                self.start()
                self.assertEqual(self.server.stop(how), 0)
                self.assertEqual(self.server.said_wrong(), "")

    def test_signals_end_it_while_clients_are_connected(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how=how):
                self.start("--threads", "2")
                idle, listener, talker, half = [self.connect() for _ in range(4)]
                idle.call("PING")
                listener.call("SUBSCRIBE", "news")
                half.send_raw(b"*2\r\n$3\r\nGET\r\n$100\r\nabc")
                talker.send_raw(b"INCR n\r\n" * 10000)
                talker.read()
                self.assertEqual(self.server.stop(how), 0)
                for client in (idle, listener, half):
                    self.assertEqual(client.rest(), b"")

    def test_shutdown_ends_it(self):
        for words in (("SHUTDOWN",), ("SHUTDOWN", "NOSAVE"), ("SHUTDOWN", "NOW", "FORCE")):
            with self.subTest(words=words):
                self.start()
                c = self.connect()
                self.assertTrue(c.call("SHUTDOWN", "ABORT").startswith("ERR"))
                self.assertTrue(c.call("SHUTDOWN", "WHENEVER").startswith("ERR"))
                c.send(*words)
                self.assertEqual(c.rest(), b"")
                self.assertEqual(self.server.wait(), 0)
                self.assertEqual(self.server.said_wrong(), "")

    def test_shutdown_ends_it_under_load(self):
        for _ in range(5):
            self.start("--threads", "2", "--shards", "4")
            talkers = [self.connect() for _ in range(20)]
            for c in talkers:
                c.send_raw(b"INCR n\r\nPUBLISH news hello\r\nMGET a b c d\r\n" * 1000)
            self.connect().send("SHUTDOWN")
            self.assertEqual(self.server.wait(), 0)
            for c in talkers:
                c.rest()

    def test_its_port_is_free_at_once(self):
        port = self.server.port
        with Client(port) as c:
            c.call("PING")
            self.start("--port", str(port))
        self.assertEqual(self.server.port, port)


class Failure(ServerTest):
    OPTIONS = None

    def test_a_server_without_memory_ends_and_says_why(self):
        # A shard that finds no memory crashes, and goes on with its keys; but it has none the next time either.
        # Values grow bit by bit, so that it is a shard that asks for much at once, not the connection.
        try:
            limit = (1 << 30, 1 << 30)
            self.server = server.Server("--threads", "1", limits={resource.RLIMIT_AS: limit})
        except AssertionError:
            self.skipTest("it doesn't start within so little: the sanitizers need more")
        with self.assertRaises((EOFError, OSError)), Client(self.server.port) as c:
            for key in range(4):
                for _ in range(500):
                    c.call("APPEND", key, b"x" * (1 << 20))
        self.assertEqual(self.server.wait(), 1)
        self.assertIn("bad_alloc", self.server.said_wrong())
        self.assertTrue(self.server.said_wrong().endswith("troupe-kv: the server has failed, and ends\n"))
        self.server.kill()
        self.server = None


class Departures(ServerTest):
    CHILD = """
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.stdin.buffer.read())
print("sent", flush=True)
sys.stdout.buffer.write(s.recv(1))
s.recv(1 << 30)
"""

    def test_a_client_that_is_killed_in_the_middle_of_a_request_is_forgotten(self):
        watcher = self.connect()
        for request in (b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1000000\r\nxxx", b"SUBSCRIBE news\r\n",
                        encode("SET", "a", b"x" * 1000000) + b"GET a\r\n" * 50, b""):
            with self.subTest(request=request[:20]):
                child = subprocess.Popen([sys.executable, "-c", self.CHILD, str(self.server.port)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                child.stdin.write(request)
                child.stdin.close()
                self.assertEqual(child.stdout.readline(), b"sent\n")
                child.kill()
                child.wait()
                child.stdout.close()
                eventually(lambda: len(watcher.call("CLIENT", "LIST").splitlines()) == 1, "it is forgotten")
        self.assertEqual(watcher.call("PUBLISH", "news", "hello"), 0)

    def test_requests_that_were_complete_are_carried_out_though_their_client_has_gone(self):
        with Client(self.server.port) as c:
            c.send_raw(b"INCR n\r\n" * 1000)
            c.socket.shutdown(1)
            c.rest()
        self.assertEqual(self.connect().call("GET", "n"), b"1000")


if __name__ == "__main__":
    main()
