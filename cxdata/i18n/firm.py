"""The language of a reader, as this firm speaks it."""

from __future__ import annotations

from cxdata.config import Settings
from cxdata.i18n.translator import Translator, translator


def firm_translator(settings: Settings, locale: str) -> Translator:
    """Whatever is worded for somebody is worded by this: it knows what the firm calls its own
    dimensions, its touchpoints and journeys, how often intervals hold the truth, and when the
    fiscal year begins. An unknown locale is English's.
    """
    told = translator(locale, settings.own_dimensions.pairs).at(settings.answers.confidence)
    called = told.naming(settings.touchpoints_in(locale), settings.journeys_in(locale))
    return called.in_years(settings.fiscal_year)
