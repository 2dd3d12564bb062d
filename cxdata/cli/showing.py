"""``show``: figures as a table or as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

import click
import polars as pl

from cxdata.cli.choosing import (
    chosen_filters,
    comparable_filters,
    dimension_called,
    filters_document,
)
from cxdata.cli.days import TYPED_DAY, as_comparison, as_day
from cxdata.cli.for_somebody import for_somebody
from cxdata.cli.metric import Metric
from cxdata.cli.session import note_people, served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.cli.usage import WrongUsage
from cxdata.errors import FilterError
from cxdata.i18n import Locale, translator
from cxdata.ingest.notes import Note
from cxdata.metrics.known_until import known_until
from cxdata.models import (
    BUILT_IN_DIMENSIONS,
    GRAINS,
    OWN_DIMENSIONS,
    Comparison,
    Dimension,
    Filters,
    Grain,
    Period,
    Survey,
)
from cxdata.store.connection import Store

METRICS = (
    "nps",
    "nps-change",
    "drivers",
    "themes",
    "response-rate",
    "leaving-by-answering",
    "response-time",
    "backlog",
    "returns",
    "wait-effects",
    "pyramid",
    "pyramid-evidence",
    "churn-cost",
    "churn-classes",
    "churn-reasons",
    "churn-waterfall",
    "revenue-retention",
    "churn-cohorts",
    "tornado",
    "survival",
    "at-risk",
    "promoter-value",
    "what-if",
    "follow-up",
)
# What some figures can be split by besides the dimensions.
OTHER_SPLITS = ("reason", "hour", "contact", "sent_by", "wave")


@dataclass(frozen=True)
class Split:
    """One row per what."""

    dimension: str | None
    grain: Grain | None
    comparison: Comparison | Period | None


@spoken_command()
@click.argument("metric", type=click.Choice(METRICS))
@click.option(
    "--by", "dimension", metavar="DIM", help="One row per value of a dimension, reason or hour."
)
@click.option("--grain", type=click.Choice(GRAINS), help="One row per period.")
@click.option(
    "--compare",
    "comparison",
    is_flag=False,
    flag_value="previous",
    callback=as_comparison,
    metavar="[previous|year|FIRST..LAST]",
    help="Against the period before (default), the year before, or other days.",
)
@click.option("--from", "first", type=TYPED_DAY, help="First day.")
@click.option("--to", "last", type=TYPED_DAY, help="Last day, included.")
@click.option("--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable.")
@click.option(
    "--move",
    "moves",
    multiple=True,
    metavar="WHAT=SIZE",
    help="For what-if: detractors=10% (default), compliance=5 (points), follow-up=50%. Repeatable.",
)
@click.option(
    "--rescue", metavar="RATE[,RATE,RATE]", help="For what-if: the share that a call keeps."
)
@served
@for_somebody
def show(
    store: Store,
    metric: str,
    dimension: str | None,
    grain: Grain | None,
    comparison: Comparison | Period | None,
    first: datetime | None,
    last: datetime | None,
    wheres: tuple[str, ...],
    moves: tuple[str, ...],
    rescue: str | None,
    lang: Locale,
) -> Told:
    """Print a figure.

    Without --from and --to it is of the whole history; where periods are compared, of the last
    twelve months.
    """
    if (moves or rescue) and metric != "what-if":
        raise WrongUsage("{command} has no {option}.", command=metric, option="--move, --rescue")
    chosen = _metrics(moves, rescue)[metric]
    if dimension and dimension not in (*BUILT_IN_DIMENSIONS, *OTHER_SPLITS):
        dimension = _own_dimension(store, dimension)
    split = Split(dimension, grain, comparison)
    _check_split(metric, chosen, split)
    filters = chosen_filters(store, as_day(first), as_day(last), wheres, comparison)
    if chosen.is_change or comparison:
        filters = comparable_filters(store, filters)
    rows = _with_period_names(_rows(chosen, store, filters, split), split, store, lang)
    note_people(store, metric, rows, filters)
    whole = _whole(chosen, store, filters, split, rows)
    known = chosen.known(store, filters)
    notes = _left_out(store, filters, lang) if metric in ("response-time", "backlog") else []
    change = rows if whole is None else whole
    if "customers_verdict" in change.columns:
        notes = _who_answered(store, filters, change, lang)
    is_compared = bool(chosen.is_change or (chosen.compared and (comparison or dimension)))
    document: dict[str, Any] = {
        "metric": metric,
        "filters": filters_document(store, filters, is_compared=is_compared),
        "data_until": min(known.values(), default=None),
        "known_until": dict(known),
    }
    if own := dict(store.settings.own_dimensions.pairs):
        document["own_dimensions"] = own
    if whole is not None:
        document["whole"] = whole.row(0, named=True)
    if notes:
        document["notes"] = notes
    told = Told(document | {"rows": rows.to_dicts()})
    if whole is not None:
        told.print_rows(whole)
        told.print()
    told.print_rows(_named(rows, store))
    for note in (*notes, _known_text(known)):
        told.note(note)
    return told


def _known_text(known: Mapping[str, date]) -> Note:
    """Up to which day the data goes; of each part if they differ."""
    if not known:
        return Note("The store holds no data for this figure.")
    if len({*known.values()}) == 1:
        return Note("Data until {day}.", day=max(known.values()))
    days = ", ".join(f"{name} {day}" for name, day in known.items())
    return Note("Known until: {days}.", days=days)


def _named(rows: pl.DataFrame, store: Store) -> pl.DataFrame:
    """Columns of the firm's own dimensions under their names, where no other column has it."""
    names = {
        place: name
        for place, name in store.settings.own_dimensions.pairs
        if place in rows.columns and name not in rows.columns
    }
    return rows.rename(dict(names.items()))


