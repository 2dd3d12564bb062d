"""Decisions in words: the figure then and now, what that proves, and what the others did."""

from __future__ import annotations

from collections.abc import Sequence

from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of_value
from cxdata.metrics.decided import Beside, DecisionEffect, Windows, counted_by
from cxdata.metrics.targets import Standing
from cxdata.models import CHANNELS, DecisionFigure
from cxdata.sentences.response_time import contact_reason
from cxdata.sentences.scope import REASONS, reason_sentence

# Why a figure then and now can't be held against each other.
DECISION_REASONS = {
    "no_figure": N_("It is about no figure."),
    "dropped": N_("It was dropped: nothing is compared."),
    "too_early": N_("Too early to tell: less than two weeks lie between."),
    "not_known": N_("Not known yet: the data doesn't go to the due date."),
    "not_known_then": N_("The time before the decision isn't known throughout."),
    "judged_otherwise": N_("The standard was changed in between: then and now aren't comparable."),
    "no_evidence": N_("No journey has evidence for a level."),
    "other_length": N_("The two windows aren't equally long."),
}
NAMED_GROUPS = 3


def figure_value(figure: DecisionFigure, value: float | None, tr: Translator, currency: str) -> str:
    """A value of a figure in its own unit.

    >>> from cxdata.i18n import translator
    >>> en = translator("en")
    >>> figure_value("nps", 23.44, en, "EUR"), figure_value("chat_in_time", 0.71, en, "EUR")
    ('+23.4', '71.0%')
    """
    if value is None:
        return "–"
    if figure == "nps":
        return tr.nps(value, 1)
    if figure == "level":
        return tr.number(value)
    return tr.money(value, currency) if figure == "churn_cost" else tr.percent(value)


def figure_difference(figure: DecisionFigure, value: float, tr: Translator, currency: str) -> str:
    """A difference of a figure, with its sign; of shares in points of percent."""
    if figure == "churn_cost":
        sign = "+" if value > 0 else "−" if value < 0 else ""
        return sign + tr.money(abs(value), currency)
    if figure == "level":
        return tr.signed(value)
    points = value if figure == "nps" else 100 * value
    return tr("{points} points", points=tr.signed(points, 1))


def effect_text(
    figure: DecisionFigure | None, effect: DecisionEffect, tr: Translator, currency: str
) -> str:
    """Then and now with its verdict; or why there is none."""
    if figure is None or effect.verdict is None:
        return decision_reason(figure, effect.reason, tr)
    then, now = (figure_value(figure, it.value, tr, currency) for it in (effect.then, effect.now))
    verdict = {
        "real_change": tr("a real change"),
        "within_noise": tr("within the noise"),
        "too_few_answers": tr("too few to judge"),
    }[effect.verdict]
    return tr("{then} → {now}, {verdict}", then=then, now=now, verdict=verdict)


def goal_text(
    figure: DecisionFigure, goal: float, held: Standing | None, tr: Translator, currency: str
) -> str:
    """The goal, and whether it is reached for sure."""
    shown = figure_value(figure, goal, tr, currency)
    if held is None:
        return tr("goal {goal}", goal=shown)
    return {
        "reached": tr("goal {goal} reached", goal=shown),
        "missed": tr("goal {goal} not reached", goal=shown),
        "cannot_tell": tr("goal {goal}: can't be told yet", goal=shown),
    }[held.verdict]


def windows_text(windows: Windows | None, tr: Translator) -> str:
    """Which days are held against which; empty without."""
    if windows is None:
        return ""
    return tr(
        "{n} days up to {until} against as many up to {day}",
        n=tr.number(windows.after.day_count),
        until=tr.short_day(windows.after.last_on),
        day=tr.short_day(windows.before.last_on),
    )


def beside_text(
    figure: DecisionFigure, beside: Beside | None, tr: Translator, currency: str
) -> str:
    """What the groups did that it didn't concern, and whether this was more; empty without."""
    if beside is None:
        return ""
    others = _named(beside, tr)
    if beside.gap is None or beside.gap_low is None or beside.gap_high is None:
        return tr("Beside {others}: too few to tell.", others=others)
    shown = {
        name: figure_difference(figure, value, tr, currency)
        for name, value in {
            "difference": beside.difference or 0.0,
            "gap": beside.gap,
            "low": beside.gap_low,
            "high": beside.gap_high,
        }.items()
    }
    said = tr(
        "Beside {others} ({difference}): {gap} apart, {confidence} interval {low} to {high}",
        others=others,
        **shown,
    )
    verdict = {
        "more": tr("moved more than elsewhere"),
        "less": tr("moved less than elsewhere"),
        "cannot_tell": tr("can't be told from what happened elsewhere"),
    }[beside.verdict]
    return f"{said} · {verdict}"


def not_by_chance_text(tr: Translator) -> str:
    """The warning beside every comparison with groups."""
    return tr(
        "Whom a decision concerns isn't chosen by chance: something else may differ between them."
    )


def decision_reason(figure: DecisionFigure | None, code: str | None, tr: Translator) -> str:
    """Why nothing can be held against each other."""
    if code in DECISION_REASONS:
        return tr(DECISION_REASONS[code])
    if code not in REASONS:
        return tr("It can't be compared.")
    if figure and counted_by(figure) == "contacts":
        return contact_reason(code, tr)
    return reason_sentence(code, tr)


def _named(beside: Beside, tr: Translator) -> str:
    """The other groups by name, as many as a line has room for."""
    names = [_value_name(it, beside, tr) for it in beside.values]
    shown, more = names[:NAMED_GROUPS], len(names) - NAMED_GROUPS
    return _joined(shown, more, tr)


def _joined(names: Sequence[str], more: int, tr: Translator) -> str:
    listed = ", ".join(names)
    return tr("{listed} and {n} more", listed=listed, n=more) if more > 0 else listed


def _value_name(value: str, beside: Beside, tr: Translator) -> str:
    is_unknown = beside.dimension == "channel" and value not in CHANNELS
    return value if is_unknown else name_of_value(beside.dimension, value, tr)
