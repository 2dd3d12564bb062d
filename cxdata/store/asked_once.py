"""Questions that are asked of a store once, while many figures are made of one state of it.

Figures of a board pack rest on the same counts, and each asks for them by itself. Within
:func:`asking_once` the same question gets the frame that it got before, unless the data has
changed since. Frames are never changed in place, so they can be shared.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import polars as pl

_answers: ContextVar[dict[Hashable, pl.DataFrame] | None] = ContextVar("answers", default=None)


@contextmanager
def asking_once() -> Iterator[None]:
    """From here on, in this thread, each question is asked once; within another, that one goes
    on."""
    if _answers.get() is not None:
        yield
        return
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def asked(
    about: tuple[Hashable, ...], parameters: Mapping[str, object], ask: Callable[[], pl.DataFrame]
) -> pl.DataFrame:
    """The answer to a question: the one that is there, or what ``ask`` finds.

    ``about`` is all that it depends on besides its parameters: whom it is asked, and in which
    state of the data.
    """
    answers = _answers.get()
    if answers is None:
        return ask()
    # Numbers, texts, days and lists of them are bound: as text, each is itself.
    key = (about, tuple(sorted((name, repr(it)) for name, it in parameters.items())))
    if key not in answers:
        answers[key] = ask()
    return answers[key]
