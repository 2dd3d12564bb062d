"""Decisions as figures: what was decided, and whether the figure moved that it should move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from cxdata.followup.decisions import (
    Decision,
    decision_of,
    firm_day,
    level_of,
    recorded_decisions,
)
from cxdata.i18n.names import name_of
from cxdata.metrics.decided import DecisionEffect, better_of, decision_effect
from cxdata.metrics.targets import Standing, standing
from cxdata.models import DIMENSIONS, DecisionFigure, Filters
from cxdata.panels.panel import Mood, Panel, Request, line, panel_of
from cxdata.sentences import decided as told
from cxdata.tables.decided import decisions_table, outcomes_table

METHOD = "did-a-decision-help"
# As many as a slide of a pack has room for; the page has all of them.
MOST_ROWS = 12
FRAME_SCHEMA: dict[str, pl.DataType] = {
    "decision_id": pl.String(),
    "decision_text": pl.String(),
    "decision_owner": pl.String(),
    "decided_on": pl.Date(),
    "due_on": pl.Date(),
    "decision_status": pl.String(),
    "decision_figure": pl.String(),
    "on_the_day": pl.Float64(),
    "wanted": pl.Float64(),
    "then": pl.Float64(),
    "then_low": pl.Float64(),
    "then_high": pl.Float64(),
    "now": pl.Float64(),
    "now_low": pl.Float64(),
    "now_high": pl.Float64(),
    "moved_by": pl.Float64(),
    "change_verdict": pl.String(),
    "apart": pl.Float64(),
    "apart_low": pl.Float64(),
    "apart_high": pl.Float64(),
    "beside_verdict": pl.String(),
    "root_cause": pl.String(),
}
FRAME_UNITS = dict.fromkeys(
    (name for name, dtype in FRAME_SCHEMA.items() if dtype == pl.Float64()), "number"
)


@dataclass(frozen=True)
class DecisionOutcome:
    """A decision, the state it stands in, and what became of its figure.

    ``level`` is the figure on the day it was made (:func:`cxdata.followup.decisions.level_of`),
    ``held`` how the figure stands to its goal now.
    """

    decision_id: str
    change_number: int
    decision: Decision
    level: dict[str, Any]
    effect: DecisionEffect
    held: Standing | None
    is_overdue: bool

    @property
    def state(self) -> str:
        """``overdue``, or the decision's own."""
        return "overdue" if self.is_overdue else self.decision.status


def outcomes(request: Request, *, today: date | None = None) -> tuple[DecisionOutcome, ...]:
    """All decisions that the reader sees, overdue and open ones first."""
    day = today or firm_day(request.store)
    rows = request.remembered(recorded_decisions).to_dicts()
    found = [_outcome(row, request, day) for row in rows]
    return tuple(sorted(found, key=lambda it: not it.is_overdue))


def _outcome(row: dict[str, Any], request: Request, day: date) -> DecisionOutcome:
    decision = decision_of(row)
    if decision.status == "dropped":
        effect = DecisionEffect(reason="dropped")
    else:
        effect = request.remembered(
            decision_effect,
            decision.figure,
            replace(decision.filters, period=None),
            decision.decided_on,
            decision.due_on,
            today=day,
        )
    held = None
    if decision.figure and effect.verdict:
        now, better = effect.now, better_of(decision.figure)
        held = standing(now.value, decision.goal, low=now.low, high=now.high, better=better)
    return DecisionOutcome(
        row["decision_id"],
        row["change_number"],
        decision,
        level_of(row),
        effect,
        held,
        decision.status == "open" and decision.due_on < day,
    )


def outcome_mood(outcome: DecisionOutcome) -> Mood:
    """Good or bad news only where the change is real, and surely more than that of the groups
    that the decision didn't concern, where there are any."""
    effect, figure = outcome.effect, outcome.decision.figure
    if figure is None or effect.verdict != "real_change" or not effect.difference:
        return "neutral"
    sign = 1 if better_of(figure) == "higher" else -1
    moved = effect.difference * sign
    if effect.beside is not None:
        if effect.beside.verdict == "cannot_tell" or effect.beside.gap is None:
            return "neutral"
        if (effect.beside.gap * sign > 0) != (moved > 0):
            return "neutral"
    return "good" if moved > 0 else "bad"


