"""The figures of the NPS page: is loyalty rising or falling, for whom, why, and is it real?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import polars as pl

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.nps import Overlay, nps_by_figure, nps_classes_figure, nps_trend_figure
from cxdata.charts.nps_detail import (
    drivers_figure,
    heat_figure,
    score_figure,
    theme_points_figure,
    themes_figure,
    waterfall_figure,
)
from cxdata.charts.satisfaction import satisfaction_figure
from cxdata.followup.annotations import recorded_lines
from cxdata.i18n import Translator
from cxdata.metrics import period_before, period_end
from cxdata.metrics.nps.control import (
    LIMITS_MINIMUM_COUNT,
    OUTSIDE_RATE,
    RUN_RATE,
    control_limits,
)
from cxdata.metrics.nps.drivers import drivers_summary, nps_drivers
from cxdata.metrics.nps.heat import nps_heat
from cxdata.metrics.nps.mix import nps_mix
from cxdata.metrics.nps.mix_split import is_split
from cxdata.metrics.nps.satisfaction import (
    Scale,
    satisfaction_by,
    satisfaction_summary,
    satisfaction_trend,
)
from cxdata.metrics.nps.score import nps_by, nps_change, score_distribution
from cxdata.metrics.nps.sources import changed_on, nps_sources
from cxdata.metrics.nps.theme_groups import GROUPED_TERMS, theme_groups, theme_pairs
from cxdata.metrics.nps.theme_points import POINTS_COLUMNS
from cxdata.metrics.nps.themes import nps_themes
from cxdata.metrics.nps.trend import nps_rolling, nps_trend, nps_trend_year_before
from cxdata.metrics.nps.weighting import nps_weighted_change
from cxdata.models import Dimension, Grain, Period
from cxdata.panels.groups import recorded_events
from cxdata.panels.nps_weighting import coverage_line, verdict_mood
from cxdata.panels.panel import Behind, Headline, Panel, Request, line, panel_of, points_text
from cxdata.panels.targets import no_target, target_day, target_of, target_runs
from cxdata.panels.units import Unit
from cxdata.sentences import first_screen as told
from cxdata.sentences import groups as told_groups

ANSWERS = Behind("answers")
# A weight is a share of what the ratings explain of the score.
DRIVER_UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("weight", "weight_low", "weight_high", "estimated_weight"), "share"),
    **dict.fromkeys(("r_squared", "adjusted_r_squared", "halo_share"), "share"),
    **dict.fromkeys(("performance_low", "performance_high"), "share"),
    **dict.fromkeys(("gain", "gain_low", "gain_high", "beyond_halo"), "number"),
    **dict.fromkeys(("scale_top", "coefficient", "correlation", "vif"), "number"),
}
POINTS_UNITS: Mapping[str, Unit] = dict.fromkeys(
    ("points_change", "points_change_low", "points_change_high"), "points"
)
THEME_UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("difference", "difference_low", "difference_high", "change"), "share"),
    **dict.fromkeys(("nps_with", "nps_with_low", "nps_with_high"), "points"),
    **POINTS_UNITS,
}
# So many words name a group of themes.
GROUP_WORDS = 3
CLASSES_METHOD = "classes-and-score-s"


def nps_panel(request: Request) -> Panel:
    """The NPS of the period, its classes, and whether it moved."""
    tr = request.tr
    change = request.result(nps_change)
    weighted = request.result(nps_weighted_change)
    now = change.current.row(0, named=True)
    question, title = tr("Are customers more loyal?"), say.nps_title(change, tr, weighted)
    is_few = now["base"] == "small"
    if now["nps"] is None:
        reason = say.reason_sentence(now["reason"], tr)
        return panel_of(request, "nps", question, title, CLASSES_METHOD, reason=reason)
    return panel_of(
        request,
        "nps",
        question,
        title,
        CLASSES_METHOD,
        headline=Headline(
            tr("NPS"),
            say.nps_value(change, tr),
            told.few_text(now["answer_count"], now["people_count"], tr)
            if is_few
            else say.nps_change_sentence(change, tr, weighted),
            "neutral" if is_few else verdict_mood(change, weighted),
            is_pale=is_few,
        ),
        chart=nps_classes_figure(now, tr),
        notes=(line(*say.nps_basis(change, tr)), coverage_line(request)),
        frame=change.current,
        behind=ANSWERS,
    )


def nps_trend_panel(request: Request, grain: Grain = "month", laid: Collection[str] = ()) -> Panel:
    """NPS over time; ``laid`` over it are ``rolling``, ``year_before``, ``limits``."""
    tr = request.tr
    change, weighted = request.result(nps_change), request.result(nps_weighted_change)
    rolled = nps_rolling if "rolling" in laid else nps_trend
    trend = request.result(rolled, grain=grain)
    overlay, why = _overlay(request, grain, laid), _without_points(request, trend)
    return panel_of(
        request,
        "nps_trend",
        tr("Is loyalty rising or falling?"),
        say.nps_title(change, tr, weighted),
        "trend-and-partial-periods",
        chart=None if why else nps_trend_figure(trend, tr, grain, overlay=overlay),
        reason=why,
        lead="" if why or "rolling" in laid else _latest_sentence(request, trend, grain),
        notes=(
            line(
                tr("Band: {confidence} interval. Pale: small base. Hollow: partial period."),
                points_text(trend, "nps", "answer_count", tr),
                _limits_note(overlay, laid, tr),
                say.source_change_sentence(request.result(nps_sources), tr),
                say.fiscal_year_text(grain, tr),
            ),
        ),
        frame=tables.with_period_names(trend, grain, tr),
        texts=lambda: tables.nps_trend_table(trend, grain, tr),
        behind=Behind("answers", grain),
    )


def nps_brief(request: Request) -> tuple[str, ...]:
    """The one line that stands beside the NPS; the rest of its small print is in the notes."""
    return line(*say.nps_basis(request.result(nps_change), request.tr, is_short=True))


def nps_target_panel(request: Request) -> Panel:
    """The target in force for these filters, and the distance to it: that of the settings; else,
    of all customers, the one line that was drawn for it."""
    tr = request.tr
    question, now = tr("Are we on target?"), request.result(nps_change).current.row(0, named=True)
    target = target_of(request, "nps", target_day(request))
    if target is None or now["nps"] is None:
        reason = no_target(request, target, now["nps"]) or tr("No target set")
        return panel_of(request, "nps_target", question, reason, CLASSES_METHOD, reason=reason)
    verdict, mood = say.target_verdict(now, target, tr)
    return panel_of(
        request,
        "nps_target",
        question,
        f"{tr('Target')}: {verdict}",
        CLASSES_METHOD,
        headline=Headline(tr("Target"), tr.nps(target, 1), verdict, mood, moved=False),
        frame=pl.DataFrame({"target_nps": [target]}),
    )


def _latest_sentence(request: Request, trend: pl.DataFrame, grain: Grain) -> str:
    """The last whole period against the one before it; empty without a whole one."""
    whole = trend.filter("is_complete", pl.col("nps").is_not_null())["period"].to_list()
    if not whole:
        return ""
    last = whole[-1]
    before = period_before(last, grain)
    asked = replace(
        request.filters,
        period=Period(last, period_end(last, grain)),
        compared_to=Period(before, period_end(before, grain)),
    )
    change = request.remembered(nps_change, asked)
    partial = next((it for it in trend["period"] if it > last), None)
    return told_groups.latest_period_sentence(change, last, before, grain, partial, request.tr)


def _without_points(request: Request, trend: pl.DataFrame) -> str:
    """Why no period has an NPS; empty if one has."""
    if trend.is_empty() or trend["nps"].is_not_null().any():
        return _no_answers(request, trend)
    return say.reason_sentence(next(iter(trend["reason"].drop_nulls())), request.tr)


def _limits_note(overlay: Overlay, laid: Collection[str], tr: Translator) -> str:
    """What the control limits say, or why there are none; empty if nobody asks."""
    if "limits" not in laid:
        return ""
    if "rolling" in laid:
        return tr("No control limits: neighbours of a rolling line share answers.")
    if overlay.limits is None:
        return tr("No control limits: fewer than {n} complete periods with enough answers.",
                  n=tr.number(LIMITS_MINIMUM_COUNT))  # fmt: skip
    rates = {"outside": tr.percent(OUTSIDE_RATE, 0), "runs": tr.percent(RUN_RATE, 0)}
    return tr(
        "Diamond: outside the control limits (by chance in {outside} of series), or the last of "
        "{n} in a row on one side (in {runs}).",
        n=tr.number(overlay.limits.run_length),
        **rates,
    )


def _no_answers(request: Request, frame: pl.DataFrame) -> str:
    """Why a frame has no rows; empty if it has any."""
    return say.reason_sentence("no_answers", request.tr) if frame.is_empty() else ""


def _overlay(request: Request, grain: Grain, laid: Collection[str]) -> Overlay:
    filters, tr = request.filters, request.tr
    lines = request.remembered(recorded_lines, filters.survey)
    trend = request.result(nps_trend, grain=grain)
    periods = trend.filter(pl.col("nps").is_not_null())["period"].to_list()
    if targets := target_runs(request, "nps", periods, grain):
        lines = lines.filter(pl.col("kind") != "target")  # drawn for want of a setting
    return Overlay(
        year_before=request.result(nps_trend_year_before, grain=grain)
        if "year_before" in laid
        else None,
        limits=control_limits(trend) if "limits" in laid and "rolling" not in laid else None,
        lines=[(say.line_name(row, tr), row["nps"]) for row in lines.iter_rows(named=True)],
        targets=targets,
        events=[
            *recorded_events(request, ("nps",)),
            *((day, tr("Other form")) for day, _ in changed_on(request.result(nps_sources))),
        ],
    )


def nps_sources_panel(request: Request) -> Panel:
    """The NPS of each form of file that answers came in, side by side."""
    tr = request.tr
    sources = request.result(nps_sources)
    return panel_of(
        request,
        "nps_sources",
        tr("Did asking differently move it?"),
        say.source_change_sentence(sources, tr),
        "one-series-across-a-change-of-survey-tool-d",
        table=None if sources.is_empty() else tables.nps_sources_table(sources, tr),
        reason=tr("All answers of these filters came in one form.") if sources.is_empty() else "",
        frame=sources,
    )


def nps_why_panel(request: Request, dimension: Dimension = "segment") -> Panel:
    """Why it moved: each group's own change, and what the mix of groups did."""
    tr = request.tr
    change, mix = request.result(nps_change), request.result(nps_mix, dimension)
    own_change = (
        tr(
            "Own change of each group at its mean share; then what the customers' mix did, and "
            "what who of them answered did."
        )
        if is_split(mix)
        else tr("Own change of each group at its mean share; then what the mix of groups did.")
    )
    is_known = not (mix.is_empty() or change.difference is None or mix["rate_effect"].null_count())
    return panel_of(
        request,
        "nps_mix",
        tr("Why did it move?"),
        say.mix_sentence(mix, change, tr),
        "why-it-moved-score-or-mix-p-kitagawa-1955",
        chart=waterfall_figure(mix, dimension, change, tr) if is_known else None,
        notes=(
            line(
                own_change,
                say.mix_gap(mix, tr),
                points_text(mix, "rate_effect", "answer_count", tr),
            ),
        )
        if is_known
        else (),
        reason="" if is_known else tr("Too few answers in a group to say what each one brought."),
        frame=mix,
        texts=lambda: tables.nps_mix_table(mix, dimension, tr),
        behind=ANSWERS,
    )


