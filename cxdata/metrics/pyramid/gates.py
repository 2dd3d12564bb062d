"""What passing the next gate of the pyramid would take, in contacts and customers a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from cxdata.config import AnswerSettings
from cxdata.metrics import covered_days, data_days
from cxdata.metrics.pyramid.levels import (
    each_confidence,
    journey_counts,
    levels_of,
    pyramid_evidence,
    share_and_people,
)
from cxdata.metrics.pyramid.model import PASSING, Indicator, PyramidModel, pyramid_model
from cxdata.metrics.statistics.intervals import FloatArray
from cxdata.metrics.statistics.shares import ShareCounts, share_interval
from cxdata.models import Filters
from cxdata.store.connection import Store

DAYS_PER_MONTH = 365.25 / 12
GATE_SCHEMA: dict[str, pl.DataType] = {
    "journey": pl.String(),
    "level": pl.Int64(),
    "indicator": pl.String(),
    "is_blocking": pl.Boolean(),
    "outcome": pl.String(),
    "value": pl.Float64(),
    "threshold": pl.Float64(),
    "direction": pl.String(),
    "n": pl.Int64(),
    "gap": pl.Float64(),
    "weight": pl.Float64(),
    "missing_count": pl.Int64(),
    "reach_case_count": pl.Int64(),
    "clear_case_count": pl.Int64(),
    "reach_contacts_a_month": pl.Float64(),
    "reach_customers_a_month": pl.Float64(),
    "clear_contacts_a_month": pl.Float64(),
    "clear_customers_a_month": pl.Float64(),
}


def next_gate(store: Store, filters: Filters, *, model: PyramidModel | None = None) -> pl.DataFrame:
    """What keeps each journey from its next level, and how many cases would have to turn.

    Returns
    -------
    pl.DataFrame
        One row per journey below level 6 and indicator that keeps it from the next level, or
        keeps that level from being established; by journey, those that block first, then by
        weight, the heaviest first. No rows without evidence.

        - ``journey``, ``level`` (the indicator's), ``indicator`` (id)
        - ``is_blocking`` (Boolean): it fails, can't be told or lacks evidence; false: it is
          reached, not established
        - ``outcome``, ``value``, ``threshold``, ``direction``, ``n``, ``gap``: as in
          ``pyramid_evidence``
        - ``weight`` (Float64)
        - ``missing_count`` (Int64): contacts or answers short of what the indicator needs;
          0 if it has enough, null for assessed and where ``n`` is withheld
        - ``reach_case_count``, ``clear_case_count`` (Int64): of the n cases, how many have to turn
          for the value to reach the threshold, and for its whole interval (simultaneous, as in
          ``pyramid_evidence``) to clear it; null for assessed without an n,
          too few cases, and where even all wouldn't do
        - ``reach_contacts_a_month``, ``clear_contacts_a_month`` (Float64): the same in contacts a
          month; of answers and assessments the same share of the journey's contacts; null
          where unknown
        - ``reach_customers_a_month``, ``clear_customers_a_month`` (Float64): whose contacts these
          are; null if no customer is known

    Notes
    -----
    Cases turn and nothing else changes: a missed contact is met, an effort of 4 becomes 2, a need
    that was asked for is met unasked. A contact that leaves the figure (``case_leaves``) is taken
    out above and below the line. A month has 365.25 ÷ 12 days; months are those of the period
    that have contacts. Customers a month count each customer once in every month: contacts ×
    customers a month ÷ their contacts.
    """
    chosen = model or pyramid_model(store.settings)
    evidence = pyramid_evidence(store, filters, model=chosen)
    levels = {row["journey"]: row["level"] for row in levels_of(evidence, chosen).to_dicts()}
    counts = journey_counts(store, filters, chosen)
    traffic = _traffic(store, filters)
    confidence = each_confidence(evidence, store.settings.answers.confidence)
    answers = replace(store.settings.answers, confidence=confidence)
    rows = [
        _gate_row(
            row,
            chosen.indicator(row["indicator"]),
            counts.get(row["journey"], {}),
            traffic.get(row["journey"], {}),
            answers,
        )
        for row in evidence.to_dicts()
        if row["level"] <= levels[row["journey"]] + 1
        and row["outcome"] != "pass"
        and levels[row["journey"]] < len(chosen.levels)
    ]
    rows.sort(key=lambda it: (it["journey"], not it["is_blocking"], -it["weight"]))
    return pl.DataFrame(rows, schema=GATE_SCHEMA, orient="row")


def without_evidence(gates: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``next_gate`` that are work to do before anything can be said."""
    return gates.filter(pl.col("outcome") == "no_evidence")


def cases_to_turn(
    indicator: Indicator,
    counted: float,
    out_of: int,
    *,
    confidence: float,
    design_effect: float = 1.0,
) -> tuple[int | None, int | None]:
    """The smallest numbers of cases that have to turn for the share to reach the threshold, and
    for its whole Wilson interval to clear it; None if even all wouldn't do.

    >>> from dataclasses import replace
    >>> from cxdata.config import load_settings
    >>> rate = pyramid_model(load_settings()).indicator("compliance_rate")
    >>> cases_to_turn(replace(rate, threshold=0.8), 700, 1000, confidence=0.95)
    (100, 125)
    """
    is_higher = indicator.direction == "higher"
    turned = np.arange((out_of - counted if is_higher else counted) + 1, dtype=np.float64)
    # An assessed share needn't be one of whole cases.
    above = np.clip(counted + turned if is_higher else counted - turned, 0, out_of)
    below = out_of - turned if indicator.case_leaves else np.full_like(turned, out_of)
    turned_shares = ShareCounts(above, below, design_effect)
    low, high = share_interval(turned_shares, confidence=confidence)
    share = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    return (
        _first_clear(indicator, share),
        _first_clear(indicator, low if is_higher else high),
    )


def _first_clear(indicator: Indicator, values: FloatArray) -> int | None:
    rounding = 1e-12
    clears = (
        values >= indicator.threshold - rounding
        if indicator.direction == "higher"
        else values <= indicator.threshold + rounding
    )
    return int(np.argmax(clears)) if clears.any() else None


def _traffic(store: Store, filters: Filters) -> dict[str, dict[str, float]]:
    """By journey: contacts of customers a month, and customers per contact where known."""
    days = covered_days(filters, data_days(store).contacts)
    if days is None:
        return {}
    months = days.day_count / DAYS_PER_MONTH
    return {
        row["journey"]: {
            "months": months,
            "contacts": row["contacts"] / months,
            "customers": row["customer_months"] / row["known_contacts"]
            if row["known_contacts"]
            else float("nan"),
        }
        for row in store.query("pyramid_customers", filters).iter_rows(named=True)
    }


def _gate_row(
    row: Mapping[str, Any],
    indicator: Indicator,
    counts: Mapping[str, float],
    traffic: Mapping[str, float],
    answers: AnswerSettings,
) -> dict[str, Any]:
    kept = ("journey", "level", "indicator", "outcome", "value", "threshold", "direction")
    found = {
        **{name: row[name] for name in (*kept, "n", "gap")},
        "is_blocking": row["outcome"] not in PASSING,
        "weight": indicator.weight,
    }
    out_of = row["n"]
    if indicator.kind == "measured" and out_of is None:
        return found
    measured, people = share_and_people(indicator, counts)
    if indicator.kind == "measured":
        needed = max(indicator.min_count, answers.minimum_count)
        found["missing_count"] = max(needed - people, 0)
    if row["outcome"] == "no_evidence":
        return found
    if out_of is None:
        return {**found, **(_monthly("reach", -row["gap"], traffic) if row["gap"] < 0 else {})}
    counted, effect = row["value"] * out_of, np.array(1.0)
    if indicator.kind == "measured":
        counted, effect = counts[indicator.counted or ""], np.asarray(measured.design_effect)
    for name, cases in zip(
        ("reach", "clear"),
        cases_to_turn(
            indicator, counted, out_of, confidence=answers.confidence, design_effect=float(effect)
        ),
        strict=True,
    ):
        share = None if cases is None else cases / out_of
        found |= {f"{name}_case_count": cases, **_monthly(name, share, traffic)}
        if indicator.data == "contacts" and cases is not None and traffic:
            found |= _people(name, cases / traffic["months"], traffic)
    return found


def _monthly(name: str, share: float | None, traffic: Mapping[str, float]) -> dict[str, Any]:
    """A share of the journey's contacts, and whose they are."""
    if share is None or not traffic:
        return {}
    return _people(name, share * traffic["contacts"], traffic)


def _people(name: str, contacts: float, traffic: Mapping[str, float]) -> dict[str, Any]:
    customers = contacts * traffic["customers"]
    return {
        f"{name}_contacts_a_month": contacts,
        f"{name}_customers_a_month": None if np.isnan(customers) else customers,
    }
