"""The package: built, installed where there is nothing else, started from a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from zipfile import ZipFile

import pytest

from cxdata import __version__
from cxdata.installed import PACKAGED

PROJECT = Path(__file__).parents[2]
START_SECONDS = 120
# The page that shows a document, opened through the frame.
OPEN_METHODS = """
import sys
from cxdata.installed import FOLDER
sys.path.insert(0, str(FOLDER))
from streamlit import config
from streamlit.testing.v1 import AppTest
config.set_option("server.address", "127.0.0.1")
app = AppTest.from_file(str(FOLDER / "pages" / "frame.py"), default_timeout=100).run()
app.switch_page("data/methods.py").run()
assert not app.exception, app.exception
print(*(text.value for text in app.main.markdown))
"""


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel, in a folder that has nothing else."""

    folder: Path

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("env/**/site-packages")
        return found

    def program(self, name: str) -> str:
        programs = "Scripts" if os.name == "nt" else "bin"
        return str(self.folder / "env" / programs / name)

    def run(self, name: str, *words: str) -> str:
        return output([self.program(name), *words], self.folder)

    @contextmanager
    def server(self, port: int) -> Iterator[Path]:
        """The dashboard on that port; its log."""
        log = self.folder / "server.log"
        app = self.run("python", "-c", "from cxdata.installed import APP; print(APP)")
        words = ["-m", "streamlit", "run", app, "--server.port", str(port)]
        with log.open("wb") as file:
            process = subprocess.Popen(
                [self.program("python"), *words],
                cwd=self.folder,
                env=environment(self.folder),
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            yield log
        finally:
            process.terminate()
            process.wait(20)


def environment(folder: Path) -> dict[str, str]:
    """That of the tests but for what leads to the project, with a store in ``folder``."""
    left_out = {"PYTHONPATH", "VIRTUAL_ENV", "CXDATA_SETTINGS"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "CXDATA_STORE": str(folder / "cx.duckdb")}


def output(command: list[str], folder: Path) -> str:
    run = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.strip()


def uv(*words: str, folder: Path) -> None:
    output([sys.executable, "-m", "uv", "--offline", "--quiet", *words], folder)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ("build", "--wheel", "--no-build-isolation", "--python", sys.executable)
    uv(*build, "--out-dir", str(folder), folder=PROJECT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """What the wheel needs is lent by the environment of the tests, so nothing is fetched."""
    made = Installed(tmp_path_factory.mktemp("home"))
    uv("venv", "--python", sys.executable, "env", folder=made.folder)
    install = ("pip", "install", "--no-deps", "--python", made.program("python"))
    uv(*install, str(wheel), folder=made.folder)
    (made.packages / "lent.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return made


def test_nothing_but_cxdata_comes_to_lie_beside_other_packages(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in ZipFile(wheel).namelist()}
    assert tops == {"cxdata", f"cx_dashboard-{__version__}.dist-info"}


def test_the_wheel_holds_every_file_of_the_code_and_of_the_pages(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    files = [it for room in ("cxdata", "pages") for it in (PROJECT / room).rglob("*")]
    names = [
        it.relative_to(PROJECT).as_posix() for it in files if it.is_file() and it.suffix != ".pyc"
    ]
    assert len(names) > 200
    places = [it if it.startswith("cxdata/") else f"cxdata/{PACKAGED}/{it}" for it in names]
    assert [it for it in places if it not in held] == []


def test_the_version_is_that_of_the_code(installed: Installed) -> None:
    assert installed.run("cx-dashboard", "--version") == __version__
    assert installed.run("python", "-m", "cxdata", "--version") == __version__


def test_an_installed_dashboard_has_samples_documents_and_its_own_settings_of_the_server(
    installed: Installed,
) -> None:
    installed.run("cx-dashboard", "sample")
    shown = installed.run("cx-dashboard", "show", "nps", "--from", "2026-04-01", "--json")
    assert '"answer_count"' in shown
    assert "](#1-net-promoter-score-nps)" in installed.run("python", "-c", OPEN_METHODS)
    port = free_port()
    with installed.server(port) as log:
        assert status(f"http://127.0.0.1:{port}/health") == 200, log.read_text("utf-8")
        said = log.read_text("utf-8")
    assert f"URL: http://127.0.0.1:{port}" in said
    assert "Network URL" not in said
    assert "Traceback" not in said


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(address: str) -> int | None:
    """What the server answers as soon as it does; None: nothing in time."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
        time.sleep(0.2)
    return None
