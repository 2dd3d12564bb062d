"""Response rate, and who left after being asked, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.sentences.scope import p_text, reason_sentence


def response_rate_sentence(row: dict[str, Any], tr: Translator) -> str:
    """The rate with what it is a share of, or why there is none."""
    if row["response_rate"] is None:
        return reason_sentence(row["reason"], tr)
    share = tr.percent(row["response_rate"])
    if row["base"] == "delivered":
        return tr("{share} of delivered invitations were answered", share=share)
    return tr("{share} of invitations sent were answered", share=share)


def response_rate_basis(row: dict[str, Any], tr: Translator) -> Iterator[str]:
    """Interval, how many were asked, how far the invitations came, what isn't known."""
    if row["response_rate"] is None:
        return
    answered, total = tr.number(row["answered_count"]), tr.number(row["base_count"])
    yield tr("{n} of {total}", n=answered, total=total)
    yield tr(
        "{confidence} interval {low} to {high}",
        low=tr.percent(row["response_rate_low"]),
        high=tr.percent(row["response_rate_high"]),
    )
    invitations = tr.plural("{n} invitation", "{n} invitations", row["invitation_count"])
    people = tr.plural("{n} person", "{n} people", row["person_count"])
    yield tr("{invitations} to {people}", invitations=invitations, people=people)
    if row["delivered_share"] is None:
        yield tr("not known how many were delivered")
    else:
        yield tr("{share} delivered", share=tr.percent(row["delivered_share"]))
    if row["opened_share"] is None:
        yield tr("not known how many were opened")
    else:
        yield tr("{share} opened", share=tr.percent(row["opened_share"]))


def not_counted_text(row: dict[str, Any], days: int, tr: Translator) -> Iterator[str]:
    """Which invitations aren't counted yet, and what tells who answered."""
    if row["running_count"]:
        yield tr.plural(
            "{n} not counted yet: not known for {days} days after it was sent",
            "{n} not counted yet: not known for {days} days after they were sent",
            row["running_count"],
            days=days,
        )
    if row["matched_count"]:
        yield tr(
            "of {n}, whose files don't say it, an answer of the customer within {days} days tells",
            n=tr.number(row["matched_count"]),
            days=days,
        )


def leaving_by_answering_sentence(leaving: pl.DataFrame, days: int, tr: Translator) -> str:
    """Both rates beside each other, as an association; why not, if one is missing."""
    rows = {row["answering"]: row for row in leaving.to_dicts()}
    silent, answered = rows.get("not_answered"), rows.get("answered")
    if not (silent and answered) or silent["difference"] is None:
        return tr("Too few invited customers could be followed to compare those who answered")
    values = {
        "silent": tr.percent(silent["leave_rate"]),
        "answered": tr.percent(answered["leave_rate"]),
        "days": days,
    }
    if silent["difference_low"] <= 0 <= silent["difference_high"]:
        return tr(
            "Leaving is not shown to go with answering: {silent} of those who didn't answer left "
            "within {days} days, {answered} of those who did",
            **values,
        )
    if silent["difference"] > 0:
        return tr(
            "Not answering goes with leaving: {silent} of those who didn't answer left within "
            "{days} days, {answered} of those who did",
            **values,
        )
    return tr(
        "Answering goes with leaving: {answered} of those who answered left within {days} days, "
        "{silent} of those who didn't",
        **values,
    )


def leaving_by_answering_basis(leaving: pl.DataFrame, tr: Translator) -> Iterator[str]:
    """The difference with its interval."""
    row = leaving.row(0, named=True) if leaving.height else None
    if row is None or row["difference"] is None:
        return
    yield tr(
        "difference {difference} points, {confidence} interval {low} to {high}",
        difference=tr.signed(100 * row["difference"], 1),
        low=tr.signed(100 * row["difference_low"], 1),
        high=tr.signed(100 * row["difference_high"], 1),
    )
    yield p_text(row["p_value"], tr)