def nps_by_panel(request: Request, dimension: Dimension = "segment") -> Panel:
    """The NPS of each group, the weakest named if it surely is."""
    tr = request.tr
    values = request.result(nps_by, dimension)
    return panel_of(
        request,
        "nps_by",
        tr("For whom?"),
        say.groups_title(values, dimension, tr),
        "a-part-against-the-rest",
        chart=None if values.is_empty() else nps_by_figure(values, dimension, tr),
        notes=(line(say.looks_text(values, tr), points_text(values, "nps", "answer_count", tr)),),
        reason=_no_answers(request, values),
        frame=values,
        texts=lambda: tables.nps_by_table(values, dimension, tr),
        behind=ANSWERS,
    )


def score_panel(request: Request) -> Panel:
    """How often each score from 0 to 10 was given."""
    tr = request.tr
    distribution = request.result(score_distribution)
    withheld = say.reason_sentence(distribution["reason"][0], tr)
    return panel_of(
        request,
        "nps_scores",
        tr("Which scores are given?"),
        tr("Scores given") if withheld else _scores_title(distribution, tr),
        "scores-from-0-to-10",
        chart=None if withheld else score_figure(distribution, tr),
        notes=()
        if withheld
        else (line(tr("n = {n}", n=tr.number(distribution["total_count"][0] or 0))),),
        reason=withheld,
        frame=distribution,
        texts=lambda: tables.score_table(distribution, tr),
        behind=ANSWERS,
    )


