"""A panel as one document of plain values: for JSON, and for whoever reads without looking."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from cxdata.i18n import Translator
from cxdata.models import LEFT_OUT, OWN_DIMENSIONS, Counted, Filters, dimensions_of
from cxdata.panels.panel import Panel


def panel_document(panel: Panel, tr: Translator) -> dict[str, Any]:
    """What a panel says and the rows behind it, in words of the translator's language.

    Returns
    -------
    dict
        Values that JSON has words for: days and moments in ISO form, null for what isn't known.

        - ``key``, ``question``, ``title``, ``reason``, ``decision`` (texts; empty if none)
        - ``headline``: ``label``, ``value``, ``verdict``, ``mood``; null if there is none
        - ``notes``: a text each, those above the chart first
        - ``scope``: filters and data date in words; ``filters``: as codes, those that apply
        - ``data_until``: the day up to which all that is counted is known, or null;
          ``known_until``: that day of each part, by its code (a channel, answers, customers);
          ``method``: a heading's anchor in docs/metrics.md
        - ``units``: of each column of the rows that has numbers or days
        - ``own_dimensions``: what the firm calls its own dimensions, by code; only if it has any
        - ``rows``: one dictionary a row; of a panel without data, the rows of its table of texts
    """
    headline = panel.headline and {
        "label": panel.headline.label,
        "value": panel.headline.value,
        "verdict": panel.headline.verdict,
        "mood": panel.headline.mood,
    }
    rows = panel.frame if panel.frame is not None else panel.table
    document = {
        "key": panel.key,
        "question": panel.question,
        "title": panel.title,
        "headline": headline,
        "notes": note_texts(panel),
        "decision": panel.decision,
        "reason": panel.reason,
        "scope": " · ".join(panel.scope_parts(tr)),
        "filters": applied_filters(panel.filters, panel.scope, tr),
        "data_until": panel.data_until,
        "known_until": dict(panel.known),
        "method": panel.method,
        "units": panel.column_units(),
        "rows": [] if rows is None else rows.to_dicts(),
    }
    if tr.own_names:
        document["own_dimensions"] = tr.own_names
    return {name: json_value(value) for name, value in document.items()}


def note_texts(panel: Panel) -> list[str]:
    """The small print, a text a line; what the headline rests on comes first."""
    basis = panel.headline.basis if panel.headline else ()
    lines = (basis, *panel.notes_above, *panel.notes)
    return [" · ".join(it for it in parts if it) for parts in lines if any(parts)]


def applied_filters(filters: Filters, scope: Counted, tr: Translator) -> dict[str, Any]:
    """The filters as codes; those that what is counted can't have are left out, and dimensions
    of the firm's own that have no name."""
    period, other = filters.period, filters.compared_to
    document: dict[str, Any] = {
        "from": period and period.first_on,
        "to": period and period.last_on,
        "comparison": [other.first_on, other.last_on] if other else filters.comparison,
    }
    if "survey" not in LEFT_OUT[scope]:
        document["survey"] = filters.survey
    return document | {
        name: list(getattr(filters, name))
        for name in dimensions_of(scope)
        if name not in OWN_DIMENSIONS or name in tr.own_names
    }


def json_value(value: object) -> Any:
    """What JSON has words for: no NaN, days and moments in ISO form.

    >>> json_value({"on": date(2026, 5, 1), "share": float("nan")})
    {'on': '2026-05-01', 'share': None}
    """
    if isinstance(value, dict):
        return {str(name): json_value(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
