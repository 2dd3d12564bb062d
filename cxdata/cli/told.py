"""What a command has to say: the same to a terminal, to a scheduler, and over HTTP."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from cxdata.errors import CxDataError
from cxdata.i18n import SOURCE_LOCALE, Translator
from cxdata.ingest.notes import Note
from cxdata.panels.document import json_value

# out: for people, on stdout; err: for people, on stderr; always: on stderr, also with --json.
Stream = Literal["out", "err", "always"]


@dataclass
class Told:
    """The answer of one command.

    ``document`` is what ``--json`` prints, None if there is none; ``lines`` are what people read,
    in order. ``is_done`` False is exit code 1. ``returned`` is a file to be written where the
    caller wants it, such as the refused rows. Sentences are ``Note``, which whoever prints them
    puts into the caller's language; what is no sentence, such as a table, is text.
    """

    document: Any = None
    lines: list[tuple[Stream, str]] = field(default_factory=list)
    is_done: bool = True
    returned: bytes | None = None

    def print(self, text: str = "") -> None:
        """A line of the answer itself."""
        self.lines.append(("out", text))

    def note(self, text: str) -> None:
        """A line beside the answer, for people."""
        self.lines.append(("err", text))

    def add(self, text: str) -> None:
        """A line beside the answer, for everybody."""
        self.lines.append(("always", text))

    def print_rows(self, rows: pl.DataFrame) -> None:
        """A table, a line a row."""
        for line in table_lines(rows):
            self.print(line)

    def spoken(self, tr: Translator) -> Told:
        """The same in one language: its lines, and the sentences in its document."""
        lines = [(stream, tr.sentence(text)) for stream, text in self.lines]
        return Told(said_in(self.document, tr), lines, self.is_done, self.returned)

    def as_json(self) -> dict[str, Any]:
        """All of it in words of JSON; ``told_of`` reads it."""
        return {
            "document": json_value(self.document),
            "lines": [[stream, str(text)] for stream, text in self.lines],
            "is_done": self.is_done,
            "returned": None if self.returned is None else b64encode(self.returned).decode(),
        }


def told_of(answer: Mapping[str, Any]) -> Told:
    """What was told somewhere else.

    >>> told_of(Told({"batch_id": 3}, [("out", "done")], returned=b"x").as_json())
    Told(document={'batch_id': 3}, lines=[('out', 'done')], is_done=True, returned=b'x')
    """
    returned = answer.get("returned")
    return Told(
        answer["document"],
        [(stream, str(text)) for stream, text in answer["lines"]],
        bool(answer["is_done"]),
        None if returned is None else b64decode(returned),
    )


def one_line(*parts: str) -> Note:
    """Texts one after the other, each of which is translated by itself.

    >>> one_line("  ", Note("{n} rows", n=3))
    '  3 rows'
    """
    named = {f"part_{place}": part for place, part in enumerate(parts)}
    template = "".join(f"{{{name}}}" for name in named)
    return Note(template, **named)


def told_error(error: CxDataError) -> Note:
    """A refusal as a sentence among others."""
    hint = [" ", Note(error.hint, **error.values)] if error.hint else []
    return one_line(Note(error.message, **error.values), *hint)


def said_in(document: Any, tr: Translator) -> Any:
    """A document whose sentences are in this language; names, codes, numbers and days stay."""
    if tr.locale == SOURCE_LOCALE:
        return document
    if isinstance(document, Mapping):
        return {name: said_in(value, tr) for name, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [said_in(value, tr) for value in document]
    return tr.sentence(document) if isinstance(document, Note) else document


def table_lines(rows: pl.DataFrame) -> list[str]:
    """A frame as people read it on a terminal: the names of its columns first."""
    texts = [rows.columns, *([_cell(value) for value in row] for row in rows.iter_rows())]
    widths = [max(len(row[index]) for row in texts) for index in range(rows.width)]
    lines = (
        "  ".join(it.ljust(width) for it, width in zip(row, widths, strict=True)) for row in texts
    )
    return [line.rstrip() for line in lines]


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
