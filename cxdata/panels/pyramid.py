"""The figures of the pyramid's page: which level have we reached, what holds us, what next?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

import polars as pl

from cxdata import sentences as say
from cxdata import tables
from cxdata.charts.cx_pyramid import (
    PAGE,
    PyramidLook,
    history_figure,
    named_pyramid,
    step_sketch,
)
from cxdata.followup.visions import recorded_visions
from cxdata.i18n import Translator
from cxdata.i18n.names import journey_name
from cxdata.metrics.pyramid.gates import next_gate, without_evidence
from cxdata.metrics.pyramid.history import company_history, pyramid_history, with_changes
from cxdata.metrics.pyramid.levels import (
    company_level,
    levels_of,
    of_journey,
    pyramid_evidence,
    pyramid_levels,
)
from cxdata.metrics.pyramid.model import PyramidModel, pyramid_model
from cxdata.models import Counted, Survey
from cxdata.panels.groups import recorded_events
from cxdata.panels.panel import (
    Headline,
    Panel,
    Picture,
    Request,
    SharedFrame,
    line,
    panel_of,
)
from cxdata.panels.targets import target_runs
from cxdata.panels.units import Unit
from cxdata.store.connection import Store

SCOPE: Counted = "contacts"
LEVELS, GATES = "from-evidence-to-a-level", "what-the-next-gate-would-take"
MOST_STEPS = 3
SCORING, TOP = "the-scoring-is-this-projects-own-d", "the-view-from-the-top"
# An indicator's value, its threshold and what lies between are shares; n are cases.
UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("value", "threshold", "low", "high", "gap"), "share"),
    "next_level_progress": "share",
    "weight": "number",
    "n": "count",
    **{
        f"{reach}_{who}_a_month": "count"
        for reach in ("reach", "clear")
        for who in ("contacts", "customers")
    },
}


def model_of(request: Request) -> PyramidModel:
    """The pyramid with the firm's own thresholds."""
    return pyramid_model(request.store.settings)


def journey_levels(request: Request) -> pl.DataFrame:
    """The level of each journey, as ``pyramid_levels`` returns them."""
    model = model_of(request)
    evidence = request.result(pyramid_evidence, model=model)
    return request.remembered(_levels_of, SharedFrame(evidence), model)


def _levels_of(_store: Store, shared: SharedFrame, model: PyramidModel) -> pl.DataFrame:
    return levels_of(shared.frame, model)


def weakest_journey(request: Request) -> str | None:
    """The first of the journeys that give the company's level; None without any."""
    return next(iter(company_level(journey_levels(request)).weakest_journeys), None)


def levels_panel(request: Request, look: PyramidLook = PAGE) -> Panel:
    """The pyramid, lit for the share of journeys that reached each level."""
    tr, levels, model = request.tr, journey_levels(request), model_of(request)
    company = company_level(levels)
    question = tr("How mature is the experience?")
    title = say.level_title(company, tr)
    if levels.is_empty():
        few = tr("Fewer cases than an indicator asks for are no evidence.")
        return _panel(
            request, "levels", question, title, LEVELS, reason=no_level(request), notes=(line(few),)
        )
    return _panel(
        request,
        "levels",
        question,
        title,
        LEVELS,
        headline=level_headline(request),
        picture=level_picture(request, look),
        notes=(
            line(
                tr("▼ weakest journey: it gives the company's level; every gate has to be passed."),
                tr("○ not established: within the noise, or of how many cases isn't told."),
                tr("Two levels joined by a dash: can't tell which."),
                tr("✗ below level 1."),
                tr("“?”: for want of evidence not known."),
                say.together_text(tr),
                tr("The scoring is this project's own: no public method exists."),
                say.unfiltered_text(request.filters, tr, "assessments"),
            ),
        ),
        frame=tables.with_names(levels, model, tr),
        texts=lambda: tables.levels_table(levels, model, tr),
    )


def level_headline(request: Request) -> Headline:
    """The company's level of six, and of how many cases; a dash without evidence."""
    tr, model, levels = request.tr, model_of(request), journey_levels(request)
    company, evidence = company_level(levels), request.result(pyramid_evidence, model=model)
    return Headline(
        tr("Level"),
        say.level_value(company, tr),
        say.level_state(company, tr),
        basis=say.level_basis(company, levels, evidence, model, tr),
    )


