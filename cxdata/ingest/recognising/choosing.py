"""Which table of a file is the data, and what only its owner can say of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.ingest.reading.tables import Table
from cxdata.ingest.recognising.layout import Layout
from cxdata.ingest.recognising.proposing import BY_VALUES
from cxdata.ingest.recognising.shapes import is_codebook
from cxdata.models import Question, Reading

EXAMPLE_CELLS = 3
TITLE_ROWS = 3  # rows that are looked at for the header of a list of codes

SHEET_READ = N_("The sheet {sheet} was read.")
SHEETS_LEFT_OUT = N_("Sheets that only say what columns and codes mean: {sheets}.")
IS_IT_THIS = N_("{column} could be {field}, going by its values alone. Is it?")
WHICH_SHEET = N_("More than one sheet could be the data. Which one is it?")


@dataclass(frozen=True)
class ChosenTable:
    """The table that is read, what is said of that, and what only the file's owner knows."""

    index: int
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()


def choose_table(tables: Sequence[Table], layouts: Sequence[Layout]) -> ChosenTable:
    """The table whose headers fit best; a question if several could be the data.

    Sheets with a list of codes and labels are passed over, unless there is nothing else.
    """
    if len(tables) == 1:
        return ChosenTable(0)
    codebooks = [i for i in range(len(tables)) if _explains_codes(tables[i], layouts[i])]
    rest = [i for i in range(len(tables)) if i not in codebooks] or codebooks
    ranked = sorted(rest, key=lambda index: _fitness(layouts[index]), reverse=True)
    notes = [Note(SHEET_READ, sheet=tables[ranked[0]].name)]
    if codebooks and rest != codebooks:
        names = ", ".join(tables[index].name for index in codebooks)
        notes.append(Note(SHEETS_LEFT_OUT, sheets=names))
    possible = [index for index in ranked if _could_be_data(layouts[index])]
    questions = (_question(tables, layouts, possible),) if len(possible) > 1 else ()
    return ChosenTable(ranked[0], tuple(notes), questions)


def guess_questions(table: Table, layout: Layout) -> tuple[Question, ...]:
    """For each field that only values suggest, whether the column is it."""
    guessed = [name for name, sure in layout.confidence.items() if sure <= BY_VALUES]
    return tuple(_guess_question(table, layout, name) for name in guessed)


def _guess_question(table: Table, layout: Layout, name: str) -> Question:
    index = layout.columns[name]
    column = layout.column_names[index]
    below = [cells for line, cells in table.head() if line > layout.last_header_line]
    cells = [row[index] for row in below if index < len(row) and row[index].strip()]
    examples = tuple((cell, "") for cell in cells[:EXAMPLE_CELLS])
    values: dict[str, object] = {"column": column, "field": name}
    return Question("mapping", IS_IT_THIS, (Reading(column, examples),), name, values)


def _explains_codes(table: Table, layout: Layout) -> bool:
    is_data = layout.export or not layout.missing
    return not is_data and any(is_codebook(cells) for _, cells in table.head()[:TITLE_ROWS])


def _could_be_data(layout: Layout) -> bool:
    return not (layout.missing or layout.unknown or layout.is_cross_tab)


def _fitness(layout: Layout) -> tuple[bool, bool, bool, int, int]:
    named = len([header for header in layout.headers if header])
    is_known = bool(layout.export)
    return not layout.unknown, not layout.missing, is_known, layout.match_count, named


def _question(
    tables: Sequence[Table], layouts: Sequence[Layout], possible: Sequence[int]
) -> Question:
    readings = [
        Reading(tables[index].name, _examples(tables[index], layouts[index])) for index in possible
    ]
    return Question("sheet", WHICH_SHEET, tuple(readings))


def _examples(table: Table, layout: Layout) -> tuple[tuple[str, str], ...]:
    """The first headers of a sheet, each with the first cell below it."""
    below = [cells for line, cells in table.head() if line > layout.last_header_line]
    if not below:
        return ()
    cells = zip(layout.column_names, below[0], strict=False)
    return tuple((header, cell) for header, cell in cells if cell.strip())[:EXAMPLE_CELLS]
