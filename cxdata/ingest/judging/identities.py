"""Several rows of one file that bear one identifier: combined, or asked about; never dropped.

Rows of equal content are duplicates and no matter here. Rows that differ are the events or
messages of one contact, the subscriptions of one customer, or they show that the identifier is
not the row's own: that, only the file's owner knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.choices import Choices, SameId
from cxdata.ingest.columns import HISTORY, plain_form
from cxdata.ingest.judging.revenue_histories import with_histories
from cxdata.ingest.judging.validation import (
    ANSWERS_NOT_KNOWN,
    CLOSING_IS_NO_ANSWER,
    ValidRows,
)
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.layout import Layout
from cxdata.models import Kind, Question, Reading

KEYS: Mapping[Kind, tuple[str, ...]] = {
    "responses": ("response_id",),
    "contacts": ("contact_id",),
    "customers": ("customer_id",),
    "assessments": ("journey", "indicator", "assessed_on"),
    "invitations": ("invitation_id",),
}
# What a file of subscriptions has besides the customer's identifier.
SUBSCRIPTION_HEADERS = frozenset(
    map(
        plain_form,
        (
            *("id", "subscription", "subscription id", "subscription number", "contract"),
            *("contract id", "contract number", "id abonnement", "n abonnement", "abonnement"),
            *("numero d abonnement", "numero abonnement", "id contrat", "contrat", "n contrat"),
            *("numero de contrat", "numero contrat", "reference contrat", "policy number"),
        ),
    )
)
SHOWN_PAIRS = 2
SHOWN_ROW_KEYS = 5
SHOWN_CELL_LENGTH = 40

COMBINED_CONTACTS = N_(
    "{rows} rows are the events of {count} contacts and were combined: a contact is opened by its "
    "first row, answered by its first answer, and ends as its last row says."
)
COMBINED_CUSTOMERS = N_(
    "{rows} rows are the subscriptions of {count} customers and were combined: their revenue is "
    "added up, and a customer is lost when the last one ends."
)
COMBINED_INVITATIONS = N_(
    "{rows} rows are the events of {count} invitations and were combined: an invitation is sent by "
    "its first row and came as far as any of them says."
)
PRICES_BY_DAY = N_(
    "{count} of them have changed what they pay: figures of earlier days take the subscriptions "
    "that ran then."
)
LAST_ROW = N_("{rows} rows bear {count} identifiers: of each the last row was taken, as said.")
ALL_APART = N_("{column} was not taken as what identifies a row, as said.")
WHAT_ARE_THEY = N_(
    "{rows} rows bear {count} identifiers ({column}) and differ. Are they parts of one (combine), "
    "newer states of the same of which the last counts (replace), or different ones (apart)?"
)


def settle_identities(
    rows: ValidRows, layout: Layout, choices: Choices, time_zone: str
) -> ValidRows:
    """The rows, none of which bears another's identifier with another content.

    Rows that were combined are one row: ``row_count`` counts it once, and a note says how many
    there were.
    """
    keys = KEYS[layout.kind]
    said = choices.get("same_id")
    said = said if said in _answers(layout.kind) else None
    if said == "apart":
        return _apart(rows, keys, layout)
    differing = _differing(rows.frame, keys, layout)
    if differing.is_empty():
        return rows
    way = said or _evident(differing, keys, layout)
    count = differing.select(pl.struct(keys).n_unique()).item()
    values: dict[str, object] = {
        "rows": differing.height,
        "count": count,
        "column": _header(layout, keys),
    }
    questions = rows.questions
    further: tuple[Note, ...] = ()
    if said or not way:
        asked = _question(differing, keys, layout.kind, values, said or "", time_zone)
        questions = (*questions, asked)
    if way == "combine" and layout.kind in _COMBINE:
        combined = _COMBINE[layout.kind](differing, layout)
        if layout.kind == "customers":  # each row's own years are those of a part
            combined = combined.with_columns(pl.lit(None, pl.String).alias(HISTORY))
        note = Note(_COMBINED[layout.kind], **values)
        if changed := layout.kind == "customers" and _changed_count(differing):
            further = (Note(PRICES_BY_DAY, count=changed),)
    elif said or way:
        combined = differing.unique(keys, keep="last", maintain_order=True)
        note = Note(LAST_ROW, **values)
    else:
        return replace(rows, questions=questions)
    others = rows.frame.join(differing.select("line"), on="line", how="anti")
    frame = pl.concat([others, combined.select(others.columns).cast(others.schema)])
    if layout.kind == "contacts" and way == "combine":
        rows = _with_answers(rows, frame)
    if way == "combine" and layout.kind == "customers" and HISTORY not in rows.given:
        frame = with_histories(frame, rows.frame)
        rows = replace(rows, given=rows.given | {HISTORY})
    return replace(
        rows,
        frame=frame.sort("line"),
        row_count=rows.row_count - differing.height + combined.height,
        notes=(*rows.notes, note, *further),
        questions=questions,
    )


def _apart(rows: ValidRows, keys: Sequence[str], layout: Layout) -> ValidRows:
    """Rows are known by their content, the identifier a part of it."""
    note = Note(ALL_APART, column=_header(layout, keys))
    asked = Question(
        "same_id",
        WHAT_ARE_THEY,
        _readings(rows.frame.head(0), keys, layout.kind, "UTC"),
        values={
            "rows": rows.frame.height,
            "count": rows.frame.height,
            "column": note.values["column"],
        },
        answer="apart",
    )
    return replace(rows, notes=(*rows.notes, note), questions=(*rows.questions, asked))


def _differing(frame: pl.DataFrame, keys: Sequence[str], layout: Layout) -> pl.DataFrame:
    """The rows of each identifier that stands on rows of different content, in the file's order."""
    named = frame.filter(pl.all_horizontal(pl.col(keys).is_not_null()))
    if named.select(pl.struct(keys).n_unique()).item() == named.height:
        return named.head(0)
    repeated = named.filter(pl.struct(keys).is_duplicated())
    content = [name for name in frame.columns if name not in ("line", "is_corrected")]
    are_subscriptions = layout.kind == "customers" and _names_subscriptions(layout)
    each = repeated if are_subscriptions else repeated.unique(content, keep="last")
    several = each.filter(pl.struct(keys).is_duplicated()).select(keys).unique()
    found = repeated.join(several, on=list(keys), how="semi")
    return found.sort("line")