def level_picture(request: Request, look: PyramidLook) -> Picture:
    """The pyramid as a drawing; unlit without evidence."""
    tr, levels = request.tr, journey_levels(request)
    names = [tr(level.name) for level in model_of(request).levels]
    return Picture.of(
        named_pyramid(levels, names, tr, mode=request.mode, look=look),
        say.level_title(company_level(levels), tr),
    )


def pyramid_known(request: Request) -> dict[str, date]:
    """How far its contacts and its answers go: those of the model's own survey."""
    asked = replace(request.filters, survey=cast(Survey, model_of(request).survey))
    return request.known("answers", asked) | request.known(SCOPE)


def no_level(request: Request) -> str:
    """Why no journey has a level."""
    tr = request.tr
    if not pyramid_known(request):
        return tr("Import contacts, answers or assessments with their journey to see a level.")
    return tr("Too few contacts and answers name a journey: import more, or assess it.")


def holds_panel(request: Request, journey: str | None = None) -> Panel:
    """Where a journey stands, and what each indicator lacks to let it through: a line each."""
    tr, levels, model = request.tr, journey_levels(request), model_of(request)
    question = tr("What holds it back?")
    chosen = journey or weakest_journey(request)
    if chosen is None:
        return _panel(request, "holds", question, "", GATES, reason=no_level(request))
    [row] = of_journey(levels, chosen).to_dicts()
    gates = of_journey(request.result(next_gate, model=model), chosen)
    said = [
        say.gate_sentence(gate, model.indicator(gate["indicator"]), tr) for gate in gates.to_dicts()
    ]
    return _panel(
        request,
        "holds",
        question,
        say.stands_sentence(row, model, tr),
        GATES,
        table=tables.gates_table(gates, model, tr),
        notes=tuple((sentence,) for sentence in said),
        frame=tables.with_names(gates, model, tr),
    )


def steps_panel(request: Request, journey: str | None = None) -> Panel:
    """The way to a journey's next level: its parts are the steps that take the least, at most
    three, each as a bar from now to what is needed.
    """
    tr, model = request.tr, model_of(request)
    question, chosen = (
        tr("What must happen for the next level?"),
        journey or weakest_journey(request),
    )
    if chosen is None:
        return _panel(request, "steps", question, "", GATES, reason=no_level(request))
    gates = of_journey(request.result(next_gate, model=model), chosen)
    ordered = gates.filter("is_blocking").sort(
        "reach_contacts_a_month", "weight", descending=[False, True], nulls_last=True,
        maintain_order=True,
    )  # fmt: skip
    if ordered.is_empty():
        reason = (
            tr("Nothing holds any journey back.")
            if gates.is_empty()
            else tr("{journey}: reached, but not established.", journey=journey_name(chosen, tr))
        )
        return _panel(request, "steps", question, reason, GATES, reason=reason)
    parts = tuple(_step(request, row, model) for row in ordered.head(MOST_STEPS).to_dicts())
    [standing] = of_journey(journey_levels(request), chosen).to_dicts()
    return _panel(
        request,
        "steps",
        question,
        say.steps_sentence(standing, model, tr),
        GATES,
        parts=parts,
        lead=tr(
            "Steps shown: {n} of {all}, those that take the least; the others: The next gate.",
            n=tr.number(len(parts)),
            all=tr.number(gates.height),
        )
        if gates.height > len(parts)
        else "",
        frame=tables.with_names(ordered, model, tr),
    )


def _step(request: Request, row: dict[str, Any], model: PyramidModel) -> Panel:
    tr = request.tr
    indicator = model.indicator(row["indicator"])
    said = say.gate_sentence(row, indicator, tr)
    picture = None
    if row["value"] is not None:
        picture = Picture.of(step_sketch(row, tr, request.mode), said)
    return _panel(
        request, f"step_{indicator.id}", said, tr(indicator.name), GATES, picture=picture,
        notes=(_taken(row, said, tr) if picture else (said,),), reason="" if picture else said,
    )  # fmt: skip


