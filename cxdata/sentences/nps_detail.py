"""Why the NPS moved, what drives it, what customers say, in words."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.i18n import N_, Translator
from cxdata.i18n.names import touchpoint_name
from cxdata.metrics.nps.mix_split import is_split
from cxdata.metrics.nps.score import NpsChange
from cxdata.sentences.scope import reason_sentence, total


def mix_sentence(mix: pl.DataFrame, change: NpsChange, tr: Translator) -> str:
    """How much of a change is the groups' own, and how much only their shares."""
    if mix.is_empty() or change.difference is None:
        return tr("No earlier figure to compare with")
    row = mix.row(0, named=True)
    if row["rate_total_effect"] is None:
        return tr("{change} points", change=tr.signed(change.difference, 1))
    if is_split(mix):
        return tr(
            "{change} points: {groups}, {rate} in all; the customers' mix brought {customers}, who "
            "of them answered {respondents}.",
            change=tr.signed(change.difference, 1),
            groups=_groups_moved(mix, tr),
            rate=_with_range(row, "rate_total_effect", tr),
            customers=tr.signed(total(mix, "customers_effect"), 1),
            respondents=tr.signed(total(mix, "respondents_effect"), 1),
        )
    return tr(
        "{change} points: {groups}, {rate} in all; the mix brought {mix}.",
        change=tr.signed(change.difference, 1),
        groups=_groups_moved(mix, tr),
        rate=_with_range(row, "rate_total_effect", tr),
        mix=_with_range(row, "mix_total_effect", tr),
    )


def mix_gap(mix: pl.DataFrame, tr: Translator) -> str:
    """Why the mix isn't told in its two parts; empty where it is."""
    if is_split(mix) or "base_reason" not in mix.columns or mix.is_empty():
        return ""
    return reason_sentence(mix["base_reason"][0] or "protects_others", tr)


def source_change_sentence(sources: pl.DataFrame, tr: Translator) -> str:
    """Whether the score broke where answers came in another form; empty with one form only.

    Parameters
    ----------
    sources
        As ``nps_sources`` returns it.
    """
    if sources.is_empty():
        return ""
    changes = sources.slice(1)
    broken = changes.filter("is_break").sort(pl.col("break_points").abs(), descending=True)
    if broken.is_empty():
        return tr("Answers come in several forms; no break of the score is established.")
    row = broken.row(0, named=True)
    points, day = tr.number(abs(row["break_points"]), 1), tr.day(row["first_on"])
    is_fall = row["break_points"] < 0
    if row["is_overlapping"]:
        return (
            tr("The form that began on {day} scores {points} points lower over the days that both "
               "share: asking differently, or asking others, may be why.", day=day, points=points)
            if is_fall
            else tr("The form that began on {day} scores {points} points higher over the days that "
                    "both share: asking differently, or asking others, may be why.",
                    day=day, points=points)
        )  # fmt: skip
    if is_fall:
        return tr(
            "The score fell {points} points where the form of the answers changed, on {day}; "
            "asking differently may be why.", day=day, points=points,
        )  # fmt: skip
    return tr(
        "The score rose {points} points where the form of the answers changed, on {day}; "
        "asking differently may be why.", day=day, points=points,
    )  # fmt: skip


def _groups_moved(mix: pl.DataFrame, tr: Translator) -> str:
    """How many groups surely rose or fell, although all were looked at."""
    compared = mix.drop_nulls("rate_effect_low")
    rose = int((compared["rate_effect_low"] > 0).sum())
    fell = int((compared["rate_effect_high"] < 0).sum())
    if not rose + fell:
        return tr("no group surely moved")
    if rose == compared.height:
        return tr("every group rose")
    if fell == compared.height:
        return tr("every group fell")
    return tr(
        "of {n} groups {rose} surely rose and {fell} fell", n=compared.height, rose=rose, fell=fell
    )


def _with_range(row: dict[str, Any], name: str, tr: Translator) -> str:
    value, low, high = (tr.signed(row[f"{name}{end}"], 1) for end in ("", "_low", "_high"))
    return f"{value} ({tr('{low} to {high}', low=low, high=high)})"


def line_name(row: dict[str, Any], tr: Translator) -> str:
    """A target or benchmark as a chart names it, with its source."""
    if row["kind"] == "target":
        return tr("Target: {name}", name=row["name"])
    day = tr.short_day(row["published_on"])
    return tr("{name} ({source}, {day})", name=row["name"], source=row["source"], day=day)


DRIVER_REASONS = {
    "no_ratings": N_("No touchpoint was rated."),
    "too_few_answers": N_("Too few complete answers to say what drives the NPS."),
    "one_touchpoint": N_("With one rated touchpoint there is nothing to compare."),
    "constant_score": N_("Every answer gave the same score."),
    "nothing_significant": N_("No touchpoint explains the score beyond chance."),
    "too_few_to_show": N_("Too few answers to show without telling who gave them."),
    "rarely_rated": N_("rated by too few"),
    "too_many_touchpoints": N_("beyond the twelve that can be compared"),
    "constant_ratings": N_("always rated the same"),
    "collinear": N_("moves together with another one"),
}


def drivers_sentence(drivers: pl.DataFrame, model: dict[str, Any], tr: Translator) -> str:
    """The touchpoint to repair first, or why none can be named."""
    if model["model_reason"]:
        return tr(DRIVER_REASONS[model["model_reason"]])
    first = drivers.filter("is_first")
    if first.is_empty():
        return _no_first_sentence(drivers, model, tr)
    row = first.row(0, named=True)
    return tr(
        "{name} first: with the best rating by all go {gain} points of the score, {low} to {high}; "
        "established against every other.",
        name=touchpoint_name(row["touchpoint"], tr),
        gain=tr.number(row["gain"], 1),
        low=tr.number(row["gain_low"], 1),
        high=tr.number(row["gain_high"], 1),
    )


