"""The pyramid in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import ceil
from typing import Any

import polars as pl

from cxdata.i18n import Translator
from cxdata.i18n.names import journey_name, journeys_named
from cxdata.metrics.pyramid.levels import CompanyLevel
from cxdata.metrics.pyramid.model import Indicator, PyramidModel

# What is counted of answers; all else that is measured is of contacts.
OF_ANSWERS = ("answers", "efforts")


def level_title(company: CompanyLevel, tr: Translator) -> str:
    """The level in words, and whether it is established."""
    if company.level is None and company.weakest_journeys:
        return tr("It can't be told yet whether level 1 is reached")
    if company.level is None:
        return tr("No evidence for any level yet")
    if company.is_open:
        if company.level + 1 == company.highest_level:
            return tr(
                "Level {low} or {high} of 6: can't tell which",
                low=company.level,
                high=company.highest_level,
            )
        return tr(
            "Level {low} to {high} of 6: can't tell which",
            low=company.level,
            high=company.highest_level,
        )
    if company.level == 0:
        return tr("Level 1 is not reached yet")
    if company.is_established:
        return tr("Level {level} of 6 is reached and established", level=company.level)
    return tr("Level {level} of 6 is reached, not established", level=company.level)


def held_back_sentence(
    company: CompanyLevel, levels: pl.DataFrame, model: PyramidModel, tr: Translator
) -> str:
    """Which journey keeps the company where it is, and for want of what."""
    if company.level is None or company.level == 6:
        return ""
    weakest = levels.filter(pl.col("journey").is_in(company.weakest_journeys))
    missing = [it for names in weakest["next_level_missing"] for it in names]
    names = {indicator.id: tr(indicator.name) for indicator in model.indicators}
    listed = ", ".join(dict.fromkeys(tr("“{name}”", name=names[it]) for it in missing))
    if company.is_open:
        return tr(
            "Within the noise at {journeys}: {missing}. More cases would tell.",
            journeys=journeys_named(company.weakest_journeys, tr),
            missing=listed,
        )
    return tr(
        "Held back by {journeys}: {missing}.",
        journeys=journeys_named(company.weakest_journeys, tr),
        missing=listed,
    )


def level_value(company: CompanyLevel, tr: Translator) -> str:
    """The level of six; a dash without evidence."""
    if company.level is None:
        return "–"
    return tr("{level} of 6", level=level_range(company.level, company.highest_level))


def level_basis(
    company: CompanyLevel,
    levels: pl.DataFrame,
    evidence: pl.DataFrame,
    model: PyramidModel,
    tr: Translator,
) -> tuple[str, ...]:
    """What the company's level rests on: the cases of the journey that gives it; where none is
    given, what nobody has counted or looked at. Empty without any journey.

    Parameters
    ----------
    levels, evidence
        As ``pyramid_levels`` and ``pyramid_evidence`` return them.
    """
    if not company.weakest_journeys:
        return ()
    if company.level is None:
        return (_lacking_text(company, levels, model, tr),)
    journey, more = company.weakest_journeys[0], len(company.weakest_journeys) - 1
    told = _cases_text(evidence.filter(pl.col("journey") == journey), model, tr)
    name = journey_name(journey, tr)
    of = tr("{journey}: {counted}", journey=name, counted=told) if told else name
    others = tr.plural("{n} more journey at this level", "{n} more journeys at this level", more)
    return (of, others) if more else (of,)


def _cases_text(evidence: pl.DataFrame, model: PyramidModel, tr: Translator) -> str:
    """How many contacts and answers were counted of one journey, and what people assessed."""
    of_answers = [it.id for it in model.indicators if it.out_of in OF_ANSWERS]
    is_told, is_measured = pl.col("outcome") != "no_evidence", pl.col("kind") == "measured"
    measured = evidence.filter(is_measured).with_columns(
        are_answers=pl.col("indicator").is_in(of_answers)
    )
    contacts, answers = (
        int(measured.filter(pl.col("are_answers") == it)["n"].max() or 0)  # type: ignore[arg-type]
        for it in (False, True)
    )
    assessed = evidence.filter(is_told, ~is_measured).height
    counted = (
        (tr.plural("{n} contact", "{n} contacts", contacts), contacts),
        (tr.plural("{n} answer", "{n} answers", answers), answers),
        (tr.plural("{n} assessment", "{n} assessments", assessed), assessed),
    )
    return ", ".join(text for text, n in counted if n)


def _lacking_text(
    company: CompanyLevel, levels: pl.DataFrame, model: PyramidModel, tr: Translator
) -> str:
    """What nothing is known of, so that not even the first level can be told."""
    weakest = levels.filter(pl.col("journey").is_in(company.weakest_journeys))
    missing = dict.fromkeys(it for names in weakest["next_level_missing"] for it in names)
    return tr(
        "Nothing known for level 1: {missing} ({journeys})",
        missing=", ".join(tr("“{name}”", name=tr(model.indicator(it).name)) for it in missing),
        journeys=journeys_named(company.weakest_journeys, tr),
    )


def level_range(level: int, possible_level: int | None) -> str:
    """One level, or from which to which it may be."""
    if possible_level is None or possible_level == level:
        return str(level)
    return f"{level}–{possible_level}"


def level_state(company: CompanyLevel, tr: Translator) -> str:
    if company.level is None and not company.weakest_journeys:
        return tr("no evidence yet")
    if company.is_open or company.level is None:
        return tr("can't tell")
    return tr("established") if company.is_established else tr("not established")


def together_text(tr: Translator) -> str:
    """What the intervals of the pyramid hold."""
    return tr(
        "Intervals hold for all journeys and gates at once ({confidence}), so that the weakest "
        "isn't low by chance alone."
    )


def stands_sentence(journey: Mapping[str, Any], model: PyramidModel, tr: Translator) -> str:
    """Where a journey stands, and how far it is inside the next level."""
    level, progress = journey["level"], journey["next_level_progress"]
    if progress is None:
        return tr("{journey} has reached the top.", journey=journey_name(journey["journey"], tr))
    name = tr(model.levels[level].name)
    return tr(
        "{journey} stands at level {level}. What holds it back from level {next}, “{name}” "
        "({share} of the way by weight):",
        journey=journey_name(journey["journey"], tr),
        level=level,
        next=level + 1,
        name=name,
        share=tr.percent(progress, 0),
    )


def steps_sentence(journey: Mapping[str, Any], model: PyramidModel, tr: Translator) -> str:
    """From which level to which a journey's steps lead."""
    level = journey["level"]
    return tr(
        "{journey}: from level {level} to level {next}, “{name}”",
        journey=journey_name(journey["journey"], tr),
        level=level,
        next=level + 1,
        name=tr(model.levels[level].name),
    )


