"""The log: a line per event, a file for its owner only, and nothing of anybody's data."""

from __future__ import annotations

import io
import logging
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner
from streamlit import error_util

from cxdata import log as log_module
from cxdata.cli import main
from cxdata.config import LogSettings, load_settings
from cxdata.errors import CxDataError, SettingsError
from cxdata.ingest import import_file, preview_file, undo_batch
from cxdata.log import (
    log_backup,
    log_fault,
    log_refusal,
    log_restore,
    log_start,
    log_stop,
    log_uncaught,
    set_up_log,
    take_down_log,
)
from cxdata.store.connection import Store

PROJECT = Path(__file__).parents[2]
NAME = "Marie Dupont"
MAIL = "marie.dupont@example.com"
COMMENT = "je suis très mécontente de Paul"
PHONE = "0612345678"
PLANTS = ("marie", "dupont", "example.com", "mécontente", "paul", PHONE)
FILE_NAME = f"{NAME} {MAIL}.csv"
SETTINGS = LogSettings(folder="", max_bytes=5_000_000, file_count=5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "cx.duckdb")
    yield store
    store.close()


@dataclass
class Written:
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def lines(self) -> list[str]:
        """Without the moment."""
        moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")
        lines = self.text.splitlines()
        assert all(moment.match(line) for line in lines)
        return [line[21:] for line in lines]


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    log_module._repeats.forget()
    yield Written(set_up_log(tmp_path / "cx.duckdb", SETTINGS, is_console=False))
    take_down_log()


def assert_no_plant(text: str) -> None:
    assert [plant for plant in PLANTS if plant in text.lower()] == []


def test_each_event_is_one_line(written: Written, store: Store) -> None:
    log_start(data_version=0)
    report = import_file(store, b"responded_at,nps_score\n2026-06-15,9\n2026-06-16,12\n")
    assert report.batch_id is not None
    undo_batch(store, report.batch_id)
    with pytest.raises(CxDataError):
        undo_batch(store, report.batch_id)
    with pytest.raises(CxDataError):
        import_file(store, b"")
    log_backup(data_version=3, byte_count=1234)
    log_backup(data_version=3, byte_count=1234, is_scheduled=True)
    log_restore(data_version=3, is_set_aside=True)
    fault = log_fault(ValueError("x"))
    log_stop()
    process = r"process=\d+"
    expected = [
        rf"info start data_version=0 {process}",
        "info import batch=1 kind=responses rows=2 accepted=1 corrected=0 replaced=0 refused=1 "
        "duplicate=0",
        "info undo batch=1 rows=1",
        "warning refusal what=undo Batch … is undone already.",
        "warning refusal what=import The file is empty.",
        "info backup data_version=3 bytes=1234 by=person",
        "info backup data_version=3 bytes=1234 by=schedule",
        "info restore data_version=3 set_aside=yes",
        f"error fault id={fault} ValueError at no place",
        f"info stop {process}",
    ]
    assert len(written.lines) == len(expected)
    for line, pattern in zip(written.lines, expected, strict=True):
        assert re.fullmatch(pattern, line), (line, pattern)


def test_the_file_is_its_owner_s_only(written: Written) -> None:
    log_stop()
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(written.path.parent.stat().st_mode) == 0o700


def test_setting_up_the_log_writes_nothing_yet(written: Written) -> None:
    assert not written.path.parent.exists()


def test_imports_and_refusals_of_people_s_data_leave_nothing_of_it(
    written: Written, store: Store, tmp_path: Path
) -> None:
    header = "response_id,responded_at,nps_score,comment,customer_name,email,phone\n"
    good = f"r1,2026-06-15,9,{COMMENT},{NAME},{MAIL},{PHONE}\n"
    bad = f"r2,{NAME},{MAIL},{COMMENT},{NAME},{MAIL},{PHONE}\n"
    path = tmp_path / FILE_NAME
    path.write_text(header + good + bad, "utf-8")
    import_file(store, path, loaded_by=MAIL)
    import_file(store, (header + bad * 50).encode(), file_name=FILE_NAME)
    broken = [
        f"{NAME},{MAIL}\n{COMMENT},{PHONE}\n".encode(),
        f"PK\x03\x04{NAME}".encode(),
        f'{{"{NAME}": "{MAIL}"'.encode(),
        f"{header}{good}".encode("utf-16"),
        b"\x00\xff" + NAME.encode() * 100,
    ]
    for content in broken:
        for act in (import_file, preview_file):
            refused(lambda content=content, act=act: act(store, content, file_name=FILE_NAME))
    for choices in ({"mapping": {NAME: MAIL}}, {"sheet": NAME}, {"encoding": MAIL}):
        refused(lambda choices=choices: import_file(store, path, **choices))
    refused(lambda: import_file(store, tmp_path / f"{NAME}.xlsx"))
    refused(lambda: store.change_settings({"firm.currency": "EUR", f"firm.{NAME}": 1}))
    assert "import batch=1 kind=responses rows=2 accepted=1" in written.text
    assert "refusal what=import too many refused rows" in written.text
    assert "refusal what=preview" in written.text
    assert_no_plant(written.text)


