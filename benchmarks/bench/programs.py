"""Runs a program to its end, and leaves nothing of it behind."""

import os
import signal
import subprocess


class ProgramFailed(Exception):
    """Its text is a sentence, followed by what the program said."""

    def __init__(self, sentence, said=""):
        super().__init__(f"{sentence}\n{said.strip()}".strip())


def run(command, timeout_s, cwd=None):
    """Returns what the program printed; raises ProgramFailed if it crashed, failed or took too long."""
    name = " ".join(str(part) for part in command)
    # A session of its own, so that a timeout ends its children too and nobody else's.
    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
    try:
        output, errors = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        raise ProgramFailed(f"'{name}' didn't end within {timeout_s:g} s.", errors) from None
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode < 0:
        ended_by = signal.Signals(-process.returncode).name
        raise ProgramFailed(f"'{name}' was ended by signal {ended_by}.", errors or output)
    if process.returncode > 0:
        # Compilers and cmake tell some of what was wrong on standard output.
        raise ProgramFailed(f"'{name}' failed with exit code {process.returncode}.", f"{errors.strip()}\n{output}")
    return output