def gate_sentence(gate: Mapping[str, Any], indicator: Indicator, tr: Translator) -> str:
    """What an indicator lacks to let the journey through, and what that would take.

    Parameters
    ----------
    gate
        A row of ``next_gate``.
    """
    name = tr(indicator.name)
    if gate["outcome"] == "no_evidence":
        if indicator.kind == "assessed":
            return tr("{name}: no valid assessment. Somebody has to look.", name=name)
        return tr.plural(
            "{name}: {n} case more is needed to say anything.",
            "{name}: {n} cases more are needed to say anything.",
            gate["missing_count"],
            name=name,
        )
    if gate["value"] is None:
        wanted = threshold_text(gate, tr)
        return tr("{name}: {threshold} is wanted; the value is withheld.",
                  name=name, threshold=wanted)  # fmt: skip
    effort = effort_text(gate, tr)
    taken = tr("To get there: {effort}.", effort=effort) if effort else ""
    return " ".join(filter(None, [_shortfall(gate, name, tr), taken]))


def effort_text(gate: Mapping[str, Any], tr: Translator) -> str:
    """How many contacts and customers a month would have to turn; empty where unknown."""
    is_blocking = gate["is_blocking"]
    reach = "reach" if is_blocking else "clear"
    contacts, customers = (gate[f"{reach}_{it}_a_month"] for it in ("contacts", "customers"))
    if contacts is None:
        cases = gate[f"{reach}_case_count"]
        if cases is None:
            return ""
        return tr.plural("{n} case", "{n} cases", cases)
    turned = tr.plural("{n} contact a month", "{n} contacts a month", ceil(contacts))
    if customers is not None:
        of = tr.plural("of {n} customer", "of {n} customers", ceil(customers))
        turned = f"{turned} {of}"
    surely = gate["clear_contacts_a_month"]
    if not is_blocking or surely is None or ceil(surely) == ceil(contacts):
        return turned
    return tr("{turned}; {n} to be sure", turned=turned, n=tr.number(ceil(surely)))


