"""The columns of a file while its rows are being judged."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from cxdata.ingest.columns import CLOCK, Field, load_columns
from cxdata.ingest.judging.texts import nothing_like, repeated
from cxdata.ingest.recognising.layout import Layout


@dataclass
class Judging:
    """Texts, the values that were read from them, and the reasons of those that can't be taken.

    ``fields`` are the fields as this file has them, such as a rating that goes to 5.
    ``on_opening_day`` are moments of which only the time of day is known. ``shown`` are the texts
    as they stand in the file, where words for nothing were emptied.
    """

    layout: Layout
    lines: pl.Series
    texts: dict[str, pl.Series]
    fields: dict[str, Field] = field(default_factory=dict)
    values: dict[str, pl.Series] = field(default_factory=dict)
    reasons: dict[str, pl.Series] = field(default_factory=dict)
    corrected: dict[str, pl.Series] = field(default_factory=dict)
    on_opening_day: tuple[str, ...] = ()
    shown: dict[str, pl.Series] = field(default_factory=dict)

    def field(self, name: str) -> Field:
        return self.fields.get(name) or load_columns().field(self.layout.kind, name)

    def as_written(self, name: str) -> pl.Series:
        """The texts of a field as they stand in the file."""
        return self.shown.get(name, self.texts[name])

    def header(self, name: str) -> str:
        """What the user calls the column, or else that of its time of day; the field's own name
        if it has neither."""
        parts = [name, *(it for it in self.of_type(CLOCK) if self.field(it).builds == name)]
        own = next((it for it in parts if it in self.layout.columns), None)
        return self.layout.header_of(own) if own else name

    def headers(self, names: list[str]) -> str:
        return ", ".join(map(self.header, names))

    def of_type(self, *types: str) -> list[str]:
        return [name for name in self.texts if self.field(name).type in types]

    def refuse(self, name: str, where: pl.Series, reason: str) -> None:
        """Refuse a field's values, unless they are refused already."""
        applies = where.fill_null(False) & self.reasons[name].is_null()
        if applies.any():
            given = repeated(reason, applies, pl.String())
            self.reasons[name] = given.zip_with(applies, self.reasons[name])

    def build(self, name: str, built: pl.Series) -> None:
        """Fill a field with what was made from others, where the file itself says nothing."""
        if name in self.values:
            built = self.values[name].fill_null(built)
        else:
            self.texts[name] = repeated("", built, pl.String())
            self.reasons[name] = nothing_like(built, pl.String())
        self.values[name] = built

    def drop(self, name: str) -> None:
        """Take nothing from a field's column."""
        for each in (self.texts, self.values, self.reasons, self.corrected):
            each.pop(name, None)
