"""JSON that the store keeps in a column, read back; long texts of it are kept compressed."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from cxdata.errors import StoreDamaged

# Longer documents are compressed.
PLAIN_LETTERS = 20_000
COMPRESSED = "zlib:"
# Of a document that somebody made to fill the memory.
MOST_BYTES = 200_000_000


def stored_json(text: str, where: str) -> Any:
    """What was kept as JSON; ``where`` is its table and column.

    Raises
    ------
    StoreDamaged
        If it can't be read.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise _damaged(where) from error


def packed_text(text: str) -> str:
    """How a document is kept in a column: as it is, or compressed if it is long.

    >>> packed_text("short"), unpacked_text(packed_text("long " * 9000), "here") == "long " * 9000
    ('short', True)
    """
    if len(text) <= PLAIN_LETTERS and not text.startswith(COMPRESSED):
        return text
    return COMPRESSED + base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def unpacked_text(kept: str, where: str) -> str:
    """The document that was kept so; ``where`` is its table and column.

    Raises
    ------
    StoreDamaged
        If it can't be read.
    """
    if not kept.startswith(COMPRESSED):
        return kept
    try:
        reader = zlib.decompressobj()
        text = reader.decompress(
            base64.b64decode(kept[len(COMPRESSED) :], validate=True), MOST_BYTES
        )
        if not reader.eof:
            raise _damaged(where)
        return text.decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError) as error:
        raise _damaged(where) from error


def _damaged(where: str) -> StoreDamaged:
    return StoreDamaged(
        "The store is damaged: a value of {where} can't be read.",
        "Check the store, and restore a backup.",
        where=where,
    )
