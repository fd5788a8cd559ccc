"""A part of the server crashes, and the rest goes on. TROUPE CRASH has an actor fail at its next request."""

from server import Error, Server, ServerTest, encode, eventually, main

CRASHED = "ERR internal error: the server crashed"
ENDS_OF_CLIENT = b"-ERR internal error: the server's end of this connection crashed\r\n"


class Supervision(ServerTest):
    OPTIONS = ("--debug-commands", "--threads", "2", "--shards", "2")

    def end(self):
        # Crashes were asked for, and the log tells of each.
        if self.server is None:
            return
        try:
            self.assertEqual(self.server.stop(), 0, self.server.said_wrong())
            self.assertNotIn("Sanitizer", self.server.said_wrong())
        finally:
            self.server.kill()
            self.server = None

    def crash(self, path):
        self.assertEqual(self.connect().call("TROUPE", "CRASH", path), "OK")

    def restarts(self):
        return {path: count for path, count, _ in self.connect().call("TROUPE", "RESTARTS")}

    def tree(self):
        lines = [line.decode() for line in self.connect().call("TROUPE", "TREE")]
        return {line.split()[0]: line for line in lines}

    def client_path(self, client):
        return f"kv/clients/client-{client.call('CLIENT', 'ID')}"

    def test_a_shard_crashes_and_its_keys_stay(self):
        c, other = self.connect(), self.connect()
        keys = [f"key:{i}" for i in range(100)]
        for key in keys:
            self.assertEqual(c.call("SET", key, key), "OK")
        self.crash("kv/shard-0")
        self.crash("kv/shard-1")
        answers = [c.call("SET", key, "changed") for key in keys]
        crashed = [a for a in answers if isinstance(a, Error)]
        self.assertEqual(len(crashed), 2, "each shard failed at one request")
        for error in crashed:
            self.assertTrue(error.startswith(CRASHED), error)
        for key, answer in zip(keys, answers):
            expected = key if isinstance(answer, Error) else "changed"
            self.assertEqual(other.call("GET", key), expected.encode())
        self.assertEqual(other.call("DBSIZE"), len(keys))
        restarts = self.restarts()
        self.assertEqual((restarts[b"kv/shard-0"], restarts[b"kv/shard-1"]), (1, 1))
        self.assertIn("last-cause=std::runtime_error: TROUPE CRASH", self.tree()["kv/shard-0"])

    def test_a_pipeline_is_answered_whole(self):
        rounds = 5
        done = 0
        for _ in range(rounds):
            c = self.connect()
            crash = encode("TROUPE", "CRASH", "kv/shard-0") + encode("TROUPE", "CRASH", "kv/shard-1")
            c.send_raw(b"INCR n\r\n" * 400 + crash + b"INCR n\r\n" * 598)
            answers = [c.read() for _ in range(1000)]
            self.assertEqual(answers[400:402], ["OK", "OK"])
            counts = [a for a in answers if isinstance(a, int)]
            self.assertEqual(counts, list(range(done + 1, done + 1 + len(counts))))
            for answer in answers[:400] + answers[402:]:
                self.assertTrue(isinstance(answer, int) or answer.startswith(CRASHED), answer)
            done += len(counts)
            # The crash may have come after them all.
            if isinstance(answer := c.call("GET", "n"), Error):
                answer = c.call("GET", "n")
            self.assertEqual(int(answer), done)
        self.assertEqual(sum(self.restarts().values()), rounds, "the shard that has n crashed in each")

    def test_a_command_on_all_shards_tells_of_a_crash_on_one(self):
        c = self.connect()
        self.crash("kv/shard-1")
        answer = c.call("MSET", *[word for i in range(50) for word in (f"k{i}", i)])
        self.assertTrue(answer.startswith(CRASHED), answer)
        self.assertEqual(c.call("MSET", *[word for i in range(50) for word in (f"k{i}", i)]), "OK")
        self.assertEqual(c.call("DBSIZE"), 50)

    def test_a_connection_crashes_alone(self):
        victim, listener, other = self.connect(), self.connect(), self.connect()
        listener.call("SUBSCRIBE", "news")
        victim.call("SUBSCRIBE", "news")
        path = f"kv/clients/client-{self.id_of(victim, other)}"
        self.crash(path)
        victim.send("PING")
        self.assertEqual(victim.rest(), ENDS_OF_CLIENT)
        eventually(lambda: path not in self.tree(), "it is gone")
        eventually(lambda: other.call("PUBLISH", "news", "hello") == 1, "its subscription is forgotten")
        self.assertEqual(listener.read(), [b"message", b"news", b"hello"])
        self.assertEqual(set(self.restarts().values()), {0})

    @staticmethod
    def id_of(client, asker):
        port = client.socket.getsockname()[1]
        for line in asker.call("CLIENT", "LIST").decode().splitlines():
            fields = dict(field.split("=", 1) for field in line.split())
            if fields["addr"].endswith(f":{port}"):
                return int(fields["id"])
        raise AssertionError("it isn't listed")

    def test_a_connection_that_crashes_itself_hears_that_it_will(self):
        c = self.connect()
        self.assertEqual(c.call("TROUPE", "CRASH", self.client_path(c)), "OK")
        c.send("PING")
        self.assertEqual(c.rest(), ENDS_OF_CLIENT)

    def test_connections_may_crash_as_often_as_they_like(self):
        for _ in range(50):
            c = self.connect()
            self.crash(self.client_path(c))
            c.send("PING")
            self.assertEqual(c.rest(), ENDS_OF_CLIENT)
        self.assertEqual(self.connect().call("PING"), "PONG")

    def test_the_hub_crashes_and_who_listens_listens_on(self):
        listener, speaker = self.connect(), self.connect()
        listener.call("SUBSCRIBE", "news")
        listener.call("PSUBSCRIBE", "n*")
        self.crash("kv/hub")
        self.assertTrue(speaker.call("PUBLISH", "news", "lost").startswith(CRASHED))
        self.assertEqual(speaker.call("PUBLISH", "news", "hello"), 2)
        self.assertEqual(listener.read(), [b"message", b"news", b"hello"])
        self.assertEqual(listener.read(), [b"pmessage", b"n*", b"news", b"hello"])
        self.assertEqual(self.restarts()[b"kv/hub"], 1)

    def test_the_hub_crashes_over_a_subscription_that_holds_nevertheless(self):
        listener, speaker = self.connect(), self.connect()
        self.crash("kv/hub")
        self.assertEqual(listener.call("SUBSCRIBE", "news"), [b"subscribe", b"news", 1])
        self.assertEqual(speaker.call("PUBLISH", "news", "hello"), 1)
        self.assertEqual(listener.read(), [b"message", b"news", b"hello"])
        self.assertEqual(self.restarts()[b"kv/hub"], 1)

    def test_the_server_crashes_over_a_request_and_knows_what_it_knew(self):
        c, other = self.connect(), self.connect()
        self.assertEqual(c.call("CONFIG", "SET", "maxclients", 77), "OK")
        self.assertEqual(other.call("TROUPE", "CRASH", "kv/server"), "OK")
        self.assertTrue(c.call("CONFIG", "GET", "maxclients").startswith(CRASHED))
        self.assertEqual(c.call("CONFIG", "GET", "maxclients"), [b"maxclients", b"77"])
        self.assertEqual(len(c.call("CLIENT", "LIST").splitlines()), 2)
        other.close()
        eventually(lambda: len(c.call("CLIENT", "LIST").splitlines()) == 1, "one that leaves is forgotten")
        self.assertEqual(self.connect().call("PING"), "PONG")
        self.assertEqual(self.restarts()[b"kv/server"], 1)

    def test_the_server_crashes_over_a_connection_and_takes_the_next(self):
        c = self.connect()
        c.call("SET", "a", 1)
        c.call("TROUPE", "CRASH", "kv/server")
        self.assertEqual(self.connect().rest(), b"")
        self.assertEqual(self.connect().call("GET", "a"), b"1")
        self.assertEqual(c.call("GET", "a"), b"1")

    def test_an_unknown_path_is_an_error(self):
        c = self.connect()
        for path in ("kv/shard-2", "kv", "kv/clients", "nowhere", ""):
            self.assertEqual(c.call("TROUPE", "CRASH", path),
                             f"ERR no actor that could crash at '{path}'. TROUPE TREE lists the paths.")

    def test_the_tree_has_all_of_them(self):
        c = self.connect()
        path = self.client_path(c)
        tree = self.tree()
        for each in ("kv", "kv/shard-0", "kv/shard-1", "kv/hub", "kv/clients", "kv/server", path):
            self.assertRegex(tree[each], r"^\S+ class=\S+ state=\w+ mailbox=\d+ handled=\d+ restarts=0 last-cause=$")


