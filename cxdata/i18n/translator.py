"""One translator per locale, shared by all threads; nothing here depends on who asks.

The English text is the key. Catalogues are gettext ``.po`` files, read once at start.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from babel import Locale as BabelLocale
from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from cxdata.errors import CxDataError
from cxdata.models import Grain

Locale = Literal["en", "fr"]
LOCALES: tuple[Locale, ...] = get_args(Locale)
CATALOGUES = Path(__file__).with_name("locale")
DOMAIN = "cxdata"
# British conventions for English: 12 March 2026, as the readers of this dashboard write.
_FORMATS: dict[Locale, str] = {"en": "en_GB", "fr": "fr_FR"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Translator:
    """Texts and formats of one language.

    >>> tr = translator("fr")
    >>> tr.number(1234.5, 1), tr.percent(0.265), tr.day(date(2026, 3, 12))
    ('1\\u202f234,5', '26,5\\xa0%', '12 mars 2026')
    """

    def __init__(self, locale: Locale) -> None:
        self.locale = locale
        self._format = _FORMATS[locale]
        self._percent_pattern = BabelLocale.parse(self._format).percent_formats[None].pattern
        self._texts = _catalogue(locale)

    def __call__(self, text: str, **values: object) -> str:
        """The text in this language, its ``{placeholders}`` filled."""
        translated: str = self._texts.ugettext(text) if text else ""
        told = {name: self._told(value) for name, value in values.items()}
        return translated.format(**told) if told else translated

    def plural(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The form that this language uses for ``n``; ``{n}`` is filled with the number."""
        text: str = self._texts.ungettext(singular, plural, n)
        return text.format(n=self.number(n), **values)

    def error(self, error: CxDataError) -> tuple[str, str]:
        """Sentence and hint of a user's error."""
        values = {name: self._value(value) for name, value in error.values.items()}
        return self(error.message, **values), self(error.hint, **values)

    def number(self, value: float, digits: int = 0) -> str:
        return numbers.format_decimal(
            _rounded(value, digits), format=_pattern(digits), locale=self._format
        )

    def signed(self, value: float, digits: int = 0) -> str:
        """With its sign, a true minus; zero has none."""
        shown = _rounded(value, digits)
        sign = "+" if shown > 0 else "\N{MINUS SIGN}" if shown < 0 else ""
        return sign + self.number(abs(shown), digits)

    def nps(self, value: float, digits: int = 0) -> str:
        """Points from −100 to 100, always signed as the field does."""
        return self.signed(value, digits)

    def percent(self, share: float, digits: int = 1) -> str:
        pattern = self._percent_pattern.replace("#,##0", _pattern(digits))
        return numbers.format_percent(
            _rounded(share, digits + 2), format=pattern, locale=self._format
        )

    def percent_range(self, low: float, high: float, digits: int = 1) -> str:
        return self(
            "{low} to {high}", low=self.percent(low, digits), high=self.percent(high, digits)
        )

    def money(self, amount: float, currency: str, *, digits: int = 2) -> str:
        """Rounded to what a range can honestly claim: two significant digits, unless told."""
        shown = _significant(amount, digits)
        if abs(shown) >= 1_000_000:
            return self._money(shown / 1_000_000, currency, self("{currency}{amount}M"))
        if abs(shown) >= 10_000:
            return self._money(shown / 1_000, currency, self("{currency}{amount}k"))
        return self._money(shown, currency, self("{currency}{amount}"))

    def day(self, day: date) -> str:
        return self._ordinal(dates.format_date(day, "d MMMM y", locale=self._format))

    def short_day(self, day: date) -> str:
        return self._ordinal(dates.format_date(day, "d MMM y", locale=self._format))

    def moment(self, at: datetime, time_zone: str) -> str:
        """A UTC moment (naive, as stored) in the given zone."""
        local = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(time_zone))
        shown = dates.format_datetime(
            local, "d MMM y, HH:mm", tzinfo=local.tzinfo, locale=self._format
        )
        return self._ordinal(shown)

    def month(self, day: date) -> str:
        return dates.format_date(day, "MMM y", locale=self._format)

    def weekday(self, number: int, *, starts_line: bool = True) -> str:
        """The name of a day of the week, 0 for Monday; with a capital if it starts a line."""
        name = str(dates.get_day_names("wide", locale=self._format)[number])
        return name.capitalize() if starts_line else name

    def hour(self, hour: int) -> str:
        """A full hour of the day, 0 to 24: "8:00", "8 h"."""
        return self("{hour}:00", hour=hour)

    def country(self, code: str) -> str:
        """A country by its two letters; the letters if there is no such country."""
        return str(BabelLocale.parse(self._format).territories.get(code, code))

    def period_name(self, first_on: date, grain: Grain) -> str:
        """How a week, month, quarter or year is called."""
        match grain:
            case "year":
                return str(first_on.year)
            case "quarter":
                return self(
                    "Q{quarter} {year}", quarter=(first_on.month + 2) // 3, year=first_on.year
                )
            case "month":
                return self.month(first_on)
            case "week":
                return self("week of {day}", day=self.short_day(first_on))

    def duration(self, seconds: float, *, has_days: bool = True) -> str:
        """Two units at the most: 42 s, 3 min 20 s, 5 h 10 min, 2 d 4 h.

        Opening hours have no days of 24 hours: without ``has_days`` it is 52 h.
        """
        whole = round(seconds)
        for size, unit, smaller, small_unit in (
            *([(_DAY, self("d"), _HOUR, "h")] if has_days else []),
            (_HOUR, "h", _MINUTE, "min"),
            (_MINUTE, "min", 1, "s"),
        ):
            if whole >= size:
                rest = whole % size // smaller
                first = f"{self.number(whole // size)} {unit}"
                return f"{first} {rest} {small_unit}" if rest else first
        return f"{self.number(seconds, 0 if seconds >= 10 or seconds == whole else 1)} s"

    def on_clock(self, seconds: float, clock: str) -> str:
        """A duration on a clock: only the one that never stops has days."""
        return self.duration(seconds, has_days=clock == "elapsed")

    def _ordinal(self, shown: str) -> str:
        """In French, the first of a month is its 1er."""
        is_first = self.locale == "fr" and shown.startswith("1 ")
        return f"1er{shown[1:]}" if is_first else shown

    def _money(self, value: float, currency: str, pattern: str) -> str:
        decimals = next(it for it in (0, 1, 2) if it == 2 or round(value, it) == value)
        symbol = numbers.get_currency_symbol(currency, locale=self._format)
        sign = "\N{MINUS SIGN}" if value < 0 else ""
        return sign + pattern.format(amount=self.number(abs(value), decimals), currency=symbol)

    def _told(self, value: object) -> object:
        """A value that is itself a sentence with its template, in this language."""
        template, values = getattr(value, "template", None), getattr(value, "values", None)
        if isinstance(template, str) and isinstance(values, dict):
            return self(template, **values)
        return value

    def _value(self, value: object) -> object:
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self.number(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return self.day(value)
        return value


def N_(text: str) -> str:
    """Marks a text that is translated where it is shown."""
    return text


@cache
def translator(locale: Locale) -> Translator:
    """The translator of a locale; made once.

    Raises
    ------
    ValueError
        If there is no such locale.
    """
    if locale not in LOCALES:
        raise ValueError(f"no locale {locale!r}")
    return Translator(locale)


def _catalogue(locale: Locale) -> NullTranslations:
    path = CATALOGUES / locale / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


def _pattern(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "")


def _rounded(value: float, digits: int) -> float:
    """Without a negative zero."""
    return round(value, digits) + 0.0


def _significant(amount: float, digits: int) -> float:
    return float(f"{amount:.{digits}g}")
