"""Ten thousand connections at once; and the load of redis-benchmark."""

import resource
import shutil
import subprocess

from server import ServerTest, main

CONNECTIONS = 10_000
OTHER_FILES = 100


class ManyClients(ServerTest):
    OPTIONS = ("--threads", "2")

    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = CONNECTIONS + OTHER_FILES
        if hard != resource.RLIM_INFINITY and hard < needed:
            self.skipTest(f"the system allows {hard} open files, and this test needs {needed}")
        if soft < needed:
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
        super().setUp()

    def test_ten_thousand_connections_are_held_open_and_each_answers(self):
        before = self.server.memory_kib()
        clients = [self.connect() for _ in range(CONNECTIONS)]
        for _ in range(3):
            for c in clients:
                c.send("PING")
            for c in clients:
                self.assertEqual(c.read(), "PONG")
        grown = self.server.memory_kib() - before
        print(f"{CONNECTIONS} connections: {grown / CONNECTIONS:.1f} KiB each")
        self.assertEqual(len(clients[0].call("CLIENT", "LIST").splitlines()), CONNECTIONS)
        self.assertIn(b"connected_clients:%d\r\n" % CONNECTIONS, clients[0].call("INFO"))
        self.assertEqual(self.connect().rest(), b"-ERR max number of clients reached\r\n")


class Benchmark(ServerTest):
    OPTIONS = ("--threads", "2")

    def test_redis_benchmark_runs_without_errors(self):
        if not shutil.which("redis-benchmark"):
            self.skipTest("redis-benchmark isn't installed")
        for options in (("-c", "50", "-P", "16", "-n", "50000"), ("-c", "50", "-P", "1", "-n", "10000"),
                        ("-c", "500", "-P", "4", "-n", "20000", "-d", "5000"),
                        ("-c", "10", "-P", "4", "-n", "10000", "-r", "100000", "--threads", "2")):
            with self.subTest(options=options):
                done = subprocess.run(
                    ["redis-benchmark", "-p", str(self.server.port), "-q", "--csv",
                     "-t", "ping_inline,ping_mbulk,set,get,incr,mset", *options],
                    capture_output=True, text=True, timeout=600, check=False)
                said = done.stdout + done.stderr
                self.assertEqual(done.returncode, 0, said)
                self.assertNotIn("rror", said)
                self.assertGreaterEqual(len(done.stdout.splitlines()), 7, said)


if __name__ == "__main__":
    main()
