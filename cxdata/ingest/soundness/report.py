"""What a check says: what is wrong and what to do, what it didn't look at, what was repaired."""

from __future__ import annotations

from dataclasses import dataclass, field

from cxdata.ingest.notes import Note


class Problem(Note):
    """One thing that is wrong, as a sentence with a code.

    ``remedy`` says what to do about it; empty if a repair does it.

    >>> problem = Problem("ranges", "{table}: {count} rows.", table="contacts", count=3)
    >>> problem, problem.code, problem.values["table"]
    ('contacts: 3 rows.', 'ranges', 'contacts')
    """

    code: str
    remedy: Note

    def __new__(
        cls, code: str, template: str, *, remedy: Note | None = None, **values: object
    ) -> Problem:
        problem = super().__new__(cls, template, **values)
        assert isinstance(problem, Problem)
        problem.code = code
        problem.remedy = Note("") if remedy is None else remedy
        return problem


@dataclass(frozen=True)
class Soundness:
    """The result of a check. ``not_checked`` says what nobody looked at and why."""

    problems: tuple[Problem, ...] = ()
    not_checked: tuple[Note, ...] = ()
    repaired: tuple[Note, ...] = field(default=())

    @property
    def is_sound(self) -> bool:
        return not self.problems
