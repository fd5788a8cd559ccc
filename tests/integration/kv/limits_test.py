"""Limits, each with its error; and malformed protocol, which costs nobody but its sender the connection."""

from server import PATIENCE, Client, Error, ServerTest, encode, eventually, main


def protocol_error(text):
    return f"-ERR Protocol error: {text}\r\n".encode()


class Malformed(ServerTest):
    def test_it_is_answered_and_only_that_connection_closes(self):
        bystander = self.connect()
        for request, error in (
                (b"*x\r\n", "invalid multibulk length"),
                (b"*99999999999999999999\r\n", "invalid multibulk length"),
                (b"*1048577\r\n", "invalid multibulk length"),
                (b"*1\r\n:1\r\n", "expected '$', got ':'"),
                (b"*1\r\n$x\r\n", "invalid bulk length"),
                (b"*1\r\n$-1\r\n", "invalid bulk length"),
                (b"*1\r\n$536870913\r\n", "invalid bulk length"),
                (b"SET a \"b\r\n", "unbalanced quotes in request"),
                (b"a" * 70000, "too big inline request"),
                (b"*" + b"1" * 70000, "too big mbulk count string"),
                (b"*1\r\n$" + b"1" * 70000, "too big bulk count string")):
            with self.subTest(request=request[:20]):
                c = self.connect()
                c.send_raw(b"PING\r\n" + request)
                self.assertEqual(c.rest(), b"+PONG\r\n" + protocol_error(error))
        self.assertEqual(bystander.call("PING"), "PONG")

    def test_what_comes_before_it_is_answered_first(self):
        c = self.connect()
        c.send_raw(b"SET a 1\r\nGET a\r\n*1\r\nboo\r\nSET a 2\r\n")
        self.assertEqual(c.rest(), b"+OK\r\n$1\r\n1\r\n" + protocol_error("expected '$', got 'b'"))
        self.assertEqual(self.connect().call("GET", "a"), b"1")

    def test_a_web_page_gets_no_answer(self):
        for request in (b"POST / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            c = self.connect()
            c.send_raw(request + b"SET a 1\r\n")
            self.assertNotIn(b"+OK", c.rest())
        self.assertEqual(self.connect().call("GET", "a"), None)

    def test_empty_requests_are_no_requests(self):
        c = self.connect()
        c.send_raw(b"*0\r\n\r\n*-1\r\n   \r\nPING\r\n")
        self.assertEqual(c.read(), "PONG")


class RequestLimits(ServerTest):
    OPTIONS = ("--max-bulk-bytes", "1000", "--max-multibulk", "10", "--max-query-buffer-bytes", "1500")

    def test_the_longest_argument(self):
        c = self.connect()
        self.assertEqual(c.call("SET", "a", "x" * 1000), "OK")
        self.assertTrue(c.call("APPEND", "a", "y").startswith("ERR string exceeds maximum allowed size"))
        c.send_raw(encode("SET", "a", "x" * 1001))
        self.assertEqual(c.rest(), protocol_error("invalid bulk length"))

    def test_the_most_arguments(self):
        c = self.connect()
        self.assertEqual(len(c.call("MGET", *range(9))), 9)
        c.send_raw(encode("MGET", *range(10)))
        self.assertEqual(c.rest(), protocol_error("invalid multibulk length"))

    def test_the_largest_request(self):
        c = self.connect()
        self.assertEqual(c.call("MSET", "a", "x" * 700, "b", "x" * 700), "OK")
        c.send_raw(encode("MSET", "a", "x" * 700, "b", "x" * 1000))
        self.assertEqual(c.rest(), protocol_error("request exceeds the query buffer limit"))
        self.assertEqual(self.connect().call("STRLEN", "b"), 700)


class ClientLimit(ServerTest):
    OPTIONS = ("--max-clients", "3")

    def test_one_too_many_is_told_so_and_closed(self):
        clients = [self.connect() for _ in range(3)]
        for c in clients:
            self.assertEqual(c.call("PING"), "PONG")
        self.assertEqual(self.connect().rest(), b"-ERR max number of clients reached\r\n")
        self.assertIn(b"rejected_connections:1\r\n", clients[0].call("INFO"))
        clients[2].close()
        eventually(self.there_is_room, "a place becomes free")
        self.assertEqual(clients[0].call("CONFIG", "SET", "maxclients", 4), "OK")
        eventually(self.there_is_room, "there are more places")

    def there_is_room(self):
        with Client(self.server.port) as c:
            try:
                return c.call("PING") == "PONG"
            except (EOFError, OSError):
                return False


class OutputLimit(ServerTest):
    OPTIONS = ("--threads", "1", "--max-output-buffer-bytes", str(4 << 20))

    def test_a_reader_that_falls_behind_is_cut_off_and_others_are_not(self):
        bystander = self.connect()
        bystander.call("SET", "large", b"x" * (1 << 20))
        slow = self.connect(receive_buffer=4096)
        slow.send_raw(b"GET large\r\n" * 100)
        eventually(lambda: len(bystander.call("CLIENT", "LIST").splitlines()) == 1, "it is cut off")
        self.assertLess(len(slow.rest()), 100 << 20)
        self.assertEqual(len(bystander.call("GET", "large")), 1 << 20)

    def test_what_nobody_will_read_takes_no_memory(self):
        # The answers would be 1.6 GB each; the sanitizers keep what is freed for a while.
        bystander = self.connect()
        bystander.call("SET", "large", b"x" * (8 << 20))
        for request in (encode("GET", "large") * 200, encode("GETEX", "large") * 200,
                        encode("MGET", *["large"] * 200)):
            with self.subTest(request=request[:20]):
                c = self.connect(receive_buffer=4096)
                c.send_raw(request)
                eventually(lambda: len(bystander.call("CLIENT", "LIST").splitlines()) == 1, "it is cut off")
        self.assertLess(self.server.memory_kib("VmHWM"), 800 << 10)

    def test_an_idle_client_keeps_no_large_buffer(self):
        self.start("--threads", "1")
        self.connect().call("SET", "large", b"x" * (64 << 20))
        before = self.server.memory_kib()
        for _ in range(20):
            self.assertEqual(len(self.connect().call("GET", "large")), 64 << 20)
        self.assertLess(self.server.memory_kib() - before, 800 << 10)

    def test_a_reader_that_keeps_up_gets_any_amount(self):
        c = self.connect()
        c.call("SET", "large", b"x" * (1 << 20))
        for _ in range(50):
            self.assertEqual(len(c.call("GET", "large")), 1 << 20)

    def test_who_asks_without_reading_is_read_no_more(self):
        # Small answers, so that no burst of them exceeds the limit: it is paused instead, and nothing is lost.
        c = self.connect(receive_buffer=65536)
        request, answer = encode("ECHO", b"x" * 1000), b"$1000\r\n" + b"x" * 1000 + b"\r\n"
        requests = request * 1000
        c.socket.setblocking(False)
        sent = 0
        try:
            while sent < 256 << 20:
                sent += c.socket.send(requests[sent % len(requests):])
        except BlockingIOError:
            pass
        self.assertLess(sent, 256 << 20)
        self.assertNotIsInstance(self.connect().call("PING"), Error)
        c.socket.settimeout(PATIENCE)
        c.skip((sent // len(request) - 1) * len(answer))
        self.assertEqual(c.read(), b"x" * 1000)


if __name__ == "__main__":
    main()
