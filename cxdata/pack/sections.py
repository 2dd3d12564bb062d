"""What a pack can hold: its sections and their figures, in the order of a meeting.

One more figure is one more line: a panel's key, whose chart is read as it is. Where a panel has a
picture instead, ``draw`` says what a pack draws of the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cxdata import sentences as say
from cxdata.charts.cx_pyramid import LEVEL_COUNT, journey_words
from cxdata.charts.nps import nps_trend_figure
from cxdata.charts.theme import CHANNEL_COLOURS, CLASS_COLOURS, MUTED
from cxdata.errors import FilterError
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.metrics.churn.cost import churn_cost_summary
from cxdata.metrics.follow_up.in_time import follow_up_summary
from cxdata.metrics.nps.score import nps_change
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.pack.drawn import ChartSource, chart_of, read_chart
from cxdata.pack.pack import PackChart, PackGrid, PyramidLevel, Series
from cxdata.pack.plain import told_text
from cxdata.panels import Panel, Request, panel
from cxdata.panels.pyramid import journey_levels, model_of

Drawn = PackChart | PackGrid | tuple[PyramidLevel, ...] | None


@dataclass(frozen=True)
class PackEntry:
    """A figure of a pack: its panel's key, and what is drawn where the panel has a picture.

    ``names_people``: it lists people, and is left out unless they are asked for.
    """

    key: str
    draw: Callable[[Request, Panel], Drawn] | None = None
    names_people: bool = False


@dataclass(frozen=True)
class SectionEntry:
    """A section: its title, its figures, and how many cases all of them rest on.

    ``is_one_sheet``: its figures are answers beside each other. ``is_methods``: it has none, and
    says how those of the others are computed.
    """

    key: str
    title: str
    figures: tuple[PackEntry, ...] = ()
    basis: Callable[[Request], Sequence[str]] = lambda request: ()
    is_one_sheet: bool = False
    is_methods: bool = False


def nps_months(request: Request, shown: Panel) -> Drawn:
    """The trend of a card, as the page of the NPS draws it."""
    if shown.frame is None or shown.picture is None:
        return None
    told = ChartSource(shown.frame, shown.column_units(), shown.question)
    return read_chart(nps_trend_figure(shown.frame, request.tr, "month"), told, request.tr, "month")


def channels_chart(request: Request, shown: Panel) -> Drawn:
    """Each channel's share in time with its interval, against its goal."""
    tr = request.tr
    rows = [it for it in request.result(compliance_by_channel).to_dicts() if _is_given(it)]
    if not rows:
        return None
    rates = Series(
        name_of("column", "compliance_rate", tr),
        tuple(it["compliance_rate"] for it in rows),
        tuple(it["rate_low"] for it in rows),
        tuple(it["rate_high"] for it in rows),
        colours=tuple(CHANNEL_COLOURS[it["channel"]] for it in rows),
        marks=tuple("pale" if it["is_small_base"] else "full" for it in rows),
    )
    goals = sorted({it["goal"] for it in rows})
    levels = tuple((tr("goal {goal}", goal=tr.percent(it, 0)), it) for it in goals)
    names = tuple(name_of("channel", it["channel"], tr) for it in rows)
    return PackChart("bars", names, (rates,), unit="share", levels=levels)


def _is_given(row: dict[str, object]) -> bool:
    return row["compliance_rate"] is not None


def cost_chart(request: Request, shown: Panel) -> Drawn:
    """The cost as a range, as the page of churn draws it."""
    return chart_of(panel(request, "churn_summary"), request.tr)


def pyramid_levels_drawn(request: Request, shown: Panel) -> Drawn:
    """The six levels from the base up, each lit for the share of journeys that reached it."""
    levels, model, tr = journey_levels(request), model_of(request), request.tr
    rows = levels.sort(["level", "journey"], descending=[True, False]).to_dicts()
    if not rows:
        return None
    return tuple(
        PyramidLevel(
            number,
            told_text(tr(model.levels[number - 1].name)),
            sum(it["level"] >= number for it in rows) / len(rows),
            tuple(
                told_text(it)
                for it in journey_words(
                    [it for it in rows if max(it["level"], 1) == number], rows, tr
                )
            ),
        )
        for number in range(1, LEVEL_COUNT + 1)
    )