def _taken(row: dict[str, Any], said: str, tr: Translator) -> tuple[str, ...]:
    """What a step takes, and of how many cases it is known: the bar beside it says now and needed.
    One that can't be told from the threshold says so in full."""
    effort = say.effort_text(row, tr)
    if row["outcome"] == "cant_tell" or not effort:
        return (said,)
    taken = tr("To get there: {effort}.", effort=effort)
    return (taken,) if row["n"] is None else (taken, f"n\N{NO-BREAK SPACE}= {tr.number(row['n'])}")


def evidence_panel(request: Request, journey: str | None = None) -> Panel:
    """Each indicator of a journey against its threshold; files hold all journeys."""
    tr, model = request.tr, model_of(request)
    question = tr("What shows it?")
    chosen = journey or weakest_journey(request)
    if chosen is None:
        return _panel(request, "evidence", question, "", LEVELS, reason=no_level(request))
    evidence = request.result(pyramid_evidence, model=model)
    holds = tr.plural(
        "An assessment holds for {n} month.",
        "An assessment holds for {n} months.",
        model.assessed_valid_months,
    )
    return _panel(
        request,
        "evidence",
        question,
        tr("Evidence for {journey}", journey=journey_name(chosen, tr)),
        LEVELS,
        table=tables.evidence_table(of_journey(evidence, chosen), model, tr),
        notes=(
            line(
                holds,
                tr(
                    "Its interval needs its number of cases; without it, it can reach its "
                    "threshold, and establish nothing."
                ),
                say.together_text(tr),
            ),
        ),
        frame=tables.with_names(evidence, model, tr),
        texts=lambda: tables.evidence_by_journey_table(evidence, model, tr),
    )


def gates_panel(request: Request) -> Panel:
    """What passing the next gate would take, journey by journey."""
    tr, model = request.tr, model_of(request)
    question = tr("What would the next level take?")
    title = tr("What passing the next gate would take")
    gates = request.result(next_gate, model=model)
    if gates.is_empty():
        reason = tr("Nothing holds any journey back.")
        if journey_levels(request).is_empty():
            reason = no_level(request)
        return _panel(request, "gates", question, title, GATES, reason=reason)
    shown = tables.gates_table(gates, model, tr)
    return _panel(
        request,
        "gates",
        question,
        title,
        GATES,
        table=shown,
        notes=(
            line(
                tr("Each indicator by itself, everything else as it is."),
                tr(
                    "For answers and assessments: the same share of the journey's contacts. A "
                    "customer counts once in every month."
                ),
            ),
        ),
        frame=tables.with_names(gates, model, tr),
        texts=lambda: shown,
    )


def missing_panel(request: Request) -> Panel:
    """The gates that stay shut until somebody looks."""
    tr, model = request.tr, model_of(request)
    question = tr("What has nobody looked at yet?")
    missing = without_evidence(request.result(next_gate, model=model))
    if missing.is_empty():
        reason = tr("No gate waits for evidence.")
        if journey_levels(request).is_empty():
            reason = no_level(request)
        return _panel(request, "missing", question, "", GATES, reason=reason)
    table = tables.gates_table(missing, model, tr)
    return _panel(
        request,
        "missing",
        question,
        tr("Work to do: without this evidence no gate opens"),
        GATES,
        table=table.select(table.columns[:4]),
        frame=tables.with_names(missing, model, tr),
    )


def history_panel(request: Request) -> Panel:
    """The level of each journey in each quarter."""
    tr, model = request.tr, model_of(request)
    question, method = tr("Which levels rose or fell?"), "the-level-over-time"
    history = request.result(pyramid_history, model=model)
    if history.is_empty():
        reason = tr("No evidence for any level yet")
        return _panel(request, "history", question, "", method, reason=reason)
    return _panel(
        request,
        "history",
        question,
        say.moved_sentence(history, tr),
        method,
        chart=history_figure(
            history,
            company_history(history),
            tr,
            events=recorded_events(request, ("level",)),
            targets=target_runs(
                request, "level", history["period"].unique().sort().to_list(), "quarter"
            ),
        ),
        notes=(
            line(
                tr("Contacts and answers of the quarter alone; assessments that held at its end."),
                tr("In brackets: not established. “?”: for want of evidence."),
                tr("Two levels joined by a dash: can't tell which."),
                tr("A longer period shows more quarters."),
                say.fiscal_year_text("quarter", tr),
            ),
        ),
        frame=_quarters_for_files(history, model, tr),
        texts=lambda: tables.level_history_table(history, model, tr),
    )