def _with_period_names(
    rows: pl.DataFrame, split: Split, store: Store, lang: Locale
) -> pl.DataFrame:
    """What the quarters and years of a fiscal year are called."""
    from cxdata.tables.periods import with_period_names

    tr = translator(lang).in_years(store.settings.fiscal_year)
    if "cohort" in rows.columns:
        return with_period_names(rows, "quarter", tr, column="cohort")
    return with_period_names(rows, split.grain, tr) if split.grain else rows


def _own_dimension(store: Store, asked: str) -> str:
    """The firm's own dimension of that name or code."""
    dimension = dimension_called(store, asked)
    if dimension not in store.settings.used_dimensions():
        own = [name for _, name in store.settings.own_dimensions.pairs]
        known = ", ".join([*BUILT_IN_DIMENSIONS, *own, *OTHER_SPLITS])
        raise WrongUsage("There is no --by {asked}: {known}.", asked=asked, known=known)
    return dimension


def _metrics(moves: Sequence[str], rescue: str | None) -> Mapping[str, Metric]:
    """Imported when a figure is wanted: an import alone starts faster without them."""
    from cxdata.cli.churn import as_moves, churn_metrics
    from cxdata.metrics.follow_up.in_time import follow_up_summary
    from cxdata.metrics.invitations import response_rate as invited
    from cxdata.metrics.invitations.leaving import leaving_by_answering
    from cxdata.metrics.nps import drivers
    from cxdata.metrics.nps import mix as mix
    from cxdata.metrics.nps import themes as comments
    from cxdata.metrics.nps import trend as nps_trend
    from cxdata.metrics.pyramid import levels as cx_pyramid
    from cxdata.metrics.response_time import compliance as response_time
    from cxdata.metrics.response_time import returns

    return {
        "nps": Metric(
            _nps_summary,
            _answers_known,
            _nps_by,
            lambda store, filters, grain: nps_trend.nps_trend(store, filters, grain=grain),
            compared=_nps_change,
        ),
        "nps-change": Metric(
            _nps_change,
            _answers_known,
            mix.nps_mix,
            compared=_nps_change,
            whole=lambda store, filters, rows: _nps_change(store, filters),
            is_change=True,
        ),
        "drivers": Metric(
            drivers.nps_drivers,
            _answers_known,
            whole=lambda store, filters, rows: drivers.drivers_summary(rows),
        ),
        "themes": Metric(
            comments.nps_themes,
            _answers_known,
            compared=comments.nps_themes,
            whole=lambda store, filters, rows: comments.comment_summary(store, filters),
        ),
        "response-rate": Metric(
            invited.response_rate,
            _invitations_known,
            invited.response_rate_by,
            lambda store, filters, grain: invited.response_rate_trend(store, filters, grain=grain),
            also_by=("sent_by", "wave"),
        ),
        "leaving-by-answering": Metric(leaving_by_answering, _leaving_known),
        "response-time": Metric(
            response_time.compliance_by_channel,
            _contacts_known,
            _compliance_by,
            response_time.compliance_trend,
            also_by=("reason", "hour"),
        ),
        "backlog": Metric(
            _backlog,
            _contacts_known,
            _backlog_by,
            also_by=("channel", "contact"),
            has_dimensions=False,
        ),
        "returns": Metric(
            returns.returns_summary, _contacts_known, returns.returns_by, also_by=("reason",)
        ),
        "wait-effects": Metric(_wait_effects, _wait_effects_known),
        "pyramid": Metric(
            cx_pyramid.pyramid_levels,
            _pyramid_known,
            _levels,
        ),
        "pyramid-evidence": Metric(
            cx_pyramid.pyramid_evidence,
            _pyramid_known,
            _evidence,
        ),
        "follow-up": Metric(follow_up_summary, _leaving_known),
        **churn_metrics(as_moves(moves, rescue)),
    }


