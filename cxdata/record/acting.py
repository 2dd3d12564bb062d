"""Who acts, and where: said once by the face that runs, known to whatever it calls."""

from __future__ import annotations

import getpass
from contextvars import ContextVar
from dataclasses import dataclass

NOBODY = "–"


@dataclass(frozen=True)
class Actor:
    """``name`` is the reader's, of commands the system's user; ``place`` the page or command."""

    name: str
    place: str


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def acting_as(name: str, place: str) -> None:
    """From here on, and in this thread alone, what is done is done by them.

    A page says so at the start of each run, a command before it begins. What runs later in
    another thread is given its actor.
    """
    _actor.set(Actor(name, place))


def actor() -> Actor:
    """Who was named last in this thread; if nobody was, the system's user."""
    return _actor.get() or Actor(system_user(), "")


def system_user() -> str:
    """Under which name the process runs; a dash if the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return NOBODY
