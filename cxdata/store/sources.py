"""What the files of contacts tell: whether they say when contacts were answered and resolved, and
whether their moments are days without a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import duckdb
import polars as pl

# What a file says of an answer: a moment, a time since the opening, or a wait that ended with one.
ANSWER_FIELDS = frozenset({"first_response_at", "first_response_after", "first_response_clock"})
WAIT = "wait_time"
# What a file says of a resolution: a moment, a time since the opening, or a time of day.
RESOLUTION_FIELDS = frozenset({"resolved_at", "resolved_after", "resolved_clock"})
# In a batch's mapping: what waits without an outcome are, which moments are days only, and what
# tells the answers where no column does.
WAITS = "@waits"
DAY_FIELDS = "@day_fields"
TOLD_ANSWERS = "@answers"
NOT_KNOWN = "unknown"
BY_MESSAGES = "messages"
BATCHES_OF_CONTACTS = (
    "select batch_id, mapping from batches where kind = 'contacts' order by batch_id"
)


def knows_answers(mapping: Mapping[str, str]) -> bool:
    """Whether a file read with this mapping says when contacts were answered.

    What no mapping is recorded of is taken as it is.

    >>> knows_answers({"opened_at": "Created", "resolved_at": "Closed"})
    False
    >>> knows_answers({"opened_at": "Created", "wait_time": "Wait"})
    True
    >>> knows_answers({"opened_at": "Created", "wait_time": "Wait", "@waits": "unknown"})
    False
    >>> knows_answers({"opened_at": "Sent", "initiated_by": "Direction", "@answers": "messages"})
    True
    """
    named = {name for name in mapping if not name.startswith("@")}
    if not named or named & ANSWER_FIELDS or mapping.get(TOLD_ANSWERS) == BY_MESSAGES:
        return True
    return WAIT in named and mapping.get(WAITS) != NOT_KNOWN


def knows_resolutions(mapping: Mapping[str, str]) -> bool:
    """Whether a file read with this mapping says when contacts were resolved.

    What no mapping is recorded of is taken as it is.

    >>> knows_resolutions({"opened_at": "Created", "resolved_at": "Closed"})
    True
    >>> knows_resolutions({"opened_at": "Created", "wait_time": "Wait"})
    False
    """
    named = {name for name in mapping if not name.startswith("@")}
    return not named or bool(named & RESOLUTION_FIELDS)


def source_rows(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The rows of ``contact_sources``: one per batch of contacts."""
    return rows_of_sources(con.execute(BATCHES_OF_CONTACTS).fetchall())


def rows_of_sources(rows: Sequence[tuple[int, str]]) -> pl.DataFrame:
    """The same, of what ``BATCHES_OF_CONTACTS`` gives wherever it is asked."""
    mappings = [(batch_id, _mapping(text)) for batch_id, text in rows]
    found = [
        (each, knows_answers(it), str(it.get(DAY_FIELDS, "")), knows_resolutions(it))
        for each, it in mappings
    ]
    schema = {
        "batch_id": pl.Int64,
        "knows_answers": pl.Boolean,
        "day_fields": pl.String,
        "knows_resolutions": pl.Boolean,
    }
    return pl.DataFrame(found, schema=schema, orient="row")


def _mapping(text: str) -> Mapping[str, str]:
    """Nothing if it can't be read: the mark of the table tells of that, not the counts."""
    try:
        mapping = json.loads(text)
    except ValueError:
        return {}
    return mapping if isinstance(mapping, dict) else {}
