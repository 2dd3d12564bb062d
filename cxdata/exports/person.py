"""One person's data on its way out: a document for machines and a table of each kind for people."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from cxdata.ingest.formulas import defused
from cxdata.panels.document import json_value

MEMBER_DATE = (2000, 1, 1, 0, 0, 0)  # of the files in the archive: no clock of this computer


def person_document(who: str, frames: Mapping[str, pl.DataFrame]) -> dict[str, object]:
    """All of it as plain values: who was asked for, when (UTC), and the rows of each table."""
    return {
        "person": who,
        "made_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "tables": {name: frame.to_dicts() for name, frame in frames.items()},
    }


def person_archive(who: str, frames: Mapping[str, pl.DataFrame]) -> bytes:
    """A zip of ``person.json`` and one CSV per table, in UTF-8; no cell runs as a formula."""
    target = io.BytesIO()
    document = json_value(person_document(who, frames))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
        archive.writestr(zipfile.ZipInfo("person.json", MEMBER_DATE), text)
        for name, frame in frames.items():
            safe = frame.with_columns(
                pl.Series(each.name, [it and defused(it) for it in each], dtype=pl.String)
                for each in frame
                if each.dtype == pl.String
            )
            content = safe.write_csv(include_bom=True, quote_style="non_numeric").encode()
            archive.writestr(zipfile.ZipInfo(f"{name}.csv", MEMBER_DATE), content)
    return target.getvalue()
