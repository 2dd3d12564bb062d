"""What customers suggest, and which kind their comments are of."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.cases.suggestions import comment_kinds, suggestion_counts
from cxdata.i18n import N_, Translator
from cxdata.i18n.names import name_of
from cxdata.panels.panel import Panel, Request, line, panel_of

METHOD = "suggestions-and-other-kinds-of-comments"
# Of themes and of segments each.
SHOWN_GROUPS = 8
NOT_MEASURED = N_("not measured yet")
NO_COMMENTS = N_("There are no comments for these filters.")


def suggestions_panel(request: Request) -> Panel:
    """How many suggestions there are, about what and of whom, and how many are answered."""
    tr, question = request.tr, request.tr("What do customers suggest?")
    kinds = request.result(comment_kinds)
    if kinds.is_empty():
        return _panel(request, "suggestions", question, question, reason=tr(NO_COMMENTS))
    first = kinds.row(0, named=True)
    counts = request.result(suggestion_counts)
    if first["comment_count"] is None:
        told = tr("Too few suggestions to show.")
        return _panel(request, "suggestions", question, question, reason=told)
    title = tr.plural("{n} suggestion", "{n} suggestions", first["comment_count"])
    if not first["comment_count"]:
        title = tr("None of the comments is a suggestion.")
    return _panel(
        request,
        "suggestions",
        question,
        title,
        table=_groups(counts.group_by("grouping", maintain_order=True).head(SHOWN_GROUPS), tr)
        if counts.height
        else None,
        notes=(line(tr("Rightly typed by the rules: {told}", told=_right_text(first, tr))),),
        frame=counts,
        texts=lambda: _groups(counts, tr),
    )


def kinds_panel(request: Request) -> Panel:
    """Of which kind the comments are, and how often the rules are right."""
    tr, question = request.tr, request.tr("What kinds of comments are there?")
    found = request.result(comment_kinds)
    if found.is_empty():
        return _panel(request, "comment_kinds", question, question, reason=tr(NO_COMMENTS))
    table = pl.DataFrame(
        {
            tr("Kind of comment"): [
                name_of("comment_kind", it, tr) for it in found["comment_kind"]
            ],
            tr("Comments"): ["–" if it is None else tr.number(it) for it in found["comment_count"]],
            tr("Share rightly typed"): [_right_text(it, tr) for it in found.to_dicts()],
        }
    )
    return _panel(
        request,
        "comment_kinds",
        question,
        question,
        table=table,
        frame=found,
        texts=lambda: table,
    )


def _groups(counts: pl.DataFrame, tr: Translator) -> pl.DataFrame:
    return pl.DataFrame(
        {
            tr("Grouped by"): [
                tr("Theme") if it == "theme" else name_of("dimension", it, tr)
                for it in counts["grouping"]
            ],
            tr("Value"): counts["value"].to_list(),
            tr("Suggestions"): [tr.number(it) for it in counts["suggestion_count"]],
            tr("Answered"): [tr.number(it) for it in counts["answered_count"]],
        }
    )


def _right_text(row: dict[str, Any], tr: Translator) -> str:
    """How often the rules are right about a kind, of how many that were drawn and checked."""
    if row["comment_kind"] == "none":
        return "–"
    if row["precision_share"] is None:
        checked = row["checked_count"]
        told = tr(NOT_MEASURED)
        return f"{told} (n = {tr.number(checked)})" if checked else told
    return tr(
        "{share} (n = {n}, {confidence} interval {low} to {high})",
        share=tr.percent(row["precision_share"], 0),
        n=tr.number(row["checked_count"]),
        low=tr.percent(row["precision_share_low"], 0),
        high=tr.percent(row["precision_share_high"], 0),
    )


def _panel(request: Request, key: str, question: str, title: str, **shown: Any) -> Panel:
    return panel_of(request, key, question, title, METHOD, **shown)
