"""The people behind a figure: a click on a point, bar or cell opens the answers it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from cxdata.charts.theme import Figure
from cxdata.config import is_lake_told
from cxdata.errors import EngineError
from cxdata.exports.extract import Extract
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import journey_name, name_of
from cxdata.metrics.nps.answers_behind import (
    AnswersBehind,
    AskedElsewhere,
    Choice,
    answers_behind,
    choice_of,
    filters_of_choice,
    named_choice,
)
from cxdata.models import NPS_CLASSES, OWN_DIMENSIONS, Filters, Grain, NpsClass
from cxdata.sentences import reason_sentence, scope_text
from pages.components.case_links import offer_case
from pages.components.choosing import (
    EXPORTED_ROWS,
    draw_files,
    offer_list,
    open_list,
    show_chosen_from,
    view_fingerprint,
)
from pages.components.context import cached, current_filters, plain, show_error, store, tr
from pages.components.figures import (
    amount_format,
    is_on_phone,
    known_days,
    show_note,
    show_nothing,
)
from pages.components.grids import grid_rows, in_words
from pages.components.row_cards import draw_row_cards

CLASS_OF_ONE: Mapping[NpsClass, str] = {
    "promoter": N_("Promoter"),
    "passive": N_("Passive"),
    "detractor": N_("Detractor"),
}
SCORE_NAMES = {
    "nps": N_("NPS score {score}"),
    "csat": N_("satisfaction {score}"),
    "ces": N_("effort {score} of 5"),
    "ces7": N_("effort {score} of 7"),
}
# What an executive looks for first stands first.
LISTED = (
    "is_strategic", "nps_score", "nps_class", "responded_on", "name", "comment",
    "annual_revenue_amount", "segment", "region", "product", "channel", "journey",
    *OWN_DIMENSIONS, "csat_score", "ces_score", "language", "customer_id", "response_id",
)  # fmt: skip
CARD_HEADS = ("nps_score", "nps_class", "name", "is_strategic", "responded_on")
ALWAYS_LISTED = {"nps_score", "responded_on", "comment"}


def show_choosable(key: str, figure: Figure, *, grain: Grain = "month") -> None:
    """A chart whose points open the answers behind them; ``grain`` is that of its periods."""
    show_chosen_from(key, figure, partial(choice_of, grain=grain), named_choice)


def offer_people(key: str, choice: Choice | None = None) -> None:
    """A button for those who don't click on charts: all answers of the view, or a choice."""
    offer_list(key, tr()("Show the answers"), choice or Choice(), named_choice)


def open_people() -> None:
    """Opens the answers that were just asked for; called once, at the end of a page."""
    open_list("answers", tr()("The answers behind the figure"), draw_people, choice_of)


def draw_people(choice: Choice) -> None:
    """The answers behind a figure as a list, and the comment of the one that is selected."""
    translate, filters = tr(), current_filters()
    key = view_fingerprint(filters, choice)
    is_of_one_class = choice.nps_class is not None or choice.score is not None
    picked = choice if is_of_one_class else _of_class(choice, key, translate)
    try:
        people = cached(answers_behind, filters, picked, elsewhere=_elsewhere())
    except EngineError as error:
        show_error(error)
        return
    show_note(scope_in_words(filters, picked, people, translate))
    if people.reason:
        show_nothing(reason_sentence(people.reason, translate))
        return
    st.markdown(f"**{plain(count_text(people, translate))}**")
    row = _draw_list(people.answers, f"{key}:{picked.nps_class}", translate)
    if row is not None:
        _draw_answer(row, translate)
    _draw_export(filters, picked, people, key, translate)


def scope_in_words(
    filters: Filters, choice: Choice, people: AnswersBehind, translate: Translator
) -> list[str]:
    """The filters and what was chosen of them, in words."""
    parts = [scope_text(filters_of_choice(filters, choice) or filters, translate)]
    for dimension, value in choice.values:
        shown = name_of("channel", value, translate) if dimension == "channel" else value
        named = translate("not given") if shown is None else shown
        parts.append(f"{name_of('dimension', dimension, translate)} = {named}")
    if choice.nps_class:
        parts.append(name_of("nps_class", choice.nps_class, translate))
    if choice.score is not None:
        parts.append(translate(SCORE_NAMES[choice.measure], score=choice.score))
    if people.theme:
        parts.append(translate("comments that mention “{theme}”", theme=people.theme))
    return parts


def count_text(people: AnswersBehind, translate: Translator) -> str:
    """How many answers there are, and how many of them are listed."""
    count, listed = people.answer_count or 0, people.answers.height
    whole = translate.plural("{n} answer", "{n} answers", count)
    if listed >= count:
        return whole
    return translate("{whole}, the first {n} of them listed", whole=whole, n=listed)


def _elsewhere() -> AskedElsewhere | None:
    """Who has answers that aren't in the store; None: nobody was named."""
    if not is_lake_told():
        return None
    from cxdata.lake.reading import rows_in_lake  # brings the libraries of the lake along

    return rows_in_lake


def _of_class(choice: Choice, key: str, translate: Translator) -> Choice:
    """The choice, narrowed to one class if the reader says so."""
    picked = st.segmented_control(
        translate("Class"),
        NPS_CLASSES,
        format_func=lambda code: name_of("nps_class", code, translate),
        key=f"people_class:{key}:{translate.locale}",
        label_visibility="collapsed",
    )
    return replace(choice, nps_class=picked)


