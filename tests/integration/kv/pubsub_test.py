"""Publish and subscribe, between connections."""

from server import Error, Push, ServerTest, encode, eventually, main


class PubSub(ServerTest):
    OPTIONS = ("--threads", "2")

    def test_what_was_set_before_a_message_is_there_when_it_arrives(self):
        listener = self.connect()
        listener.call("SUBSCRIBE", "news")
        reader, writer = self.connect(), self.connect()
        for i in range(100):
            keys = [f"{i}:{k}" for k in range(8)]
            # One write, so that the requests are read, and passed on, together.
            writer.send_raw(b"".join(encode("SET", key, i) for key in keys) + encode("PUBLISH", "news", i))
            self.assertEqual(listener.read(), [b"message", b"news", b"%d" % i])
            self.assertEqual([reader.call("GET", key) for key in keys], [b"%d" % i] * len(keys))
            self.assertEqual([writer.read() for _ in range(9)], ["OK"] * 8 + [1])

    def test_messages_reach_channels_and_patterns(self):
        listener, speaker = self.connect(), self.connect()
        self.assertEqual(listener.call("SUBSCRIBE", "news", "sport"), [b"subscribe", b"news", 1])
        self.assertEqual(listener.read(), [b"subscribe", b"sport", 2])
        self.assertEqual(listener.call("PSUBSCRIBE", "n*"), [b"psubscribe", b"n*", 3])
        self.assertEqual(speaker.call("PUBLISH", "news", "hello"), 2)
        self.assertEqual(listener.read(), [b"message", b"news", b"hello"])
        self.assertEqual(listener.read(), [b"pmessage", b"n*", b"news", b"hello"])
        self.assertEqual(speaker.call("PUBLISH", "weather", "rain"), 0)
        self.assertEqual(listener.call("UNSUBSCRIBE", "news"), [b"unsubscribe", b"news", 2])
        self.assertEqual(speaker.call("PUBLISH", "news", b"\x00\r\n\xff"), 1)
        self.assertEqual(listener.read(), [b"pmessage", b"n*", b"news", b"\x00\r\n\xff"])

    def test_resp2_listeners_may_say_little(self):
        listener = self.connect()
        listener.call("SUBSCRIBE", "news")
        self.assertTrue(listener.call("GET", "a").startswith("ERR Can't execute 'get'"))
        self.assertEqual(listener.call("PING"), [b"pong", b""])
        self.assertEqual(listener.call("RESET"), "RESET")
        self.assertEqual(listener.call("GET", "a"), None)

    def test_resp3_listeners_may_say_anything(self):
        listener, speaker = self.connect(), self.connect()
        listener.call("HELLO", 3)
        self.assertEqual(listener.call("SUBSCRIBE", "news"), Push([b"subscribe", b"news", 1]))
        self.assertEqual(listener.call("SET", "a", 1), "OK")
        self.assertEqual(speaker.call("PUBLISH", "news", "hello"), 1)
        message = listener.read()
        self.assertIsInstance(message, Push)
        self.assertEqual(message, [b"message", b"news", b"hello"])
        self.assertEqual(listener.call("GET", "a"), b"1")

    def test_who_publishes_to_itself_hears_it(self):
        c = self.connect()
        c.call("HELLO", 3)
        c.call("SUBSCRIBE", "news")
        c.send("PUBLISH", "news", "hello")
        self.assertCountEqual([c.read(), c.read()], [1, Push([b"message", b"news", b"hello"])])

    def test_a_subscriber_that_leaves_is_forgotten(self):
        speaker = self.connect()
        for leave in (lambda c: c.close(), lambda c: c.send("QUIT"), lambda c: c.send("RESET")):
            listener = self.connect()
            listener.call("SUBSCRIBE", "news")
            listener.call("PSUBSCRIBE", "*")
            self.assertEqual(speaker.call("PUBSUB", "NUMSUB", "news"), [b"news", 1])
            leave(listener)
            eventually(lambda: speaker.call("PUBSUB", "NUMSUB", "news") == [b"news", 0], "it is forgotten")
            eventually(lambda: speaker.call("PUBSUB", "NUMPAT") == 0, "its pattern is forgotten")
            self.assertEqual(speaker.call("PUBSUB", "CHANNELS"), [])

    def test_messages_of_one_speaker_arrive_in_order_at_every_listener(self):
        listeners = [self.connect() for _ in range(20)]
        for listener in listeners:
            listener.call("SUBSCRIBE", "count")
        speaker = self.connect()
        for i in range(500):
            speaker.send("PUBLISH", "count", i)
        self.assertEqual([speaker.read() for _ in range(500)], [20] * 500)
        for listener in listeners:
            self.assertEqual([listener.read()[2] for _ in range(500)], [b"%d" % i for i in range(500)])

    def test_a_thousand_subscribers_of_one_channel_all_hear_it(self):
        listeners = [self.connect() for _ in range(1000)]
        for listener in listeners:
            listener.send("SUBSCRIBE", "news")
        for listener in listeners:
            self.assertEqual(listener.read(), [b"subscribe", b"news", 1])
        self.assertEqual(self.connect().call("PUBLISH", "news", "hello"), 1000)
        for listener in listeners:
            self.assertEqual(listener.read(), [b"message", b"news", b"hello"])


class SlowSubscriber(ServerTest):
    OPTIONS = ("--max-output-buffer-bytes", str(1 << 20))

    def test_a_subscriber_that_never_reads_is_cut_off_and_others_are_not(self):
        slow, quick, speaker = self.connect(receive_buffer=4096), self.connect(), self.connect()
        slow.call("SUBSCRIBE", "news")
        quick.call("SUBSCRIBE", "news")
        payload = b"x" * 65536
        # The kernel takes some megabytes before anything waits.
        for _ in range(2000):
            receivers = speaker.call("PUBLISH", "news", payload)
            self.assertEqual(quick.read(), [b"message", b"news", payload])
            if receivers == 1:
                break
        self.assertEqual(receivers, 1, "it was never cut off")
        self.assertLess(len(slow.rest()), 2000 * 65536)
        self.assertNotIsInstance(quick.call("PING"), Error)


if __name__ == "__main__":
    main()
