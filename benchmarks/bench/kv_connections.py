"""Opens very many connections to one server, keeps them all open, and sends a PING on each."""

import errno
import selectors
import socket
import time

OPENING_AT_ONCE = 256  # more would overflow the listener's backlog, and be retried by the kernel after a second
PING = b"*1\r\n$4\r\nPING\r\n"
PONG = b"+PONG\r\n"


def open_all(port, count, deadline):
    """Connected sockets, at most `count`; fewer if the server refused some or time ran out."""
    connected = []
    with selectors.DefaultSelector() as opening:
        started = 0
        while (started < count or opening.get_map()) and time.monotonic() < deadline:
            while started < count and len(opening.get_map()) < OPENING_AT_ONCE:
                connection = socket.socket()
                connection.setblocking(False)
                started += 1
                if connection.connect_ex(("127.0.0.1", port)) in (0, errno.EINPROGRESS):
                    opening.register(connection, selectors.EVENT_WRITE)
                else:
                    connection.close()
            for key, _ in opening.select(0.1):
                opening.unregister(key.fileobj)
                if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    connected.append(key.fileobj)
                else:
                    key.fileobj.close()
        for key in list(opening.get_map().values()):
            key.fileobj.close()
    return connected


def ping_all(connections, deadline):
    """How many answered with PONG."""
    answered = 0
    with selectors.DefaultSelector() as waiting:
        for connection in connections:
            try:
                connection.sendall(PING)
                waiting.register(connection, selectors.EVENT_READ, bytearray())
            except OSError:
                pass  # closed by the server: it doesn't answer
        while waiting.get_map() and time.monotonic() < deadline:
            for key, _ in waiting.select(0.1):
                try:
                    received = key.fileobj.recv(64)
                except OSError:
                    received = b""
                key.data.extend(received)
                if received and len(key.data) < len(PONG):
                    continue
                waiting.unregister(key.fileobj)
                answered += bytes(key.data) == PONG
    return answered


def hold(port, count, timeout_s):
    """Opens them, pings each, and pings each again while all the others stay open."""
    begin = time.monotonic()
    deadline = begin + timeout_s
    connections = open_all(port, count, deadline)
    opened_s = time.monotonic() - begin
    try:
        answered = ping_all(connections, deadline)
        answered_again = ping_all(connections, deadline)
    finally:
        for connection in connections:
            connection.close()
    return {"connections": count, "opened": len(connections), "answered": answered, "answered_again": answered_again,
            "seconds_to_open": opened_s, "seconds": time.monotonic() - begin}