def _no_first_sentence(drivers: pl.DataFrame, model: dict[str, Any], tr: Translator) -> str:
    named = drivers.filter("is_beyond_halo").sort("gain", descending=True)["touchpoint"]
    if named.is_empty():
        return tr(
            "No touchpoint stands out: they go with the score as one common impression ({share} "
            "of the ratings' differences).",
            share=tr.percent(model["halo_share"], 0),
        )
    listed = ", ".join(touchpoint_name(it, tr) for it in named)
    return tr("Can't tell which to repair first; the score goes with {names}.", names=listed)


def drivers_basis(model: dict[str, Any], tr: Translator) -> list[str]:
    """How much is explained, from how many answers, and what it can't say."""
    parts = []
    if model["r_squared"] is not None:
        parts.append(tr("R² {value}", value=tr.number(model["r_squared"], 2)))
    if model["halo_share"] is not None:
        share = tr.percent(model["halo_share"], 0)
        parts.append(tr("common impression (halo) {share}", share=share))
    if model["answer_count"]:
        parts.append(
            tr.plural("{n} complete answer", "{n} complete answers", model["answer_count"])
        )
    parts.append(tr("Johnson's relative weights; touchpoints that move together share theirs"))
    return parts


def themes_sentence(themes: pl.DataFrame, tr: Translator) -> str:
    """What detractors speak of most beyond promoters, and how it moved."""
    if themes.is_empty():
        return tr("Too few comments for these filters.")
    theirs = themes.filter(pl.col("nps_class") == "detractor").sort(
        "detractor_share", descending=True
    )
    if theirs.is_empty():
        return tr("No theme is the detractors' own.")
    row = theirs.row(0, named=True)
    return tr(
        "Detractors speak most of “{theme}”: {share} of their comments{trend}.",
        theme=row["theme"],
        share=tr.percent(row["detractor_share"], 0),
        trend={
            "rising": tr(", rising"),
            "falling": tr(", falling"),
            "new": tr(", new"),
        }.get(row["trend"], ""),
    )


def theme_points_sentence(themes: pl.DataFrame, confidence: float, tr: Translator) -> str:
    """The theme that surely costs most and the one that brings most; and the one that moved most.

    ``themes`` as :func:`cxdata.metrics.nps.themes.nps_themes` returns them, those with points.
    """
    if themes.is_empty():
        return tr("Too few comments for these filters.")
    alpha = 1 - confidence
    sure = themes.filter(pl.col("theme_points_p_value") < alpha).sort("theme_points")
    moved = themes.filter(pl.col("points_change_p_value") < alpha)
    moved = moved.sort(pl.col("points_change").abs(), descending=True)
    told = []
    if not sure.is_empty() and sure["theme_points"][0] < 0:
        costs = N_("“{theme}” costs {points} points ({low} to {high}).")
        told.append(_theme_text(costs, "theme_points", sure.row(0, named=True), tr, sign=-1))
    if not sure.is_empty() and sure["theme_points"][-1] > 0:
        brings = N_("“{theme}” brings {points} points ({low} to {high}).")
        told.append(_theme_text(brings, "theme_points", sure.row(-1, named=True), tr))
    if not moved.is_empty():
        row = moved.row(0, named=True)
        rose = N_("“{theme}” added {points} points to the change ({low} to {high}).")
        fell = N_("“{theme}” took {points} points off the change ({low} to {high}).")
        sign = 1 if row["points_change"] > 0 else -1
        told.append(_theme_text(rose if sign > 0 else fell, "points_change", row, tr, sign=sign))
    return " ".join(told) or tr("No theme surely costs or brings points.")


def _theme_text(text: str, name: str, row: dict[str, Any], tr: Translator, *, sign: int = 1) -> str:
    """With its interval; with ``sign`` -1 what is lost, as a positive number."""
    ends = sorted(sign * row[f"{name}_{end}"] for end in ("low", "high"))
    low, high = (tr.number(it, 1) for it in ends)
    points = tr.number(sign * row[name], 1)
    return tr(text, theme=row["theme"], points=points, low=low, high=high)


def satisfaction_sentence(row: dict[str, Any], tr: Translator) -> str:
    """The favourable share of a scale in words."""
    if row["favourable_share"] is None:
        return reason_sentence(row["reason"], tr)
    share = tr.percent(row["favourable_share"], 0)
    if row["scale"] == "csat":
        return tr("{share} are satisfied", share=share)
    return tr("{share} found it easy (scale to {top})", share=share, top=row["top_score"])


def satisfaction_basis(row: dict[str, Any], tr: Translator) -> list[str]:
    """Interval, n, mean and which end of the scale is good."""
    if row["favourable_share"] is None:
        return []
    mean = tr.number(row["mean_score"], 2)
    good = tr("the higher the better") if row["higher_is_better"] else tr("the lower the better")
    return [
        tr(
            "{confidence} interval {low} to {high}",
            low=tr.percent(row["share_low"]),
            high=tr.percent(row["share_high"]),
        ),
        tr.plural("{n} answer", "{n} answers", row["answer_count"]),
        tr("mean {mean} of {top}, {good}", mean=mean, top=row["top_score"], good=good),
        _favourable_scores(row["scale"], tr),
    ]


def _favourable_scores(scale: str, tr: Translator) -> str:
    """Whom the share counts, also of files with another scale."""
    if scale == "csat":
        return tr("satisfied: 4 and 5 of 5, of other scales the upper quarter")
    if scale == "ces":
        return tr("easy: 1 and 2 of 5, of other scales the lower quarter")
    return tr("easy: 1 to 3 of 7")