class Refused(ServerTest):
    def test_unless_it_was_started_for_it(self):
        c = self.connect()
        for words in (("TREE",), ("RESTARTS",), ("HELP",), ("CRASH", "kv/shard-0"), ("CRASH", "nowhere")):
            self.assertEqual(c.call("TROUPE", *words), "ERR TROUPE command not allowed. To use it, restart the "
                             "server with the option --debug-commands.")
        self.assertEqual(c.call("SET", "a", 1), "OK")
        self.assertEqual(c.call("GET", "a"), b"1")


class GivesUp(ServerTest):
    OPTIONS = None

    def test_after_too_many_crashes(self):
        for restarts in 0, 3:
            with self.subTest(restarts=restarts):
                self.server = Server("--debug-commands", "--shards", "1", "--max-restarts", str(restarts),
                                     "--restart-window-ms", "3600000")
                waiting, c = self.connect(), self.connect()
                waiting.call("SUBSCRIBE", "news")
                for _ in range(restarts):
                    self.assertEqual(c.call("TROUPE", "CRASH", "kv/shard-0"), "OK")
                    self.assertTrue(c.call("GET", "a").startswith(CRASHED))
                self.assertEqual(c.call("GET", "a"), None)
                self.assertEqual(c.call("TROUPE", "CRASH", "kv/shard-0"), "OK")
                c.send("GET", "a")
                self.assertEqual(self.server.wait(), 1)
                self.assertTrue(self.server.said_wrong().endswith("troupe-kv: the server has failed, and ends\n"))
                for client in (waiting, c):
                    client.rest()
                self.server.kill()
                self.server = None


if __name__ == "__main__":
    main()
