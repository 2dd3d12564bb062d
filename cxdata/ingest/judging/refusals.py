"""Lists of what was refused and what was corrected: all are counted, not all are listed."""

from __future__ import annotations

import difflib
import string
from collections.abc import Iterator

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import Field, load_columns, plain_form
from cxdata.ingest.judging import dates, values
from cxdata.ingest.judging.effort import CES_OUT_OF_SCALE
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.models import Correction, Refusal

SHOWN_VALUE = 200  # characters of a refused value that are kept
LISTED_CORRECTIONS = 1_000

UNKNOWN_BUT_NEAR = N_("This is not known here; near it is: {near}. Known are: {known}.")


def refused_lines(judging: Judging) -> pl.Series:
    """Whether each row has a value that can't be taken."""
    is_refused = pl.Series([False]).new_from_index(0, len(judging.lines))
    for reasons in judging.reasons.values():
        if reasons.null_count() < len(reasons):
            is_refused |= reasons.is_not_null()
    return is_refused


def refusals(judging: Judging, limit: int) -> tuple[list[Refusal], int]:
    """The first refused values in the file's order, and how many there are in all."""
    names = [name for name, it in judging.reasons.items() if it.null_count() < len(it)]
    if not names:
        return [], 0
    found = pl.concat([_refused(judging, name) for name in names])
    listed = found.sort("line", maintain_order=True).head(limit)
    return list(_listed(judging, listed)), found.height


def corrections(judging: Judging, is_taken: pl.Series) -> tuple[Correction, ...]:
    """What was brought to the store's form in rows that are taken, the most frequent first."""
    found = [_corrected(judging, name, is_taken) for name in judging.corrected]
    if not found:
        return ()
    listed = pl.concat(found).sort("count", "first_line", descending=[True, False])
    return tuple(
        Correction(judging.header(name), value, became, count, line)
        for name, value, became, count, line in listed.head(LISTED_CORRECTIONS).iter_rows()
    )


def reason_text(refusal: Refusal) -> str:
    """The reason in English, its placeholders filled."""
    return refusal.reason.format(**refusal.values)


def reason_values(reason: str, field: Field, value: str) -> dict[str, object]:
    """What fills the reason's placeholders."""
    spellings = _spellings(field)
    offered: dict[str, object] = {
        "value": value.strip(),
        "scale": field.scale or field.name,
        "low": field.low,
        "high": field.high,
        "known": ", ".join(dict.fromkeys(spellings.values())),
        "near": _near(value, spellings),
        "first_year": dates.FIRST_YEAR,
        "last_year": dates.LAST_YEAR,
    }
    if reason == CES_OUT_OF_SCALE:
        offered["scale"] = field.high
    wanted = {name for _, name, _, _ in string.Formatter().parse(reason) if name}
    return {name: offered[name] for name in offered if name in wanted}


def _refused(judging: Judging, name: str) -> pl.DataFrame:
    is_refused = judging.reasons[name].is_not_null()
    return pl.DataFrame(
        {
            "line": judging.lines.filter(is_refused),
            "name": pl.Series([name], dtype=pl.String).new_from_index(0, int(is_refused.sum())),
            "value": judging.as_written(name).filter(is_refused).str.slice(0, SHOWN_VALUE),
            "reason": judging.reasons[name].filter(is_refused),
        }
    )


def _listed(judging: Judging, refused: pl.DataFrame) -> Iterator[Refusal]:
    explained: dict[tuple[str, str, str], tuple[str, dict[str, object]]] = {}
    for line, name, value, reason in refused.iter_rows():
        key = (name, value, reason)
        if key not in explained:
            explained[key] = _explained(reason, judging.field(name), value)
        yield Refusal(line, judging.header(name), value, *explained[key])


def _explained(reason: str, field: Field, value: str) -> tuple[str, dict[str, object]]:
    if reason == values.UNKNOWN_CHOICE and _near(value, _spellings(field)):
        reason = UNKNOWN_BUT_NEAR
    return reason, reason_values(reason, field, value)


def _spellings(field: Field) -> dict[str, str]:
    spellings = load_columns().spellings
    return {**spellings.get(field.type, {}), **spellings.get(field.name, {})}


def _near(value: str, spellings: dict[str, str]) -> str:
    """The value of the spelling that looks most like this one; empty if none does."""
    near = difflib.get_close_matches(plain_form(value), spellings, 1, cutoff=0.75)
    return spellings[near[0]] if near else ""


def _corrected(judging: Judging, name: str, is_taken: pl.Series) -> pl.DataFrame:
    where = judging.corrected[name] & is_taken
    became = judging.values[name].filter(where)
    shown = became.cast(pl.String).fill_null("").str.slice(0, SHOWN_VALUE)
    found = pl.DataFrame(
        {
            "value": judging.as_written(name).filter(where).str.slice(0, SHOWN_VALUE),
            "became": shown,
            "line": judging.lines.filter(where),
        }
    )
    counted = found.group_by("value", "became", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("count"), pl.col("line").min().alias("first_line")
    )
    most = counted.sort("count", "first_line", descending=[True, False]).head(LISTED_CORRECTIONS)
    return most.select(pl.lit(name).alias("name"), "value", "became", "count", "first_line")
