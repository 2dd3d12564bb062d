"""Tables of imports: refusals, corrections, batches and what is in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import NAMES, name_of
from cxdata.ingest.columns import HISTORY
from cxdata.ingest.judging.cures import cure_of
from cxdata.ingest.recognising.tool_guides import Guide
from cxdata.models import KINDS, Correction, Kind, Refusal
from cxdata.sentences.starting import OPTIONAL_KINDS, adds_sentence
from cxdata.store.stored_json import stored_json
from cxdata.tables.cells import Row, column_cell, free_header, table

InWords = Callable[[Mapping[str, object]], dict[str, object]]
CODED_FIELDS = ("channel", "survey")  # whose values have names


def refusals_table(refusals: Iterable[Refusal], tr: Translator) -> pl.DataFrame:
    """Where each refused value stands in the user's file, and why it was refused."""
    header = (tr("Line"), tr("Column"), tr("Value"), tr("Reason"))
    rows = [
        (tr.number(it.line), it.column, it.value, tr(it.reason, **it.values)) for it in refusals
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def refusal_groups(refusals: Iterable[Refusal], limit: int) -> list[tuple[Refusal, int]]:
    """The first refusal of each value and reason, and how many there are; most frequent first."""
    groups: dict[tuple[str, str, str], tuple[Refusal, int]] = {}
    for each in refusals:
        first, count = groups.get((each.column, each.value, each.reason), (each, 0))
        groups[each.column, each.value, each.reason] = first, count + 1
    return sorted(groups.values(), key=lambda group: -group[1])[:limit]


def refusal_groups_table(
    groups: Iterable[tuple[Refusal, int]], tr: Translator, in_words: InWords = dict
) -> pl.DataFrame:
    """Each refused value once: how often, why, what to do, and where the first stands.

    ``in_words`` turns the values of a reason's sentence into words of its reader.
    """
    named = (tr("How often"), tr("Column"), tr("Value"), tr("Reason"))
    header = (*named, tr("What to do"), tr("First line"))
    rows = [
        (
            tr.number(count),
            first.column,
            first.value,
            tr(first.reason, **in_words(first.values)),
            tr(cure_of(first.reason)),
            tr.number(first.line),
        )
        for first, count in groups
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def corrections_table(corrections: Iterable[Correction], tr: Translator) -> pl.DataFrame:
    """Which values were brought to the store's form, how often, and where the first stands."""
    header = (tr("Column"), tr("Value"), tr("Taken as"), tr("How often"), tr("First line"))
    rows = [
        (it.column, it.value, it.became, tr.number(it.count), tr.number(it.first_line))
        for it in corrections
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def profiles_table(profiles: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """Each saved profile: what its files hold, how many columns they have, and since when."""
    return table(
        profiles,
        {
            tr("Profile"): lambda row: row["name"],
            tr("Kind"): lambda row: name_of("kind", row["kind"], tr),
            tr("Columns"): lambda row: tr.number(
                len(stored_json(row["headers"], "import_profiles.headers"))
            ),
            tr("Saved"): lambda row: tr.moment(row["saved_at"], time_zone),
        },
    )


def spellings_in_words(spellings: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Each spelling of the firm's own, and what it is taken as."""

    def value(row: Row) -> str:
        family = row["field"]
        is_code = row["value"] in NAMES.get(family, {})
        return name_of(family, row["value"], tr) if is_code else row["value"]

    return table(
        spellings,
        {
            tr("Field"): lambda row: name_of("field", row["field"], tr),
            tr("Word"): lambda row: row["spelling"],
            tr("Taken as"): value,
        },
    )


def preview_frame(rows: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """Rows as they will be stored, under the fields' names, in local time and in words.

    Values keep their types; a rating keeps the name of its column. What was paid on other days
    isn't shown: a note says it.
    """
    rows = rows.drop(HISTORY, strict=False)
    moments = pl.col(pl.Datetime).dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    words = [
        pl.col(family).replace({code: tr(name) for code, name in NAMES[family].items()})
        for family in CODED_FIELDS
        if family in rows.columns
    ]
    local = rows.with_columns(moments.dt.replace_time_zone(None), *words)
    named: dict[str, str] = {}
    for name in rows.columns:
        if name in NAMES["field"]:
            named[name] = free_header(name_of("field", name, tr), named.values())
    return local.rename({**named, "line": tr("Line")} if "line" in rows.columns else named)


def batches_table(batches: pl.DataFrame, time_zone: str, tr: Translator) -> pl.DataFrame:
    """What was imported when, with what became of its rows."""
    return table(
        batches,
        {
            tr("Batch"): lambda row: tr.number(row["batch_id"]),
            tr("File"): lambda row: row["file_name"],
            tr("Kind"): lambda row: name_of("kind", row["kind"], tr),
            tr("Imported"): lambda row: tr.moment(row["loaded_at"], time_zone),
            tr("Rows"): column_cell("row_count", tr.number),
            tr("Accepted"): column_cell("accepted_count", tr.number),
            tr("Corrected"): column_cell("corrected_count", tr.number),
            tr("Refused"): column_cell("refused_count", tr.number),
            tr("Duplicates"): column_cell("duplicate_count", tr.number),
            tr("State"): lambda row: tr("undone") if row["undone_at"] else tr("in the store"),
        },
    )


def holdings_table(holdings: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """How many rows of each kind there are, and from when to when."""
    return table(
        holdings,
        {
            tr("Kind"): lambda row: name_of("kind", row["kind"], tr),
            tr("Rows"): column_cell("row_count", tr.number),
            tr("From"): column_cell("first_on", tr.day),
            tr("To"): column_cell("last_on", tr.day),
            tr("With a customer"): column_cell("customer_share", tr.percent),
            tr("With a segment"): column_cell("segment_share", tr.percent),
        },
    )


def start_table(holdings: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    """Of each kind of file, what the store has of it and what it adds to the figures."""
    held = {row["kind"]: row for row in holdings.iter_rows(named=True)}
    header = (tr("Kind"), tr("In the store"), tr("What it adds"))
    rows = [
        (name_of("kind", kind, tr), _held(kind, held.get(kind), tr), adds_sentence(kind, tr))
        for kind in KINDS
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def guide_table(guide: Guide, tr: Translator) -> pl.DataFrame:
    """Which column of a tool's export each field is taken from."""
    header = (tr("Field"), tr("Column in the export"))
    rows = [(name_of("field", field, tr), text) for field, text in guide.headers.items()]
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")


def template_table(columns: Iterable[tuple[str, str]], tr: Translator) -> pl.DataFrame:
    """The columns of a template, each with what it holds."""
    header = (tr("Column"), tr("Description"))
    return pl.DataFrame(list(columns), schema=dict.fromkeys(header, pl.String), orient="row")


def _held(kind: Kind, row: Row | None, tr: Translator) -> str:
    if row is None:
        return tr("optional") if kind in OPTIONAL_KINDS else tr("nothing yet")
    rows = tr.plural("{n} row", "{n} rows", row["row_count"])
    return (
        tr("{rows}, until {day}", rows=rows, day=tr.day(row["last_on"])) if row["last_on"] else rows
    )