def _scores_title(distribution: pl.DataFrame, tr: Translator) -> str:
    """How many gave the scores of promoters and of detractors."""
    of = {
        it: tr.percent(float(distribution.filter(nps_class=it)["share"].sum()), 0)
        for it in ("promoter", "detractor")
    }
    return tr("{promoters} gave 9 or 10, {detractors} 0 to 6",
              promoters=of["promoter"], detractors=of["detractor"])  # fmt: skip


def nps_heat_panel(
    request: Request, dimension: Dimension = "segment", other: Dimension = "journey"
) -> Panel:
    """The NPS of each pair of groups of two dimensions."""
    tr = request.tr
    heat = request.result(nps_heat, dimension, other)
    return panel_of(
        request,
        "nps_heat",
        tr("Where is it hot, where is it cold?"),
        say.heat_title(heat, dimension, other, tr),
        "a-part-against-the-rest",
        chart=None if heat.is_empty() else heat_figure(heat, dimension, other, tr),
        reason=_no_answers(request, heat),
        notes=(
            line(
                tr("Below the NPS: number of answers."),
                tr("In brackets: small base. Withheld: too few answers."),
                tr("Protected: would give a withheld cell away."),
                _marks(heat, tr),
            ),
        ),
        frame=heat,
        texts=lambda: tables.nps_heat_table(heat, dimension, other, tr),
        behind=ANSWERS,
    )


