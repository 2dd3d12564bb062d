"""The workbook inside a chart: what PowerPoint opens when its data is edited.

Texts are written as texts: a group called ``=1+1`` is no formula there either.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import xlsxwriter

from cxdata.exports.whole_numbers import WholeNumber

SHEET = "Data"


@dataclass(frozen=True)
class Column:
    """A column of the workbook: its head, its values, and the cells that hold them."""

    place: int
    name: str
    values: tuple[float | str | None, ...]

    @property
    def letter(self) -> str:
        """
        >>> Column(0, "", ()).letter, Column(27, "", ()).letter
        ('A', 'AB')
        """
        place, letters = self.place + 1, ""
        while place:
            place, rest = divmod(place - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return letters

    @property
    def head(self) -> str:
        """Where its name stands."""
        return f"{SHEET}!${self.letter}$1"

    @property
    def cells(self) -> str:
        """Where its values stand."""
        return f"{SHEET}!${self.letter}$2:${self.letter}${max(len(self.values), 1) + 1}"

    def cell(self, row: int) -> str:
        """Where one of its values stands."""
        return f"{SHEET}!${self.letter}${row + 2}"


@dataclass
class ChartBook:
    """The columns of one chart's workbook, in the order in which they are added."""

    columns: list[Column] = field(default_factory=list)

    def add(self, name: str, values: Sequence[float | str | None]) -> Column:
        """One more column."""
        column = Column(len(self.columns), name, tuple(values))
        self.columns.append(column)
        return column

    def as_xlsx(self) -> bytes:
        """The workbook."""
        target = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(target, options) as workbook:
            sheet = workbook.add_worksheet(SHEET)
            for column in self.columns:
                sheet.write_string(0, column.place, column.name)
                for row, value in enumerate(column.values, 1):
                    if isinstance(value, str):
                        sheet.write_string(row, column.place, value)
                    elif value is not None:
                        number = WholeNumber(value) if isinstance(value, float) else value
                        sheet.write_number(row, column.place, number)
        return target.getvalue()
