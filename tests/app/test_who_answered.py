"""The part of the NPS page that says who answered, with invitations and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.stores import add, answers

NPS = "insights/nps.py"
Open = Callable[..., Opened]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    add(opened, answers([10] * 20 + [3] * 10), "responses")
    yield opened
    opened.close()


@pytest.mark.parametrize(("lang", "said"), [("en", "30.0% of"), ("fr", "30,0\u00a0% des")])
def test_the_rate_stands_on_the_nps_page(store: Store, opened: Open, lang: str, said: str) -> None:
    rows = [
        {"customer_id": f"C{place}", "sent_at": datetime(2026, 6, 1, 9), "is_answered": place < 30}
        for place in range(100)
    ]
    add(store, rows, "invitations", extract_date=date(2026, 6, 30))
    page = opened(store, NPS, lang=lang).look_closer("who")
    assert said in page.text


@pytest.mark.parametrize(("lang", "said"), [("en", "Import the list"), ("fr", "Importer la liste")])
def test_without_invitations_it_says_what_to_import(
    store: Store, opened: Open, lang: str, said: str
) -> None:
    assert said in opened(store, NPS, lang=lang).look_closer("who").text