def changes_panel(request: Request) -> Panel:
    """Which indicators were gained and lost from quarter to quarter."""
    tr, model = request.tr, model_of(request)
    question, method = tr("What changed?"), "the-level-over-time"
    history = request.result(pyramid_history, model=model)
    changes = with_changes(history)
    if changes.is_empty():
        reason = tr("No indicator that matters was gained or lost from quarter to quarter.")
        if history.is_empty():
            reason = tr("No evidence for any level yet")
        return _panel(request, "changes", question, "", method, reason=reason)
    return _panel(
        request,
        "changes",
        question,
        tr("What changed"),
        method,
        table=tables.level_history_table(changes, model, tr),
        frame=_quarters_for_files(changes, model, tr),
    )


def _quarters_for_files(history: pl.DataFrame, model: PyramidModel, tr: Translator) -> pl.DataFrame:
    return tables.with_period_names(tables.with_names(history, model, tr), "quarter", tr)


def vision_panel(request: Request) -> Panel:
    """What people wrote down of each journey's top level."""
    tr = request.tr
    visions = request.remembered(recorded_visions)
    top = tr(model_of(request).levels[-1].name)
    return _panel(
        request,
        "vision",
        tr("What would the top be?"),
        tr("From the top: what “{level}” would be", level=top),
        TOP,
        notes_above=(
            line(tr("Innovators start at the top and ask what the lower levels are for.")),
        ),
        table=tables.visions_table(visions, tr),
        frame=visions,
        units={"needless_levels": "number"},
    )


def thresholds_panel(request: Request) -> Panel:
    """What each indicator is, and from when on it is reached."""
    tr = request.tr
    own = tr("Where nothing else is said, thresholds are this project's own choice.")
    return _panel(
        request,
        "thresholds",
        tr("From when on is it reached?"),
        _thresholds_title(request),
        SCORING,
        notes_above=(line(own),),
        table=tables.indicators_table(model_of(request), tr),
    )


def _thresholds_title(request: Request) -> str:
    """How many indicators there are, and how many have a threshold that the firm chose."""
    tr, model = request.tr, model_of(request)
    own = len({it["indicator"] for it in request.store.settings.value("pyramid_overrides")})
    if not own:
        return tr("{n} indicators, none with a threshold of your own", n=len(model.indicators))
    return tr("{n} indicators, {own} with a threshold of your own",
              n=len(model.indicators), own=own)  # fmt: skip


def gartner_panel(request: Request) -> Panel:
    """The six levels beside the five of Gartner's form of 2018."""
    tr = request.tr
    ours = tr(
        "Augie Ray's pyramid has six levels, Gartner's form of 2018 five; how the two "
        "go together is our reading. It is not Gartner's maturity model."
    )
    return _panel(
        request,
        "gartner",
        tr("Which levels are there?"),
        tr("Gartner's five levels of 2018"),
        "the-six-levels-s-augie-rays-pyramid-as-the-articles-give-it",
        notes_above=(line(ours),),
        table=tables.gartner_table(model_of(request), tr),
    )


def preview_panel(request: Request, other: PyramidModel) -> Panel:
    """The levels as they are, and as another model's thresholds would make them."""
    tr, now = request.tr, journey_levels(request)
    then = request.result(pyramid_levels, model=other)
    return _panel(
        request,
        "preview",
        tr("What would it change?"),
        say.preview_sentence(now, then, tr),
        LEVELS,
        table=tables.level_changes_table(now, then, tr),
        frame=then,
    )


def _panel(
    request: Request, key: str, question: str, title: str, method: str, **shown: Any
) -> Panel:
    """A panel of the pyramid: contacts are counted, and most columns are shares."""
    own: Mapping[str, Unit] = shown.pop("units", {})
    units = {**UNITS, **own}
    return panel_of(
        request,
        f"pyramid_{key}",
        question,
        title,
        method,
        scope=SCOPE,
        units=units,
        known=pyramid_known(request),
        **shown,
    )