def _marks(heat: pl.DataFrame, tr: Translator) -> str:
    """What the marks of a heat table say; empty where it has none."""
    n = tr.number(int((heat["rest_verdict"] != "too_few_answers").sum()))
    is_marked = (heat["rest_verdict"] == "real_change").any()
    return tr("▼ ▲: surely below or above the rest, of {n} pairs.", n=n) if is_marked else ""


def drivers_panel(request: Request) -> Panel:
    """What drives the score: the weight of each rated touchpoint."""
    tr = request.tr
    drivers = request.result(nps_drivers)
    model = drivers_summary(drivers).row(0, named=True)
    has_weights = drivers["weight"].is_not_null().any()
    return panel_of(
        request,
        "nps_drivers",
        tr("What drives it?"),
        say.drivers_sentence(drivers, model, tr),
        "weight-p-johnson-2000",
        chart=drivers_figure(drivers, tr) if has_weights else None,
        notes=(line(*say.drivers_basis(model, tr)),),
        frame=None if drivers.is_empty() else drivers,
        texts=lambda: tables.drivers_table(drivers, tr),
        units=DRIVER_UNITS,
    )


def themes_panel(request: Request) -> Panel:
    """What comments talk about, and which class says it."""
    tr = request.tr
    themes = request.result(nps_themes)
    title, question = say.themes_sentence(themes, tr), tr("What do they say?")
    method = "7-themes-of-the-comments"
    if themes.is_empty():
        return panel_of(request, "nps_themes", question, title, method)
    return panel_of(
        request,
        "nps_themes",
        question,
        title,
        method,
        chart=themes_figure(themes, tr),
        notes=(
            line(
                tr(
                    "Share of each class's comments that mention it; bars are {confidence} "
                    "intervals."
                )
            ),
        ),
        frame=themes,
        texts=lambda: tables.themes_table(themes, tr),
        units=THEME_UNITS,
        behind=ANSWERS,
    )