def _evident(differing: pl.DataFrame, keys: Sequence[str], layout: Layout) -> SameId | None:
    """What the rows themselves prove to be parts of one; None if they don't."""
    if layout.kind == "contacts":
        return "combine" if _are_events(differing) else None
    if layout.kind == "customers":
        is_proven = _names_subscriptions(layout) or _start_differently(differing)
        return "combine" if is_proven else None
    if layout.kind == "invitations":
        return "combine" if _are_steps(differing) else None
    return None


def _are_events(differing: pl.DataFrame) -> bool:
    """All rows of a contact were opened at one moment, or by one customer, or go to and fro."""
    by_contact = differing.group_by("contact_id").agg(
        (pl.col("opened_at").n_unique() == 1).alias("is_one_moment"),
        (
            pl.col("customer_id").is_not_null().all()
            & (pl.col("customer_id").n_unique() == 1)
            & (pl.col("channel").n_unique() == 1)
            & (pl.col("opened_at").max() - pl.col("opened_at").min() <= pl.duration(days=31))
        ).alias("is_one_customer"),
        (pl.col("initiated_by").n_unique() > 1).alias("goes_to_and_fro"),
        (pl.col("customer_id").drop_nulls().n_unique() > 1).alias("are_several"),
    )
    is_event = (pl.col("is_one_moment") | pl.col("is_one_customer") | pl.col("goes_to_and_fro")) & (
        ~pl.col("are_several")
    )
    return bool(by_contact.select(is_event.all()).item())


def _names_subscriptions(layout: Layout) -> bool:
    own = layout.columns.get("customer_id")
    return any(
        plain_form(header) in SUBSCRIPTION_HEADERS
        for index, header in enumerate(layout.headers)
        if index != own
    )


