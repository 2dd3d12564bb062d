"""Columns of yes and no: which of their values means yes, where that isn't certain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.columns import load_columns, plain_form
from cxdata.ingest.judging.judged_columns import Judging
from cxdata.ingest.judging.questions import Said
from cxdata.ingest.judging.texts import trimmed
from cxdata.ingest.judging.values import Forms
from cxdata.models import Question, Reading

MOST_VALUES = 8  # a column with more different ones is no flag
YES_TOO = "|"  # between several values that mean yes

WHICH_IS_YES = N_("{column}: which of its values means “{field}”?")

_FLAG = "yes_no"
# Words of a header that say the opposite of the field.
_OPPOSITE: Mapping[str, re.Pattern[str]] = {
    "is_abandoned": re.compile(r"answer|repond|repon|decroch|handled|connect|traite|abouti"),
    "is_answered": re.compile(r"abandon|miss|manqu|lost|perdu|raccroch|hungup|unanswer|voicemail"),
    "is_lost": re.compile(r"active|actif|current|retain|stay|encours|loyal|fidele"),
}
_NEGATED = re.compile(r"^\W*(?:not|non|no|un|pas|sans|never|jamais)\W", re.IGNORECASE)
_NEGATED_PLAIN = re.compile(r"unanswered|notanswered|nonrepondu|nondecroche|inactive|inactif")


@dataclass
class SettledFlags:
    """The spellings of each flag as this file has them, and what was asked for that."""

    spellings: dict[str, dict[str, str]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)


def settle_flags(judging: Judging, said: Said) -> SettledFlags:
    """What the values of each flag mean: by what is said of it, its words, or its header; else it
    is asked.

    Raises
    ------
    ImportRefused
        If something is said of a field that is no flag, or of a value that isn't there.
    """
    _check(judging, said)
    flags = SettledFlags()
    for name in judging.of_type(_FLAG):
        if name in judging.layout.fixed or name in judging.layout.inverted:
            continue
        found = _values(judging.texts[name])
        told = said.flags.get(name)
        if told is None and not _is_open(judging, name, found):
            continue
        ordered = _likeliest_first(judging, name, found)
        if told is not None:
            _see_it_is_there(judging, name, told, found)
        flags.questions.append(_question(judging, name, ordered, told or ""))
        flags.spellings[name] = _spelled(found, told or ordered[0][0])
    return flags


def with_flags(forms: Mapping[str, Forms], flags: SettledFlags) -> dict[str, Forms]:
    return {
        name: replace(each, spellings={**each.spellings, **flags.spellings[name]})
        if name in flags.spellings
        else each
        for name, each in forms.items()
    }


def _check(judging: Judging, said: Said) -> None:
    fields = load_columns().fields[judging.layout.kind]
    for name in said.flags:
        if name not in fields or fields[name].type != _FLAG:
            raise ImportRefused(
                "{field} is no flag: nothing of it means yes.",
                "Flags are: {known}.",
                field=name,
                known=", ".join(it for it, each in fields.items() if each.type == _FLAG),
            )


def _see_it_is_there(
    judging: Judging, name: str, told: str, found: Sequence[tuple[str, int]]
) -> None:
    there = {plain_form(value) for value, _ in found}
    missing = [each for each in told.split(YES_TOO) if plain_form(each) not in there]
    if missing and found:
        raise ImportRefused(
            "{column} has no value {value}.",
            "Its values are: {known}.",
            column=judging.header(name),
            value=missing[0],
            known=", ".join(value for value, _ in found[:MOST_VALUES]),
        )


def _values(text: pl.Series) -> list[tuple[str, int]]:
    """The different values with how often each stands there, the most frequent first."""
    clean = trimmed(text).rename("value")
    counts = clean.filter(clean != "").value_counts(sort=True)
    nothing = load_columns().nothing
    return [(value, count) for value, count in counts.rows() if value.casefold() not in nothing]


def _is_open(judging: Judging, name: str, found: Sequence[tuple[str, int]]) -> bool:
    if not found or len(found) > MOST_VALUES:
        return False
    tables = load_columns().spellings
    own, plain = tables.get(name, {}), tables[_FLAG]
    unknown = sum(count for value, count in found if plain_form(value) not in {**own, **plain})
    if 2 * unknown > sum(count for _, count in found):
        return True
    is_plain = all(
        plain_form(value) in plain and plain_form(value) not in own for value, _ in found
    )
    return is_plain and _says_opposite(judging, name)


def _says_opposite(judging: Judging, name: str) -> bool:
    """Whether the header speaks of the opposite, or of a not."""
    header = judging.header(name)
    plain = plain_form(header)
    if plain in judging.field(name).synonyms:
        return False
    opposite = _OPPOSITE.get(name)
    return bool(
        _NEGATED.search(header)
        or _NEGATED_PLAIN.search(plain)
        or (opposite is not None and opposite.search(plain))
    )


def _likeliest_first(
    judging: Judging, name: str, found: Sequence[tuple[str, int]]
) -> list[tuple[str, int]]:
    """Where the header says the opposite, its no is the yes."""
    tables = load_columns().spellings
    known = {**tables[_FLAG], **tables.get(name, {})}
    wanted = "false" if _says_opposite(judging, name) else "true"
    return sorted(found, key=lambda it: known.get(plain_form(it[0])) != wanted)


def _question(
    judging: Judging, name: str, ordered: Sequence[tuple[str, int]], told: str
) -> Question:
    readings = [Reading(value, ((f"{count} ×", ""),)) for value, count in ordered[:MOST_VALUES]]
    choices = {plain_form(each.choice): each.choice for each in readings}
    values: dict[str, object] = {"column": judging.header(name), "field": name}
    answer = choices.get(plain_form(told), told) if told else ""
    return Question("flags", WHICH_IS_YES, tuple(readings), name, values, answer)


def _spelled(found: Sequence[tuple[str, int]], told: str) -> dict[str, str]:
    wanted = {plain_form(each) for each in told.split(YES_TOO)}
    return {plain_form(it): "true" if plain_form(it) in wanted else "false" for it, _ in found}
