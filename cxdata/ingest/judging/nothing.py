"""Words and days that stand for nothing: ?, (null), NaT, #N/A, 0000-00-00, "non renseigné".

They become empty cells before anything is read, and the report says once which and how many.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from cxdata.i18n import N_
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.texts import repeated, trimmed
from cxdata.ingest.notes import Note
from cxdata.ingest.recognising.outcomes import ANSWERED, FLAGS

SHOWN_WORDS = 6
IDENTIFIERS = frozenset({"response_id", "contact_id", "customer_id", "invitation_id"})
# Texts of people, in which any word may be meant.
OWN_WORDS = frozenset({"comment", "evidence", "indicator"})
# What may be an answer where a text is expected: a product "None", a region "NA", "NC" or "ND".
PERHAPS_ANSWERS = frozenset(
    {
        *("none", "na", "nc", "nd", "so", "aucun", "aucune", "nsp", "nil", "skip", "skipped"),
        *("blank", "empty", "vide", "missing", "manquant", "ka"),
    }
)
NEVER_A_DAY = (
    r"^(?:0000-00-00|00/00/0000|0001-01-01|0?1/0?1/0001|1899-12-3[01]|3[01]/12/1899|12/3[01]/1899"
    r"|9999-12-31|31/12/9999|12/31/9999|2999-12-31|31/12/2999|12/31/2999|0)(?:[T ].*)?$"
)
# The beginning of a calendar, at midnight: a day where the column has others that are as old.
OLDEST_DAY = r"^(?:1970-01-01|1900-01-0[01]|0?1/0?1/1970|0?[01]/0?1/1900)(?:[T ]0[0-2]:00.*)?$"
OLD_YEAR = r"(?:^|\D)19[0-7][0-9](?:\D|$)"

TAKEN_AS_NOTHING = N_("Taken as no value: {words}.")
KEPT_AS_ANSWERS = N_("Kept as answers, though they may mean nothing: {words}.")


def empty_words(judging: Judging, spellings: Mapping[str, Mapping[str, str]]) -> list[Note]:
    """Empty the cells that say nothing; a word that the firm has taught stays.

    The texts as they stood are kept in ``judging.shown``.
    """
    found: list[tuple[str, str, int]] = []
    kept: list[tuple[str, str, int]] = []
    for name in list(judging.texts):
        if name in OWN_WORDS or name in judging.layout.fixed:
            continue
        text = judging.texts[name]
        clean = trimmed(text)
        is_nothing, is_perhaps = _says_nothing(judging, name, clean, spellings.get(name, {}))
        found += _counted(judging, name, clean.filter(is_nothing))
        kept += _counted(judging, name, clean.filter(is_perhaps))
        if is_nothing.any():
            judging.shown[name] = text
            judging.texts[name] = repeated("", text, pl.String()).zip_with(is_nothing, text)
    return [
        Note(template, words=_listed(words))
        for template, words in ((TAKEN_AS_NOTHING, found), (KEPT_AS_ANSWERS, kept))
        if words
    ]


def _says_nothing(
    judging: Judging, name: str, clean: pl.Series, own: Mapping[str, str]
) -> tuple[pl.Series, pl.Series]:
    """Where a cell says nothing, and where it may but is kept. Calls end in "no answer", too."""
    field = judging.field(name)
    told_as = ANSWERED if name in FLAGS else field.type
    taught = {*own, *load_columns().spellings.get(told_as, {})} - {""}
    words = {word for word in load_columns().nothing if plain_form(word) not in taught}
    is_perhaps = repeated(False, clean, pl.Boolean())
    perhaps: set[str] = set()
    if field.type == "text" and name not in IDENTIFIERS:
        perhaps = {
            word for word in words if plain_form(word) in PERHAPS_ANSWERS and "/" not in word
        }
    lower = pl.col(clean.name).str.to_lowercase()
    is_nothing = clean.to_frame().select(lower.is_in(sorted(words - perhaps))).to_series()
    if perhaps:
        is_perhaps = clean.to_frame().select(lower.is_in(sorted(perhaps))).to_series()
    if field.type in ("moment", "day"):
        is_nothing |= _are_fillers(clean)
    return is_nothing, is_perhaps


def _are_fillers(clean: pl.Series) -> pl.Series:
    """Days that no file means; the first day of a calendar only where the others are newer."""
    is_filler = clean.str.contains(NEVER_A_DAY)
    is_oldest = clean.str.contains(OLDEST_DAY)
    if is_oldest.any():
        others = clean.filter(~is_oldest & ~is_filler)
        if not others.str.contains(OLD_YEAR).any():
            is_filler |= is_oldest
    return is_filler


def _counted(judging: Judging, name: str, words: pl.Series) -> list[tuple[str, str, int]]:
    if words.is_empty():
        return []
    counts = words.value_counts(sort=True, name="count").rows()
    return [(word, judging.header(name), count) for word, count in counts]


def _listed(found: Collection[tuple[str, str, int]]) -> str:
    """Each word once, with how often and in which columns, the most frequent first."""
    columns: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for word, column, count in found:
        columns.setdefault(word, []).append(column)
        counts[word] = counts.get(word, 0) + count
    most = sorted(counts, key=lambda word: -counts[word])
    shown = [f"{word} × {counts[word]} ({', '.join(columns[word])})" for word in most[:SHOWN_WORDS]]
    return "; ".join([*shown, "…"] if len(most) > SHOWN_WORDS else shown)
