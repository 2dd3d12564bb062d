"""What a file would replace in the store, where that is no correction but somebody else's row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from cxdata.i18n import N_
from cxdata.ingest.choices import Choices
from cxdata.ingest.judging.identities import side_by_side
from cxdata.ingest.notes import Note
from cxdata.ingest.storing.erased import OF_ERASED
from cxdata.ingest.storing.links import adopted_notes, link_notes
from cxdata.ingest.storing.loading import Counts
from cxdata.ingest.storing.merging import Given, emptied_cells
from cxdata.ingest.storing.tables import TABLES
from cxdata.models import Kind, Question, Reading

FEW_OTHERS = 2  # rows replaced by another date or person up to which it is told, not asked
SHOWN_PAIRS = 2

OTHERS_REPLACED = N_(
    "{count} rows have the identifier of a row in the store but another date or person. Are they "
    "different ones, the identifier being that of their file only (apart), or corrections of the "
    "same (replace)?"
)
KNOWN_AGAIN = N_(
    "{count} rows without an identifier are those of an earlier file, going by all that both say."
)
FEW_REPLACED = N_("Rows replaced by one with another date or person: {count}.")
CELLS_EMPTIED = N_(
    "{fields}: {count} cells are empty where the store knows a value. Does it stay (keep), or is "
    "it to go (clear)?"
)

# When a row is somebody else's: another customer, or another time than a correction would bring.
_IS_OTHER: Mapping[Kind, str] = {
    "responses": """abs(epoch(merged.responded_at) - epoch(merged.stored_responded_at)) > 129600
        or merged.customer_id <> merged.stored_customer_id""",
    "contacts": """abs(epoch(merged.opened_at) - epoch(merged.stored_opened_at)) > 129600
        or merged.customer_id <> merged.stored_customer_id""",
    "invitations": """abs(epoch(merged.sent_at) - epoch(merged.stored_sent_at)) > 129600
        or merged.customer_id <> merged.stored_customer_id""",
    "customers": """lower(merged.name) <> lower(merged.stored_name)
        and merged.started_on is distinct from merged.stored_started_on
        or abs(merged.started_on - merged.stored_started_on) > 92""",
}


def store_questions(
    con: duckdb.DuckDBPyConnection,
    kind: Kind,
    given: Given,
    counts: Counts,
    choices: Choices,
    time_zone: str,
) -> tuple[list[Question], list[Note]]:
    """What the staged rows leave open when they are laid beside the store's own."""
    questions: list[Question] = []
    notes = [
        *([Note(KNOWN_AGAIN, count=counts.matched)] if counts.matched else ()),
        *([Note(OF_ERASED, count=counts.hidden)] if counts.hidden else ()),
        *(_others(con, kind, choices, questions, time_zone) if counts.compared else ()),
        *link_notes(con, kind),
        *adopted_notes(con, kind),
    ]
    is_asked = choices.get("empty_cells") or choices.get("same_id") != "apart"
    if counts.compared and is_asked:
        questions += _emptied(con, kind, given, choices)
    return questions, notes


def _others(
    con: duckdb.DuckDBPyConnection,
    kind: Kind,
    choices: Choices,
    questions: list[Question],
    time_zone: str,
) -> Iterator[Note]:
    if kind not in _IS_OTHER:
        return
    where = f"from merged where not is_same and ({_IS_OTHER[kind]})"
    count = int(con.execute(f"select count(*) {where}").fetchall()[0][0])
    if not count:
        return
    if count <= FEW_OTHERS or choices.get("same_id"):
        yield Note(FEW_REPLACED, count=count)
        return
    readings = [Reading("replace")]
    if kind != "customers":
        readings.insert(0, Reading("apart"))
    pairs = _pairs(con, kind, where, time_zone)
    readings[0] = Reading(readings[0].choice, pairs)
    questions.append(Question("same_id", OTHERS_REPLACED, tuple(readings), values={"count": count}))


def _pairs(
    con: duckdb.DuckDBPyConnection, kind: Kind, where: str, time_zone: str
) -> tuple[tuple[str, str], ...]:
    """The store's row and the file's, side by side."""
    result = con.execute(f"select * {where} order by line limit {SHOWN_PAIRS}")
    names = [column[0] for column in result.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    key = TABLES[kind].key
    fields = [name.removeprefix("stored_") for name in names if name.startswith("stored_")]
    known = [name for name in fields if name in names]
    return tuple(
        side_by_side(
            {key: row["fact_key"]} | {name: row[f"stored_{name}"] for name in known},
            {key: row["fact_key"]} | {name: row[name] for name in known},
            time_zone,
        )
        for row in rows
    )


def _emptied(
    con: duckdb.DuckDBPyConnection, kind: Kind, given: Given, choices: Choices
) -> list[Question]:
    found = emptied_cells(con, kind, given)
    if not found.count:
        return []
    values: dict[str, object] = {"count": found.count, "fields": ", ".join(found.fields)}
    readings = (Reading("keep", found.examples), Reading("clear"))
    answer = choices.get("empty_cells") or ""
    return [Question("empty_cells", CELLS_EMPTIED, readings, values=values, answer=answer)]
