"""``figures``: the figures of the pages, each with its words and the data behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click
import polars as pl

from cxdata.cli.choosing import chosen_filters
from cxdata.cli.days import TYPED_DAY, as_day
from cxdata.cli.for_somebody import for_somebody
from cxdata.cli.session import note_people, served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.i18n import Locale, Translator
from cxdata.i18n.firm import firm_translator
from cxdata.metrics import data_days
from cxdata.models import Filters, last_months
from cxdata.store.connection import Store

if TYPE_CHECKING:
    from cxdata.panels import Panel

DEFAULT_MONTHS = 12


@spoken_command()
@click.argument("key", required=False)
@click.option("--from", "first", type=TYPED_DAY, help="First day.")
@click.option("--to", "last", type=TYPED_DAY, help="Last day, included.")
@click.option("--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable.")
@served
@for_somebody
def figures(
    store: Store,
    key: str | None,
    first: datetime | None,
    last: datetime | None,
    wheres: tuple[str, ...],
    lang: Locale,
) -> Told:
    """List the figures with what each says, or print the one called KEY with its data.

    Without --from and --to it is of the last twelve months, as on the pages.
    """
    # Imported when a figure is wanted: an import alone starts faster without the charts.
    from cxdata.panels import Request, panel, panels_of
    from cxdata.panels.document import panel_document

    tr = firm_translator(store.settings, lang)
    filters = chosen_filters(store, as_day(first), as_day(last), wheres, None)
    request = Request.computed_now(store, with_period(store, filters), tr)
    if key is None:
        return _list(panels_of(request))
    shown = panel(request, key)
    note_people(store, key, shown.frame, request.filters)
    told = Told(panel_document(shown, tr))
    _print(shown, tr, told)
    return told


def with_period(store: Store, filters: Filters) -> Filters:
    """Without a period, the last months of the data, which the pages begin with."""
    last_on = data_days(store).last_on
    if filters.period or last_on is None:
        return filters
    return replace(filters, period=last_months(last_on, DEFAULT_MONTHS))


def _list(panels: list[Panel]) -> Told:
    from cxdata.panels import PANELS

    rows = [
        {
            "figure": shown.key,
            "page": entry.page or None,
            "question": shown.question,
            "answer": shown.reason or shown.title,
        }
        for entry, shown in zip(PANELS, panels, strict=True)
    ]
    told = Told(rows)
    told.print_rows(pl.DataFrame(rows))
    return told


def _print(shown: Panel, tr: Translator, told: Told) -> None:
    """The words of a panel, then its table, on stdout; filters and data date as a message."""
    from cxdata.panels.document import note_texts

    told.print(shown.question)
    if headline := shown.headline:
        verdict = f" ({headline.verdict})" if headline.verdict else ""
        value = f"{headline.value}{verdict}"
        told.print(tr("{label}: {value}", label=headline.label, value=value))
    for text in (shown.title, shown.reason, *note_texts(shown), shown.decision):
        if text:
            told.print(text)
    rows = _rows(shown)
    if rows is not None and not rows.is_empty():
        told.print()
        # What people wrote over several lines stands on one.
        told.print_rows(rows.with_columns(pl.col(pl.String).str.replace_all(r"[\r\n\t]+", " ")))
    told.note(" · ".join(shown.scope_parts(tr)))


def _rows(shown: Panel) -> pl.DataFrame | None:
    """For people: the table of texts where there is one."""
    if shown.table is not None:
        return shown.table
    return shown.texts() if shown.texts and shown.frame is not None else shown.frame
