"""From text to typed values, a whole column at a time, with a reason for each that can't be.

Reasons are English templates; the translated text is found by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.choices import DecimalMark
from cxdata.ingest.columns import CLOCK, Field, load_columns, plain_form
from cxdata.ingest.judging.dates import NO_SUCH_TIME, DateForm, local_days, parse_moments
from cxdata.ingest.judging.durations import DurationForm, parse_durations
from cxdata.ingest.judging.scores import known_words, percent_scores, whole_scores
from cxdata.ingest.judging.texts import (
    CONTROL,
    SPACES,
    first_reasons,
    nothing_like,
    repeated,
    trimmed,
)
from cxdata.ingest.recognising.currencies import CURRENCY

SAMPLE_SIZE = 10_000  # texts that tell whether a column's texts repeat
MAX_WHOLE_DIGITS = 15  # more can't be held exactly

EMPTY = N_("A value is needed here.")
NOT_A_SCORE = N_("This is not a score: a whole number from {low} to {high} is needed.")
SCORE_OUT_OF_RANGE = N_("score {value}: {scale} goes from {low} to {high}")
NOT_A_NUMBER = N_("This is not a number.")
UNKNOWN_CHOICE = N_("This is not known here; known are: {known}.")

_PLAIN_SCORE = r"^[-+]?[0-9]{1,9}(?:[.,]0+)?$"
_NUMBER = r"^[-+]?[0-9]+(?:\.[0-9]+)?$"
# A thousand and a million of a currency, as French reports write them: 12,5 k€ and 1,2 M€.
_THOUSANDS = rf"[0-9]{SPACES}*[kK]{SPACES}*{CURRENCY}?$"
_MILLIONS = rf"[0-9]{SPACES}*M{SPACES}*{CURRENCY}?$"


@dataclass(frozen=True)
class Parsed:
    """A column's values; null where there is none, with a reason where one can't be taken."""

    values: pl.Series
    reasons: pl.Series
    is_corrected: pl.Series


@dataclass(frozen=True)
class Forms:
    """How a column's values are written, decided over all of them.

    ``spellings`` are the firm's own, in plain form, beside those that everybody uses.
    """

    date: DateForm
    decimal_mark: DecimalMark = "."
    duration: DurationForm = field(default_factory=DurationForm)
    spellings: Mapping[str, str] = field(default_factory=dict)


def parse(text: pl.Series, field: Field, forms: Forms) -> Parsed:
    """The values of a column by its field's type; each distinct text is looked at once, unless
    most texts are distinct."""
    sample = text.head(SAMPLE_SIZE)
    if sample.n_unique() * 2 > len(sample):
        return _parse(text, field, forms)
    distinct = text.unique(maintain_order=True)
    if len(distinct) * 2 > len(text):
        return _parse(text, field, forms)
    codes = distinct.to_frame("text").with_row_index("code")
    places = text.to_frame("text").join(codes, on="text", how="left", maintain_order="left")["code"]
    parsed = _parse(distinct, field, forms)
    return Parsed(
        parsed.values.gather(places),
        parsed.reasons.gather(places),
        parsed.is_corrected.gather(places),
    )


def plain_scores(text: pl.Series) -> pl.Series:
    """Whole numbers from 0 to 100, whatever they are scores of; null for anything else."""
    return _parse(text, Field("", "score", high=100), Forms(DateForm("UTC"))).values


def decimal_mark_votes(text: pl.Series) -> tuple[int, int, int]:
    """How many values prove a decimal comma, how many a decimal point, and how many neither.

    >>> decimal_mark_votes(pl.Series(["1 234,5", "7"])), decimal_mark_votes(pl.Series(["1,234"]))
    ((1, 0, 0), (0, 0, 1))
    """
    bare = _bare_number(text)
    comma = bare.str.contains(r"^[^,.]*,([0-9]{1,2}|[0-9]{4,})$|\..*,|\..*\.|^[-+]?0,")
    point = bare.str.contains(r"^[^,.]*\.([0-9]{1,2}|[0-9]{4,})$|,.*\.|,.*,|^[-+]?0\.")
    return int(comma.sum()), int(point.sum()), int(_is_open_number(bare).sum())


def open_numbers(text: pl.Series) -> pl.Series:
    """The distinct values whose one mark may be the decimal or the thousands mark."""
    return text.filter(_is_open_number(_bare_number(text))).unique(maintain_order=True)


def _is_open_number(bare: pl.Series) -> pl.Series:
    return bare.str.contains(r"^[-+]?[1-9][0-9]{0,2}[,.][0-9]{3}$").fill_null(False)


def _parse(text: pl.Series, field: Field, forms: Forms) -> Parsed:
    if field.type == "text":
        return _parse_text(text, forms)
    clean = trimmed(text)
    words = [it for it in load_columns().nothing if plain_form(it) not in forms.spellings]
    if field.type in ("yes_no", "invitation_status"):  # of a call, "no answer" says something
        words = [it for it in words if plain_form(it) not in _known(field, forms)]
    is_nothing = clean.str.to_lowercase().is_in(words) & (clean != "")
    filled = clean.zip_with((clean != "") & ~is_nothing, nothing_like(clean))
    parsed = _parse_filled(filled, field, forms)
    return Parsed(parsed.values, parsed.reasons, parsed.is_corrected | is_nothing)


def _parse_filled(filled: pl.Series, field: Field, forms: Forms) -> Parsed:
    if field.type in ("moment", "day"):
        moments, reasons = parse_moments(filled, forms.date)
        values = moments if field.type == "moment" else local_days(moments, forms.date.time_zone)
        return Parsed(values, reasons, _never(filled))
    if field.type == CLOCK:
        return Parsed(
            filled, first_reasons(filled, [(~_is_clock(filled), NO_SUCH_TIME)]), _never(filled)
        )
    if field.type == "duration":
        return Parsed(*parse_durations(filled, forms.duration), _never(filled))
    if field.type in ("score", "percent"):
        return _parse_scores(filled, field, forms)
    if field.type == "number":
        return _parse_numbers(filled, forms)
    return _parse_choices(filled, _known(field, forms), field.type == "yes_no")


def _is_clock(filled: pl.Series) -> pl.Series:
    return filled.str.contains(
        r"(?i)(?:^|[T ])(?:[01]?[0-9]|2[0-3])\s?(?:[:h]\s?[0-5][0-9](?:\D|$)|h)|^0[.,][0-9]{3,}$"
    ).fill_null(True)


def _known(field: Field, forms: Forms) -> Mapping[str, str]:
    """The spellings of the field's type, those of the field itself, and the firm's own."""
    spellings = load_columns().spellings
    return {**spellings[field.type], **spellings.get(field.name, {}), **forms.spellings}


def _parse_text(text: pl.Series, forms: Forms) -> Parsed:
    clean = trimmed(text)
    values = clean.zip_with(clean != "", nothing_like(clean))
    is_corrected = text.str.contains(CONTROL)
    if forms.spellings:
        known = {
            each: forms.spellings.get(plain_form(each)) for each in values.drop_nulls().unique()
        }
        folded = values.replace_strict(known, default=None, return_dtype=pl.String)
        is_corrected |= (folded != values).fill_null(False)
        values = folded.fill_null(values)
    return Parsed(values, nothing_like(text), is_corrected)


def _parse_choices(filled: pl.Series, spellings: Mapping[str, str], is_boolean: bool) -> Parsed:
    known = {text: spellings.get(plain_form(text)) for text in filled.drop_nulls().unique()}
    values = filled.replace_strict(known, default=None, return_dtype=pl.String)
    reasons = first_reasons(filled, [(values.is_null(), UNKNOWN_CHOICE)])
    if is_boolean:
        return Parsed(values == "true", reasons, _never(filled))
    return Parsed(values, reasons, (filled != values).fill_null(False))


def _parse_scores(filled: pl.Series, field: Field, forms: Forms) -> Parsed:
    """A whole number; a label on either side of it or its top (8/10) is left out."""
    known = known_words(field.name, filled, forms.spellings)
    number = whole_scores(filled, field.high, known)
    if field.type == "percent":
        number = percent_scores(filled).fill_null(number)
    is_outside = (number < field.low) | (number > field.high)
    rules = [(number.is_null(), NOT_A_SCORE), (is_outside, SCORE_OUT_OF_RANGE)]
    values = number.zip_with(~is_outside.fill_null(True), nothing_like(number))
    is_plain = filled.str.contains(_PLAIN_SCORE).fill_null(False)
    is_corrected = ~is_plain & values.is_not_null()
    return Parsed(values.cast(pl.Int8), first_reasons(filled, rules), is_corrected)


def _parse_numbers(filled: pl.Series, forms: Forms) -> Parsed:
    """Without spaces, currency and thousands marks; a percentage becomes a share."""
    is_percent = filled.str.ends_with("%").fill_null(False)
    factor = _factors(filled)
    bare = _bare_number(filled)
    thousands = "." if forms.decimal_mark == "," else ","
    grouped = rf"^([-+]?[0-9]{{1,3}})(?:\{thousands}[0-9]{{3}})+(?:\{forms.decimal_mark}[0-9]+)?$"
    is_grouped = bare.str.contains(grouped).fill_null(False)
    ungrouped = bare.zip_with(~is_grouped, bare.str.replace_all(thousands, "", literal=True))
    canonical = ungrouped.str.replace(forms.decimal_mark, ".", literal=True)
    is_too_long = canonical.str.contains(rf"^[-+]?[0-9]{{{MAX_WHOLE_DIGITS + 1}}}")
    is_number = canonical.str.contains(_NUMBER) & ~is_too_long
    if forms.decimal_mark == ",":  # a lone dot is no decimal mark here
        is_number &= ~ungrouped.str.contains(".", literal=True)
    number = canonical.zip_with(is_number.fill_null(False), nothing_like(canonical))
    amount = number.cast(pl.Float64) * factor
    values = amount.zip_with(~is_percent, amount / 100)
    is_scaled = is_percent | (factor > 1).fill_null(False)
    return Parsed(values, first_reasons(filled, [(~is_number, NOT_A_NUMBER)]), is_scaled)


def _factors(filled: pl.Series) -> pl.Series:
    """What a number is multiplied by: a thousand or a million where it says so."""
    text = pl.lit(filled)
    factor = (
        pl.when(text.str.contains(_THOUSANDS))
        .then(1_000.0)
        .when(text.str.contains(_MILLIONS))
        .then(1_000_000.0)
        .otherwise(1.0)
    )
    return pl.select(factor).to_series()


def _bare_number(text: pl.Series) -> pl.Series:
    bare = text.str.replace_all(rf"{SPACES}|['’%]|{CURRENCY}", "")
    return bare.str.replace("−", "-", literal=True).str.replace(r"([0-9])[kKM]$", "${1}")


def _never(text: pl.Series) -> pl.Series:
    return repeated(False, text, pl.Boolean())
