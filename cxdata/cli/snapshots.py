"""``snapshot`` and ``snapshots``: a board pack and its figures kept as a meeting saw them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from cxdata.cli.choosing import chosen_filters, comparable_filters
from cxdata.cli.days import TYPED_DAY, as_comparison, as_day
from cxdata.cli.for_somebody import for_somebody
from cxdata.cli.session import document_text, served
from cxdata.cli.speaking import spoken_command
from cxdata.cli.told import Told
from cxdata.i18n import Locale, translator
from cxdata.ingest.notes import Note
from cxdata.models import Comparison, Period
from cxdata.store.connection import Store

if TYPE_CHECKING:
    from cxdata.pack.comparing import PackComparison

TODAY = "today"


@spoken_command()
@click.argument("title")
@click.option("--from", "first", type=TYPED_DAY, help="First day.")
@click.option("--to", "last", type=TYPED_DAY, help="Last day, included.")
@click.option("--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable.")
@click.option(
    "--compare",
    "comparison",
    callback=as_comparison,
    metavar="PERIOD",
    help="previous, year, or two days.",
)
@click.option("--sections", multiple=True, metavar="NAMES", help="Which, in order; by commas.")
@click.option("--choice", "choice_name", metavar="NAME", help="The choice kept under this name.")
@click.option("--names", "with_names", is_flag=True, help="With the names of accounts at risk.")
@click.option("--note", default="", metavar="TEXT", help="What is to be remembered with it.")
@click.option("--by", "taken_by", metavar="NAME", help="Who takes it.")
@served
def snapshot(
    store: Store,
    title: str,
    first: datetime | None,
    last: datetime | None,
    wheres: tuple[str, ...],
    taken_by: str | None,
    comparison: Comparison | Period | None = None,
    sections: tuple[str, ...] = (),
    choice_name: str | None = None,
    with_names: bool = False,
    note: str = "",
    lang: Locale = "en",
) -> Told:
    """Freeze the board pack as it is now, in all languages; later changes leave it alone.

    Without --from and --to it is of the last twelve months.
    """
    from cxdata.pack.choices import choice_named
    from cxdata.pack.freezing import freeze_pack
    from cxdata.pack.making import PackChoice, sequence_of
    from cxdata.panels import Request

    filters = chosen_filters(store, as_day(first), as_day(last), wheres, comparison)
    filters = comparable_filters(store, filters)
    choice = choice_named(store, choice_name).choice if choice_name else PackChoice()
    choice = PackChoice(
        sequence_of(sections) or choice.sections, choice.title, with_names or choice.with_names
    )
    request = Request.computed_now(
        store, filters, translator(lang, store.settings.own_dimensions.pairs)
    )
    snapshot_id = freeze_pack(request, title, choice, note=note, taken_by=taken_by)
    told = Told({"snapshot_id": snapshot_id})
    told.add(Note("The snapshot is {snapshot}.", snapshot=snapshot_id))
    return told


@spoken_command()
@click.argument("snapshot_id", metavar="[SNAPSHOT]", required=False)
@click.option("--against", metavar="OTHER", help="Beside another one, or today: what differs, why.")
@served
@for_somebody
def snapshots(
    store: Store, snapshot_id: str | None, against: str | None = None, lang: Locale = "en"
) -> Told:
    """List the snapshots, newest first; print one as a JSON document, or beside another."""
    from cxdata.followup.snapshots import recorded_snapshots

    if snapshot_id and against:
        return _compared(store, snapshot_id, against, lang)
    if snapshot_id:
        return _one(store, snapshot_id)
    recorded = recorded_snapshots(store)
    told = Told({"snapshots": recorded.to_dicts()})
    told.print_rows(recorded)
    if recorded.is_empty():
        told.note(Note("No snapshot was taken yet."))
    return told


def _one(store: Store, snapshot_id: str) -> Told:
    """Its figures, and what it was made from."""
    from cxdata.followup.snapshots import snapshot_figures, snapshot_of, snapshot_packs

    kept = snapshot_of(store, snapshot_id)
    made = asdict(kept.made_with) if kept.made_with else None
    told = Told(
        {
            "snapshot_id": snapshot_id,
            "title": kept.title,
            "note": kept.note,
            "taken_at": kept.taken_at,
            "taken_by": kept.taken_by,
            "filters": asdict(kept.filters),
            "made_with": made,
            "languages": [it.locale for it in snapshot_packs(store, snapshot_id)],
            "figures": snapshot_figures(store, snapshot_id),
        }
    )
    for line in document_text(told.document).splitlines():
        told.print(line)
    return told


def _compared(store: Store, snapshot_id: str, against: str, lang: Locale) -> Told:
    from cxdata.pack.comparing import compared_snapshots, compared_with_today
    from cxdata.pack.comparison_words import cause_text, comparison_lines

    if against == TODAY:
        found = compared_with_today(store, snapshot_id, lang)
    else:
        found = compared_snapshots(store, snapshot_id, against, lang)
    tr = translator(lang)
    told = Told(_document(found))
    for line in comparison_lines(found, tr):
        told.print(line)
    for it in found.differing:
        told.print(f"{it.section}/{it.key}  {it.then} → {it.now}  ({cause_text(it.causes, tr)})")
    return told


def _document(found: PackComparison) -> dict[str, object]:
    return {
        "then": found.then.snapshot_id,
        "now": found.other.snapshot_id if found.other else TODAY,
        "figures": [asdict(it) for it in found.figures],
        "later_rows": [asdict(it) for it in found.rows],
        "later_files": dict(found.later),
        "undone_files": dict(found.undone),
        "settings": [{"setting": a, "then": b, "now": c} for a, b, c in found.settings],
        "programs": list(found.programs),
        "is_traced": found.is_traced,
    }
