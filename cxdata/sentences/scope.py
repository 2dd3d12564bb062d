"""Filters, days and reasons in words."""

from __future__ import annotations

import polars as pl

from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of, name_of_value
from cxdata.models import (
    DIMENSIONS,
    LEFT_OUT,
    Counted,
    Filters,
    Grain,
    Period,
    Scope,
    dimensions_of,
)
from cxdata.store.narrowing import lacking_dimensions

# Why a figure can't be given.
REASONS = {
    "no_answers": N_("No answers for these filters."),
    "too_few_to_show": N_("Too few answers to show without telling who gave them."),
    "protects_others": N_("Withheld: it would tell of a group that is too small to show."),
    "in_a_lake": N_(
        "The counts come from a lake, where single answers and comments stay: this dashboard "
        "doesn't list them."
    ),
    "no_contacts": N_("No contacts for these filters."),
    "none_due": N_("No contact was due yet."),
    "answers_not_known": N_(
        "No file says when these contacts were answered: export them with the moment of the first "
        "answer, or with the wait and whether it ended in an answer."
    ),
    "times_not_known": N_(
        "The files have days without times, which can't tell seconds, minutes or hours: export "
        "them with the time of day."
    ),
    "none_followed": N_("No contact could be followed for long enough."),
    "no_customers": N_("No customers for these filters at the start of the period."),
    "no_customers_at_end": N_("No customers for these filters at the end of the period."),
    "after_data": N_("The period begins after the last day of the data."),
    "ends_not_told": N_("No file of customers says who left."),
    "only_one_moment": N_(
        "The files of customers only mark who has left, on the day of the extract: it is known "
        "for the month that ends on it, and for no other time."
    ),
    "known_earlier": N_(
        "Customers aren't known to the end of the period: as many months that end where they are."
    ),
    "too_few_customers": N_("Too few customers to give a rate."),
    "no_revenue": N_("No revenue is known for the customers concerned."),
    "everyone_lost": N_("Every customer left: there is no remaining life to count with."),
    "one_price": N_(
        "Only today's revenue is known: no extract of customers tells up to the start of the "
        "period and the month before it, and no file says what was paid then."
    ),
    "nobody_lost": N_("Nobody left in the period."),
    "no_classes": N_("No customer had answered before the period."),
    "no_promoters": N_("No promoters to compare with."),
    "no_dissatisfied": N_("No passives or detractors to compare."),
    "no_detractors": N_("No detractors among the customers."),
    "no_passives": N_("No passives among the customers."),
    "one_class": N_("All who answered are of one class: there is nothing to compare."),
    "too_few_contacts": N_("Too few customers whose contact was missed, or met, to compare them."),
    "needs_cases": N_(
        "No evidence yet: it needs cases of detractors who were called back, or an assumption."
    ),
    "too_few_cases": N_("Too few detractors were called back to say what it does."),
    "no_moves": N_("Nothing is moved."),
    "no_customer_list": N_("No file of customers: whom the answers stand for isn't known."),
    "base_not_known": N_("The files of customers don't tell who was one on these days."),
    "no_base": N_("No customers for these filters in the period."),
    "asked_after_contacts": N_(
        "Asked after contacts: the answers stand for contacts, not for all customers."
    ),
    "asked_of_others": N_("A benchmark survey also asks the customers of others."),
    "experience_chosen": N_(
        "Channels and journeys belong to answers: which customers they stand for isn't known."
    ),
    "customers_have_none": N_(
        "Customers have no channel and no journey: whether they changed, or who of them answered, "
        "isn't known."
    ),
    "answers_without_base": N_(
        "None of the answers is of a customer, or of a group that customers have."
    ),
    "few_hold_revenue": N_(
        "A few customers hold most of the revenue: the figure would tell what they answered."
    ),
    "no_segment_in_both": N_("No segment has enough answers in both periods."),
    "no_earlier_period": N_("There is no earlier period to compare with."),
    "no_invitations": N_("No invitations for these filters."),
    "answering_not_told": N_("No file tells who answered these invitations, nor do the answers."),
    "too_early": N_("It is too early to say: these invitations were sent only just now."),
    "too_few_invited": N_("Too few people were invited to show without telling who they are."),
}


def reason_sentence(code: str | None, tr: Translator) -> str:
    """Why there is no figure; empty without a reason."""
    return tr(REASONS[code]) if code else ""


