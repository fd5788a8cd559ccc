"""Ordinary conversations: commands, RESP2 and RESP3, pipelines, and requests in odd pieces."""

import shutil
import socket
import subprocess
import unittest

from server import Error, ServerTest, encode, eventually, main


class Conversation(ServerTest):
    OPTIONS = ("--threads", "2", "--shards", "4", "--active-expire-ms", "1")

    def test_redis_cli_can_talk_to_it(self):
        if not shutil.which("redis-cli"):
            self.skipTest("redis-cli isn't installed")
        script = "set a 1\nincr a\nget a\nget nothing\nmset b 2 c 3\nmget a b c\ndel a b c\nnonsense\n"
        said = subprocess.run(["redis-cli", "-p", str(self.server.port)], input=script, text=True,
                              capture_output=True, check=True).stdout
        self.assertEqual(said.split("\n"), [
            "OK", "2", "2", "", "OK", "2", "2", "3", "3",
            "ERR unknown command 'nonsense', with args beginning with: ", "", ""])

    def test_values_and_counters(self):
        c = self.connect()
        self.assertEqual(c.call("SET", "n", 41), "OK")
        self.assertEqual(c.call("INCR", "n"), 42)
        self.assertEqual(c.call("GET", "n"), b"42")
        self.assertEqual(c.call("GET", "nothing"), None)
        self.assertEqual(c.call("INCR", "n", "n"), Error("ERR wrong number of arguments for 'incr' command"))

    def test_several_keys_lie_on_several_shards(self):
        c = self.connect()
        keys = [f"key:{i}" for i in range(1000)]
        self.assertEqual(c.call("MSET", *[word for key in keys for word in (key, key)]), "OK")
        self.assertEqual(c.call("MGET", *keys, "nothing"), [key.encode() for key in keys] + [None])
        self.assertEqual(c.call("DBSIZE"), 1000)
        self.assertEqual(sorted(c.call("KEYS", "key:*")), sorted(key.encode() for key in keys))
        found, cursor = set(), b"0"
        while True:
            cursor, page = c.call("SCAN", cursor, "COUNT", 50)
            found.update(page)
            if cursor == b"0":
                break
        self.assertEqual(len(found), 1000)
        self.assertEqual(c.call("EXISTS", *keys), 1000)
        self.assertEqual(c.call("DEL", *keys[:999]), 999)
        self.assertEqual(c.call("DBSIZE"), 1)
        self.assertEqual(c.call("FLUSHALL"), "OK")
        self.assertEqual(c.call("DBSIZE"), 0)

    def test_expired_keys_vanish_without_being_asked_for(self):
        c = self.connect()
        self.assertEqual(c.call("SET", "long", "x", "EX", 1000), "OK")
        for database in (0, 7):
            c.call("SELECT", database)
            for i in range(1000):
                c.send("SET", f"short:{i}", "x", "PX", 5)
            self.assertEqual([c.read() for _ in range(1000)], ["OK"] * 1000)
        eventually(lambda: c.call("DBSIZE") == 0, "all keys of database 7 are gone")
        c.call("SELECT", 0)
        eventually(lambda: c.call("DBSIZE") == 1, "only the lasting key is left")
        self.assertIn(c.call("TTL", "long"), range(900, 1001))
        self.assertEqual(c.call("EXPIRE", "long", 0), 1)
        self.assertEqual(c.call("DBSIZE"), 0)

    def test_the_server_tells_about_itself(self):
        c = self.connect()
        c.call("CLIENT", "SETNAME", "me")
        other = self.connect()
        other.call("PING")
        info = c.call("INFO").decode()
        self.assertIn("redis_version:", info)
        self.assertIn(f"tcp_port:{self.server.port}", info)
        self.assertIn("connected_clients:2\r\n", info)
        clients = c.call("CLIENT", "LIST").decode().splitlines()
        self.assertEqual(len(clients), 2)
        self.assertIn("name=me", clients[0])
        self.assertIn("cmd=client|list", clients[0])
        self.assertIn("cmd=ping", clients[1])

    def test_settings_can_be_read_and_changed(self):
        c = self.connect()
        self.assertEqual(c.call("CONFIG", "GET", "maxclients"), [b"maxclients", b"10000"])
        self.assertEqual(c.call("CONFIG", "SET", "maxclients", 77, "loglevel", "debug"), "OK")
        self.assertEqual(c.call("CONFIG", "GET", "maxclients"), [b"maxclients", b"77"])
        self.assertTrue(c.call("CONFIG", "SET", "port", 1).startswith("ERR CONFIG SET failed"))
        # A limit that is lowered holds for those who are connected already.
        self.assertEqual(c.call("CONFIG", "SET", "proto-max-bulk-len", "1mb"), "OK")
        c.send_raw(b"*2\r\n$4\r\nECHO\r\n$1048577\r\n")
        self.assertEqual(c.read(), Error("ERR Protocol error: invalid bulk length"))

    def test_a_password_set_at_run_time_holds_for_those_who_come_then(self):
        c = self.connect()
        self.assertEqual(c.call("CONFIG", "SET", "requirepass", "secret"), "OK")
        self.assertEqual(self.connect().call("GET", "a"), Error("NOAUTH Authentication required."))

    def test_resp3_answers_with_maps(self):
        c = self.connect()
        hello = c.call("HELLO", 3)
        self.assertEqual(hello[b"proto"], 3)
        self.assertEqual(hello[b"server"], b"redis")
        self.assertEqual(c.call("CONFIG", "GET", "databases"), {b"databases": b"16"})
        self.assertEqual(c.call("GET", "nothing"), None)
        self.assertEqual(c.call("RESET"), "RESET")
        self.assertEqual(c.call("CONFIG", "GET", "databases"), [b"databases", b"16"])

    def test_databases_are_apart(self):
        c = self.connect()
        c.call("SET", "a", "zero")
        self.assertEqual(c.call("SELECT", 3), "OK")
        self.assertEqual(c.call("GET", "a"), None)
        c.call("SET", "a", "three")
        self.assertEqual(c.call("RESET"), "RESET")
        self.assertEqual(c.call("GET", "a"), b"zero")
        self.assertEqual(c.call("SELECT", 16), Error("ERR DB index is out of range"))

    def test_ten_thousand_commands_in_one_write_are_answered_in_order(self):
        c = self.connect()
        c.send_raw(b"".join(encode("INCRBY", "sum", i % 7) + encode("GET", f"k{i}") for i in range(5000)))
        total = 0
        for i in range(5000):
            total += i % 7
            self.assertEqual((c.read(), c.read()), (total, None))

    def test_inline_commands(self):
        c = self.connect()
        c.send_raw(b"\r\n  SET greeting \"hello\\x20world\"\r\nGET greeting\nPING\r\n")
        self.assertEqual([c.read() for _ in range(3)], ["OK", b"hello world", "PONG"])

    def test_values_may_be_any_bytes(self):
        c = self.connect()
        everything = bytes(range(256)) * 40
        self.assertEqual(c.call("SET", everything, everything), "OK")
        self.assertEqual(c.call("GET", everything), everything)
        self.assertEqual(c.call("SET", b"", b""), "OK")
        self.assertEqual(c.call("GET", b""), b"")
        large = everything * 1000
        self.assertEqual(c.call("SET", "large", large), "OK")
        self.assertTrue(c.call("GET", "large") == large)
        self.assertEqual(c.call("STRLEN", "large"), len(large))

    def test_a_request_may_come_byte_by_byte(self):
        c = self.connect()
        for i in range(len(request := encode("SET", "key", bytes(range(256))) + b"GET key\r\n")):
            c.send_raw(request[i:i + 1])
        self.assertEqual([c.read(), c.read()], ["OK", bytes(range(256))])

    def test_a_client_that_says_no_more_still_gets_its_answers(self):
        # As in: echo "get a" | nc -N 127.0.0.1 7379
        self.connect().call("SET", "a", "1")
        for _ in range(50):
            c = self.connect()
            c.send_raw(b"GET a\r\n" * 20)
            c.socket.shutdown(socket.SHUT_WR)
            self.assertEqual(c.rest(), b"$1\r\n1\r\n" * 20)
            c.close()

    def test_quit_answers_and_closes(self):
        c = self.connect()
        c.send_raw(b"SET a 1\r\nGET a\r\nQUIT\r\nSET a 2\r\n")
        self.assertEqual(c.rest(), b"+OK\r\n$1\r\n1\r\n+OK\r\n")
        self.assertEqual(self.connect().call("GET", "a"), b"1")


