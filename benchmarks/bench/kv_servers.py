"""Starts the servers under test on free ports of the loopback, and ends them by their process ids."""

import contextlib
import resource
import shutil
import socket
import subprocess
import tempfile
import time

from bench.programs import ProgramFailed

START_TIMEOUT_S = 10
STOP_TIMEOUT_S = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers_ping(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def wait_until_ready(name, process, port, log):
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if answers_ping(port):
            return
        time.sleep(0.02)
    log.seek(0)
    state = f"ended with code {process.returncode}" if process.poll() is not None else "doesn't answer PING"
    raise ProgramFailed(f"{name} {state} on port {port}.", log.read().decode(errors="replace"))


@contextlib.contextmanager
def running(name, command, port):
    """The server, ready, for the time of the block."""
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        except OSError as error:
            raise ProgramFailed(f"{name} can't be started from '{command[0]}': {error.strerror}. "
                                "Build it first, or name another with --server.") from None
        try:
            wait_until_ready(name, process, port, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def store_command(path, port):
    return [path, "--port", str(port)]


def redis_command(port):
    """Without persistence, as the store is. None if it isn't installed."""
    found = shutil.which("redis-server")
    return found and [found, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]


def allow_open_files(count):
    """Raises this process's limit, which its servers inherit; false if the system forbids it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        return False
    if soft == resource.RLIM_INFINITY or soft >= count:
        return True
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    return True
