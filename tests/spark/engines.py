"""The engines that lakes are counted on in tests, each in processes of its own.

``CXDATA_TESTED_ENGINE`` is ``sail`` or ``spark``: Spark in Java, two workers of one core each, from
``SPARK_HOME`` or the package ``pyspark``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ENGINE = os.environ.get("CXDATA_TESTED_ENGINE", "sail")
SECONDS_TO_START = 600
SAIL = (
    "import sys, threading; from pysail.spark import SparkConnectServer; "
    "SparkConnectServer(ip='127.0.0.1', port=int(sys.argv[1])).start(background=False)"
)
JAVA_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


@contextmanager
def engine_process(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """An engine in a process of its own, and its address; gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            _spark(port) if ENGINE == "spark" else [sys.executable, "-c", SAIL, str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "SPARK_WORKER_DIR": str(folder), "SPARK_LOCAL_DIRS": str(folder)},
            start_new_session=True,
        )
    try:
        _wait_for(port, process, folder / "engine.log")
        yield f"spark://127.0.0.1:{port}", process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """The engine and its workers, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _spark(port: int) -> list[str]:
    home = os.environ.get("SPARK_HOME")
    if home is None:
        import pyspark

        home = str(Path(pyspark.__file__).parent)
    told = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": 2,
        "spark.ui.enabled": "false",
    }
    configured = [part for key, it in told.items() for part in ("--conf", f"{key}={it}")]
    return [
        *(f"{home}/bin/spark-submit", "--master", "local-cluster[2,1,1024]"),
        *("--driver-memory", "2g", *configured, "--class", JAVA_SERVER, "spark-internal"),
    ]


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the engine didn't start: {log.read_text(errors='replace')[-2000:]}")
