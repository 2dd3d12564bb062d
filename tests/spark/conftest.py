"""The engine and the sample that the tests of ``make test-spark`` share."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pysail.spark import SparkConnectServer

from cxdata.config import load_settings
from cxdata.store.connection import Store
from tests.stores import import_sample


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = SparkConnectServer(ip="127.0.0.1", port=port)
    server.start(background=True)
    yield f"spark://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path = tmp_path_factory.mktemp("store") / "cx.duckdb"
    import_sample(path)
    return Store.open(path, load_settings())
