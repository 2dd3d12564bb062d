"""The engine and the sample that ``make test-spark`` and ``make test-spark-java`` share.

``CXDATA_TESTED_CUSTOMERS`` is ``tenth`` or ``all`` of the sample's customers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.ingest import import_file
from cxdata.store.connection import Store
from tests.spark.engines import ENGINE, engine_process
from tests.stores import SAMPLE_EXTRACTS, SAMPLE_FOLDER, import_sample

IS_WHOLE = os.environ.get("CXDATA_TESTED_CUSTOMERS", "tenth") == "all"
PARITY = Path("test-results") / f"parity-{ENGINE}.json"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with engine_process(tmp_path_factory.mktemp("engine")) as (address, _):
        yield address


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path = tmp_path_factory.mktemp("store") / "cx.duckdb"
    if IS_WHOLE:
        import_sample(path)
        return Store.open(path, load_settings())
    store = Store.open(path, load_settings())
    for name, kind in SAMPLE_EXTRACTS.items():
        import_file(store, _tenth(name, path.parent), kind=kind)
    return store


def _tenth(name: str, folder: Path) -> Path:
    """A file of the sample with a tenth of its customers, and the rows without one."""
    source, cut = SAMPLE_FOLDER / name, folder / name
    if name.endswith(".parquet"):
        customer = pl.col("customer_id")
        rows = pl.read_parquet(source)
        rows.filter(customer.is_null() | customer.str.ends_with("3")).write_parquet(cut)
        return cut
    if name.endswith(".csv"):
        head, *lines = source.read_bytes().splitlines(keepends=True)
        cut.write_bytes(head + b"".join(it for it in lines if it.split(b";")[0].endswith(b"3")))
        return cut
    return source


@pytest.fixture(scope="session")
def parity() -> Iterator[dict[str, dict[str, object]]]:
    """What each day table and query gave: ``tests.spark.parity_table`` makes a table of it."""
    found: dict[str, dict[str, object]] = {"tables": {}, "queries": {}}
    yield found
    PARITY.parent.mkdir(exist_ok=True)
    PARITY.write_text(json.dumps(found, indent=1, sort_keys=True))
