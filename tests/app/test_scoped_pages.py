"""Pages of a reader who may see a part of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from cxdata.followup.annotations import Annotation, add_annotation
from cxdata.models import Reader, Scope
from cxdata.store.connection import Store
from pages.components import context
from tests.app.conftest import OVERVIEW, Opened
from tests.scoped_stores import NOWHERE, filled, made_up

Open = Callable[..., Opened]
LIMITED = Reader("somebody", "reader", Scope.of({"segment": ["SMB"]}))
BY_CHANNEL = Reader("somebody", "manager", Scope.of({"channel": ["call"]}), may_see_people=True)
WITHOUT_PEOPLE = Reader("somebody", "manager")
SEES = "You see: Segment SMB · no names and comments"
PEOPLE = "Your rights don't reach names, comments and lists of people."


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = filled(tmp_path_factory.mktemp("seen") / "cx.duckdb", made_up(5, people=40, rows=150))
    add_annotation(opened, Annotation(date(2026, 1, 1), "Prices of everybody"))
    yield opened
    opened.close()


@pytest.fixture
def as_reader(monkeypatch: pytest.MonkeyPatch) -> Callable[[Reader], None]:
    return lambda reader: monkeypatch.setattr(context, "current_reader", lambda: reader)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        (OVERVIEW, {}),
        ("insights/nps.py", {}),
        ("insights/response_times.py", {"part": "backlog"}),
        ("insights/churn_cost.py", {"part": "at_risk"}),
        ("insights/cx_pyramid.py", {}),
    ],
)
def test_a_page_shows_the_part_and_says_so_once(
    store: Store,
    opened: Open,
    as_reader: Callable[[Reader], None],
    page: str,
    query: dict[str, str],
) -> None:
    as_reader(LIMITED)
    seen = opened(store, page, lang="en", **query)
    said = "\n".join(it.value for it in seen.app.sidebar.caption)
    assert said.replace("\\", "").count(SEES) == 1
    assert not {"Key", "Home", "Prices of everybody", "Name 1"} & set(seen.lines())
    if query.get("part") == "at_risk":
        assert PEOPLE in seen.text
    offered = [set(it.options) for it in seen.app.main.multiselect]
    assert all(not {"Key", "Home"} & each for each in offered)


@pytest.mark.parametrize("page", ["data/import_extract.py", "data/settings.py"])
def test_what_changes_the_store_is_refused_in_words(
    store: Store, opened: Open, as_reader: Callable[[Reader], None], page: str
) -> None:
    as_reader(LIMITED)
    assert "Only managers and administrators" in opened(store, page, lang="en").text
    as_reader(BY_CHANNEL)
    refused = opened(store, page, lang="fr")
    assert "dont vos droits n’atteignent qu’une partie" in refused.text
    assert not refused.app.main.selectbox
    assert not refused.app.main.get("file_uploader")


def test_the_batches_of_the_store_are_shown_to_who_sees_everything(
    store: Store, opened: Open, as_reader: Callable[[Reader], None]
) -> None:
    as_reader(LIMITED)
    part = opened(store, "data/inventory.py", lang="en").text
    assert "a part of the data" in part
    assert "file 1.csv" not in part
    as_reader(WITHOUT_PEOPLE)
    assert "file 1.csv" in opened(store, "data/inventory.py", lang="en").text


def test_a_page_of_what_the_rights_do_not_know_says_why(
    store: Store, opened: Open, as_reader: Callable[[Reader], None]
) -> None:
    as_reader(BY_CHANNEL)
    told = opened(store, "insights/churn_cost.py", lang="en").text
    assert "Your rights are by Channel, which customers don't have." in told


def test_a_value_outside_the_rights_can_not_be_told_from_one_that_nobody_has(
    store: Store, opened: Open, as_reader: Callable[[Reader], None]
) -> None:
    """Nor do assumptions of other segments show, or who changed them."""
    as_reader(LIMITED)
    said = {
        value: opened(
            store, "insights/churn_cost.py", lang="en", part="assumptions", segment=[value, "SMB"]
        ).text
        for value in ("Key", NOWHERE)
    }
    assert said[NOWHERE].replace(NOWHERE, "Key") == said["Key"]
    assert "Margin rate · SMB" in said["Key"]
    assert "Margin rate · Key" not in said["Key"]
    assert "What was changed" not in said["Key"]
