"""Which sign cuts a text into cells, and which one encloses them; asked where two fit."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.reading.regular import Dialect
from cxdata.models import Question, Reading

DELIMITERS = (";", ",", "\t", "|", "^", "~")
SIGN_NAMES = {"\t": "tab", " ": "space"}  # of signs that can't be seen
SAMPLE_ROWS = 200
MAX_EXAMPLES = 2
SHOWN_LETTERS = 120
CLOSE_SHARE = 0.05  # two delimiters are about equally good up to this difference

WHICH_DELIMITER = N_("The file can be cut into cells in two ways: which is right?")
_NUMBER = re.compile(r"[-+]?[\d\s.,:/%€$-]*\d[\d\s.,:/%€$-]*")


@dataclass(frozen=True)
class Cutting:
    """How a text is cut, and what is asked about it."""

    dialect: Dialect
    question: Question | None = None


@dataclass(frozen=True)
class _Trial:
    """The rows that a delimiter gives; ``share`` of them have the most usual ``width``."""

    dialect: Dialect
    rows: tuple[tuple[str, ...], ...]
    width: int
    share: float

    @property
    def starts_with_header(self) -> bool:
        """Whether the first row of the usual width has names in it, and no numbers."""
        first = next((row for row in self.rows if len(row) == self.width), ())
        return bool(first) and not any(_NUMBER.fullmatch(cell.strip()) for cell in first)

    @property
    def begins_at(self) -> int:
        """How many rows stand above the first of the usual width."""
        return next((at for at, row in enumerate(self.rows) if len(row) == self.width), 0)

    @property
    def merit(self) -> tuple[bool, float, int]:
        if self.width < 2:
            return (False, 0.0, 0)
        return (self.starts_with_header, self.share, self.width)


def cutting_of(sample: str, wanted: str | None = None) -> Cutting:
    """The delimiter that is asked for or declared, else the one that cuts most rows alike.

    Quotes are respected, and the first row of the usual width should look like a header. When
    two delimiters fit about equally well, the question is which. A file of one column has none:
    then it is ``;``, which occurs nowhere.

    >>> cutting_of('date;note\\n01/02/2026;9,5\\n"a;b";"8,0"\\n').dialect.delimiter
    ';'
    """
    declared = re.match(r"sep=(.)\r?\n", sample)
    if declared and not wanted:
        return Cutting(Dialect(declared[1], _quote_of(sample, declared[1])))
    trials = [_trial(sample, delimiter) for delimiter in DELIMITERS]
    best, *others = sorted(trials, key=lambda trial: trial.merit, reverse=True)
    rivals = [each for each in others if _is_rival(each, best)]
    readings = tuple(map(_reading, [best, *rivals]))
    if wanted:
        delimiter = _named(wanted)
        dialect = Dialect(delimiter, _quote_of(sample, delimiter))
        answered = Question("delimiter", WHICH_DELIMITER, readings, answer=_name(delimiter))
        return Cutting(dialect, answered if rivals else None)
    question = Question("delimiter", WHICH_DELIMITER, readings) if rivals else None
    return Cutting(best.dialect, question)


def _is_rival(trial: _Trial, best: _Trial) -> bool:
    """Whether it fits about as well; a sign that only the rows below the header have doesn't."""
    is_alike = trial.width > 1 and trial.starts_with_header and best.starts_with_header
    return (
        is_alike and trial.begins_at <= best.begins_at and best.share - trial.share <= CLOSE_SHARE
    )


def _reading(trial: _Trial) -> Reading:
    delimiter = trial.dialect.delimiter
    usual = [row for row in trial.rows if len(row) == trial.width][:MAX_EXAMPLES]
    examples = tuple(
        (delimiter.join(row)[:SHOWN_LETTERS], " │ ".join(row)[:SHOWN_LETTERS]) for row in usual
    )
    return Reading(_name(delimiter), examples)


def _name(delimiter: str) -> str:
    return SIGN_NAMES.get(delimiter, delimiter)


def _named(wanted: str) -> str:
    """The sign that is meant by itself or by its name."""
    names = {name: sign for sign, name in SIGN_NAMES.items()} | {"\\t": "\t"}
    sign = names.get(wanted, wanted)
    if len(sign) != 1 or sign in '\r\n"':
        raise ImportRefused(
            "{delimiter} can't be the sign between the cells.",
            "It is one sign, such as ; or , or tab.",
            delimiter=wanted,
        )
    return sign


def _quote_of(sample: str, delimiter: str) -> str:
    """``'`` if it encloses every cell of the first row that isn't blank, else ``"``."""
    first = next((line for line in sample.splitlines() if line.strip()), "")
    is_single = re.fullmatch(rf"'[^']*'(?:{re.escape(delimiter)}'[^']*')*", first.strip())
    return "'" if is_single else '"'


def _trial(sample: str, delimiter: str) -> _Trial:
    dialect = Dialect(delimiter, _quote_of(sample, delimiter))
    rows = _rows(sample, dialect)
    widths = Counter(map(len, rows))
    if not widths:
        return _Trial(dialect, (), 0, 0.0)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return _Trial(dialect, tuple(rows), width, count / widths.total())


def _rows(sample: str, dialect: Dialect) -> list[tuple[str, ...]]:
    """The first rows that aren't blank; one without cells where quotes don't match."""
    reader = csv.reader(
        io.StringIO(sample, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        strict=True,
    )
    rows: list[tuple[str, ...]] = []
    while len(rows) < SAMPLE_ROWS:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "unexpected end" in str(error):
                break
            row = []
            rows.append(())
        if any(cell.strip() for cell in row):
            rows.append(tuple(row))
    return rows