def outcome_lines(outcome: DecisionOutcome, request: Request) -> tuple[str, ...]:
    """Then, now and what that proves, a sentence each; without empty ones."""
    decision, effect, tr = outcome.decision, outcome.effect, request.tr
    figure, currency = decision.figure, request.store.settings.firm.currency
    moved = told.effect_text(figure, effect, tr, currency)
    if figure is None:
        return (moved,)
    goal = ""
    if decision.goal is not None:
        goal = told.goal_text(figure, decision.goal, outcome.held, tr, currency)
    return line(
        " · ".join(line(moved, goal)),
        told.beside_text(figure, effect.beside, tr, currency),
        told.windows_text(effect.windows, tr),
    )


def level_text(outcome: DecisionOutcome, request: Request) -> str:
    """The figure on the day it was decided, with its interval and what it rests on."""
    figure, level, tr = outcome.decision.figure, outcome.level, request.tr
    currency = request.store.settings.firm.currency
    if figure is None:
        return ""
    if level.get("value") is None:
        return told.decision_reason(figure, level.get("reason"), tr)
    value, low, high = (
        told.figure_value(figure, level.get(it), tr, currency) for it in ("value", "low", "high")
    )
    said = tr("{value} ({low} to {high})", value=value, low=low, high=high)
    if level.get("low") is None:
        said = value
    return " · ".join(line(said, tr("n = {n}", n=tr.number(level["count"] or 0))))


def summary_title(found: Sequence[DecisionOutcome], request: Request) -> str:
    """How many decisions are open, and how many of them are overdue."""
    tr = request.tr
    count = sum(it.decision.status == "open" for it in found)
    overdue = sum(it.is_overdue for it in found)
    if not found:
        return tr("No decision was kept yet.")
    said = tr.plural("{n} decision is open", "{n} decisions are open", count)
    if not overdue:
        return said
    return f"{said}, {tr.plural('{n} of them overdue', '{n} of them overdue', overdue)}"


def decisions_panel(request: Request, shown: Sequence[DecisionOutcome] | None = None) -> Panel:
    """What was decided, who does it until when, and the figure on the day; open ones first."""
    found = outcomes(request) if shown is None else tuple(shown)
    tr, rows = request.tr, found[:MOST_ROWS]
    table = decisions_table([_row(it, request) for it in rows], tr) if rows else None
    return _panel(
        request,
        "decisions",
        tr("What was decided?"),
        summary_title(found, request),
        found,
        table,
        texts=lambda: decisions_table([_row(it, request) for it in found], tr),
    )


def decisions_since_panel(
    request: Request, shown: Sequence[DecisionOutcome] | None = None
) -> Panel:
    """What became of it: the figure then and now, with its verdict, and beside other groups."""
    found = outcomes(request) if shown is None else tuple(shown)
    told_of = [it for it in found if it.decision.figure and it.decision.status != "dropped"]
    tr, rows = request.tr, told_of[:MOST_ROWS]
    table = outcomes_table([_row(it, request) for it in rows], tr) if rows else None
    return _panel(
        request,
        "decisions_since",
        tr("Did it help?"),
        _since_title(told_of, request),
        told_of,
        table,
        texts=lambda: outcomes_table([_row(it, request) for it in told_of], tr),
        notes=(line(told.not_by_chance_text(tr)),),
    )


