"""Names in frozen packs: they go when whoever bears them is erased, or their time is over.

Packs are kept compressed, so no SQL finds a text in them: each is opened, changed and kept again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from cxdata.errors import StoreDamaged
from cxdata.store.stored_json import packed_text, unpacked_text

COLUMNS = ("pack", "people")


def frozen_texts(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str, str]]:
    """Snapshot, language, column and JSON text of all that frozen packs hold."""
    rows = con.execute(
        "select snapshot_id, locale, pack, people from snapshot_packs order by all"
    ).fetchall()
    for snapshot_id, locale, *texts in rows:
        for column, kept in zip(COLUMNS, texts, strict=True):
            if kept is not None and (text := _opened(kept)):
                yield snapshot_id, locale, column, text


def frozen_mentions(
    con: duckdb.DuckDBPyConnection, texts: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Table, column and text of all in frozen packs in which one of these stands as a word."""
    if not texts:
        return []
    sought = _words(texts)
    found = {
        ("snapshot_packs", column, it)
        for _, _, column, text in frozen_texts(con)
        for it in _strings(json.loads(text))
        if sought.search(it)
    }
    return sorted(found)


def replace_in_frozen(
    con: duckdb.DuckDBPyConnection, cells: Mapping[str, str], words: Mapping[str, str]
) -> int:
    """Put others in the place of texts, wherever packs hold them; how many documents had any.

    ``cells`` are what fills a cell in the rows of lists of people, ``words`` what also stands
    within any other text, whatever its case.
    """
    if not cells and not words:
        return 0
    lower = {text.lower(): it for text, it in words.items()}
    sought = _words(words) if words else None

    def said(text: str) -> str:
        return sought.sub(lambda found: lower[found[0].lower()], text) if sought else text

    count = 0
    for snapshot_id, locale, column, text in list(frozen_texts(con)):
        document = json.loads(text)
        if column == "people":
            _empty_cells(document, cells)
        changed = _replaced(document, said)
        if changed != json.loads(text):
            count += 1
            kept = packed_text(json.dumps(changed, ensure_ascii=False, separators=(",", ":")))
            con.execute(
                f"""update snapshot_packs set {column} = $kept
                where snapshot_id = $id and locale = $locale""",
                {"kept": kept, "id": snapshot_id, "locale": locale},
            )
    return count


def _empty_cells(document: Any, cells: Mapping[str, str]) -> None:
    """In the rows of lists that hold one of the texts: in the numbers, and in the table."""
    for figure in _figures(document):
        columns = [it[2] for it in figure["frame"]["columns"] if "String" in it[1]]
        rows = {
            n for column in columns for n, it in enumerate(column) if _is_text(it) and it in cells
        }
        table = figure.get("table") or {"rows": []}
        for n in rows:
            for column in columns:
                column[n] = _cell(column[n], cells)
            if n < len(table["rows"]):
                table["rows"][n] = [_cell(it, cells) for it in table["rows"][n]]


def _figures(document: Any) -> Iterator[Any]:
    """The figures of a pack with numbers; nothing of what has another form."""
    try:
        for section in document["pack"]["sections"]:
            yield from (it for it in section["figures"] if it.get("frame"))
    except (KeyError, TypeError):
        return


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _cell(value: Any, cells: Mapping[str, str]) -> Any:
    return cells.get(value, value) if isinstance(value, str) else value


def _opened(kept: str) -> str:
    """The text; none of one that is damaged, which a check names."""
    try:
        text = unpacked_text(kept, "snapshot_packs")
        json.loads(text)
    except (StoreDamaged, ValueError):
        return ""
    return text


def _words(texts: Sequence[str] | Mapping[str, str]) -> re.Pattern[str]:
    """Any of the texts as a whole word, the longest first."""
    longest = sorted(texts, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for it in value.values() if isinstance(value, dict) else value:
            yield from _strings(it)


def _replaced(value: Any, said: Any) -> Any:
    """The document with other texts; names of fields stay."""
    if isinstance(value, dict):
        return {name: _replaced(it, said) for name, it in value.items()}
    if isinstance(value, list):
        return [_replaced(it, said) for it in value]
    return said(value) if isinstance(value, str) else value
