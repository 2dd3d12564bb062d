"""What all columns of text have in common, whatever they hold."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import polars as pl

SHORT = 10_000  # values up to which a column's trimmed texts are kept as long as the column is

SPACES = r"[\s\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"

_SPACE_SIGNS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680" + "".join(
    map(chr, [*range(0x2000, 0x200C), 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF])
)


def trimmed(text: pl.Series) -> pl.Series:
    """Without control characters, and without spaces of any kind at either end."""
    if len(text) > SHORT:
        return _trimmed(text)
    kept = _trimmed_texts.get(id(text))
    if kept is None:
        kept = _trimmed_texts[id(text)] = _trimmed(text)
        weakref.finalize(text, _trimmed_texts.pop, id(text), None)
    return kept


_trimmed_texts: dict[int, pl.Series] = {}


def _trimmed(text: pl.Series) -> pl.Series:
    own = pl.col(text.name)
    is_bad, clean = text.to_frame().select(
        own.str.contains(CONTROL).any().alias("is_bad"),
        own.str.strip_chars(_SPACE_SIGNS).alias("clean"),
    )
    if is_bad.any():
        return text.str.replace_all(CONTROL, "").str.strip_chars(_SPACE_SIGNS)
    return clean.alias(text.name)


def nothing_like(series: pl.Series, dtype: pl.DataType | None = None) -> pl.Series:
    """As many nulls as the series has values, of its type or the one that is named."""
    empty = pl.Series(series.name, [None], dtype=dtype or series.dtype)
    return empty.new_from_index(0, len(series))


def repeated(value: object, text: pl.Series, dtype: pl.DataType | None = None) -> pl.Series:
    """The value as often as the series has values."""
    return pl.Series(text.name, [value], dtype=dtype).new_from_index(0, len(text))


def first_reasons(filled: pl.Series, rules: Sequence[tuple[pl.Series, str]]) -> pl.Series:
    """The first reason that holds, for values that are there."""
    found = nothing_like(filled, pl.String())
    for holds, reason in reversed(rules):
        if not holds.any():
            continue
        applies = holds.fill_null(False) & filled.is_not_null()
        if applies.any():
            found = repeated(reason, filled, pl.String()).zip_with(applies, found)
    return found
