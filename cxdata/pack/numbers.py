"""Numbers of a pack in words, alike on every face."""

from __future__ import annotations

from cxdata.i18n import Translator
from cxdata.panels.units import Unit


def number_text(value: float, unit: Unit, tr: Translator, currency: str) -> str:
    """A number of a unit as the pages say it."""
    match unit:
        case "share":
            return tr.percent(value, 0 if round(value * 100, 6) % 1 == 0 else 1)
        case "points":
            return tr.nps(value, 0 if round(value, 6) % 1 == 0 else 1)
        case "amount":
            return tr.money(value, currency)
        case "seconds":
            return tr.duration(value)
        case _:
            return tr.number(value, 0 if round(value, 6) % 1 == 0 else 1)
