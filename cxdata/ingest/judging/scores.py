"""Scores as tools and people write them: the number, its label on either side, or words alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import RATING_PREFIX, load_columns, plain_form
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.texts import SPACES, trimmed
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.named_scales import STARS, TOPS, ScaleSpan

SHOWN_VALUES = 3
LEAST_LOST = 2  # equal labels, or numbers beyond the scale, that are no slip
LEAST_LABEL_WORDS = 2  # a single one may be anything, two are somebody's answer

LOST_END = N_(
    "{column}: one end of the scale would be refused ({values}; {count} in all), and every figure "
    "would mislead. Nothing is taken until somebody says what they mean (a spelling or the scale), "
    "or accepts it."
)

_WHOLE = r"^([-+]?[0-9]{1,9})(?:[.,]0+)?$"
_LABEL_BEHIND = (
    rf"^([0-9]{{1,2}})(?:{SPACES}*[-–—:=(\[.)]{SPACES}*(?:[^0-9\s.,:/-].*)?"
    rf"|{SPACES}*[-–—:=)]+|{SPACES}+\p{{L}}.*)$"
)
_LABEL_BEFORE = rf"^[^0-9]*\p{{L}}[^0-9]*[-–—:=(\[\s]([0-9]{{1,2}})(?:/10)?{SPACES}*[)\].]?$"
_OF_TOP = rf"^([0-9]{{1,3}}){SPACES}*(?:/|sur|out of|of|von|de|su){SPACES}*([0-9]{{1,3}})"
_STARS = r"^([★⭐]+)[☆\ufe0f\s]*$"
_WORDS = r"\p{L}{2}"


def whole_scores(filled: pl.Series, high: int, own: Mapping[str, str]) -> pl.Series:
    """The number that each text stands for; null where it stands for none.

    Parameters
    ----------
    high
        The upper end of the scale: of ``8/10`` the ten has to be that.
    own
        What words stand for, by their plain form.

    Examples
    --------
    >>> whole_scores(pl.Series(["Not at all likely - 0", "10 (sure)", "4/5"]), 10, {}).to_list()
    [0, 10, None]
    """
    text = filled.str.normalize("NFKC").alias("text")
    top = pl.col("text").str.extract(_OF_TOP, 2).cast(pl.Int64)
    of_top = pl.when(top == high).then(pl.col("text").str.extract(_OF_TOP, 1))
    label = pl.coalesce(pl.col("text").str.extract(it) for it in (_LABEL_BEHIND, _LABEL_BEFORE))
    labelled = pl.when(top.is_null()).then(label)
    stars = pl.col("text").str.extract(_STARS).str.len_chars().cast(pl.String)
    whole = pl.col("text").str.extract(_WHOLE)
    found = text.to_frame().select(pl.coalesce(whole, labelled, of_top, stars)).to_series()
    worded = {each: own.get(plain_form(each)) for each in filled.drop_nulls().unique()}
    said = filled.replace_strict(worded, default=None, return_dtype=pl.String) if own else None
    return (found if said is None else said.fill_null(found)).cast(pl.Int64).alias(filled.name)


def is_worded(text: pl.Series) -> pl.Series:
    """Whether each text has neither a digit nor a star."""
    return ~text.str.contains(r"[0-9★⭐]|\p{Nd}")


def top_in_cells(text: pl.Series) -> ScaleSpan | None:
    """The top of the scale that all cells name beside their scores (4/5), or all stars have."""
    filled = trimmed(text).str.normalize("NFKC")
    filled = filled.filter(filled != "").unique()
    tops = filled.str.extract(_OF_TOP, 2).drop_nulls()
    if 2 * len(tops) > len(filled) and tops.n_unique() == 1 and int(tops[0]) in TOPS:
        return ScaleSpan(None, int(tops[0]))
    is_starred = filled.str.contains(_STARS)
    return ScaleSpan(1, STARS) if 2 * int(is_starred.sum()) > len(filled) else None


def are_percentages(text: pl.Series) -> bool:
    """Whether most cells with something in them are percentages."""
    filled = trimmed(text)
    filled = filled.filter(filled != "")
    return 2 * int(filled.str.contains(r"^[0-9]+([.,][0-9]+)?\s*%$").sum()) > len(filled)


def percent_scores(filled: pl.Series) -> pl.Series:
    """Percentages as whole numbers from 0 to 100; a sheet holds them as shares of 1.

    >>> percent_scores(pl.Series(["80 %", "83,5%", "n"])).to_list()
    [80, 84, None]
    >>> percent_scores(pl.Series(["0.8", "1", "0"])).to_list()
    [80, 100, 0]
    """
    is_signed = filled.str.contains("%", literal=True).fill_null(False)
    number = (
        filled.str.extract(r"^([0-9]{1,3}(?:[.,][0-9]{1,15})?)\s*%?$")
        .str.replace(",", ".", literal=True)
        .cast(pl.Float64)
    )
    plain = number.filter(~is_signed).drop_nulls()
    are_shares = bool(((plain > 0) & (plain < 1)).any()) and not bool((plain > 1).any())
    if are_shares:
        number = number.zip_with(is_signed, number * 100)
    return number.round().cast(pl.Int64)


def known_words(name: str, filled: pl.Series, own: Mapping[str, str]) -> dict[str, str]:
    """What the words of a score's column stand for, in plain form, the firm's own first.

    Words of the two ends, such as "not at all likely", only tell beside numbers.
    """
    spellings = load_columns().spellings
    words = dict(spellings.get(name, {}))
    if filled.str.contains(_WHOLE).any():
        words |= spellings.get(f"{name}_ends", {})
    return words | dict(own)


def lost_ends(judging: Judging) -> Iterator[Note]:
    """The scores of which one end is refused, however few rows that are.

    That is so where labels are refused again and again, or labels of more than a word, while the
    values that are taken don't reach an end of the scale; and where numbers just beyond the upper
    end are, which belong to a longer scale.
    """
    for name in judging.values:
        if name.endswith("_score") or name.startswith(RATING_PREFIX):
            yield from _lost_end(judging, name)


def _lost_end(judging: Judging, name: str) -> Iterator[Note]:
    field, taken = judging.field(name), judging.values[name].drop_nulls()
    refused = trimmed(judging.texts[name].filter(judging.reasons[name].is_not_null()))
    if refused.is_empty() or taken.is_empty():
        return
    counted = refused.value_counts(sort=True, name="count").rows()
    numbers = [(text, int(text)) for text, _ in counted if text.isascii() and text.isdecimal()]
    beyond = {text for text, number in numbers if field.high < number <= 2 * field.high}
    beyond_count = sum(count for text, count in counted if text in beyond)
    lost = beyond if beyond_count >= LEAST_LOST else set()
    reaches_both = taken.min() == field.low and taken.max() == field.high
    lost |= {
        text
        for text, count in counted
        if _is_label(text, count, has_number=any(sign.isdecimal() for sign in text))
        and (not reaches_both or any(sign.isdecimal() for sign in text))
    }
    if lost:
        shown = [text for text, _ in counted if text in lost][:SHOWN_VALUES]
        yield Note(
            LOST_END,
            column=judging.header(name),
            values=" · ".join(shown),
            count=sum(count for text, count in counted if text in lost),
        )


def _is_label(text: str, count: int, *, has_number: bool) -> bool:
    words = [word for word in text.split() if any(sign.isalpha() for sign in word)]
    if has_number:
        return bool(words) and count >= LEAST_LOST
    return bool(words) and (count >= LEAST_LOST or len(words) >= LEAST_LABEL_WORDS)
