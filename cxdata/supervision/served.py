"""The child: ``python -m cxdata.supervision.served MODULE ARGUMENT …``, started by the supervisor.

It runs the module as ``python -m`` does. Before that it sees to two things: asked by SIGUSR1, it
writes all threads' stacks to the file that the environment names, even where Python is stuck; and
it ends when its parent does.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress

STACKS_VARIABLE, PARENT_VARIABLE = "CXDATA_STACKS", "CXDATA_SUPERVISOR"
# Linux: which signal a process gets when its parent ends (prctl.h).
PR_SET_PDEATHSIG = 1
# Long enough for requests under way and for the store to write what it holds.
END_SECONDS = 10


def main(arguments: list[str]) -> None:
    write_stacks_when_asked()
    end_with_parent()
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def write_stacks_when_asked() -> None:
    """All threads' stacks at SIGUSR1; written without Python's lock. Windows has no such signal."""
    if hasattr(signal, "SIGUSR1"):
        file = _stacks_file(os.environ.get(STACKS_VARIABLE, ""))
        faulthandler.register(signal.SIGUSR1, file=file, all_threads=True)


def _stacks_file(path: str) -> int:
    """A file that only its owner can read; stderr where it can't be written."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return sys.stderr.fileno()


def end_with_parent() -> None:
    """On Linux the kernel sees to it, whatever state Python is in; elsewhere a thread does."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if hasattr(os, "getppid") and sys.platform != "win32":
        if os.getppid() != int(os.environ.get(PARENT_VARIABLE) or os.getppid()):
            sys.exit("The supervisor has ended.")
    threading.Thread(target=_wait_for_end_of_parent, daemon=True).start()


def _wait_for_end_of_parent() -> None:
    """The parent holds the other end of standard input, and never writes to it."""
    while os.read(0, 1):
        pass
    signal.raise_signal(signal.SIGTERM)
    time.sleep(END_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
