"""How each table of the store is narrowed to what a reader may see: a closed list.

A table that isn't on it can't be read by a .sql file; ``cxdata.store.seen`` makes views of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from cxdata.models import LEFT_OUT, Counted, Dimension, Scope

# Where the views of scopes lie, in memory, beside the store.
SCOPES_DATABASE = "cxdata_scopes"
Way = Literal[
    "rows", "versions", "beside", "counted", "seen_batches", "kept", "open", "whole", "hidden"
]


@dataclass(frozen=True)
class Narrowing:
    """How a table is narrowed to a scope.

    rows: by the dimensions of what it counts; nothing, if the scope names one that it hasn't.
    versions: those in the scope, of rows that are in it now. beside: rows of facts that are seen,
    by ``told``. counted: made again from the facts that are seen, by its own
    ``rebuild_<table>.sql``, once ``needs`` are. seen_batches: of files that brought a row that is
    seen. kept: made by a reader with a scope within this one. open: all of it. whole: all of it
    for whoever sees every row, else nothing. hidden: nothing, but for the store itself. ``told``
    is the reason.

    ``key`` names a row in all its versions, ``day`` is when it takes its customer's dimensions.
    ``personal`` columns are null for whoever may not see people.
    """

    way: Way
    counted: Counted | None = None
    told: str = ""
    key: str = ""
    day: str = ""
    needs: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()


_OF_FIRM = "what the firm set or published for everybody; no row of anybody is in it"
_OF_STORE = "about files and the store as a whole, which rights by rows can't cut"
_OF_OTHERS = "what other readers keep; cxdata.followup.saved_views tells each reader theirs"
_SEEN_ANSWER = "response_id in (select response_id from {seen}.responses)"
# A case is seen by who sees what it is about: its answer, else its contact, else its customer; one
# that is about a group by who sees everything.
_SEEN_CASE = (
    f"{_SEEN_ANSWER} or response_id is null and ("
    "contact_id in (select contact_id from {seen}.contacts) or contact_id is null"
    " and customer_id in (select customer_id from {seen}.customers))"
)

# Every table and view of the store; a test says which are missing.
NARROWINGS: Mapping[str, Narrowing] = {
    "responses": Narrowing("rows", "answers", personal=("comment",)),
    "contacts": Narrowing("rows", "contacts"),
    "customers": Narrowing("rows", "customers", personal=("name", "owner_email")),
    "assessments": Narrowing("rows", "assessments", personal=("assessed_by", "evidence")),
    "invitations": Narrowing("rows", "invitations"),
    "journey_visions": Narrowing("rows", "assessments", personal=("written_by",)),
    "response_versions": Narrowing(
        "versions", "answers", "responses", "response_id", "responded_on", personal=("comment",)
    ),
    "contact_versions": Narrowing("versions", "contacts", "contacts", "contact_id", "opened_on"),
    "customer_versions": Narrowing(
        "versions", "customers", "customers", "customer_id", personal=("name", "owner_email")
    ),
    "invitation_versions": Narrowing(
        "versions", "invitations", "invitations", "invitation_id", "sent_on"
    ),
    "ratings": Narrowing("beside", told=_SEEN_ANSWER),
    "comment_terms": Narrowing(
        "beside",
        told="(response_id, batch_id) in (select (response_id, batch_id) from {seen}.responses)",
    ),
    "cases": Narrowing(
        "beside",
        told=_SEEN_CASE,
        personal=("owner_email", "note"),
    ),
    "case_history": Narrowing(
        "beside",
        told="case_id in (select case_id from {seen}.cases)",
        personal=("changed_by", "value_before", "value_after"),
    ),
    "comment_notes": Narrowing("beside", told=_SEEN_ANSWER, personal=("changed_by",)),
    "contact_sources": Narrowing(
        "beside", told="batch_id in (select batch_id from {seen}.batches)", needs=("batches",)
    ),
    # One row per day and combination of all dimensions: a part of them is what the part counts.
    "answer_days": Narrowing("rows", "answers"),
    "score_days": Narrowing("rows", "answers"),
    # A filter by dimensions takes out the same rows; who is left with one answer counts once.
    "repeat_answers": Narrowing("rows", "answers"),
    # Terms that enough of the people who are seen mention are among those that enough of all do.
    "term_days": Narrowing(
        "rows",
        "answers",
        "(term = '' or term in (select term from {seen}.term_labels))",
        needs=("term_labels",),
    ),
    "batches": Narrowing("seen_batches"),
    "answers_known": Narrowing("counted", needs=("batches",)),
    "contacts_known": Narrowing("counted", needs=("batches",)),
    "customers_known": Narrowing("counted", needs=("batches",)),
    "customer_dimensions": Narrowing("counted", needs=("customers_known",)),
    "term_labels": Narrowing("counted"),
    "contact_outcomes": Narrowing("counted", needs=("contacts_known",)),
    "contact_days": Narrowing("counted", needs=("contact_outcomes",)),
    "wait_days": Narrowing("counted", needs=("contact_outcomes",)),
    "need_days": Narrowing("counted", needs=("contact_outcomes",)),
    "customer_prices": Narrowing("counted", needs=("customers_known",)),
    "customer_spans": Narrowing("counted", needs=("customer_prices",)),
    "invitations_known": Narrowing("counted", needs=("batches",)),
    "invitation_outcomes": Narrowing("counted", needs=("answers_known",)),
    "annotations": Narrowing("kept", personal=("author",)),
    "scenarios": Narrowing("kept", personal=("saved_by",)),
    "snapshots": Narrowing("kept", personal=("taken_by",)),
    "decisions": Narrowing("kept", personal=("owner", "owner_email", "changed_by")),
    "snapshot_packs": Narrowing(
        "beside",
        told="snapshot_id in (select snapshot_id from {seen}.snapshots)",
        personal=("people",),
    ),
    # Whose own a choice is says only their name; pack_choices.sql gives nobody another's.
    "pack_choices": Narrowing("open", told=_OF_FIRM, personal=("changed_by",)),
    "reference_lines": Narrowing("open", told=_OF_FIRM, personal=("author",)),
    "response_standards": Narrowing("open", told=_OF_FIRM),
    "clock_spans": Narrowing("open", told=_OF_FIRM),
    "local_offsets": Narrowing("open", told=_OF_FIRM),
    "rating_versions": Narrowing("whole", told="no figure reads it; ratings are seen"),
    "assessment_versions": Narrowing("hidden", told="no figure reads it; assessments are seen"),
    "store_info": Narrowing("whole", told=_OF_STORE),
    "refused_rows": Narrowing("hidden", told=_OF_STORE),
    "batch_marks": Narrowing("whole", told=_OF_STORE),
    "table_marks": Narrowing("whole", told=_OF_STORE),
    "settings_history": Narrowing("whole", told=_OF_STORE),
    "import_profiles": Narrowing("whole", told=_OF_STORE),
    "value_spellings": Narrowing("whole", told=_OF_STORE),
    "acts": Narrowing("hidden", told=_OF_STORE),
    "erasures": Narrowing("hidden", told=_OF_STORE),
    "erasure_key": Narrowing("hidden", told=_OF_STORE),
    "access_tokens": Narrowing("hidden", told=_OF_STORE),
    "rights_changes": Narrowing("hidden", told=_OF_STORE),
    "mail_schedules": Narrowing("hidden", told=_OF_STORE),
    "mails": Narrowing("hidden", told=_OF_STORE),
    "saved_views": Narrowing("hidden", told=_OF_OTHERS),
    "start_views": Narrowing("hidden", told=_OF_OTHERS),
    "alert_rules": Narrowing("whole", told=_OF_STORE),
    "held_alerts": Narrowing("whole", told=_OF_STORE),
}
# What of a batch figures read; how many rows its file had is told to those who see everything.
BATCH_COLUMNS = (
    "batch_id", "file_name", "kind", "loaded_at", "extracted_at", "mapping", "undone_at",
)  # fmt: skip
# Where the rows of batches are that a reader sees.
BRINGING_TABLES = (
    "response_versions", "contact_versions", "customer_versions", "invitation_versions",
    "assessments",
)  # fmt: skip
KEPT_WITH_SCOPE = tuple(name for name, it in NARROWINGS.items() if it.way == "kept")
# What is made of rows, not a view of them.
MADE_WAYS: tuple[Way, ...] = ("counted", "seen_batches")
# Queries that list people one by one: refused to whoever may not see people.
LISTS_OF_PEOPLE = frozenset(
    {
        *("answers_behind", "contacts_behind", "at_risk_accounts", "backlog_contacts"),
        *("cases_listed", "cases_told", "case_changes", "comments_of_answers"),
        *("customer_events", "customer_head", "customer_names"),
    }
)


def counted_from(tables: Collection[str]) -> list[str]:
    """The tables that have to be counted before these can be read, in the order of counting."""
    wanted: set[str] = set()
    todo = list(tables)
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            todo += NARROWINGS[name].needs if name in NARROWINGS else ()
    return [name for name, it in NARROWINGS.items() if it.way in MADE_WAYS and name in wanted]


def lacking_dimensions(scope: Scope, counted: Counted) -> tuple[Dimension, ...]:
    """The dimensions of the scope that what is counted can't have: nothing of it is seen then.

    >>> lacking_dimensions(Scope.of({"channel": ["call"], "segment": ["SMB"]}), "customers")
    ('channel',)
    """
    return tuple(name for name, _ in scope.allowed if name in LEFT_OUT[counted])


def scope_json(scope: Scope) -> str | None:
    """How a scope is kept beside what was made with it; None: everything.

    >>> scope_json(Scope.of({"region": ["Nord"]}))
    '{"region": ["Nord"]}'
    """
    return None if scope.is_everything else json.dumps(dict(scope.allowed), ensure_ascii=False)


def scope_of_json(text: str | None) -> Scope | None:
    """The scope that was kept so; None: it can't be read, so nobody with a scope sees it."""
    if text is None:
        return Scope()
    try:
        kept = json.loads(text)
        return Scope.of({name: [str(it) for it in values] for name, values in kept.items()})
    except (ValueError, AttributeError, TypeError):
        return None
