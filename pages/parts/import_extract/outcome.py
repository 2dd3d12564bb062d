"""What will come of a file: how many rows of which kind, its first figure, what looks wrong."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from cxdata.i18n import Translator
from cxdata.ingest import FilePreview
from cxdata.ingest.outcome import Outcome
from cxdata.metrics.nps.score import nps_summary
from cxdata.models import SURVEYS, Filters, Kind
from pages.components.context import cached, plain, tr
from pages.components.figures import show_note
from pages.parts.import_extract.naming import values_in_words


def draw_outcome(preview: FilePreview) -> None:
    """Above the button; nothing while a question is open or no row is good."""
    outcome = preview.outcome
    if outcome is None:
        return
    translate = tr()
    counts = " · ".join(_counts(preview, outcome, translate))
    st.markdown(f"**{plain(counts)}**")
    show_note(_figures(preview.kind, outcome, translate))
    for flag in outcome.flags:
        st.warning(plain(translate(flag.template, **values_in_words(flag.values))))


def _counts(preview: FilePreview, outcome: Outcome, translate: Translator) -> Iterator[str]:
    yield _new(preview.kind, outcome.new_count, translate)
    replaced, already = outcome.replaced_count, outcome.duplicate_count
    refused, left_out = preview.refused_count, preview.left_out_count
    if replaced:
        yield translate.plural("{n} replaced", "{n} replaced", replaced)
    if already:
        yield translate.plural("{n} already in the store", "{n} already in the store", already)
    if refused:
        yield translate.plural("{n} refused", "{n} refused", refused)
    if left_out:
        yield translate.plural("{n} left out", "{n} left out", left_out)


def _new(kind: Kind, count: int, translate: Translator) -> str:
    if kind == "responses":
        return translate.plural("{n} new answer", "{n} new answers", count)
    if kind == "contacts":
        return translate.plural("{n} new contact", "{n} new contacts", count)
    if kind == "customers":
        return translate.plural("{n} new customer", "{n} new customers", count)
    if kind == "invitations":
        return translate.plural("{n} new invitation", "{n} new invitations", count)
    return translate.plural("{n} new assessment", "{n} new assessments", count)


def _figures(kind: Kind, outcome: Outcome, translate: Translator) -> Iterator[str]:
    """The file's first figure, and the store's beside it."""
    rows = translate.number(outcome.row_count)
    if kind == "responses" and outcome.nps is not None:
        yield translate(
            "NPS of this file {nps}, {answers}",
            nps=translate.nps(outcome.nps),
            answers=_answers(outcome.scored_count, translate),
        )
        if outcome.survey in SURVEYS:
            yield _of_store(Filters(survey=outcome.survey), translate)
    elif kind == "contacts" and outcome.knows_answers:
        answered = translate.number(outcome.answered_count)
        yield translate("{n} of {rows} contacts were answered", n=answered, rows=rows)
    elif kind == "invitations" and outcome.knows_answers:
        answered = translate.number(outcome.answered_count)
        yield translate("{n} of {rows} invitations were answered", n=answered, rows=rows)
    elif kind == "customers":
        ended = translate.number(outcome.ended_count)
        yield translate("{n} of {rows} customers have an end", n=ended, rows=rows)


def _of_store(filters: Filters, translate: Translator) -> str:
    """The same figure over all that the store has of that survey; nothing if it has none."""
    stored = cached(nps_summary, filters).row(0, named=True)
    if stored["nps"] is None:
        return ""
    return translate(
        "in the store {nps}, {answers}",
        nps=translate.nps(stored["nps"]),
        answers=_answers(stored["answer_count"], translate),
    )


def _answers(count: int, translate: Translator) -> str:
    return translate.plural("{n} answer", "{n} answers", count)