def theme_points_panel(request: Request) -> Panel:
    """How many points each theme costs or brings, and how that changed."""
    tr = request.tr
    themes = request.result(nps_themes, limit=None).drop_nulls("theme_points")
    confidence = request.store.settings.answers.confidence
    question, title = tr("What does it cost?"), say.theme_points_sentence(themes, confidence, tr)
    method = "points-that-a-theme-costs-or-brings"
    if themes.is_empty():
        return panel_of(request, "nps_theme_points", question, title, method)
    shown = grouped_themes(request)
    leading = shown.filter(pl.col("term") == pl.col("first_term"))
    return panel_of(
        request,
        "nps_theme_points",
        question,
        title,
        method,
        chart=theme_points_figure(
            leading.with_columns(theme=pl.col("theme_group")), confidence, tr
        ),
        notes=(
            line(
                tr("Words that are mostly said together stand together; figures are the first's."),
                tr("Points of the NPS of the comments; they don't add up. Pale: not sure."),
            ),
        ),
        frame=shown.select(
            "theme", "theme_group", "term", "language", "comment_count", *POINTS_COLUMNS
        ),
        texts=lambda: tables.theme_points_table(shown, tr),
        units=POINTS_UNITS,
        behind=ANSWERS,
    )


def grouped_themes(request: Request) -> pl.DataFrame:
    """The themes with points, the strongest first, each with its group.

    The columns of :func:`cxdata.metrics.nps.themes.nps_themes`, ``first_term`` of
    :func:`cxdata.metrics.nps.theme_groups.theme_groups`, and ``theme_group`` (String): the words
    of the group, at most three, the leading one first.
    """
    themes = request.result(nps_themes, limit=None).drop_nulls("theme_points")
    shown = themes.sort(pl.col("theme_points").abs(), descending=True)
    pairs = request.result(theme_pairs, tuple(shown["term"].head(GROUPED_TERMS)))
    grouped = shown.join(theme_groups(shown, pairs), on="term", maintain_order="left")
    said: dict[str, list[str]] = {}
    for first, theme in grouped.select("first_term", "theme").iter_rows():
        words = said.setdefault(first, [])
        is_told = any(theme in it or it in theme for it in words)
        if len(words) < GROUP_WORDS and not is_told:
            words.append(theme)
    named = [", ".join(said[first]) for first in grouped["first_term"]]
    return grouped.with_columns(pl.Series("theme_group", named, dtype=pl.String))


def asked_scales(request: Request) -> tuple[Scale, ...]:
    """The scales of satisfaction and effort that have scores in these filters."""
    summary = request.result(satisfaction_summary)
    return tuple(summary.filter(summary["reason"].ne_missing("no_answers"))["scale"])


def satisfaction_panel(request: Request, scale: Scale = "csat") -> Panel:
    """Satisfaction or effort on one scale over time; files hold it by journey."""
    tr = request.tr
    question, method = (
        tr("Are they satisfied, and is it easy?"),
        "5-satisfaction-csat-and-effort-ces",
    )
    summary = request.result(satisfaction_summary)
    row = summary.filter(summary["scale"] == scale).row(0, named=True)
    if row["reason"] == "no_answers":
        reason = tr("No satisfaction or effort scores for these filters.")
        return panel_of(request, f"nps_{scale}", question, "", method, reason=reason)
    trend = request.result(satisfaction_trend, scale, grain="month")
    journeys = request.result(satisfaction_by, scale, "journey")
    return panel_of(
        request,
        f"nps_{scale}",
        question,
        say.satisfaction_sentence(row, tr),
        method,
        notes_above=(line(*say.satisfaction_basis(row, tr)),),
        chart=satisfaction_figure(trend, tr, "month"),
        frame=journeys,
        texts=lambda: tables.satisfaction_table(journeys, "journey", tr),
        behind=ANSWERS,
    )
