"""One translator per locale, shared by all threads; nothing here depends on who asks.

The English text is the key. Catalogues are gettext ``.po`` files, read once at start.
"""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from functools import cache, cached_property, lru_cache
from math import isfinite
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale as BabelLocale
from babel import UnknownLocaleError, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from cxdata.errors import CxDataError
from cxdata.models import CALENDAR_YEAR, FiscalYear, Grain

# The code of a language, as it stands in the address.
Locale = str
# The languages that readers choose from, each with the country whose numbers and dates it has.
# British conventions for English: 12 March 2026, as the readers of this dashboard write.
LOCALES: dict[Locale, str] = {"en": "en_GB", "fr": "fr_FR"}
# How often intervals hold the truth, for words that no store is asked for: as the settings ship.
SHIPPED_CONFIDENCE = 0.95
# Its texts are the keys of all catalogues.
SOURCE_LOCALE: Locale = "en"
# Codes with what the firm calls them: the same in every language.
OwnNames = tuple[tuple[str, str], ...]
CATALOGUES = Path(__file__).with_name("locale")
DOMAIN = "cxdata"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Translator:
    """Texts and formats of one language.

    A language without a catalogue speaks English, with its own numbers and dates if Babel knows
    them. ``{confidence}`` in a text is how often intervals hold the truth, by the settings in
    force: see :meth:`at`.

    >>> tr = translator("fr")
    >>> tr.number(1234.5, 1), tr.percent(0.265), tr.day(date(2026, 3, 12))
    ('1\\u202f234,5', '26,5\\xa0%', '12 mars 2026')
    """

    def __init__(
        self,
        locale: Locale,
        own_names: OwnNames = (),
        confidence: float = SHIPPED_CONFIDENCE,
        fiscal_year: FiscalYear = CALENDAR_YEAR,
        touchpoint_names: OwnNames = (),
        journey_names: OwnNames = (),
    ) -> None:
        self.locale = locale
        self.own_names = dict(own_names)
        self.touchpoint_names = dict(touchpoint_names)
        self.journey_names = dict(journey_names)
        self.confidence = confidence
        self.fiscal_year = fiscal_year
        self._format = _format(locale)
        self._form = BabelLocale.parse(self._format)
        self._percent_pattern = self._form.percent_formats[None].pattern
        self._texts = _catalogue(locale)

    def __call__(self, text: str, **values: object) -> str:
        """The text in this language, its ``{placeholders}`` filled."""
        translated: str = self._texts.ugettext(text) if text else ""
        told = {name: self._told(value) for name, value in values.items()}
        if "confidence" not in told:
            translated = translated.replace("{confidence}", self.level)
        return translated.format(**told) if told else translated

    def at(self, confidence: float) -> Translator:
        """The same language, for figures whose intervals hold the truth so often.

        >>> translator("en").at(0.9)("{confidence} interval")
        '90% interval'
        """
        return self._changed(confidence, self.fiscal_year)

    def in_years(self, fiscal_year: FiscalYear) -> Translator:
        """The same language, for a firm whose years and quarters begin so.

        >>> translator("en").in_years(FiscalYear(4)).period_name(date(2026, 4, 1), "quarter")
        'Q1 FY2027'
        """
        return self._changed(self.confidence, fiscal_year)

    def naming(
        self, touchpoint_names: OwnNames, journey_names: OwnNames | None = None
    ) -> Translator:
        """The same language, for a firm that calls its rated touchpoints and its journeys so;
        texts of the firm, never markup. Without names of journeys, they keep theirs."""
        if journey_names is None:
            journey_names = tuple(self.journey_names.items())
        called = (dict(touchpoint_names), dict(journey_names))
        if called == (self.touchpoint_names, self.journey_names):
            return self
        own_names = tuple(self.own_names.items())
        return _made_once(
            self.locale,
            own_names,
            self.confidence,
            self.fiscal_year,
            touchpoint_names,
            journey_names,
        )

    @cached_property
    def level(self) -> str:
        """How often intervals hold the truth: 95%, 99.5%."""
        return self.percent(self.confidence, 0 if round(self.confidence * 100, 6) % 1 == 0 else 1)

    def plural(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The form that this language uses for ``n``; ``{n}`` is filled with the number."""
        text: str = self._texts.ungettext(singular, plural, n)
        return text.format(n=self.number(n), **values)

    def error(self, error: CxDataError) -> tuple[str, str]:
        """Sentence and hint of a user's error."""
        values = {name: self._value(value) for name, value in error.values.items()}
        return self(error.message, **values), self(error.hint, **values)

    def sentence(self, text: str) -> str:
        """A sentence that remembers its template and values; any other text is as it is.

        In English its values stand as they are typed: days as 2026-06-30.
        """
        template, values = getattr(text, "template", None), getattr(text, "values", None)
        if self.locale == SOURCE_LOCALE or not template or not isinstance(values, dict):
            return str(text)
        told = {
            name: self.sentence(it) if isinstance(it, str) else self._value(it)
            for name, it in values.items()
        }
        return self(template, **told)

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
        return self._ordinal(dates.format_date(day, "long", locale=self._format))

    def short_day(self, day: date) -> str:
        return self._ordinal(dates.format_skeleton("yMMMd", day, locale=self._format))

    def moment(self, at: datetime, time_zone: str) -> str:
        """A UTC moment (naive, as stored) in the given zone."""
        local = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(time_zone))
        return f"{self.short_day(local.date())}, {local:%H:%M}"

    def month(self, day: date) -> str:
        return dates.format_skeleton("yMMM", day, locale=self._format)

    def month_name(self, number: int, *, starts_line: bool = True) -> str:
        """The name of a month of the year, 1 for January; with a capital if it starts a line."""
        name = str(dates.get_month_names("wide", "stand-alone", locale=self._format)[number])
        return name[:1].upper() + name[1:] if starts_line else name

    def weekday(self, number: int, *, starts_line: bool = True) -> str:
        """The name of a day of the week, 0 for Monday; with a capital if it starts a line."""
        name = str(dates.get_day_names("wide", locale=self._format)[number])
        return name[:1].upper() + name[1:] if starts_line else name

    def hour(self, hour: int) -> str:
        """A full hour of the day, 0 to 24: "8:00", "8 h"."""
        return self("{hour}:00", hour=hour)

    def country(self, code: str) -> str:
        """A country by its two letters; the letters if there is no such country."""
        return str(self._form.territories.get(code, code))

    @property
    def own_name(self) -> str:
        """What the language calls itself, as a choice of languages has it: "Français"."""
        name = str(self._form.get_language_name(self._form.language) or self.locale)
        return name[:1].upper() + name[1:]

    @property
    def decimal_mark(self) -> str:
        return numbers.get_decimal_symbol(self._format)

    @property
    def list_separator(self) -> str:
        """What stands between the cells of a CSV file: where the comma marks decimals, ``;``."""
        return ";" if self.decimal_mark == "," else ","

    @property
    def percent_format(self) -> str:
        """How a slider writes a whole number of per cent, in the form of ``printf``.

        >>> translator("en").percent_format, translator("fr").percent_format
        ('%d%%', '%d\\xa0%%')
        """
        return str(self._percent_pattern.replace("%", "%%").replace("#,##0", "%d"))

    def typable(self, value: float) -> str:
        """A number as it is typed: without groups and without a zero too many.

        >>> [translator(it).typable(12.5) for it in LOCALES], translator("en").typable(30.0)
        (['12.5', '12,5'], '30')
        """
        bare = f"{round(value, 6):f}".rstrip("0").rstrip(".")
        return bare.replace(".", self.decimal_mark)

    def typed_number(self, text: str) -> float | None:
        """What a typed number means; None if it is none.

        Blanks, "%" and the language's own groups of digits are no part of it. A comma or point
        that groups nothing marks decimals, whatever the language.

        >>> [translator("en").typed_number(it) for it in ("12,5", "1,000", "many")]
        [12.5, 1000.0, None]
        >>> [translator("fr").typed_number(it) for it in ("12,5 %", "1 000", "1,000")]
        [12.5, 1000.0, 1.0]
        """
        bare = re.sub(r"[\s%]", "", text).replace("\N{MINUS SIGN}", "-")
        group = numbers.get_group_symbol(self._format).replace("’", "'")
        bare = bare.replace("’", "'")
        if self._is_grouped(bare, group):
            bare = bare.replace(group, "")
        try:
            number = float(bare.replace(self.decimal_mark, ".").replace(",", "."))
        except ValueError:
            return None
        return number if isfinite(number) else None

    def _is_grouped(self, text: str, group: str) -> bool:
        first, others = self._form.decimal_formats[None].grouping
        sign, mark = re.escape(group), re.escape(self.decimal_mark)
        form = rf"[-+]?\d{{1,{others}}}({sign}\d{{{others}}})*{sign}\d{{{first}}}({mark}\d*)?"
        return not group.isspace() and re.fullmatch(form, text) is not None

    def period_name(self, first_on: date, grain: Grain) -> str:
        """How a week, month, quarter or year is called; a fiscal year by that in which it ends.

        >>> translator("fr").in_years(FiscalYear(7)).period_name(date(2025, 7, 1), "year")
        'exercice 2026'
        """
        year, quarter = self.fiscal_year.number(first_on), self.fiscal_year.quarter(first_on)
        is_calendar = self.fiscal_year.is_calendar
        match grain:
            case "year":
                return str(year) if is_calendar else self("FY{year}", year=year)
            case "quarter" if is_calendar:
                return self("Q{quarter} {year}", quarter=quarter, year=year)
            case "quarter":
                return self("Q{quarter} FY{year}", quarter=quarter, year=year)
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
        """The first of a month may have a form of its own: in French, it is the 1er."""
        return self("1 {month}", month=shown[2:]) if shown.startswith("1 ") else shown

    def _money(self, value: float, currency: str, pattern: str) -> str:
        decimals = next(it for it in (0, 1, 2) if it == 2 or round(value, it) == value)
        symbol = numbers.get_currency_symbol(currency, locale=self._format)
        sign = "\N{MINUS SIGN}" if value < 0 else ""
        return sign + pattern.format(amount=self.number(abs(value), decimals), currency=symbol)

    def _changed(self, confidence: float, fiscal_year: FiscalYear) -> Translator:
        if (confidence, fiscal_year) == (self.confidence, self.fiscal_year):
            return self
        own_names, touchpoints, journeys = (
            tuple(it.items()) for it in (self.own_names, self.touchpoint_names, self.journey_names)
        )
        return _made_once(self.locale, own_names, confidence, fiscal_year, touchpoints, journeys)

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