def _nps_by(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    """With a period, also each value's part in the change since the period compared with."""
    from cxdata.metrics.nps.mix import EFFECT_COLUMNS, nps_mix
    from cxdata.metrics.nps.score import nps_by

    rows = nps_by(store, filters, dimension)
    if filters.period is None:
        return rows
    effects = nps_mix(store, filters, dimension).select(
        dimension, "compared_answer_count", "compared_nps", *EFFECT_COLUMNS[:6],
        "customers_effect", "respondents_effect",
    )  # fmt: skip
    return rows.join(effects, on=dimension, how="left", nulls_equal=True, maintain_order="left")


def _nps_summary(store: Store, filters: Filters) -> pl.DataFrame:
    """The NPS, how many customers answered, and the NPS of all of them, in one row."""
    from cxdata.metrics.nps.score import nps_summary
    from cxdata.metrics.nps.weighting import OF_CUSTOMERS, nps_of_customers

    of_customers = nps_of_customers(store, filters).select(OF_CUSTOMERS)
    return nps_summary(store, filters).hstack(of_customers)


def _nps_change(store: Store, filters: Filters) -> pl.DataFrame:
    """Both figures, their difference and what may be said of it, in one row.

    ``verdict`` is that of the whole (``who_answered`` where only other people answered),
    ``answers_verdict`` that of the answers alone.
    """
    from cxdata.metrics.nps.score import nps_change
    from cxdata.metrics.nps.weighting import OF_CUSTOMERS, judgement, nps_weighted_change

    change, weighted = nps_change(store, filters), nps_weighted_change(store, filters)
    then = weighted.compared["customers_nps"].item() if weighted.compared.height else None
    return (
        change.current.hstack(change.compared.select(pl.all().name.prefix("compared_")))
        .with_columns(
            difference=pl.lit(change.difference, pl.Float64),
            p_value=pl.lit(change.p_value, pl.Float64),
            verdict=pl.lit(judgement(change, weighted)),
            answers_verdict=pl.lit(change.verdict),
            smallest_detectable_change=pl.lit(change.smallest_detectable_change, pl.Float64),
            is_compared_complete=pl.lit(change.is_compared_complete),
        )
        .hstack(weighted.current.select(OF_CUSTOMERS))
        .with_columns(
            compared_customers_nps=pl.lit(then, pl.Float64),
            customers_difference=pl.lit(weighted.difference, pl.Float64),
            customers_p_value=pl.lit(weighted.p_value, pl.Float64),
            customers_verdict=pl.lit(
                None if weighted.difference is None else weighted.verdict, pl.String
            ),
            revenue_difference=pl.lit(weighted.revenue_difference, pl.Float64),
            respondents_effect=pl.lit(weighted.respondents_effect, pl.Float64),
            respondents_p_value=pl.lit(weighted.respondents_p_value, pl.Float64),
        )
    )


def _who_answered(store: Store, filters: Filters, change: pl.DataFrame, lang: Locale) -> list[str]:
    """That who answered changed, where it did and the customers as a whole say something else."""
    from cxdata.metrics.nps.weighting import nps_weighted_change
    from cxdata.sentences import who_answered_title

    if change["verdict"].item() != "who_answered":
        return []
    tr = translator(lang).at(store.settings.answers.confidence)
    return [who_answered_title(nps_weighted_change(store, filters), tr)]


def _compliance_by(store: Store, filters: Filters, split: str) -> pl.DataFrame:
    from cxdata.metrics.response_time.compliance import compliance_by
    from cxdata.metrics.response_time.contact_hours import missed_by_hour
    from cxdata.metrics.response_time.contact_mix import compliance_by_reason

    if split == "reason":
        return compliance_by_reason(store, filters)
    if split == "hour":
        return missed_by_hour(store, filters)
    return compliance_by(store, filters, cast(Dimension, split))


def _backlog(store: Store, filters: Filters) -> pl.DataFrame:
    """Open contacts of all channels together, by the time left."""
    from cxdata.metrics.response_time.backlog import BACKLOG_CLASSES, backlog

    return (
        backlog(store, filters)
        .group_by("backlog_class")
        .agg(pl.col("contact_count").sum(), pl.col("oldest_opened_at").min())
        .sort(pl.col("backlog_class").cast(pl.Enum(BACKLOG_CLASSES)))
    )


def _backlog_by(store: Store, filters: Filters, split: str) -> pl.DataFrame:
    from cxdata.metrics.response_time.backlog import backlog, backlog_contacts

    return backlog_contacts(store, filters) if split == "contact" else backlog(store, filters)


def _left_out(store: Store, filters: Filters, lang: Locale) -> list[str]:
    """Which contacts are in no rate, wait or backlog, and what to export instead."""
    from cxdata.metrics.response_time.compliance import compliance_by_channel
    from cxdata.sentences import channels_left_out, not_known_reason

    channels = compliance_by_channel(store, filters)
    tr = translator(lang).at(store.settings.answers.confidence)
    found = [*channels_left_out(channels, tr), not_known_reason(channels, tr)]
    return [text for text in found if text]


def _wait_effects(store: Store, filters: Filters) -> pl.DataFrame:
    """Scores and leaving side by side, one row per wait class that has either."""
    from cxdata.metrics.response_time.wait_effects import (
        WAIT_CLASSES,
        leaving_by_wait,
        scores_by_wait,
    )

    scores = scores_by_wait(store, filters).drop("base", "is_small_base")
    leaving = leaving_by_wait(store, filters).drop("is_small_base")
    return scores.join(
        leaving.rename({"reason": "leave_reason"}), on="wait_class", how="full", coalesce=True
    ).sort(pl.col("wait_class").cast(pl.Enum(WAIT_CLASSES)))


def _levels(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    from cxdata.metrics.pyramid.levels import pyramid_levels

    _check_journey(dimension)
    return pyramid_levels(store, filters)


def _evidence(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    from cxdata.metrics.pyramid.levels import pyramid_evidence

    _check_journey(dimension)
    return pyramid_evidence(store, filters)


def _check_journey(dimension: Dimension) -> None:
    if dimension != "journey":
        raise FilterError(
            "The pyramid can't be split by {dimension}.", "Use journey.", dimension=dimension
        )


def _contacts_known(store: Store, filters: Filters) -> Mapping[str, date]:
    return known_until(store).days("contacts", filters)


def _answers_known(store: Store, filters: Filters) -> Mapping[str, date]:
    return known_until(store).days("answers", filters)


def _invitations_known(store: Store, filters: Filters) -> Mapping[str, date]:
    return known_until(store).days("invitations", filters)


def _leaving_known(store: Store, filters: Filters) -> Mapping[str, date]:
    known = known_until(store)
    return known.days("invitations", filters) | known.days("customers", filters)


def _wait_effects_known(store: Store, filters: Filters) -> Mapping[str, date]:
    return known_until(store).all_days(filters)


def _pyramid_known(store: Store, filters: Filters) -> Mapping[str, date]:
    """Contacts by channel, the answers of the model's survey, and the latest assessment."""
    from cxdata.metrics.pyramid.model import pyramid_model

    asked = replace(filters, survey=cast(Survey, pyramid_model(store.settings).survey))
    known = known_until(store)
    days = known.days("answers", asked) | known.days("contacts", filters)
    if days:
        return days
    last_on: date | None = store.query("pyramid_data_until").item()
    return {"assessments": last_on} if last_on else {}


def _check_split(metric: str, chosen: Metric, split: Split) -> None:
    offered = {"--by": chosen.by, "--grain": chosen.trend, "--compare": chosen.compared}
    asked = dict(zip(offered, (split.dimension, split.grain, split.comparison), strict=True))
    for option, value in asked.items():
        if value and offered[option] is None:
            raise WrongUsage("{command} has no {option}.", command=metric, option=option)
    splits = [*(BUILT_IN_DIMENSIONS if chosen.has_dimensions else ()), *chosen.also_by]
    is_own = split.dimension in OWN_DIMENSIONS and chosen.has_dimensions
    if split.dimension and not is_own and split.dimension not in splits:
        raise WrongUsage(
            "{command} has no --by {asked}: {known}.",
            command=metric,
            asked=split.dimension,
            known=", ".join(splits),
        )
    if split.grain and (split.dimension or split.comparison):
        other = "--by" if split.dimension else "--compare"
        raise WrongUsage("Use {other} or --grain, not both.", other=other)


def _rows(chosen: Metric, store: Store, filters: Filters, split: Split) -> pl.DataFrame:
    if split.dimension and chosen.by:
        return chosen.by(store, filters, split.dimension)
    if split.grain and chosen.trend:
        return chosen.trend(store, filters, split.grain)
    if split.comparison and chosen.compared:
        return chosen.compared(store, filters)
    return chosen.rows(store, filters)


def _whole(
    chosen: Metric, store: Store, filters: Filters, split: Split, rows: pl.DataFrame
) -> pl.DataFrame | None:
    """What the rows are parts of, unless they are the whole themselves."""
    if chosen.whole is None or (chosen.is_change and not split.dimension):
        return None
    return chosen.whole(store, filters, rows)