def period_text(period: Period | None, tr: Translator) -> str:
    """From which day to which."""
    if period is None:
        return tr("whole history")
    return f"{tr.short_day(period.first_on)} – {tr.short_day(period.last_on)}"


def compared_text(period: Period, other: Period, tr: Translator) -> str:
    """With what a period is compared, as short as a card has room for."""
    if other == period.previous():
        if months := period.month_count:
            return tr.plural("vs the month before", "vs the {n} months before", months)
        return tr.plural("vs the day before", "vs the {n} days before", period.day_count)
    if other == period.year_before():
        return tr("vs a year before")
    return tr("against {period}", period=period_text(other, tr))


def fiscal_year_text(grain: Grain, tr: Translator) -> str:
    """How fiscal years are called, beside quarters and years; empty where they are the
    calendar's."""
    if tr.fiscal_year.is_calendar or grain not in ("quarter", "year"):
        return ""
    return tr(
        "Fiscal years begin in {month} and are called by the calendar year in which they end.",
        month=tr.month_name(tr.fiscal_year.first_month, starts_line=False),
    )


# Why what is counted leaves chosen dimensions out (cxdata.models.LEFT_OUT says which).
UNFILTERED_TEXTS: dict[Counted, str] = {
    "customers": N_("not filtered by {dimensions}: customers have none"),
    "assessments": N_("Assessments are of a whole journey: not filtered by {dimensions}."),
    "invitations": N_("not filtered by {dimensions}: invitations have none"),
}


def scope_text(filters: Filters, tr: Translator, scope: Counted = "answers") -> str:
    """The filters that a figure was computed with: only those that apply to what it counts."""
    survey = tr("{survey} survey", survey=name_of("survey", filters.survey, tr))
    chosen = [
        ", ".join(value_name(name, it, tr) for it in getattr(filters, name))
        for name in dimensions_of(scope)
    ]
    surveys = [] if "survey" in LEFT_OUT[scope] else [survey]
    return " · ".join([period_text(filters.period, tr), *surveys, *filter(None, chosen)])


def unfiltered_text(filters: Filters, tr: Translator, scope: Counted = "customers") -> str:
    """Said beside a figure that a chosen filter can't apply to: which, and why; else empty."""
    names = [
        name_of("dimension", name, tr)
        for name in DIMENSIONS
        if name in LEFT_OUT[scope] and getattr(filters, name)
    ]
    return tr(UNFILTERED_TEXTS[scope], dimensions=", ".join(names)) if names else ""


# Of what is counted by none of the dimensions that a reader's rights name, nothing is shown.
BEYOND_RIGHTS: dict[Counted, str] = {
    "customers": N_("Your rights are by {dimensions}, which customers don't have."),
    "assessments": N_("Your rights are by {dimensions}, which assessments don't have."),
    "invitations": N_("Your rights are by {dimensions}, which invitations don't have."),
}
PEOPLE_HIDDEN = N_("Your rights don't reach names, comments and lists of people.")


def beyond_rights_text(rights: Scope, tr: Translator, scope: Counted) -> str:
    """Why nothing of what is counted is shown with these rights; empty where something can be."""
    if rights.is_nothing:
        return tr("Your rights reach no data.")
    names = [name_of("dimension", it, tr) for it in lacking_dimensions(rights, scope)]
    return tr(BEYOND_RIGHTS[scope], dimensions=", ".join(names)) if names else ""


def rights_text(rights: Scope, tr: Translator, *, may_see_people: bool = True) -> str:
    """To what a reader's rights are limited; empty if they aren't."""
    parts = [
        f"{name_of('dimension', name, tr)} {', '.join(value_name(name, it, tr) for it in values)}"
        for name, values in rights.allowed
        if values
    ]
    if rights.is_nothing:
        return tr("Your rights reach no data.")
    if not may_see_people:
        parts.append(tr("no names and comments"))
    return tr("You see: {parts}", parts=" · ".join(parts)) if parts else ""


def p_text(p_value: float, tr: Translator) -> str:
    if p_value < 0.001:
        return tr("p below {value}", value=tr.number(0.001, 3))
    return tr("p = {value}", value=tr.number(p_value, 3 if p_value < 0.1 else 2))


def value_name(dimension: str, value: str | None, tr: Translator) -> str:
    """A value of a dimension in words."""
    return name_of_value(dimension, value, tr)


def total(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].sum())
