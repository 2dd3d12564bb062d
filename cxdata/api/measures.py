"""Figures on the dashboard itself, in the text form of OpenMetrics: ages and counts, no names."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from cxdata import __version__
from cxdata.ingest import recorded_batches
from cxdata.outbox import outbox_counts
from cxdata.store.connection import Store
from cxdata.store.expected import newest_version

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def measures_text(store: Store, waiting_count: int | None) -> str:
    """All measures; ``waiting_count`` are files in the watched folder, None where there is none."""
    batches = recorded_batches(store).filter(pl.col("undone_at").is_null())
    now = datetime.now(UTC).replace(tzinfo=None)
    by_kind = batches.group_by("kind", maintain_order=True).agg(
        pl.col("loaded_at").max(), pl.col("refused_count").sum()
    )
    ages = [
        (f'kind="{kind}"', f"{(now - at).total_seconds():.0f}")
        for kind, at in by_kind.select("kind", "loaded_at").sort("kind").rows()
    ]
    refused = [
        (f'kind="{kind}"', str(count))
        for kind, count in by_kind.select("kind", "refused_count").sort("kind").rows()
    ]
    held = store.query("holdings").select("kind", "row_count").rows()
    rows = [(f'kind="{kind}"', str(count)) for kind, count in held]
    version = f'version="{__version__}",schema="{newest_version()}"'
    lines = [
        *_family("cx_dashboard_build", "info", "Version and schema.", [(version, "1")], "_info"),
        *_family(
            "cx_data_version", "gauge", "Grows with every change.", [("", str(store.data_version))]
        ),
        *_family("cx_last_import_age_seconds", "gauge", "Since the last import of a kind.", ages),
        *_family("cx_rows", "gauge", "Rows in force of a kind.", rows),
        *_family("cx_refused_rows", "gauge", "Rows that imports in force refused.", refused),
    ]
    outbox = outbox_counts(store)
    by_state = (
        ("waiting", outbox.waiting_count),
        ("retried", outbox.retried_count),
        ("unsure", outbox.unsure_count),
        ("dead", outbox.dead_count),
    )
    mails = [(f'state="{state}"', str(count)) for state, count in by_state]
    lines += _family("cx_mails", "gauge", "Mails that haven't left yet, by state.", mails)
    if waiting_count is not None:
        waiting = [("", str(waiting_count))]
        lines += _family("cx_inbox_waiting", "gauge", "Files that wait in the folder.", waiting)
    return "\n".join([*lines, "# EOF", ""])


def _family(
    name: str, kind: str, text: str, samples: list[tuple[str, str]], ending: str = ""
) -> list[str]:
    head = [f"# TYPE {name} {kind}", f"# HELP {name} {text}"]
    return head + [
        f"{name}{ending}{{{labels}}} {value}" if labels else f"{name}{ending} {value}"
        for labels, value in samples
    ]
