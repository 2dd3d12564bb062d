"""One line of the record: what is written down of an act, and what is not.

No name, comment or identifier of a customer enters it by itself: a list is recorded by what it
was of, an erasure by how much went. The filters are those that people chose.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Literal, get_args
from uuid import uuid4

from cxdata.errors import StoreError
from cxdata.models import Filters
from cxdata.record.acting import Actor, actor
from cxdata.store.connection import Store

Act = Literal[
    "list_opened",
    "people_exported",
    "imported",
    "undone",
    "settings_changed",
    "rights_changed",
    "views_changed",
    "backed_up",
    "restored",
    "person_shown",
    "person_exported",
    "person_erased",
    "retention",
    "record_shortened",
    "mail_sent",
    "case_changed",
    "comment_noted",
    "rule_changed",
    "decided",
    "mails_scheduled",
]
ACTS: tuple[Act, ...] = get_args(Act)
MOST_LETTERS = 4000  # of filters or details

INSERT = """insert into acts (act_id, done_at, done_by, place, act, filters, details)
    values ($act_id, $done_at, $done_by, $place, $act, $filters, $details)"""

log = logging.getLogger(__name__)


def act_row(
    act: Act,
    by: Actor | None = None,
    filters: Filters | None = None,
    details: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """What ``INSERT`` writes, for whoever has a transaction of their own.

    Raises
    ------
    ValueError
        If there is no such act.
    """
    if act not in ACTS:
        raise ValueError(f"no act: {act}")
    who = by or actor()
    return {
        "act_id": uuid4().hex,
        "done_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "done_by": " ".join(who.name.split())[:200] or "–",
        "place": who.place[:200],
        "act": act,
        "filters": _json(_chosen(filters)),
        "details": _json(details or {}),
    }


def note_act(
    store: Store,
    by: Actor | None,
    act: Act,
    *,
    filters: Filters | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Write down what is about to be done; whoever can't be recorded doesn't do it.

    Waits for nobody who imports, and leaves the version of the data, and so what pages remember,
    as it is.

    Parameters
    ----------
    by
        Who, and where; None: whom ``acting_as`` named.

    Raises
    ------
    StoreError
        If it can't be written; the act is then refused.
    """
    row = act_row(act, by, filters, details)
    try:
        with store.recording() as con:
            con.execute(INSERT, row)
    except StoreError as error:
        raise StoreError(
            "It can't be written down who does this, so it isn't done: {reason}",
            "See what hinders the store, and try again.",
            reason=str(error),
        ) from error


def note_done(
    store: Store, act: Act, by: Actor | None = None, *, details: Mapping[str, object] | None = None
) -> None:
    """Write down what is done already, such as an import: it stands even if this can't be."""
    try:
        note_act(store, by, act, details=details)
    except StoreError as error:
        log.warning("An act isn't in the record: %s", error)


def _chosen(filters: Filters | None) -> dict[str, object]:
    """What of the filters narrows anything."""
    if filters is None:
        return {}
    return {name: value for name, value in asdict(filters).items() if value}


def _json(value: Mapping[str, object]) -> str:
    """On one line; a text that is too long is cut, and says so."""
    text = json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
    return text if len(text) <= MOST_LETTERS else json.dumps({"cut": text[: MOST_LETTERS - 100]})