def _draw_list(answers: pl.DataFrame, key: str, translate: Translator) -> dict[str, Any] | None:
    """The list: the row in which a cell was chosen, until then the first with a comment. On a
    phone a card for each, which has its comment."""
    if is_on_phone():
        draw_row_cards(
            _shown(answers, translate),
            _columns(translate),
            key,
            heads=CARD_HEADS,
            text="comment",
            foot=lambda place: offer_case(
                f"answer:{answers['response_id'][place]}",
                response_id=answers["response_id"][place],
            ),
        )
        return None
    event = st.dataframe(
        grid_rows(_shown(answers, translate)),
        key=f"people:{key}",
        column_config=_columns(translate),
        hide_index=True,
        height=min(320, 38 + 35 * answers.height),
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="",
        alt=translate("The answers behind the figure"),
    )
    commented = answers["comment"].is_not_null().arg_max() or 0
    [place, *_] = [row for row, _ in event.selection.cells] or [commented]
    return answers.row(place, named=True) if place < answers.height else None


def _shown(answers: pl.DataFrame, translate: Translator) -> pl.DataFrame:
    """The columns in which anything is known, codes as words."""
    named = [
        in_words("nps_class", answers["nps_class"].to_list(), _class_names(translate).get),
        in_words(
            "channel",
            answers["channel"].to_list(),
            lambda code: name_of("channel", code, translate),
        ),
        in_words("journey", answers["journey"].to_list(), lambda it: journey_name(it, translate)),
    ]
    there = [name for name in LISTED if name in answers.columns]
    known = [name for name in there if name in ALWAYS_LISTED or answers[name].is_not_null().any()]
    return answers.with_columns(*named, pl.col("annual_revenue_amount").round()).select(known)


def _columns(translate: Translator) -> dict[str, Any]:
    """Headers; numbers and dates stay what they are, so that they sort."""
    config = st.column_config
    texts = (
        *("name", "comment", "segment", "region", "product", "channel", "journey", "language"),
        *OWN_DIMENSIONS,
    )
    scores = ("nps_score", "csat_score", "ces_score")
    revenue = name_of("field", "annual_revenue_amount", translate)
    currency = store().settings.firm.currency
    return {
        **{it: config.TextColumn(_field(it, translate)) for it in (*texts, "customer_id")},
        **{it: config.NumberColumn(_field(it, translate), format="%d") for it in scores},
        "response_id": config.TextColumn(_field("response_id", translate)),
        "comment": config.TextColumn(_field("comment", translate), width="large"),
        "is_strategic": config.CheckboxColumn(_field("is_strategic", translate)),
        "nps_class": config.TextColumn(translate("Class")),
        "responded_on": config.DateColumn(_field("responded_at", translate), format="DD/MM/YYYY"),
        "annual_revenue_amount": config.NumberColumn(
            f"{revenue} ({currency})", format=amount_format()
        ),
    }


def _field(name: str, translate: Translator) -> str:
    return name_of("field", name, translate)


def _class_names(translate: Translator) -> dict[str, str]:
    return {code: translate(name) for code, name in CLASS_OF_ONE.items()}


def _draw_answer(row: Mapping[str, Any], translate: Translator) -> None:
    """Who said it, and all of what was said."""
    currency, amount = store().settings.firm.currency, row["annual_revenue_amount"]
    head = [
        row["name"] or row["customer_id"] or translate("customer not known"),
        translate("Strategic account") if row["is_strategic"] else "",
        "" if row["nps_score"] is None else translate(SCORE_NAMES["nps"], score=row["nps_score"]),
        translate.day(row["responded_on"]),
        "" if amount is None else translate("{amount} a year", amount=_money(amount, currency)),
    ]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(' · '.join(part for part in head if part))}**")
        st.markdown(comment_text(row["comment"]) or plain(translate("No comment.")))
        offer_case(f"answer:{row['response_id']}", response_id=row["response_id"])


def _money(amount: float, currency: str) -> str:
    return tr().money(amount, currency, digits=3)


def comment_text(comment: str | None) -> str:
    """A comment as Markdown that shows it as it was typed, line by line.

    >>> comment_text("    *late*")
    '\\\\*late\\\\*'
    """
    lines = [plain(line.strip()) for line in (comment or "").strip().splitlines()]
    return "  \n".join(lines)


def _draw_export(
    filters: Filters, choice: Choice, people: AnswersBehind, key: str, translate: Translator
) -> None:
    """The list as a file, longer than on the page."""
    told = " · ".join(scope_in_words(filters, choice, people, translate))
    data, zone = store(), store().settings.firm.time_zone
    until = min(known_days("answers", current_filters()).values(), default=None)

    def extract() -> Extract:
        whole = answers_behind(
            data, filters, choice, most_rows=EXPORTED_ROWS, elsewhere=_elsewhere()
        )
        frame = exported(whole.answers, zone)
        return Extract("answers", count_text(whole, translate), frame, told, until)

    draw_files(key, "answers", extract)


def exported(answers: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """The list as a file holds it: moments in the firm's own time, without doubled columns."""
    utc = pl.col("responded_at").dt.replace_time_zone("UTC")
    local = utc.dt.convert_time_zone(time_zone).dt.replace_time_zone(None)
    return answers.with_columns(local).drop("responded_on")
