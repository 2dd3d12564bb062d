"""How PowerPoint and Excel write the numbers of a unit, in the forms of a language."""

from __future__ import annotations

from collections.abc import Iterable

from cxdata.i18n import Translator
from cxdata.panels.units import Unit

MINUS = '"\N{MINUS SIGN}"'


def number_form(unit: Unit, values: Iterable[float | None], tr: Translator, currency: str) -> str:
    """The number format of a unit for values of this size.

    Signs are a language's own; marks of decimals and groups are those of whoever opens the file.

    >>> from cxdata.i18n import translator
    >>> number_form("share", [0.5], translator("en"), "EUR")
    '0%'
    >>> number_form("amount", [2_915_800.0], translator("en"), "EUR")
    '"€"0.0,,"M"'
    """
    most = max((abs(it) for it in values if it is not None), default=0.0)
    match unit:
        case "share":
            digits = "0" if most >= 0.2 else "0.0"
            space = tr.percent(0, 0).removeprefix("0").removesuffix("%")
            return f"{digits}{''.join(f'{chr(92)}{it}' for it in space)}%"
        case "points":
            digits = "0" if most >= 10 else "0.0"
            return f"+{digits};{MINUS}{digits};0"
        case "amount":
            return _money_form(most, tr, currency)
        case "count" | "seconds":
            return "#,##0"
        case _:
            return "0.0" if most < 100 else "#,##0"


def step_form(form: str, value: float) -> str:
    """The form of a step, with its sign whichever way its bar is drawn.

    >>> step_form("0.0", 2.5), step_form("+0;x;0", -1.0)
    ('+0.0;+0.0', '"−"0;"−"0')
    """
    bare = form.split(";")[0].lstrip("+")
    sign = "+" if value >= 0 else MINUS
    return f"{sign}{bare};{sign}{bare}"


def _money_form(most: float, tr: Translator, currency: str) -> str:
    """With the currency where the language has it; thousands and millions by their letter."""
    scale, digits, size = ("", "#,##0", 2)
    if most >= 1_000_000:
        scale, digits, size = (",,", "0.0", 2_000_000)
    elif most >= 10_000:
        scale, digits, size = (",", "0", 20_000)
    shown = tr.money(size, currency)
    number = "20" if size == 20_000 else "2"
    before, _, after = shown.partition(number)
    return f"{_quoted(before)}{digits}{scale}{_quoted(after)}"


def _quoted(text: str) -> str:
    return f'"{text}"' if text else ""