def refused(act: Callable[[], object]) -> None:
    try:
        act()
    except CxDataError as error:
        log_refusal("page", error)


def failed(act: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        act()
    return caught.value


def _duckdb_fault() -> object:
    return duckdb.sql(f"select cast('{NAME} {MAIL}' as integer)").fetchall()


def _polars_fault() -> object:
    return pl.DataFrame({NAME: [COMMENT]}).select(pl.col(MAIL))


def _chained_fault() -> object:
    try:
        return int(NAME)
    except ValueError as error:
        raise LookupError(MAIL) from error


def _mistake() -> object:
    raise SettingsError("The setting {name} is {value}.", name=NAME, value=MAIL)


FAULTS = [
    _duckdb_fault,
    _polars_fault,
    _chained_fault,
    _mistake,
    lambda: {}[NAME],
    lambda: int(PHONE + "x"),
    lambda: (tmp_missing / FILE_NAME).read_text(),
    lambda: COMMENT.encode("ascii"),
]
tmp_missing = Path("/nowhere")


@pytest.mark.parametrize("act", FAULTS)
def test_a_fault_has_type_and_places_and_no_value(
    written: Written, act: Callable[[], object]
) -> None:
    error = failed(act)
    fault = log_fault(error)
    assert log_fault(error) == fault
    (line,) = written.lines
    assert line.startswith(f"error fault id={fault} {type(error).__name__}")
    assert re.search(r"tests/unit/test_log\.py:\d+ ", line)
    assert_no_plant(line)


def test_causes_are_named_in_turn(written: Written) -> None:
    log_fault(failed(_chained_fault))
    assert re.search(r"LookupError at \S+.* from ValueError at ", written.lines[0])


@pytest.mark.parametrize("act", FAULTS)
def test_what_libraries_write_of_an_exception_has_no_value_either(
    written: Written, act: Callable[[], object]
) -> None:
    """Also on stderr, which many keep as a log: Streamlit writes each fault there itself."""
    error = failed(act)
    stream = io.StringIO()
    console = logging.StreamHandler(stream)
    loggers = [error_util._LOGGER, logging.getLogger("another.library")]
    for logger in loggers:
        logger.addHandler(console)
    try:
        error_util._log_uncaught_app_exception(error)
        loggers[1].error("It failed: %s", error, exc_info=error)
        loggers[1].error(error)
    finally:
        for logger in loggers:
            logger.removeHandler(console)
    assert stream.getvalue().count(type(error).__name__) >= 2
    assert_no_plant(stream.getvalue())


def test_messages_of_our_own_come_into_the_file_on_one_line(written: Written) -> None:
    log = logging.getLogger("cxdata.store.connection")
    log.info("Moved to %s\nerror fault id=000000 made up", Path(f"/home/{NAME}/cx.duckdb"))
    assert written.lines == ["info note Moved to cx.duckdb error fault id=000000 made up"]


def test_the_same_refusal_over_and_over_is_counted(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(1000):
        log_refusal("request", "foreign Host")
    log_refusal("request", "foreign Origin")
    monkeypatch.setattr(log_module, "REPEAT_SECONDS", 0)
    log_refusal("request", "foreign Host")
    assert written.lines == [
        "warning refusal what=request foreign Host",
        "warning refusal what=request foreign Origin",
        "warning refusal what=request times=1000 foreign Host",
    ]


def test_the_file_is_begun_anew_and_the_oldest_goes(tmp_path: Path) -> None:
    place = set_up_log(
        tmp_path / "cx.duckdb", LogSettings("", max_bytes=10_000, file_count=2), is_console=False
    )
    for _ in range(1000):
        log_stop()
    take_down_log()
    files = sorted(place.parent.iterdir())
    assert [file.name for file in files] == [place.name, f"{place.name}.1", f"{place.name}.2"]
    assert all(0 < file.stat().st_size <= 10_000 for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


# What each of several processes does; it imports the log alone.
WRITING = """
import sys
from cxdata.config import LogSettings
from cxdata.log import log_stop, set_up_log
settings = LogSettings(folder="", max_bytes=5_000_000, file_count=5)
set_up_log(sys.argv[1], settings, is_console=False)
for _ in range(100):
    log_stop()
"""


def test_several_processes_write_whole_lines(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITING, str(tmp_path / "cx.duckdb")]
    writers = [subprocess.Popen(command, cwd=PROJECT) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    lines = (tmp_path / "logs" / "cx-dashboard.log").read_text("utf-8").splitlines()
    assert len(lines) == 300
    assert all(re.fullmatch(r"\S+Z info stop process=\d+", line) for line in lines)


def test_a_log_that_can_not_be_written_stops_nothing(
    tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    set_up_log(tmp_path / "cx.duckdb", SETTINGS, is_console=False)
    assert import_file(store, b"responded_at,nps_score\n2026-06-15,9\n").batch_id == 1
    log_stop()
    take_down_log()
    assert capsys.readouterr().err == (
        "The log can't be written; check its folder and the free space.\n"
    )


def test_the_folder_can_be_set(tmp_path: Path) -> None:
    chosen = LogSettings(str(tmp_path / "elsewhere"), 1_000_000, 1)
    place = set_up_log(tmp_path / "data" / "cx.duckdb", chosen, is_console=False)
    log_stop()
    take_down_log()
    assert place == tmp_path / "elsewhere" / "cx-dashboard.log"
    assert place.exists()


def test_the_console_has_the_same_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = set_up_log(tmp_path / "cx.duckdb", SETTINGS)
    log_stop()
    take_down_log()
    assert capsys.readouterr().err == place.read_text("utf-8")


def test_what_nobody_catches_is_a_fault(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    told: list[str] = []
    log_uncaught(told.append)
    thread = threading.Thread(target=_chained_fault)
    thread.start()
    thread.join()
    error = failed(_duckdb_fault)
    traceback: TracebackType | None = error.__traceback__
    sys.excepthook(type(error), error, traceback)
    assert [re.sub("id=......", "id", line)[:25] for line in written.lines] == [
        "error fault id LookupErro",
        "error fault id Conversion",
    ]
    assert told == re.findall("id=([0-9a-f]{6}) Conversion", written.text)
    assert_no_plant(written.text)


def test_the_command_line_writes_the_same_log(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(f"responded_at,nps_score,comment\n2026-06-15,9,{COMMENT}\n")
    common = ["--store", str(tmp_path / "cx.duckdb")]
    for command in (["import", str(tmp_path / FILE_NAME)], ["undo", "1"], ["undo", "7"]):
        CliRunner().invoke(main, [*common, *command])
    take_down_log()
    Store.open(tmp_path / "cx.duckdb").close()
    lines = Written(tmp_path / "logs" / "cx-dashboard.log").lines
    assert [line.split(" ")[1] for line in lines] == ["import", "undo", "refusal"]
    assert_no_plant("\n".join(lines))


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("log", "max_megabytes = 0"),
        ("log", 'file_count = "many"'),
        ("server", 'allowed_hosts = "cx.example.org"'),
        ("server", 'allowed_hosts = ["*"]'),
        ("server", 'allowed_hosts = ["*.example.org"]'),
        ("server", 'allowed_hosts = ["https://cx.example.org"]'),
        ("server", 'allowed_hosts = ["cx.example.org/"]'),
        ("server", 'allowed_hosts = ["cx.example.org."]'),
        ("server", 'allowed_hosts = ["cx.example.org:0"]'),
        ("server", "allowed_hosts = [8501]"),
        ("server", "header_seconds = 0"),
        ("server", "body_silence_seconds = false"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, table: str, text: str) -> None:
    (tmp_path / "settings.toml").write_text(f"[{table}]\n{text}\n")
    with pytest.raises(SettingsError, match=f"The setting {table}."):
        load_settings(tmp_path / "settings.toml")


def test_the_environment_says_when_views_are_computed_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CXDATA_AHEAD_AFTER_SECONDS", "20")
    assert load_settings().server.ahead_after_seconds == 20
    monkeypatch.delenv("CXDATA_AHEAD_AFTER_SECONDS")
    assert load_settings().server.ahead_after_seconds == 10
    monkeypatch.setenv("CXDATA_AHEAD_AFTER_SECONDS", "soon")
    with pytest.raises(SettingsError, match="ahead_after_seconds"):
        load_settings()


def test_hosts_are_named_by_the_settings_and_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text('[server]\nallowed_hosts = ["CX.example.org"]\n')
    monkeypatch.setenv("CXDATA_ALLOWED_HOSTS", " 10.0.0.7:8501,[fd00::7]:8501, ")
    hosts = load_settings(tmp_path / "settings.toml").server.allowed_hosts
    assert hosts == ("cx.example.org", "10.0.0.7:8501", "[fd00::7]:8501")
    monkeypatch.setenv("CXDATA_ALLOWED_HOSTS", "*")
    with pytest.raises(SettingsError, match="without wildcards"):
        load_settings()
