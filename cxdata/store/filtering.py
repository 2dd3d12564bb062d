"""What a figure's filters are in SQL: written here once, put wherever a .sql file has a mark.

A mark is a name in braces from a closed list, with the alias of a table after a colon where the
columns need one: ``{contact_filters}``, ``{customer_filters:customer}``. It becomes fixed text;
values are bound, never pasted. In a comment it becomes the names of what it binds, so that the
header of a file tells its parameters.

==================================  ======================================================
Mark                                becomes
==================================  ======================================================
``{answer_filters}``                the survey and the values chosen, as one condition
``{contact_filters}``, …            the values chosen of what contacts can be filtered by, …
``{own_values}``                    the values chosen of the one group that is looked into
``{dimensions}``                    the columns of all dimensions
``{own_dimensions}``                those of the firm's own
``{customer_dimensions}``           those that a customer has
``{invitation_dimensions}``         those that an invitation has
``{customer_groups}``               those of them that aren't the firm's own, or are filtered by
``{customer_dimensions_told}``      the same; before the first row that tells one, what it tells
``{dimension}``                     the column that ``$dimension`` names, null for another name
``{rows_dimension}``, …             likewise by ``$rows_dimension`` and ``$columns_dimension``
``{balance}``                       the NPS answer as 1, 0 or -1; null without one
``{repeat_sums}``                   what repeated answers add up to, from ``n``, ``s`` and ``a``
``{earlier_sums}``                  the answers that aren't the last, with ``last_s``
==================================  ======================================================

A filter can't get lost: a query states by its mark what it counts, and has to take every filter
that ``cxdata.models.LEFT_OUT`` doesn't take from it. A dimension of which nothing is chosen has
no condition in the text: each costs time, also where it lets everything pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from cxdata.models import (
    DIMENSIONS,
    FILTERS,
    LEFT_OUT,
    OWN_DIMENSIONS,
    Counted,
    Dimension,
    Filters,
    dimensions_of,
)

# Queries about chosen people or moments: they are given their own days in place of the period.
OWN_DAYS: Mapping[str, str] = {
    "at_risk_accounts": "customers of one day, the first after the period",
    "backlog_contacts": "what waits now, whenever it was opened; the page names no period",
    "backlog_counts": "what waits now, whenever it was opened; the page names no period",
    "churn_base": "the windows that are compared are given, each with its days",
    "churn_revenues": "the windows that are compared are given, each with its days",
    "churn_cohorts": "everybody who ever started, up to the last day of the period",
    "start_prices": "customers of one day, the first of the period",
    "later_customers": "customers of whatever day: who came later, and whose rows were corrected",
    "pyramid_assessments": "an assessment holds until the next; the metric picks the one in force",
}
# Queries that no filter narrows: they tell what the store has, or what people added to it.
UNFILTERED: Mapping[str, str] = {
    "account_owners": "who may be given a case",
    "alert_answers": "what a rule asks of answers; a rule has no filters",
    "alert_rules": "what opens cases, for all of the data",
    "annotations": "events stand beside a figure, whatever it is filtered by; they take days",
    "answering_again": "whose answers are to be counted again",
    "answer_dates": "which days there are to count",
    "answers_known": "up to when each survey is known, for all figures alike",
    "churn_first_end": "from when on the leaving of customers was recorded at all",
    "backlog_known": "what a rule asks of contacts; a rule has no filters",
    "brought_days": "what one file brought",
    "case_causes": "what has a case already",
    "case_changes": "the history of one case",
    "case_counts": "how much there is to do, whatever figures are filtered by",
    "case_rules": "which rules there is something of to choose, whatever figures are filtered by",
    "case_owners": "whom the weekly mail may go to",
    "case_of_subject": "whether one answer, contact or customer has a case",
    "case_seen": "whether a case is there for a reader",
    "case_subject": "one answer, contact or customer",
    "cases_told": "what a mail tells its recipient of named cases",
    "cases_listed": "a list to work through, with choices of its own",
    "checked_kinds": "how good rules are, whatever is shown",
    "comments_of_answers": "comments of answers that are named",
    "contact_channels": "which channels customers use at all; their counts are filtered",
    "contact_basis": "what all contacts share when they are counted",
    "contact_dates": "which days there are to count",
    "resolving_again": "what all contacts share when they are counted",
    "unsettled_days": "which days there are to count",
    "contact_moments": "how far the clocks have to run",
    "contacts_known": "up to when each channel is known, for all figures alike",
    "counting_batches": "which files the store has",
    "customer_events": "what happened with one customer",
    "customer_head": "who one customer is",
    "customer_names": "what customers are called",
    "customer_extracts": "of which days there are prices of customers at all",
    "customers_known": "up to when customers are known, for all figures alike",
    "decision_states": "how one decision came to be what it is",
    "decisions": "kept with the filters that they are about",
    "data_days": "which days the store has, for all figures alike",
    "dimension_values": "what there is to filter by",
    "held_alerts": "rules that wait for a yes",
    "holdings": "what the store has",
    "invitations_known": "up to when invitations are known, for all figures alike",
    "journey_visions": "written for a whole journey",
    "import_moments": "when the files that the store has were imported",
    "live_batches": "which files the store has",
    "named_values": "what settings are about; they hold for whatever is shown",
    "pyramid_data_until": "up to when the store tells, for all figures alike",
    "response_forms": "whether there is anything to compare, for all figures alike",
    "reference_lines": "published for a whole survey",
    "rights": "who may do and see what; told to administrators alone",
    "rights_changes": "how that came about; told to administrators alone",
    "saved_views": "ways to ask, with filters of their own",
    "scenarios": "kept with the filters that they were made with",
    "pack_choices": "what of a pack is wanted, whatever it is filtered by",
    "snapshot_packs": "kept with the filters that they were made with",
    "snapshots": "kept with the filters that they were made with",
    "touchpoints": "which there are to be named, whatever is shown",
    "start_views": "with which view somebody starts",
    "waiting_accounts": "what a rule asks of contacts; a rule has no filters",
}
# Where the rows of what is counted stand: a query that filters them reads one of these.
FILTERED_TABLES: Mapping[Counted, tuple[str, ...]] = {
    "answers": ("responses", "answer_days", "score_days", "term_days", "repeat_answers"),
    "contacts": ("contact_outcomes", "contact_days", "wait_days", "need_days"),
    "customers": ("customers", "customer_spans", "customer_versions"),
    "assessments": ("assessments",),
    "invitations": ("invitation_outcomes",),
}

_MARK = re.compile(r"\{([^{}]*)\}")
_ALIAS = re.compile(r"[a-z_]+")

# Sums over the people of a group, who each gave n answers with the sum s, of which a count as 1 or
# -1; see ``cxdata.metrics.statistics.people.Repeats``. ``repeated`` are the answers beyond each
# one's first.
REPEAT_SUMS = {
    "repeated": "n - 1",
    "square": "s * s - a",
    "mixed": "s * (n - 1)",
    "size": "n * (n - 1)",
}
# The answers that aren't their customer's last; last_s is that one, null if it is elsewhere.
EARLIER_SUMS = {
    "earlier_answers": "n - case when last_s is null then 0 else 1 end",
    "earlier_promoters": "(a + s) // 2 - case when last_s = 1 then 1 else 0 end",
    "earlier_passives": "n - a - case when last_s = 0 then 1 else 0 end",
    "earlier_detractors": "(a - s) // 2 - case when last_s = -1 then 1 else 0 end",
}

Chosen = frozenset[Dimension]
EVERY: Chosen = frozenset(DIMENSIONS)


@dataclass(frozen=True)
class Expansion:
    """What a mark becomes: ``sql`` makes the text, given what to put before a column and of which
    dimensions values are chosen; ``names`` are the parameters that it binds.

    ``scope`` is what a query counts that has this mark, if it filters.
    """

    sql: Callable[[str, Chosen], str]
    names: tuple[str, ...]
    scope: Counted | None = None


def expanded(text: str, chosen: Chosen = EVERY) -> str:
    """The text of a .sql file with its marks filled in, for filters by the chosen dimensions.

    >>> expanded("select {customer_dimensions:it} from it")[:40]
    'select it.segment, it.region, it.product'

    Raises
    ------
    ValueError
        If it has a mark that doesn't exist.
    """
    return "\n".join(_expanded_line(line, chosen) for line in text.split("\n"))


def counted_of(name: str, text: str) -> Counted | None:
    """What the query counts, by the marks of its text before they are expanded; None: unfiltered.

    Raises
    ------
    ValueError
        If it has marks for two things, reads no table of what it filters, or has no mark and no
        place on the list of those without.
    """
    statement = re.sub(r"--.*", "", text)
    scopes = {scope for it in _MARK.findall(statement) if (scope := _mark(it)[0].scope)}
    if len(scopes) > 1:
        raise ValueError(f"{name}.sql filters {' and '.join(sorted(scopes))} at once")
    for scope in scopes:
        if not re.search(rf"\b(?:from|join) (?:{'|'.join(FILTERED_TABLES[scope])})\b", statement):
            raise ValueError(f"{name}.sql reads none of {', '.join(FILTERED_TABLES[scope])}")
    if not scopes and name not in UNFILTERED and not name.startswith("rebuild_"):
        raise ValueError(f"{name}.sql has no mark for filters and no reason to have none")
    return next(iter(scopes), None)


def check_filters(name: str, scope: Counted | None, binds: frozenset[str]) -> None:
    """Whether a query that ``binds`` these parameters takes every filter that it is given.

    Raises
    ------
    ValueError
        If it would drop one without a word.
    """
    if scope is None:
        raise ValueError(f"{name}.sql takes no filters: {UNFILTERED.get(name, 'it fills a table')}")
    needed = {"first_on", "last_on", *FILTERS} - {"period"} - set(LEFT_OUT[scope])
    if name in OWN_DAYS:
        needed -= {"first_on", "last_on"}
    if dropped := needed - binds:
        raise ValueError(f"{name}.sql would drop the filters {', '.join(sorted(dropped))}")


def chosen_dimensions(filters: Filters) -> Chosen:
    """Those of which values are chosen; of the others all values count."""
    return frozenset(name for name in DIMENSIONS if getattr(filters, name))


def filter_values(filters: Filters) -> dict[str, object]:
    """What filters bind, under the names that the .sql files have for it."""
    period = filters.period
    return {
        "first_on": period.first_on if period else date(1, 1, 1),
        "last_on": period.last_on if period else date(9999, 12, 31),
        "survey": filters.survey,
        **{name: list(getattr(filters, name)) for name in DIMENSIONS},
    }


def _expanded_line(line: str, chosen: Chosen) -> str:
    statement, dashes, comment = line.partition("--")
    sql = _MARK.sub(lambda found: _sql(found[1], chosen), statement)
    told = _MARK.sub(lambda found: ", ".join(_mark(found[1])[0].names), comment)
    if "{" in sql + told or "}" in sql + told:
        raise ValueError(f"a brace without its other half: {line.strip()}")
    return sql + dashes + told


def _sql(written: str, chosen: Chosen) -> str:
    mark, prefix = _mark(written)
    return mark.sql(prefix, chosen)


def _mark(written: str) -> tuple[Expansion, str]:
    """The mark and what it puts before a column."""
    name, colon, alias = written.partition(":")
    if name not in MARKS or (colon and not _ALIAS.fullmatch(alias)):
        raise ValueError(f"there is no mark {{{written}}}; there are {', '.join(MARKS)}")
    return MARKS[name], f"{alias}." if colon else ""


def _filters_mark(scope: Counted) -> Expansion:
    surveys = () if "survey" in LEFT_OUT[scope] else ("survey",)
    dimensions = dimensions_of(scope)

    def sql(prefix: str, chosen: Chosen) -> str:
        # What a reader may see is no part of it: the tables themselves are views (store/seen.py).
        parts = [f"{prefix}{it} = ${it}" for it in surveys]
        parts += [f"{prefix}{it} in (select unnest(${it}))" for it in dimensions if it in chosen]
        return f"({' and '.join(parts) or 'true'})"

    return Expansion(sql, (*surveys, *dimensions), scope)


def _own_values_mark() -> Expansion:
    def sql(prefix: str, _chosen: Chosen) -> str:
        parts = (
            f"('{it}' not in (select unnest($own)) or {prefix}{it} is not distinct from $own_{it})"
            for it in DIMENSIONS
        )
        return f"({' and '.join(parts)})"

    return Expansion(sql, ("own", *(f"own_{it}" for it in DIMENSIONS)))


def _columns_mark(dimensions: tuple[Dimension, ...]) -> Expansion:
    return Expansion(
        lambda prefix, _chosen: ", ".join(f"{prefix}{it}" for it in dimensions), dimensions
    )


def _groups_mark(dimensions: tuple[Dimension, ...]) -> Expansion:
    """Each column costs where people are grouped and sorted; those of the firm's own stand in the
    text where values are chosen of them."""

    def sql(prefix: str, chosen: Chosen) -> str:
        kept = (it for it in dimensions if it in chosen or it not in OWN_DIMENSIONS)
        return ", ".join(f"{prefix}{it}" for it in kept)

    return Expansion(sql, dimensions)


def _told_mark(dimensions: tuple[Dimension, ...]) -> Expansion:
    """Of rows in the order of the windows ``so_far`` and ``onwards``, both with the row itself."""

    def sql(prefix: str, _chosen: Chosen) -> str:
        return ", ".join(
            f"case when count({prefix}{it}) over so_far > 0 then {prefix}{it} "
            f"else first_value({prefix}{it} ignore nulls) over onwards end as {it}"
            for it in dimensions
        )

    return Expansion(sql, dimensions)


def _balance_mark() -> Expansion:
    def sql(prefix: str, _chosen: Chosen) -> str:
        score = f"{prefix}nps_score"
        return (
            f"case when {score} >= 9 then 1 when {score} <= 6 then -1 "
            f"when {score} is not null then 0 end"
        )

    return Expansion(sql, ())


def _sums_mark(sums: Mapping[str, str]) -> Expansion:
    text = ", ".join(f"cast(sum({it}) as bigint) as {name}" for name, it in sums.items())
    return Expansion(lambda _prefix, _chosen: text, ())


def _chosen_column_mark(parameter: str) -> Expansion:
    def sql(prefix: str, _chosen: Chosen) -> str:
        cases = " ".join(f"when '{it}' then {prefix}{it}" for it in DIMENSIONS)
        return f"case ${parameter} {cases} end"

    return Expansion(sql, (parameter,))


MARKS: Mapping[str, Expansion] = {
    "answer_filters": _filters_mark("answers"),
    "contact_filters": _filters_mark("contacts"),
    "customer_filters": _filters_mark("customers"),
    "assessment_filters": _filters_mark("assessments"),
    "invitation_filters": _filters_mark("invitations"),
    "own_values": _own_values_mark(),
    "dimensions": _columns_mark(DIMENSIONS),
    "own_dimensions": _columns_mark(OWN_DIMENSIONS),
    "customer_dimensions": _columns_mark(dimensions_of("customers")),
    "invitation_dimensions": _columns_mark(dimensions_of("invitations")),
    "customer_groups": _groups_mark(dimensions_of("customers")),
    "customer_dimensions_told": _told_mark(dimensions_of("customers")),
    "dimension": _chosen_column_mark("dimension"),
    "rows_dimension": _chosen_column_mark("rows_dimension"),
    "columns_dimension": _chosen_column_mark("columns_dimension"),
    "balance": _balance_mark(),
    "repeat_sums": _sums_mark(REPEAT_SUMS),
    "earlier_sums": _sums_mark(EARLIER_SUMS),
}