def translator(
    locale: Locale,
    own_names: OwnNames = (),
    confidence: float = SHIPPED_CONFIDENCE,
    fiscal_year: FiscalYear = CALENDAR_YEAR,
) -> Translator:
    """The translator of a locale; made once. An unknown one speaks English.

    ``own_names`` are what the firm calls its own dimensions; texts of the firm, never markup.
    ``confidence`` is how often the intervals of its figures hold the truth, ``fiscal_year`` when
    its years begin.
    """
    return _made_once(locale, own_names, confidence, fiscal_year, (), ())


@lru_cache(maxsize=64)
def _made_once(
    locale: Locale,
    own_names: OwnNames,
    confidence: float,
    fiscal_year: FiscalYear,
    touchpoint_names: OwnNames,
    journey_names: OwnNames,
) -> Translator:
    return Translator(locale, own_names, confidence, fiscal_year, touchpoint_names, journey_names)


def catalogue_file(locale: Locale) -> Path:
    """Where the translations of a language lie; English needs none."""
    return CATALOGUES / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def _format(locale: Locale) -> str:
    """Whose numbers and dates a language has; those of English if Babel doesn't know it."""
    if locale in LOCALES:
        return LOCALES[locale]
    try:
        return str(BabelLocale.parse(locale.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return LOCALES[SOURCE_LOCALE]


@cache
def _catalogue(locale: Locale) -> NullTranslations:
    path = catalogue_file(locale)
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
