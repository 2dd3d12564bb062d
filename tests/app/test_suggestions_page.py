"""The suggestion box on the page of cases: listed, answered, typed, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cxdata.cases.suggestions import comment_kinds, typed_comments
from cxdata.models import Filters
from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.stores import MIDDAY, add

Open = Callable[..., Opened]
CASES = "insights/cases.py"
IDEA = 'Vous devriez <img src=x> **ouvrir** le "samedi" 😀'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    rows = [
        {"response_id": f"R{n}", "customer_id": f"C{n}", "nps_score": 7, "segment": "Home",
         "responded_at": MIDDAY + timedelta(minutes=n), "comment": IDEA}
        for n in range(6)
    ]  # fmt: skip
    add(opened, rows, "responses", kept_columns=["segment"])
    yield opened
    opened.close()


def test_a_suggestion_is_answered_and_retyped_and_one_drawn_by_chance_is_checked(
    store: Store, opened: Open
) -> None:
    page = opened(store, CASES, part="suggestions")
    assert "6 suggestions" in page.text
    assert IDEA in page.text  # as text
    assert "not measured yet" in page.text
    version = store.data_version
    page.app.text_area(key=f"suggestion_reply:R5:{version}").input("Ouvert depuis mai")
    form = f"suggestion_form:R5:{version}"
    page.app.button(key=f"FormSubmitter:{form}-Save").click().run()
    assert not page.app.exception
    assert "Ouvert depuis mai" in page.text
    version = store.data_version
    page.app.selectbox(key="suggestion_kind:R4:en").select("question")
    page.app.button(key=f"FormSubmitter:suggestion_form:R4:{version}-Save").click().run()
    assert not page.app.exception
    told = typed_comments(store, Filters()).filter("is_told")
    assert told.select("response_id", "kind").rows() == [("R4", "question")]
    page.app.button(key="suggestions_check").click().run()
    page.app.button(key="FormSubmitter:suggestion_check_form-That is what it is").click().run()
    assert not page.app.exception
    assert comment_kinds(store, Filters())["checked_count"].sum() == 1


def test_in_french_and_without_comments_the_page_says_so(
    store: Store, opened: Open, empty: Store
) -> None:
    assert "6 suggestions" in opened(store, CASES, part="suggestions", lang="fr").text
    bare = opened(empty, CASES, part="suggestions")
    assert "There are no comments for these filters." in bare.text
