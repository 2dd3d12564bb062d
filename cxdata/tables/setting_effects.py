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
}


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
    if figure.unit == "amount":
        return tr.money(figure.value, currency, digits=3)
    return tr.number(figure.value, 1 if figure.unit == "points" else 0)