def threshold_text(row: Mapping[str, Any], tr: Translator) -> str:
    """At least or at most how much, in signs."""
    share = tr.percent(row["threshold"], _digits(row["threshold"]))
    sign = "≥" if row["direction"] == "higher" else "≤"
    return f"{sign}\N{NO-BREAK SPACE}{share}"


def gap_text(gap: float | None, tr: Translator) -> str:
    """Points beyond the threshold in the good direction; a minus: short of it."""
    return "–" if gap is None else tr.signed(100 * gap, 1)


def changes_text(row: Mapping[str, Any], model: PyramidModel, tr: Translator) -> str:
    """Which indicators a quarter gained and lost; a row of ``pyramid_history``."""
    signs = {"gained": "✓", "lost": "✗"}
    return ", ".join(
        f"{sign} {tr(model.indicator(name).name)}"
        for side, sign in signs.items()
        for name in row[side]
    )


def moved_sentence(history: pl.DataFrame, tr: Translator) -> str:
    """Which journeys changed their level from the first to the last quarter shown.

    Parameters
    ----------
    history
        As ``pyramid_history`` returns it, with at least one row.
    """
    if history["period"].n_unique() == 1:
        return tr("Only one quarter so far: nothing to compare it with")
    ends: dict[str, list[int]] = {}
    for row in history.iter_rows(named=True):
        is_known = row["level"] > 0 or not row["lacks_evidence"]
        ends.setdefault(row["journey"], []).extend([row["level"]] * is_known)
    moved = [
        f"{journey_name(journey, tr)} {levels[0]} → {levels[-1]}"
        for journey, levels in ends.items()
        if levels and levels[0] != levels[-1]
    ]
    if not moved:
        return tr("No journey stands at another level than at the beginning")
    return tr("Levels that changed: {moved}", moved=", ".join(moved))


def preview_sentence(now: pl.DataFrame, then: pl.DataFrame, tr: Translator) -> str:
    """How many journeys another threshold would move; both as ``pyramid_levels`` gives them."""
    after = {row["journey"]: row for row in then.iter_rows(named=True)}
    facts = ("level", "is_established")
    moved = [
        row["journey"]
        for row in now.iter_rows(named=True)
        if any(after.get(row["journey"], {}).get(fact) != row[fact] for fact in facts)
    ]
    if not moved:
        return tr("Not saved yet: no journey's level would change.")
    return tr("Not saved yet: it would change {journeys}.", journeys=journeys_named(moved, tr))


def vision_basis(row: Mapping[str, Any], written_on: date, tr: Translator) -> str:
    """Who wrote a view from the top and when, and what it would make needless."""
    parts = [tr.day(written_on), row["written_by"] or ""]
    needless = row["needless_levels"]
    if needless:
        listed = ", ".join(map(str, needless))
        parts.append(tr("would make needless: level {levels}", levels=listed))
    return " · ".join(filter(None, parts))


def _shortfall(gate: Mapping[str, Any], name: str, tr: Translator) -> str:
    value, threshold = tr.percent(gate["value"]), threshold_text(gate, tr)
    of = "" if gate["n"] is None else tr(" of {n}", n=tr.number(gate["n"]))
    if not gate["is_blocking"] and gate["n"] is None:
        return tr(
            "{name}: {value}, {threshold}: reached; of how many cases isn't told, so it isn't "
            "established.",
            name=name, value=value, threshold=threshold,
        )  # fmt: skip
    if not gate["is_blocking"]:
        return tr(
            "{name}: {value}{of}, {threshold}: within the noise.",
            name=name, value=value, of=of, threshold=threshold,
        )  # fmt: skip
    if gate["outcome"] == "cant_tell":
        return tr(
            "{name}: {value}{of}, {threshold} is wanted: {gap} points short, within the noise; "
            "can't tell.",
            name=name, value=value, of=of, threshold=threshold,
            gap=tr.number(-100 * gate["gap"], 1),
        )  # fmt: skip
    return tr(
        "{name}: {value}{of}, {threshold} is wanted: {gap} points short.",
        name=name,
        value=value,
        of=of,
        threshold=threshold,
        gap=tr.number(-100 * gate["gap"], 1),
    )


def _digits(share: float) -> int:
    """Thresholds are round numbers unless somebody set them otherwise."""
    return 0 if round(share, 2) == share else 1
