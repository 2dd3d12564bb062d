"""The pyramid in words."""

from __future__ import annotations

import polars as pl

from cxdata.i18n import Translator
from cxdata.metrics.cx_pyramid import CompanyLevel, PyramidModel


def level_title(company: CompanyLevel, tr: Translator) -> str:
    """The level in words, and whether it is established."""
    if company.level is None:
        return tr("No evidence for any level yet")
    if company.level == 0:
        return tr("Level 1 is not reached yet")
    if company.is_established:
        return tr("Level {level} of 6 is reached and established", level=company.level)
    return tr("Level {level} of 6, not yet established", level=company.level)


def held_back_sentence(
    company: CompanyLevel, levels: pl.DataFrame, model: PyramidModel, tr: Translator
) -> str:
    """Which journey keeps the company where it is, and for want of what."""
    if company.level is None or company.level == 6:
        return ""
    weakest = levels.filter(pl.col("journey").is_in(company.weakest_journeys))
    missing = [it for names in weakest["next_level_missing"] for it in names]
    names = {indicator.id: getattr(indicator.name, tr.locale) for indicator in model.indicators}
    listed = ", ".join(dict.fromkeys(names[it].lower() for it in missing))
    return tr(
        "Held back by {journeys}: {missing}.",
        journeys=", ".join(company.weakest_journeys),
        missing=listed,
    )


def level_value(company: CompanyLevel, tr: Translator) -> str:
    """The level of six; a dash without evidence."""
    return "–" if company.level is None else tr("{level} of 6", level=company.level)


def level_state(company: CompanyLevel, tr: Translator) -> str:
    if company.level is None:
        return tr("no evidence yet")
    return tr("established") if company.is_established else tr("not established")
