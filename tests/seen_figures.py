"""All that can be read through a store: every panel, list and file, and what filters offer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import isclose

import polars as pl

from cxdata.errors import AccessError
from cxdata.exports.extract import Extract, as_csv
from cxdata.i18n import Locale, translator
from cxdata.metrics.churn.accounts_at_risk import at_risk_accounts
from cxdata.metrics.known_until import known_until
from cxdata.metrics.nps.answers_behind import Choice, answers_behind
from cxdata.metrics.response_time.backlog import backlog_contacts
from cxdata.metrics.response_time.contacts_behind import ContactChoice, contacts_behind
from cxdata.models import EVERYTHING, Filters, Scope
from cxdata.panels import PANELS, Panel, Request
from cxdata.sentences import scope_text
from cxdata.store.connection import Store
from cxdata.store.narrowing import lacking_dimensions

# Sums of the same numbers in another order differ in their last digits.
# Files in French have a comma; a short number after one may be the next of a list.
_NUMBER = re.compile(r"-?\d+(\.\d+|,\d{6,})(e[+-]?\d+)?")
FILTERS = (
    Filters(),
    Filters(survey="transactional"),
    Filters(region=("Nord",), segment=("SMB", "Home")),
)


def seen_through(
    store: Store,
    locales: Iterable[Locale] = ("en", "fr"),
    keys: Iterable[str] | None = None,
    several: Iterable[Filters] = FILTERS,
    rights: Scope = EVERYTHING,
) -> dict[str, str]:
    """What is said by each thing that can be asked for, as one text each.

    Where ``rights`` are by what a panel doesn't count, it is empty, and only its reason differs:
    that is left out.
    """
    found = {
        "offer": repr(store.query("dimension_values").rows()),
        "holdings": repr(store.query("holdings").rows()),
        "known": repr(known_until(store)),
    }
    wanted = None if keys is None else set(keys)
    for number, filters in enumerate(several):
        for name, rows in _lists(store, filters).items():
            found[f"{name} {number}"] = _listed(rows)
        for locale in locales:
            tr = translator(locale, store.settings.own_dimensions.pairs)
            request = Request.computed_now(store, filters, tr)
            for entry in PANELS:
                if wanted is None or entry.key in wanted:
                    panel = entry.make(request)
                    found[f"{entry.key} {number} {locale}"] = _said(panel, rights)
                    if panel.frame is not None:
                        found[f"{entry.key} {number} {locale} file"] = _file(
                            panel, panel.frame, request
                        )
    return found


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What isn't the same, from where on; the last digits of fractions may differ."""
    told = []
    for name in sorted({*expected, *found}):
        one, other = (it.get(name, "nothing") for it in (expected, found))
        if not are_alike(one, other):
            pairs = enumerate(zip(one, other, strict=False))
            start = max(next((place for place, (a, b) in pairs if a != b), 0) - 60, 0)
            told.append(f"{name}: {one[start : start + 150]!r} != {other[start : start + 150]!r}")
    return told


def are_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if _NUMBER.sub("", one) != _NUMBER.sub("", other):
        return False
    mine, theirs = (
        [it[0].replace(",", ".") for it in _NUMBER.finditer(text)] for text in (one, other)
    )
    pairs = zip(mine, theirs, strict=False)
    return len(mine) == len(theirs) and all(
        isclose(float(a), float(b), rel_tol=1e-7, abs_tol=1e-9) for a, b in pairs if a != b
    )


def _lists(store: Store, filters: Filters) -> dict[str, Callable[[], pl.DataFrame]]:
    return {
        "answers": lambda: answers_behind(store, filters, Choice()).answers,
        "contacts": lambda: contacts_behind(store, filters, ContactChoice()).contacts,
        "backlog": lambda: backlog_contacts(store, filters),
        "accounts": lambda: at_risk_accounts(store, filters),
    }


def _listed(rows: Callable[[], pl.DataFrame]) -> str:
    """A list of people, or the sentence that refuses it."""
    try:
        return _rows(rows())
    except AccessError as error:
        return str(error)


def _said(panel: Panel, rights: Scope) -> str:
    table = None if panel.table is None else _rows(panel.table)
    frame = None if panel.frame is None else _rows(panel.frame)
    texts = None if panel.texts is None else _rows(panel.texts())
    picture = panel.picture and (panel.picture.svg, panel.picture.description)
    parts = [_said(it, rights) for it in panel.parts]
    is_beyond = panel.is_empty and (rights.is_nothing or lacking_dimensions(rights, panel.scope))
    reason = "" if is_beyond else panel.reason
    return repr(
        (panel.title, panel.question, panel.headline, panel.lead, reason, panel.gap,
         panel.notes_above, panel.notes, panel.known, panel.decision, panel.behind, table, frame,
         texts, panel.chart, picture, parts)
    )  # fmt: skip


def _file(panel: Panel, frame: pl.DataFrame, request: Request) -> str:
    scope = scope_text(panel.filters, request.tr, panel.scope)
    extract = Extract(panel.key, panel.title, frame, scope, panel.data_until, panel.scope)
    return as_csv(extract, request.tr).decode()


def _rows(frame: pl.DataFrame) -> str:
    return repr((frame.columns, frame.rows()))