class Password(ServerTest):
    OPTIONS = ("--requirepass", "open sesame")

    def test_nothing_goes_without_it(self):
        c = self.connect()
        self.assertEqual(c.call("GET", "a"), Error("NOAUTH Authentication required."))
        self.assertEqual(c.call("AUTH", "wrong"), Error(
            "WRONGPASS invalid username-password pair or user is disabled."))
        self.assertEqual(c.call("AUTH", "open sesame"), "OK")
        self.assertEqual(c.call("GET", "a"), None)
        self.assertEqual(c.call("RESET"), "RESET")
        self.assertEqual(c.call("GET", "a"), Error("NOAUTH Authentication required."))

    def test_hello_takes_it_too(self):
        c = self.connect()
        self.assertTrue(c.call("HELLO", 3).startswith("NOAUTH"))
        self.assertEqual(c.call("HELLO", 3, "AUTH", "default", "open sesame")[b"proto"], 3)
        self.assertEqual(c.call("SET", "a", 1), "OK")

    def test_strangers_may_send_little(self):
        c = self.connect()
        c.send_raw(b"*11\r\n")
        self.assertEqual(c.rest(), b"-ERR Protocol error: unauthenticated multibulk length\r\n")
        c = self.connect()
        c.send_raw(b"*1\r\n$16385\r\n")
        self.assertEqual(c.rest(), b"-ERR Protocol error: unauthenticated bulk length\r\n")


class Threads(ServerTest):
    OPTIONS = None

    def test_any_number_of_threads_and_shards_gives_the_same_answers(self):
        for threads, shards in ((1, 1), (1, 5), (2, 1), (2, 2), (3, 16), (0, 0)):
            with self.subTest(threads=threads, shards=shards):
                self.start("--threads", str(threads), "--shards", str(shards))
                self.check_answers()

    def check_answers(self):
        clients = [self.connect() for _ in range(8)]
        for c in clients:
            c.send_raw(b"".join(encode("INCR", f"n{i % 10}") for i in range(500)))
        for c in clients:
            self.assertFalse(any(isinstance(c.read(), Error) for _ in range(500)))
        names = [f"n{i}" for i in range(10)]
        self.assertEqual(clients[0].call("MGET", *names), [b"400"] * 10)
        self.assertEqual(len(clients[1].call("KEYS", "*")), 10)
        self.assertEqual(clients[2].call("DEL", *names), 10)


if __name__ == "__main__":
    main()
