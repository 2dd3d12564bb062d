"""Frames as Streamlit's grids take them, and codes as words in them.

Streamlit turns a Polars frame into a pandas one before it draws it, and Polars' ``to_pandas``
keeps Python's lock while it waits for Polars' thread pool. Together with a Python function inside
a Polars expression, which a thread of that pool runs and which wants the lock, this froze the
whole server (docs/adr/0012-no-python-in-polars.md). So grids get Arrow tables, which Streamlit
sends as they are, and words are found here, value by value, outside of any expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl
import pyarrow as pa


def grid_rows(frame: pl.DataFrame) -> pa.Table:
    """The frame as what ``st.dataframe`` sends without converting it.

    Column names, order, types and nulls stay; a frame without rows stays without rows.
    ``to_arrow`` lets go of Python's lock while it works; a test holds that it does.

    >>> grid_rows(pl.DataFrame({"n": [1, None]})).to_pylist()
    [{'n': 1}, {'n': None}]
    """
    return frame.to_arrow()


def in_words(
    name: str, values: Iterable[Any], word: Callable[[Any], str | None], *, skips_null: bool = True
) -> pl.Series:
    """A column of texts, one per value; null stays null unless ``skips_null`` is off.

    >>> in_words("size", [1, None], lambda it: "small" if it else "none").to_list()
    ['small', None]
    """
    texts = [None if it is None and skips_null else word(it) for it in values]
    return pl.Series(name, texts, dtype=pl.String)
