"""Which settings can be changed in the dashboard, in which groups, and how each is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args
from zoneinfo import available_timezones

from cxdata.config import WEEKDAYS, AbandonRule, Clock, is_time_zone
from cxdata.i18n import N_
from cxdata.i18n.names import OWN_PLACES
from cxdata.models import CHANNELS, OWN_DIMENSIONS, SURVEYS

EntryKind = Literal[
    "share",
    "number",
    "count",
    "duration",
    "choice",
    "month",
    "truth",
    "text",
    "spans",
    "words",
    "days",
]
# Settings that are lists, written into a table each.
OWN_STANDARDS = "response_time_overrides"
OWN_ASSUMPTIONS = "churn_overrides"
TARGETS = "targets"
TOUCHPOINT_NAMES = "touchpoint_names"
JOURNEY_NAMES = "journey_names"
FISCAL_YEAR_HELP = N_(
    "Quarters and years begin with it, in figures, files and filters. A fiscal year is called by "
    "the calendar year in which it ends: from April 2025 to March 2026 it is FY2026."
)
OWN_NOTE = N_(
    "What figures can be filtered and split by besides segment, region, product, channel and "
    "journey, such as “Store”. A column of that name is taken from files as it. Another name "
    "renames it; without a name it isn't offered, and what files said of it stays."
)


@dataclass(frozen=True)
class Entry:
    """One setting: its name in the settings file, what it is called, and how it is asked for.

    ``family`` names the texts of its choices (:mod:`cxdata.i18n.names`). ``help`` is what one of
    three values is of, or of a month what rests on it.
    """

    name: str
    label: str
    kind: EntryKind
    choices: tuple[str, ...] = ()
    family: str = ""
    help: str = ""


@dataclass(frozen=True)
class EntryGroup:
    """Settings that are changed together; ``note`` says what for, where it must be said."""

    title: str
    entries: tuple[Entry, ...]
    note: str = ""


def standard_entries(channel: str) -> tuple[Entry, ...]:
    """What "in time" means on a channel."""
    where = f"response_time.{channel}."
    return (
        Entry(where + "favourable", N_("Favourable time"), "duration"),
        Entry(where + "limit", N_("Limit (score 0 from here)"), "duration"),
        Entry(where + "goal", N_("Goal: share in time"), "share"),
        Entry(where + "goal_is_published", N_("The goal is published, not our own"), "truth"),
        Entry(where + "is_strict", N_("Exactly the favourable time is late"), "truth"),
        Entry(where + "clock", N_("Clock"), "choice", get_args(Clock), "clock"),
        Entry(
            where + "abandon_rule",
            N_("Abandoned contacts"),
            "choice",
            get_args(AbandonRule),
            "abandon_rule",
        ),
        Entry(where + "short_abandon_seconds", N_("A short abandon, seconds"), "number"),
        Entry(where + "source", N_("Source"), "text"),
    )


def assumption_entries(name: str, label: str, kind: EntryKind) -> tuple[Entry, ...]:
    """A value nobody measured: low, central and high."""
    where = f"churn.{name}."
    return (
        Entry(where + "low", N_("{label}, low"), kind, help=label),
        Entry(where + "central", N_("{label}, central"), kind, help=label),
        Entry(where + "high", N_("{label}, high"), kind, help=label),
        Entry(where + "source", N_("{label}, source"), "text", help=label),
    )


@cache
def groups() -> dict[str, EntryGroup]:
    """The groups of settings by their code, in the order of the page."""
    return {
        **{f"standard_{it}": EntryGroup(it, standard_entries(it)) for it in CHANNELS},
        "hours": EntryGroup(
            N_("Opening hours"),
            (
                *(Entry(f"opening_hours.{day}", day, "spans") for day in WEEKDAYS),
                Entry("opening_hours.source", N_("Source"), "text"),
            ),
        ),
        "contacts": EntryGroup(
            N_("Following contacts"),
            (
                Entry("contacts.return_days", N_("Days within which asking again counts"), "count"),
                Entry("contacts.answer_days", N_("Days from a contact to its answer"), "count"),
                Entry("contacts.leave_days", N_("Days from a contact to leaving"), "count"),
                Entry(
                    "contacts.information_reasons",
                    N_("Reasons that only ask for information"),
                    "words",
                ),
                Entry(
                    "contacts.advertising_reasons",
                    N_("Reasons that are advertising, no help"),
                    "words",
                ),
                Entry("contacts.source", N_("Source"), "text"),
            ),
        ),
        "cases": EntryGroup(
            N_("Cases"),
            (
                Entry("cases.owners", N_("Who else may be given cases"), "words"),
                Entry("cases.root_causes", N_("What may have been behind a case"), "words"),
                Entry("cases.most_at_once", N_("Most cases that a rule opens at once"), "count"),
                Entry("cases.source", N_("Source"), "text"),
            ),
        ),
        "invitations": EntryGroup(
            N_("Invitations"),
            (
                Entry(
                    "invitations.response_days",
                    N_("Days from an invitation to its answer"),
                    "count",
                ),
                Entry("invitations.leave_days", N_("Days from an invitation to leaving"), "count"),
                Entry("invitations.source", N_("Source"), "text"),
            ),
        ),
        "answers": EntryGroup(
            N_("Answers"),
            (
                Entry("answers.small_base_count", N_("Greyed below, people"), "count"),
                Entry("answers.minimum_count", N_("Withheld below, people"), "count"),
                Entry("answers.confidence", N_("Confidence of intervals"), "share"),
                Entry(
                    "answers.last_only",
                    N_("Only each customer's last answer of the period counts"),
                    "truth",
                ),
                Entry("answers.source", N_("Source"), "text"),
            ),
        ),
        "privacy": EntryGroup(
            N_("How long what is about people is kept"),
            (
                Entry("privacy.record_months", N_("Who did what, months"), "count"),
                Entry("privacy.comment_months", N_("Comments, months"), "count"),
                Entry(
                    "privacy.name_months",
                    N_("Names of customers who left, months"),
                    "count",
                ),
                Entry(
                    "privacy.hash_names",
                    N_("Keyed hashes in the place of names and e-mail addresses"),
                    "truth",
                ),
                Entry("privacy.source", N_("Source"), "text"),
            ),
            N_("0 keeps it without end. What has gone can't be brought back."),
        ),
        "dimensions": EntryGroup(
            N_("Dimensions of our own"),
            (
                *(Entry(f"own_dimensions.{it}", OWN_PLACES[it], "text") for it in OWN_DIMENSIONS),
                Entry("own_dimensions.most_values", N_("Most different values in a file"), "count"),
            ),
            OWN_NOTE,
        ),
        "churn": EntryGroup(
            N_("Churn economics"),
            (
                Entry(
                    "churn.class_survey",
                    N_("Survey whose last answer gives the class"),
                    "choice",
                    SURVEYS,
                    "survey",
                ),
                *assumption_entries("margin_rate", N_("Margin"), "share"),
                *assumption_entries("discount_rate", N_("Discount rate a year"), "share"),
                *assumption_entries("acquisition_cost_amount", N_("Cost of replacing"), "number"),
                *assumption_entries("horizon_years", N_("Years counted at most"), "number"),
                *assumption_entries(
                    "referral_rate", N_("New customers per promoter a year"), "number"
                ),
            ),
        ),
        "imports": EntryGroup(
            N_("Limits of files"),
            (
                Entry("imports.max_file_megabytes", N_("Largest file, MB"), "count"),
                Entry("imports.max_unpacked_megabytes", N_("Largest unpacked, MB"), "count"),
                Entry("imports.max_expansion_ratio", N_("Unpacked over packed size"), "number"),
                Entry("imports.max_text_megabytes", N_("Most text, MB"), "count"),
                Entry("imports.large_file_megabytes", N_("One at a time from, MB"), "number"),
                Entry("imports.max_rows", N_("Most rows"), "count"),
                Entry("imports.max_columns", N_("Most columns"), "count"),
                Entry("imports.max_cells", N_("Most cells"), "count"),
                Entry("imports.max_cell_length", N_("Longest cell, characters"), "count"),
                Entry("imports.time_limit_seconds", N_("Longest import, seconds"), "count"),
                Entry("imports.held_refused_share", N_("Held above this refused share"), "share"),
                Entry("imports.held_refused_count", N_("… and from so many refused"), "count"),
                Entry("imports.listed_refusal_count", N_("Refusals listed at most"), "count"),
            ),
        ),
        "firm": EntryGroup(
            N_("The firm"),
            (
                Entry("firm.name", N_("Name of the firm"), "text"),
                Entry(
                    "firm.time_zone",
                    N_("Time zone"),
                    "choice",
                    tuple(filter(is_time_zone, sorted(available_timezones()))),
                ),
                Entry("firm.country", N_("Country of the public holidays"), "text"),
                Entry("firm.subdivision", N_("Its region, for regional holidays too"), "text"),
                Entry("firm.closing_days", N_("Closing days of your own"), "days"),
                Entry("firm.currency", N_("Currency"), "text"),
                Entry(
                    "firm.fiscal_year_month",
                    N_("First month of the fiscal year"),
                    "month",
                    help=FISCAL_YEAR_HELP,
                ),
            ),
        ),
    }
