"""Backups on the Data page: made, listed, restored, and offered where the store is damaged."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from cxdata.store.backups import backup_to_folder
from cxdata.store.connection import Store, restore_store
from tests.app.conftest import FRAME, AppTest, Opened, as_read
from tests.stores import add, answers

Open = Callable[..., Opened]
INVENTORY = "data/inventory.py"


def press(page: Opened, key: str) -> None:
    page.app.button(key=key).click().run()
    assert not page.app.exception


def test_a_backup_is_made_and_a_restore_says_what_would_change_before_it_does_anything(
    empty: Store, opened: Open
) -> None:
    add(empty, answers([9, 10]), "responses")
    page = opened(empty, INVENTORY)
    assert "There is no backup yet." in page.text
    press(page, "backup_now")
    assert "is made and checked." in page.text
    [row] = page.rows("Sound")
    assert row[1:3] == ["Backup", "1"]
    assert row[5] == "yes"
    add(empty, answers([0], survey="transactional"), "responses")
    version = empty.data_version
    press(page, "restore_ask")
    told = [as_read(it.value) for it in page.app.markdown]
    assert "The import 2 · responses.parquet goes." in told
    assert empty.data_version == version


@pytest.fixture
def filled(empty: Store) -> Store:
    """Something to save and to lose."""
    add(empty, answers([9, 3, 10, 8] * 10), "responses")
    return empty


@pytest.mark.parametrize(
    ("lang", "sentence", "button"),
    [
        ("en", "is damaged: parts of it can't be read.", "Restore this backup"),
        (
            "fr",
            "est endommagée\u00a0: des parties en sont illisibles.",
            "Restaurer cette sauvegarde",
        ),
    ],
)
def test_a_damaged_store_offers_its_backups_on_every_page(
    filled: Store, monkeypatch: pytest.MonkeyPatch, lang: str, sentence: str, button: str
) -> None:
    settings = filled.settings.backup
    backup_to_folder(filled, filled.path.parent / "backups", settings.keep)
    filled.close()
    with filled.path.open("r+b") as file:
        file.truncate(300_000)
    monkeypatch.setenv("CXDATA_STORE", str(filled.path))
    app = AppTest.from_file(FRAME, default_timeout=60)
    app.query_params["lang"] = lang
    app.run()
    assert not app.exception
    assert any(sentence in as_read(error.value) for error in app.error)
    assert app.button(key="restore_ask").label == button
    restore_store(filled.path, next(filled.path.parent.glob("backups/*.duckdb")))
    app.run()
    assert not app.exception
    assert not app.error
    Store.open(filled.path).close()


def test_a_lost_table_is_said_where_a_page_needs_it(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.close()
    with duckdb.connect(str(filled.path)) as con:
        con.execute("drop table answer_days")
    monkeypatch.setenv("CXDATA_STORE", str(filled.path))
    app = AppTest.from_file(FRAME, default_timeout=60)
    app.run()
    assert not app.exception
    assert any("answer_days is missing" in as_read(error.value) for error in app.error)
    Store.open(filled.path).close()


def test_a_folder_open_to_all_is_said(empty: Store, opened: Open) -> None:
    folder = empty.path.parent
    folder.chmod(0o777)
    try:
        assert "is open to all" in opened(empty, INVENTORY).text
    finally:
        folder.chmod(0o700)
