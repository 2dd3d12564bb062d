"""The command line, ``python -m cxdata``: for schedulers and analysts.

The same functions as the pages. Messages go to stderr; with ``--json`` one document goes to
stdout. Exit codes: 0 done, 1 refused or failed with one plain sentence, 2 wrong usage.
"""

from __future__ import annotations

import difflib
import getpass
import json
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import update_wrapper
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import click
import polars as pl

from cxdata.errors import CxDataError, FilterError, StoreError
from cxdata.ingest import check_store, import_file, reason_text, recorded_batches, undo_batch
from cxdata.models import (
    DIMENSIONS,
    GRAINS,
    KINDS,
    SURVEYS,
    Dimension,
    Filters,
    Grain,
    ImportReport,
    Kind,
    Period,
    Survey,
)
from cxdata.store.connection import Store

DEFAULT_STORE = "data/cx.duckdb"
SAMPLE_FOLDER = Path(__file__).parents[1] / "sample_data"
# Customers first: contacts and answers take their segment from them where they have none.
SAMPLE_FILES: dict[str, Kind] = {
    "clients.csv": "customers",
    "contacts.parquet": "contacts",
    "responses.parquet": "responses",
    "assessments.xlsx": "assessments",
}
SAMPLE_LOADER = "sample"
SHOWN_REFUSALS = 20
DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
MOMENT_FORMATS = [*DATE_FORMATS, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Session:
    """What is common to all commands."""

    store_path: str
    is_json: bool

    def store(self) -> Store:
        return Store.open(self.store_path)


@dataclass(frozen=True)
class Metric:
    """A figure that ``show`` can print, and what it can be split by."""

    summary: Callable[[Store, Filters], pl.DataFrame]
    data_until: Callable[[Store], date | None]
    by: Callable[[Store, Filters, Dimension], pl.DataFrame] | None = None
    trend: Callable[[Store, Filters, Grain], pl.DataFrame] | None = None


def common_options(command: F) -> F:
    """``--store`` and ``--json``, accepted before and after the name of the command."""

    def with_session(
        context: click.Context, store_path: str | None, is_json: bool, **options: Any
    ) -> Any:
        outer = context.obj or Session(os.environ.get("CXDATA_STORE") or DEFAULT_STORE, False)
        context.obj = Session(store_path or outer.store_path, is_json or outer.is_json)
        return _plainly(command, context.obj, options)

    wrapped: Any = click.pass_context(with_session)
    for option in (
        click.option("--json", "is_json", is_flag=True, help="One JSON document on stdout."),
        click.option("--store", "store_path", metavar="PATH", help="The store (CXDATA_STORE)."),
    ):
        wrapped = option(wrapped)
    return cast(F, update_wrapper(wrapped, command))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@common_options
def main(session: Session) -> None:
    """Customer experience: import extracts, show figures, keep the store."""


@main.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--as", "kind", type=click.Choice(KINDS), help="What the file holds.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="A field's column: header, its beginning, or #3; FIELD==VALUE for all rows. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--extract-date", type=click.DateTime(MOMENT_FORMATS), help="Up to when it tells.")
@click.option("--sheet", help="The sheet's name, or #2.")
@click.option("--encoding", help="Such as utf-8, cp1252, latin-1, mac-roman.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="If values don't prove it.")
@common_options
def import_command(
    session: Session,
    files: tuple[str, ...],
    kind: Kind | None,
    pairs: tuple[str, ...],
    extract_date: datetime | None,
    **options: Any,
) -> None:
    """Take files into the store; each is taken whole, but for its refused rows, or not at all."""
    paths, mapping = _files_and_mapping(files, pairs)
    until = _as_day(extract_date)
    store = session.store()
    documents: list[dict[str, Any]] = []
    is_done = True
    for path in paths:
        try:
            report = import_file(
                store,
                Path(path),
                kind=kind,
                mapping=mapping,
                extract_date=until,
                loaded_by=_user(),
                on_progress=_progress(session),
                **options,
            )
        except CxDataError as error:
            is_done = False
            _say(f"{path}: {error}" if len(paths) > 1 else str(error))
            documents.append({"file_name": Path(path).name, "error": str(error)})
            continue
        is_done &= not report.row_count or report.refused_count < report.row_count
        documents.append(_report_document(report))
        _say_report(report, session, options["dry_run"])
    if session.is_json and (len(paths) > 1 or "error" not in documents[0]):
        _print_json(documents[0] if len(paths) == 1 else documents)
    if not is_done:
        sys.exit(1)


@main.command()
@click.argument("metric", type=click.Choice(["nps", "response-time", "pyramid", "churn-cost"]))
@click.option("--by", "dimension", type=click.Choice(DIMENSIONS), help="One row per value.")
@click.option("--grain", type=click.Choice(GRAINS), help="One row per period.")
@click.option("--from", "first", type=click.DateTime(DATE_FORMATS), help="First day.")
@click.option("--to", "last", type=click.DateTime(DATE_FORMATS), help="Last day, included.")
@click.option("--where", "wheres", multiple=True, metavar="DIM=VALUE", help="Repeatable.")
@common_options
def show(
    session: Session,
    metric: str,
    dimension: Dimension | None,
    grain: Grain | None,
    first: datetime | None,
    last: datetime | None,
    wheres: tuple[str, ...],
) -> None:
    """Print a figure; without --from and --to, of the whole history."""
    chosen = _metrics()[metric]
    _check_split(metric, chosen, dimension, grain)
    store = session.store()
    filters = _filters(store, _as_day(first), _as_day(last), wheres)
    rows = _rows(chosen, store, filters, dimension, grain)
    until = chosen.data_until(store)
    if session.is_json:
        _print_json(
            {
                "metric": metric,
                "filters": _filters_document(filters),
                "data_until": until,
                "rows": [dict(row) for row in rows.iter_rows(named=True)],
            }
        )
        return
    _print_table(rows)
    _say(f"Data until {until}." if until else "The store holds no data for this figure.")


@main.command()
@common_options
def batches(session: Session) -> None:
    """List the files that were taken, newest first."""
    recorded = recorded_batches(session.store())
    if session.is_json:
        rows = [
            {**row, "mapping": json.loads(row["mapping"])} for row in recorded.iter_rows(named=True)
        ]
        _print_json({"batches": rows})
        return
    _print_table(recorded.drop("mapping", "extracted_at"))
    if recorded.is_empty():
        _say("Nothing was imported yet.")


@main.command()
@click.argument("batch", type=int)
@common_options
def undo(session: Session, batch: int) -> None:
    """Take the rows of a batch out again; what it had replaced comes back."""
    removed = undo_batch(session.store(), batch)
    if session.is_json:
        _print_json({"batch_id": batch, "removed_count": removed})
    _say(f"Batch {batch} is undone; {removed} rows went.")


@main.command()
@common_options
def check(session: Session) -> None:
    """Check that everything in the store hangs together."""
    problems = check_store(session.store())
    if session.is_json:
        _print_json({"is_sound": not problems, "problems": problems})
    for problem in problems:
        _say(problem)
    if problems:
        sys.exit(1)
    _say("The store is sound.")


@main.command()
@click.argument("target", metavar="FILE")
@common_options
def backup(session: Session, target: str) -> None:
    """Copy the whole store, as it is at this moment, to a new file."""
    session.store().backup(target)
    if session.is_json:
        _print_json({"backup": target})
    _say(f"The store was copied to {target}.")


@main.command()
@click.argument("source", metavar="FILE")
@common_options
def restore(session: Session, source: str) -> None:
    """Put a backup in the place of the store; the store that was there is kept aside."""
    aside = _restore(Path(source), Path(session.store_path))
    if session.is_json:
        _print_json({"restored": source, "set_aside": aside and str(aside)})
    _say(f"The store is {source} now." + (f" The one before is {aside}." if aside else ""))


@main.command()
@common_options
def sample(session: Session) -> None:
    """Load the sample extracts, as a user would, into a store that has nothing else.

    What is in the store already isn't loaded again, and a store with other files, or from which
    something was undone, is left alone.
    """
    store = session.store()
    if not _is_for_samples(recorded_batches(store)):
        if session.is_json:
            _print_json([])
        _say("The store has data of its own: no sample data was loaded.")
        return
    reports = [
        import_file(
            store,
            SAMPLE_FOLDER / name,
            kind=kind,
            loaded_by=SAMPLE_LOADER,
            on_progress=_progress(session),
        )
        for name, kind in SAMPLE_FILES.items()
    ]
    if session.is_json:
        _print_json([_report_document(report) for report in reports])
    taken = sum(report.accepted_count for report in reports)
    _say(f"Sample data: {taken} rows were loaded." if taken else "The sample data is loaded.")


def _is_for_samples(batches: pl.DataFrame) -> bool:
    is_sample = (pl.col("loaded_by") == SAMPLE_LOADER) & pl.col("undone_at").is_null()
    return bool(batches.select(is_sample.fill_null(False).all()).item())


def _plainly(command: Callable[..., Any], session: Session, options: dict[str, Any]) -> Any:
    """Run a command; a user's mistake becomes one sentence and exit code 1."""
    try:
        return command(session, **options)
    except CxDataError as error:
        _say(str(error))
        sys.exit(1)


def _files_and_mapping(
    words: Sequence[str], pairs: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """``--map a=b c=d``: what follows as field=column belongs to the map unless it is a file."""
    paths = [word for word in words if not pairs or "=" not in word or Path(word).exists()]
    mapping: dict[str, str] = {}
    for pair in [*pairs, *(word for word in words if word not in paths)]:
        name, separator, target = pair.partition("=")
        if not separator or not name:
            raise click.UsageError(f"--map takes FIELD=COLUMN, not {pair!r}.")
        mapping[name.strip()] = target
    if not paths:
        raise click.UsageError("Name at least one file.")
    return paths, mapping


def _as_day(moment: datetime | None) -> date | datetime | None:
    """A moment at midnight is a day."""
    if moment is not None and moment.time() == datetime.min.time():
        return moment.date()
    return moment


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None


def _progress(session: Session) -> Callable[[str, float], None] | None:
    """On a terminal, one line that says where an import is."""
    if session.is_json or not sys.stderr.isatty():
        return None

    def say(stage: str, done: float) -> None:
        click.echo(f"\r{stage} {done:4.0%}   ", err=True, nl=stage == "counting" and done == 1)

    return say


def _report_document(report: ImportReport) -> dict[str, Any]:
    return {
        "batch_id": report.batch_id,
        "file_name": report.file_name,
        "kind": report.kind,
        "row_count": report.row_count,
        "accepted_count": report.accepted_count,
        "corrected_count": report.corrected_count,
        "replaced_count": report.replaced_count,
        "refused_count": report.refused_count,
        "duplicate_count": report.duplicate_count,
        "refused": [
            {
                "line": each.line,
                "column": each.column,
                "value": each.value,
                "reason": reason_text(each),
            }
            for each in report.refusals
        ],
        "mapping": report.mapping,
        "notes": list(report.notes),
    }


def _say_report(report: ImportReport, session: Session, is_dry_run: bool) -> None:
    if session.is_json:
        return
    stored = f"batch {report.batch_id}" if report.batch_id else "nothing stored"
    click.echo(
        f"{report.file_name}: {report.kind}, {report.row_count} rows, "
        f"{report.accepted_count} accepted ({report.corrected_count} corrected, "
        f"{report.replaced_count} replaced), {report.refused_count} refused, "
        f"{report.duplicate_count} duplicate; {'dry run' if is_dry_run else stored}"
    )
    for refusal in report.refusals[:SHOWN_REFUSALS]:
        column = f", {refusal.column}" if refusal.column else ""
        _say(f"  line {refusal.line}{column}: {refusal.value!r}: {reason_text(refusal)}")
    if len(report.refusals) > SHOWN_REFUSALS:
        _say(f"  … {len(report.refusals) - SHOWN_REFUSALS} more; --json lists all.")
    for note in report.notes:
        _say(f"  {note}")


def _metrics() -> Mapping[str, Metric]:
    """Imported when a figure is wanted: an import alone starts faster without them."""
    from cxdata.metrics import churn_cost, cx_pyramid, nps, response_time

    return {
        "nps": Metric(
            nps.nps_summary,
            lambda store: _day(store, "data_days", "answers_last_on"),
            _nps_by,
            lambda store, filters, grain: nps.nps_trend(store, filters, grain=grain),
        ),
        "response-time": Metric(
            response_time.compliance_by_channel,
            lambda store: _day(store, "data_days", "contacts_last_on"),
            _compliance_by,
            response_time.compliance_trend,
        ),
        "pyramid": Metric(
            cx_pyramid.pyramid_levels,
            lambda store: _day(store, "pyramid_data_until", "data_until"),
            _levels,
        ),
        "churn-cost": Metric(
            churn_cost.churn_cost_summary,
            churn_cost.customers_known_until,
            churn_cost.churn_cost_by,
        ),
    }


def _nps_by(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    """With a period, also each value's part in the change since the period before."""
    from cxdata.metrics.nps import nps_by, nps_mix

    rows = nps_by(store, filters, dimension)
    if filters.period is None:
        return rows
    effects = nps_mix(store, filters, dimension).select(dimension, "rate_effect", "mix_effect")
    return rows.join(effects, on=dimension, how="left", nulls_equal=True, maintain_order="left")


def _compliance_by(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    from cxdata.metrics.response_time import compliance_by, compliance_by_channel

    if dimension == "channel":
        return compliance_by_channel(store, filters)
    return compliance_by(store, filters, dimension)


def _levels(store: Store, filters: Filters, dimension: Dimension) -> pl.DataFrame:
    from cxdata.metrics.cx_pyramid import pyramid_levels

    if dimension != "journey":
        raise FilterError(
            "The pyramid can't be split by {dimension}.", "Use journey.", dimension=dimension
        )
    return pyramid_levels(store, filters)


def _day(store: Store, query: str, column: str) -> date | None:
    day: date | None = store.query(query)[column].item()
    return day


def _check_split(
    metric: str, chosen: Metric, dimension: Dimension | None, grain: Grain | None
) -> None:
    if dimension and grain:
        raise click.UsageError("Use --by or --grain, not both.")
    if grain and chosen.trend is None:
        raise click.UsageError(f"{metric} has no --grain.")


def _rows(
    chosen: Metric,
    store: Store,
    filters: Filters,
    dimension: Dimension | None,
    grain: Grain | None,
) -> pl.DataFrame:
    if dimension and chosen.by:
        return chosen.by(store, filters, dimension)
    if grain and chosen.trend:
        return chosen.trend(store, filters, grain)
    return chosen.summary(store, filters)


def _filters(store: Store, first: date | None, last: date | None, wheres: Sequence[str]) -> Filters:
    chosen = _wheres(store, wheres)
    survey = chosen.pop("survey", ("relationship",))
    return Filters(
        period=_period(store, first, last), survey=cast(Survey, survey[-1]), **cast(Any, chosen)
    )


def _period(store: Store, first: date | None, last: date | None) -> Period | None:
    """An open end is the first or the last day of the data."""
    if first is None and last is None:
        return None
    days = [day for day in store.query("data_days").row(0) if day is not None]
    first_on = first or min([*days, last or date.max])
    last_on = last or max([*days, first_on])
    if first_on > last_on:
        raise FilterError(
            "The period ends before it begins ({first} to {last}).", first=first_on, last=last_on
        )
    return Period(first_on, last_on)


def _wheres(store: Store, wheres: Sequence[str]) -> dict[str, tuple[str, ...]]:
    known = store.query("dimension_values").select("dimension", "value").rows()
    chosen: dict[str, tuple[str, ...]] = {}
    for where in wheres:
        dimension, separator, value = where.partition("=")
        if not separator:
            raise click.UsageError(f"--where takes DIM=VALUE, not {where!r}.")
        _check_choice(dimension, [*DIMENSIONS, "survey"], "There is no filter called {choice}.")
        values = [each for name, each in known if name == dimension]
        offered = [*SURVEYS] if dimension == "survey" else values
        if offered:
            _check_choice(value, offered, "No data has " + dimension + " {choice}.")
        chosen[dimension] = (*chosen.get(dimension, ()), value)
    return chosen


def _check_choice(choice: str, known: Sequence[str], message: str) -> None:
    if choice in known:
        return
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(choice.lower(), by_lower, 1)
    raise FilterError(
        message,
        "Did you mean {near}?" if near else "There are: {known}.",
        choice=choice,
        near=by_lower[near[0]] if near else "",
        known=", ".join(known[:20]),
    )


def _filters_document(filters: Filters) -> dict[str, Any]:
    period = filters.period
    return {
        "from": period and period.first_on,
        "to": period and period.last_on,
        "survey": filters.survey,
        **{name: list(getattr(filters, name)) for name in get_args(Dimension)},
    }


def _restore(source: Path, place: Path) -> Path | None:
    """The backup is opened and brought up to date beside the store before it takes its place."""
    if not source.is_file():
        raise StoreError("There is no file {path}.", path=str(source))
    if place.exists():
        Store.open(place).close()  # nobody else may have it open
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".restore-") as folder:
        copy = Path(folder) / "copy.duckdb"
        shutil.copyfile(source, copy)
        Store.open(copy).close()
        aside = _free_name(place, "before-restore") if place.exists() else None
        if aside:
            place.replace(aside)
        copy.replace(place)
    return aside


def _free_name(place: Path, why: str) -> Path:
    """A name beside the store that no file has yet."""
    names = (place.with_name(f"{place.stem}.{why}-{number}.duckdb") for number in count(1))
    return next(name for name in names if not name.exists())


def _say(text: str) -> None:
    click.echo(text, err=True)


def _print_json(document: object) -> None:
    click.echo(json.dumps(_plain(document), ensure_ascii=False, allow_nan=False, indent=2))


def _plain(value: object) -> object:
    """What JSON has words for: no NaN, days and moments in ISO form."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def _print_table(rows: pl.DataFrame) -> None:
    texts = [rows.columns, *([_cell(value) for value in row] for row in rows.iter_rows())]
    widths = [max(len(row[index]) for row in texts) for index in range(rows.width)]
    for row in texts:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
