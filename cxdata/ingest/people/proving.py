"""Whether a person is gone: their rows, the texts of every table, the bytes of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from cxdata.ingest.people.finding import LEAST_LETTERS, Person
from cxdata.ingest.people.frozen import frozen_mentions
from cxdata.ingest.storing.tables import TABLES
from cxdata.store.connection import Store
from cxdata.store.files import WAL_ENDINGS, beside

CHUNK_BYTES = 16_000_000
# Of a comment so many letters are looked for: enough to be its own.
COMMENT_LETTERS = 40
LEAST_COMMENT_LETTERS = 12
MOST_STANDING = 10_000  # texts of one column that hold one of them
MOST_TEXTS = 50  # the longest ones; each is looked for in every byte


@dataclass(frozen=True)
class Proof:
    """What was looked for after an erasure, and where something of it still stands.

    ``text_count`` texts were looked for in every text of the store and in ``byte_count`` bytes of
    its files; ``places`` are the columns that hold one, such as another person's comment;
    ``is_in_bytes`` whether the files have one.
    """

    text_count: int
    byte_count: int
    places: tuple[str, ...]
    is_in_bytes: bool

    @property
    def is_gone(self) -> bool:
        return not self.places and not self.is_in_bytes


def distinctive_parts(
    con: duckdb.DuckDBPyConnection, person: Person, frames: Mapping[str, pl.DataFrame]
) -> tuple[str, ...]:
    """What of the person's data can be told from anybody else's: names, identifiers, comments.

    A comment that others wrote, too, is nobody's own; ``choose_rows`` comes before.
    """
    comments = frames["responses"]["comment"].to_list() if "responses" in frames else []
    begun = {
        text.strip().splitlines()[0][:COMMENT_LETTERS] for text in comments if text and text.strip()
    }
    long = {
        text for text in begun if len(text) >= LEAST_COMMENT_LETTERS and not _is_shared(con, text)
    }
    own = {text for text in person.distinctive if len(text) >= LEAST_LETTERS}
    first = {*person.customers, person.who} & own
    others = sorted((own | long) - first, key=lambda it: (-len(it), it))
    return tuple([*sorted(first), *others][:MOST_TEXTS])


def _is_shared(con: duckdb.DuckDBPyConnection, text: str) -> bool:
    count = con.execute(
        """select count(*) from response_versions
        where contains(comment, $text) and response_id not in (
            select key from chosen where kind = 'responses')""",
        {"text": text},
    ).fetchall()[0][0]
    return bool(count)


def search_store(store: Store, person: Person, texts: Sequence[str]) -> Proof:
    """Look for the person in every table and every byte of the store, its change log included.

    Nothing stands between two texts in the file: what is part of somebody else's text can only be
    looked for in the tables, and isn't counted in ``text_count``.
    """
    with store.cursor() as con:
        frozen = [(f"{table}.{it}", text) for table, it, text in frozen_mentions(con, texts)]
        standing = [*_standing(con, texts), *frozen]
        places = [*_identified(con, person), *(it for it, text in standing if _names(text, texts))]
    others = [text for _, text in standing]
    alone = [text for text in texts if not any(text in other for other in others)]
    with store.unchanged():
        found, count = search_files(store.path, alone)
    return Proof(len(alone), count, tuple(dict.fromkeys(places)), found)


def search_files(path: Path, texts: Sequence[str]) -> tuple[bool, int]:
    """Whether one of the texts stands in the bytes of the store's files, and how many there are.

    A file that was just written anew is made from the tables alone, which are searched, too:
    DuckDB may press long texts together so that their bytes don't show.
    """
    files = [path, *(it for it in (beside(path, end) for end in WAL_ENDINGS) if it.exists())]
    words = [it.encode() for it in texts]
    longest = max(map(len, words), default=0)
    is_found, count = False, 0
    for each in files:
        tail = b""
        with each.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                count += len(chunk)
                seen = tail + chunk
                is_found = is_found or any(it in seen for it in words)
                tail = chunk[-longest:] if longest else b""
    return is_found, count


def _names(text: str, sought: Sequence[str]) -> bool:
    """As a whole word: a longer identifier that begins with this one is somebody else's."""
    words = "|".join(map(re.escape, sought))
    return re.search(f"(?<![0-9A-Za-z])(?:{words})(?![0-9A-Za-z])", text) is not None


def _identified(con: duckdb.DuckDBPyConnection, person: Person) -> list[str]:
    found = []
    for table in TABLES.values():
        columns = {row[1] for row in con.execute(f"pragma table_info('{table.name}')").fetchall()}
        for column in sorted({table.key, "customer_id", "response_id"} & columns):
            count = con.execute(
                f"select count(*) from {table.name} where {column} = $who", {"who": person.who}
            ).fetchall()[0][0]
            found += [f"{table.name}.{column}"] if count else []
    return found


def _standing(con: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> list[tuple[str, str]]:
    """What in the store's own tables holds one of the texts: its column, and the whole text."""
    if not texts:
        return []
    columns = con.execute(
        """select table_name, column_name from duckdb_columns()
        where database_name = current_database() and schema_name = 'main'
            and data_type = 'VARCHAR' and table_name in (
                select table_name from duckdb_tables()
                where database_name = current_database() and not temporary)
        order by all"""
    ).fetchall()
    found = []
    for table, column in columns:
        rows = con.execute(
            f"""select distinct "{column}" from "{table}"
            where regexp_matches("{column}", $pattern) limit {MOST_STANDING}""",
            {"pattern": "|".join(map(re.escape, texts))},
        ).fetchall()
        found += [(f"{table}.{column}", str(row[0])) for row in rows]
    return found