def _panel(
    request: Request,
    key: str,
    question: str,
    title: str,
    found: Sequence[DecisionOutcome],
    table: pl.DataFrame | None,
    **shown: Any,
) -> Panel:
    tr, more = request.tr, len(found) - MOST_ROWS
    left_out = tr("{n} more stand on the page of decisions.", n=more) if more > 0 else ""
    notes = (*shown.pop("notes", ()), line(tr("Each with its own filters."), left_out))
    return panel_of(
        request,
        key,
        question,
        title,
        METHOD,
        filters=Filters(survey=request.filters.survey),
        table=table,
        reason="" if found else tr("No decision was kept yet."),
        notes=notes if found else (),
        frame=pl.DataFrame([_frame_row(it) for it in found], schema=FRAME_SCHEMA),
        units=FRAME_UNITS,
        **shown,
    )


def _since_title(found: Sequence[DecisionOutcome], request: Request) -> str:
    tr = request.tr
    if not found:
        return tr("No decision was kept yet.")
    judged = [it for it in found if it.effect.verdict]
    good = sum(outcome_mood(it) == "good" for it in judged)
    return (
        tr("{good} of {n} moved their figure for the better, surely", good=good, n=len(judged))
        if judged
        else tr("Nothing can be told yet of what was decided")
    )


def _row(outcome: DecisionOutcome, request: Request) -> dict[str, str]:
    """What tables say of a decision."""
    decision, tr = outcome.decision, request.tr
    figure, currency = decision.figure, request.store.settings.firm.currency
    moved = outcome_lines(outcome, request)[0]
    goal = ""
    if figure and decision.goal is not None:
        goal = told.figure_value(figure, decision.goal, tr, currency)
    return {
        "text": decision.text,
        "owner": decision.owner,
        "due": tr.short_day(decision.due_on),
        "figure": name_of("decision_figure", figure, tr) if figure else "",
        "level": level_text(outcome, request),
        "goal": goal,
        "state": name_of("decision_state", outcome.state, tr),
        "moved": moved,
        "beside": told.beside_text(figure, outcome.effect.beside, tr, currency) if figure else "",
    }


def _frame_row(outcome: DecisionOutcome) -> dict[str, Any]:
    decision, effect, beside = outcome.decision, outcome.effect, outcome.effect.beside
    return {
        "decision_id": outcome.decision_id,
        "decision_text": decision.text,
        "decision_owner": decision.owner or None,
        "decided_on": decision.decided_on,
        "due_on": decision.due_on,
        "decision_status": outcome.state,
        "decision_figure": decision.figure,
        "on_the_day": outcome.level.get("value"),
        "wanted": decision.goal,
        "then": effect.then.value,
        "then_low": effect.then.low,
        "then_high": effect.then.high,
        "now": effect.now.value,
        "now_low": effect.now.low,
        "now_high": effect.now.high,
        "moved_by": effect.difference,
        "change_verdict": effect.verdict,
        "apart": beside and beside.gap,
        "apart_low": beside and beside.gap_low,
        "apart_high": beside and beside.gap_high,
        "beside_verdict": beside and beside.verdict,
        "root_cause": decision.root_cause or None,
    }


# On charts over time


def decided_events(
    request: Request, figures: Sequence[DecisionFigure]
) -> tuple[tuple[date, str], ...]:
    """Day and text of the decisions of the period that are about one of the figures and about
    some of what the filters show; dropped ones aren't among them."""
    period, found = request.filters.period, []
    for row in request.remembered(recorded_decisions).to_dicts():
        decision = decision_of(row)
        day = decision.decided_on
        if day is None or decision.figure not in figures or decision.status == "dropped":
            continue
        is_in = period is None or period.first_on <= day <= period.last_on
        if is_in and _concerns(decision.filters, request.filters):
            found.append((day, request.tr("Decided: {what}", what=decision.text)))
    return tuple(sorted(found))


def _concerns(about: Filters, shown: Filters) -> bool:
    """Whether a decision is about any of what is shown: no dimension keeps the two apart."""
    pairs = ((set(getattr(about, it)), set(getattr(shown, it))) for it in DIMENSIONS)
    return all(not one or not other or one & other for one, other in pairs)