def _start_differently(differing: pl.DataFrame) -> bool:
    """Each customer's rows start on days of their own; a list of states repeats one start."""
    starts = pl.col("started_on")
    each = differing.group_by("customer_id").agg(
        (starts.is_not_null().all() & (starts.n_unique() == pl.len())).alias("is_own")
    )
    return bool(each.select(pl.col("is_own").all()).item())


def _combined_contacts(differing: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    ordered = _in_order(differing)
    opened, response = pl.col("opened_at"), pl.col("first_response_at")
    from_firm = opened.filter(
        (pl.col("initiated_by") == "company")
        & (pl.col("initiated_by").first() == "customer")
        & (opened > opened.min())
    )
    firsts = ("channel", "initiated_by", "reason", "journey", "customer_id")
    states = ("abandoned_at", "resolved_at")
    made = [
        opened.min().alias("opened_at"),
        pl.coalesce(response.min(), from_firm.min()).alias("first_response_at"),
        *(pl.col(name).drop_nulls().first().alias(name) for name in firsts),
        *(pl.col(name).last() for name in states),
    ]
    return _grouped(
        ordered, "contact_id", made, {"opened_at", "first_response_at", *firsts, *states}
    )


def _with_answers(rows: ValidRows, combined: pl.DataFrame) -> ValidRows:
    """Where messages to and fro tell the answers, a contact without one is one without answer."""
    if rows.frame["first_response_at"].count() or not combined["first_response_at"].count():
        return rows
    unsaid = (ANSWERS_NOT_KNOWN, CLOSING_IS_NO_ANSWER)
    return replace(
        rows,
        notes=tuple(it for it in rows.notes if it.template not in unsaid),
        warnings=tuple(it for it in rows.warnings if it.template not in unsaid),
        given=rows.given | {"first_response_at"},
        has_messages=True,
    )


def _in_order(differing: pl.DataFrame) -> pl.DataFrame:
    """By the moments of the rows; where these are one, as the file lists them or, if contacts are
    resolved first and open afterwards, the other way round."""
    resolved = pl.col("resolved_at")
    ends = differing.group_by("contact_id").agg(
        (resolved.first().is_not_null() & resolved.last().is_null()).alias("closed_first"),
        (resolved.first().is_null() & resolved.last().is_not_null()).alias("closed_last"),
    )
    closed_first, closed_last = ends.select(
        pl.col("closed_first").sum(), pl.col("closed_last").sum()
    ).row(0)
    return differing.sort(
        "opened_at", "line", descending=[False, closed_first > closed_last], maintain_order=True
    )


def _combined_customers(differing: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The revenue is that of the subscriptions that run, or ran beside the one that ended last; it
    isn't known where one of them has none.
    """
    ordered = differing.sort("started_on", "line", nulls_last=False, maintain_order=True)
    ended, started = pl.col("ended_on"), pl.col("started_on")
    revenue = pl.col("annual_revenue_amount")
    runs = ended.is_null().any()
    last_start = started.filter(ended == ended.max()).max()
    counts = (
        pl.when(runs)
        .then(ended.is_null())
        .otherwise((ended == ended.max()) | (ended > last_start).fill_null(False))
    )
    counted = revenue.filter(counts)
    made = [
        started.min().alias("started_on"),
        pl.when(runs).then(None).otherwise(ended.max()).alias("ended_on"),
        pl.when(counted.is_not_null().all()).then(counted.sum()).alias("annual_revenue_amount"),
        pl.when(runs)
        .then(None)
        .otherwise(pl.col("end_reason").filter(ended == ended.max()).drop_nulls().last())
        .alias("end_reason"),
    ]
    own = {"started_on", "ended_on", "annual_revenue_amount", "end_reason"}
    return _grouped(ordered, "customer_id", made, own)


def _changed_count(differing: pl.DataFrame) -> int:
    """How many customers have a price that began or ended on another day than their relation."""
    priced = differing.filter(pl.col("annual_revenue_amount") > 0)
    days = ("started_on", "ended_on")
    varied = priced.group_by("customer_id").agg(pl.struct(days).n_unique() > 1)
    return int(varied["started_on"].sum())


def _grouped(
    ordered: pl.DataFrame, key: str, made: Sequence[pl.Expr], own: set[str]
) -> pl.DataFrame:
    """One row per key; of all other fields the last that is known."""
    rest = [
        pl.col(name).drop_nulls().last().alias(name)
        for name in ordered.columns
        if name not in {key, "line", "is_corrected", *own}
    ]
    return ordered.group_by(key, maintain_order=True).agg(
        pl.col("line").max(), pl.col("is_corrected").any(), *made, *rest
    )


def _are_steps(differing: pl.DataFrame) -> bool:
    """All rows of an invitation are of one customer, survey and wave, and within a month or so."""
    by_invitation = differing.group_by("invitation_id").agg(
        *(
            (pl.col(name).drop_nulls().n_unique() <= 1).alias(name)
            for name in ("customer_id", "survey", "wave")
        ),
        (pl.col("sent_at").max() - pl.col("sent_at").min() <= pl.duration(days=92)).alias("days"),
    )
    named = differing["customer_id"].count() > 0
    return named and bool(
        by_invitation.select(
            pl.all_horizontal("customer_id", "survey", "wave", "days").all()
        ).item()
    )


def _combined_invitations(differing: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    steps = ("is_opened", "is_started", "is_answered")
    made = [
        pl.col("sent_at").min(),
        *(pl.col(name).max() for name in steps),  # yes where any row says it
        pl.col("is_delivered").drop_nulls().last(),  # sent, then came back or arrived
        *(pl.col(name).min() for name in ("opened_at", "answered_at")),
    ]
    own = {"sent_at", "is_delivered", "opened_at", "answered_at", *steps}
    ordered = differing.sort("sent_at", "line", maintain_order=True)
    return _grouped(ordered, "invitation_id", made, own)


_COMBINE: Mapping[Kind, Callable[[pl.DataFrame, Layout], pl.DataFrame]] = {
    "contacts": _combined_contacts,
    "customers": _combined_customers,
    "invitations": _combined_invitations,
}
_COMBINED: Mapping[Kind, str] = {
    "contacts": COMBINED_CONTACTS,
    "customers": COMBINED_CUSTOMERS,
    "invitations": COMBINED_INVITATIONS,
}


def _question(
    differing: pl.DataFrame,
    keys: Sequence[str],
    kind: Kind,
    values: dict[str, object],
    answer: str,
    time_zone: str,
) -> Question:
    readings = _readings(differing, keys, kind, time_zone)
    return Question("same_id", WHAT_ARE_THEY, readings, values=values, answer=answer)


def _readings(
    differing: pl.DataFrame, keys: Sequence[str], kind: Kind, time_zone: str
) -> tuple[Reading, ...]:
    """The answers; the first shows two rows of one identifier side by side."""
    pairs = []
    for _, group in differing.group_by(keys, maintain_order=True):
        first, last = group.row(0, named=True), group.row(-1, named=True)
        pairs.append(side_by_side(first, last, time_zone))
        if len(pairs) == SHOWN_PAIRS:
            break
    return tuple(
        Reading(choice, tuple(pairs) if place == 0 else ())
        for place, choice in enumerate(_answers(kind))
    )


def _answers(kind: Kind) -> tuple[SameId, ...]:
    """What rows of one identifier can be; a customer is one, whatever the rows say."""
    if kind in ("contacts", "invitations"):
        return ("combine", "replace", "apart")
    return ("combine", "replace") if kind == "customers" else ("apart", "replace")


def side_by_side(
    first: Mapping[str, object], last: Mapping[str, object], time_zone: str
) -> tuple[str, str]:
    """Two rows as texts, their moments in local time."""
    names = [
        name
        for name in first
        if name not in ("line", "is_corrected")
        and not (first[name] is None and last.get(name) is None)
    ][:SHOWN_ROW_KEYS]
    texts = [" | ".join(_cell(row.get(name), time_zone) for name in names) for row in (first, last)]
    return texts[0], texts[1]


def _cell(value: object, time_zone: str) -> str:
    if isinstance(value, datetime):
        return f"{value.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)[:SHOWN_CELL_LENGTH]


def _header(layout: Layout, keys: Sequence[str]) -> str:
    names = [layout.header_of(name) if name in layout.columns else name for name in keys]
    return ", ".join(names)
