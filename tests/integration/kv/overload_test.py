"""A part of the store that is asked for more than it may have waiting refuses the rest, and loses nothing."""

from server import ServerTest, encode, eventually, main

CLIENTS = 20
REQUESTS = 1000  # of each client at once: as many as may be under way


def mailboxes(info):
    """The lines of INFO's section for the actors, by name."""
    lines = dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
    return {name: dict(pair.split("=") for pair in value.split(",")) for name, value in lines.items()
            if name.startswith("mailbox_")} | {"overflowed": int(lines["overflowed_messages"]), "stalls": int(lines["stalls"])}


class FullMailboxes(ServerTest):
    OPTIONS = ("--max-queued", "1", "--shards", "1")

    def test_each_request_is_carried_out_or_refused(self):
        clients = [self.connect() for _ in range(CLIENTS)]
        done = refused = 0

        def a_request_is_refused():
            nonlocal done, refused
            for c in clients:
                c.send_raw(encode("INCR", "n") * REQUESTS)
            for c in clients:
                for _ in range(REQUESTS):
                    answer = c.read()
                    if isinstance(answer, int):
                        done += 1
                    else:
                        self.assertTrue(answer.startswith("ERR too many requests wait already (--max-queued)"), answer)
                        refused += 1
            return refused > 0

        eventually(a_request_is_refused, "a request is refused")
        # Of one client at a time there is always room for a request.
        self.assertEqual(int(clients[0].call("GET", "n")), done)
        shown = mailboxes(clients[0].call("INFO", "actors"))
        self.assertEqual(shown["mailbox_kv/shard-0"]["capacity"], "1")
        self.assertGreater(int(shown["mailbox_kv/shard-0"]["overflowed"]), 0)

    def test_info_shows_the_mailboxes(self):
        shown = mailboxes(self.connect().call("INFO", "actors"))
        self.assertEqual(shown["mailbox_kv/server"], {"waiting": "0", "capacity": "0", "overflowed": "0"})
        self.assertIn("mailbox_kv/hub", shown)
        self.assertEqual(shown["stalls"], 0)


if __name__ == "__main__":
    main()