def followed_up_drawn(request: Request, shown: Panel) -> Drawn:
    """The cases in one bar: reached in time, not in time, not due yet."""
    row, tr = request.result(follow_up_summary).row(0, named=True), request.tr
    if not row["case_count"]:
        return None
    late_count = row["judged_count"] - row["in_time_count"]
    parts = (
        (tr("in time"), row["in_time_count"], CLASS_COLOURS["promoter"]),
        (tr("not in time"), late_count, CLASS_COLOURS["detractor"]),
        (tr("not due yet"), row["waiting_count"], MUTED),
    )
    series = tuple(Series(name, (count,), colour=colour) for name, count, colour in parts if count)
    return PackChart("stacked", ("",), series, unit="count")


def answers_basis(request: Request) -> Sequence[str]:
    """The interval of the NPS and the number of answers."""
    return say.nps_basis(request.result(nps_change), request.tr)[:2]


def contacts_basis(request: Request) -> Sequence[str]:
    """How many contacts were due, and how many are not yet."""
    return say.compliance_basis(request.result(compliance_by_channel), request.tr)[:2]


def customers_basis(request: Request) -> Sequence[str]:
    """How many customers left of how many, and how often that is known."""
    churn = request.result(churn_cost_summary).row(0, named=True)
    if churn["customer_churn_rate"] is None:
        return (say.reason_sentence(churn["reason"], request.tr),)
    currency = request.store.settings.firm.currency
    return (say.cost_sentence(churn, request.tr, currency), *say.churn_basis(churn, request.tr)[:2])


PACK_SECTIONS: tuple[SectionEntry, ...] = (
    SectionEntry(
        "summary",
        N_("Summary"),
        (
            PackEntry("overview_nps", nps_months),
            PackEntry("overview_pyramid", pyramid_levels_drawn),
            PackEntry("overview_response_time", channels_chart),
            PackEntry("overview_churn", cost_chart),
        ),
        is_one_sheet=True,
    ),
    SectionEntry(
        "nps",
        N_("NPS"),
        (
            PackEntry("nps"),
            PackEntry("nps_trend"),
            PackEntry("nps_mix"),
            PackEntry("nps_by"),
            PackEntry("nps_drivers"),
            PackEntry("nps_themes"),
        ),
        answers_basis,
    ),
    SectionEntry(
        "pyramid",
        N_("CX pyramid"),
        (PackEntry("pyramid_levels", pyramid_levels_drawn), PackEntry("pyramid_holds")),
        contacts_basis,
    ),
    SectionEntry(
        "response_times",
        N_("Response times"),
        (
            PackEntry("compliance", channels_chart),
            PackEntry("compliance_trend"),
            PackEntry("response_missed_by_hour"),
        ),
        contacts_basis,
    ),
    SectionEntry(
        "churn_cost",
        N_("Churn cost"),
        (
            PackEntry("churn_summary"),
            PackEntry("churn_waterfall"),
            PackEntry("churn_by_class"),
            PackEntry("churn_at_risk", names_people=True),
        ),
        customers_basis,
    ),
    SectionEntry(
        "follow_up",
        N_("Following up"),
        (PackEntry("follow_up_in_time", followed_up_drawn), PackEntry("follow_up_causes")),
    ),
    SectionEntry(
        "decisions",
        N_("Decisions"),
        (PackEntry("decisions"), PackEntry("decisions_since")),
    ),
    SectionEntry("methods", N_("How each figure is computed"), is_methods=True),
)
SECTION_KEYS = tuple(it.key for it in PACK_SECTIONS)


def chosen_sections(keys: Sequence[str]) -> tuple[SectionEntry, ...]:
    """The sections of these names in their order, each once; all of them without names.

    Raises
    ------
    FilterError
        If there is no section of a name.
    """
    known = {it.key: it for it in PACK_SECTIONS}
    for key in keys:
        if key not in known:
            raise FilterError(
                N_("There is no section called {choice}."),
                N_("There are: {known}."),
                choice=key,
                known=", ".join(known),
            )
    return tuple(known[it] for it in dict.fromkeys(keys)) or PACK_SECTIONS


def section_title(section: SectionEntry, tr: Translator) -> str:
    """What a section is called."""
    return tr(section.title)
