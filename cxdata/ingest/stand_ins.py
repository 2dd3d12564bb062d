"""Keyed stand-ins for names: the same person is the same in every file, and nobody reads who.

A stand-in is an HMAC of the name with a key of the store, so that whoever sees figures, lists or
files of the dashboard can't look names up. Whoever has the store's file has the key in it, and can
try names that they already know.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

import polars as pl

NAME_PREFIX = "person-"  # begins what stands for a name
LETTERS = 16  # of the hash, 64 bits
WHAT = "name:"  # keeps names apart from what else has a hash with the same key
IN_TEXT = "…"  # where an address stood in what people wrote
STAND_IN_FORM = rf"{NAME_PREFIX}[0-9a-f]{{{LETTERS}}}"
_STAND_IN = re.compile(STAND_IN_FORM)


def name_stand_in(name: str, key: str) -> str:
    """What stands for a name or an e-mail address; of nothing nothing, of a stand-in itself.

    Case, accents written in two ways and further blanks make no other person.

    >>> made = name_stand_in("Ada  Lovelace", "key")
    >>> made == name_stand_in(" ADA LOVELACE ", "key") == name_stand_in(made, "key")
    True
    >>> name_stand_in("Ada Lovelace", "another") == made, name_stand_in("  ", "key")
    (False, '')
    """
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    if not plain or _STAND_IN.fullmatch(plain):
        return plain
    made = hmac.new(key.encode(), (WHAT + plain).encode(), hashlib.sha256).hexdigest()
    return NAME_PREFIX + made[:LETTERS]


def with_stand_ins(names: pl.Series, key: str) -> pl.Series:
    """A column of names with a stand-in for each; nulls stay."""
    distinct = names.drop_nulls().unique()
    made = pl.DataFrame(
        {
            "name": distinct,
            "made": pl.Series([name_stand_in(it, key) for it in distinct], dtype=pl.String),
        }
    )
    found = names.alias("name").to_frame().join(made, on="name", how="left", maintain_order="left")
    return found["made"].alias(names.name)
