"""What a change of settings would move, as a table."""

from __future__ import annotations

import polars as pl

from cxdata.followup.setting_effects import EffectFigure, SettingsEffect
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of

FIGURES_SAID = {
    "nps": N_("NPS"),
    "compliance": N_("Answered in time, {channel}"),
    "channels_at_goal": N_("Channels at their goal"),
    "level": N_("Level of the pyramid"),
    "cost_low": N_("Cost of churn, low"),
    "cost_central": N_("Cost of churn, central"),
    "cost_high": N_("Cost of churn, high"),
    "dissatisfaction_low": N_("Of which dissatisfaction, low"),
    "dissatisfaction_central": N_("Of which dissatisfaction, central"),
    "dissatisfaction_high": N_("Of which dissatisfaction, high"),
    "nps_distance": N_("NPS, less its target"),
    "level_distance": N_("Level of the pyramid, less its target"),
    "churn_cost_distance": N_("Cost of churn, central, less its target"),
}


# What a sentence names first, where it moves.
FIRST_SAID = ("cost_central", "nps", "level", "compliance", "channels_at_goal")


def effect_sentence(effect: SettingsEffect, tr: Translator, currency: str) -> str:
    """The figure that matters most of those that move, as it would become."""
    ranks = {code: rank for rank, code in enumerate(FIRST_SAID)}
    now, then = min(effect.moved, key=lambda it: ranks.get(it[0].code, len(ranks)))
    return tr(
        "{figure} would become {then} (now {now}).",
        figure=_said(now, tr),
        then=_value(then, tr, currency),
        now=_value(now, tr, currency),
    )


def effect_table(effect: SettingsEffect, tr: Translator, currency: str) -> pl.DataFrame:
    """One row per figure that moves: its name, now, then, n (then, if it moves as well)."""
    rows = [
        {
            tr("Figure"): _said(now, tr),
            tr("Now"): _value(now, tr, currency),
            tr("Then"): _value(then, tr, currency),
            "n": _count(now, tr) if now.n == then.n else f"{_count(now, tr)} → {_count(then, tr)}",
        }
        for now, then in effect.moved
    ]
    return pl.DataFrame(rows)


def _said(figure: EffectFigure, tr: Translator) -> str:
    channel = "" if figure.channel is None else name_of("channel", figure.channel, tr)
    return tr(FIGURES_SAID[figure.code], channel=channel)


def _count(figure: EffectFigure, tr: Translator) -> str:
    return "–" if figure.n is None or figure.value is None else tr.number(figure.n)


def _value(figure: EffectFigure, tr: Translator, currency: str) -> str:
    if figure.value is None:
        return "–"
    if figure.unit == "share":
        return tr.percent(figure.value, 1)
    if figure.code.endswith("_distance"):
        if figure.unit == "amount":
            sign = "+" if figure.value > 0 else ""
            return sign + tr.money(figure.value, currency, digits=3)
        return tr.signed(figure.value, 1 if figure.unit == "points" else 0)
    if figure.unit == "amount":
        return tr.money(figure.value, currency, digits=3)
    return tr.number(figure.value, 1 if figure.unit == "points" else 0)
