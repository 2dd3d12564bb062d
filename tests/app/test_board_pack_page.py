"""The page of the board pack: files hold what is chosen, for the rights of the reader."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from streamlit.testing.v1 import AppTest

from cxdata.access.rights import Right, Subject, grant
from cxdata.followup.mail_schedules import recorded_schedules
from cxdata.models import Reader
from cxdata.outbox import recorded_mails
from cxdata.record import recorded_acts
from cxdata.store.connection import Store
from pages.components import reader
from pages.parts.board_pack import files
from tests.app.conftest import Opened, as_read
from tests.mail_server import mail_settings
from tests.stores import add, answers, customers

Open = Callable[..., Opened]
PAGE = "insights/board_pack.py"
# The form of a schedule, without the dialog that it stands in.
CHANGE = """from cxdata.followup.mail_schedules import recorded_schedules
from cxdata.models import Filters
from cxdata.pack.making import PackChoice
from pages.components.context import tr, whole_store
from pages.parts.board_pack.mailing import draw_schedule_change
for it in recorded_schedules(whole_store()):
    draw_schedule_change(it, Filters(), PackChoice(), tr())"""


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The buttons of the last run: what each file is called, and what makes it."""
    found: dict[str, Any] = {}

    def button(label: str, data: Any, **options: Any) -> bool:
        found[options["key"]] = (label, options["file_name"], data)
        return False

    monkeypatch.setattr(files.st, "download_button", button)
    return found


def test_the_pack_that_is_chosen_is_the_one_that_is_made(
    empty: Store, opened: Open, offered: dict[str, Any]
) -> None:
    add(empty, customers(40, lost_count=8, segment="Home"), "customers")
    add(empty, answers([10, 9, 8, 3] * 10, segment="Home"), "responses")
    page = opened(empty, PAGE, lang="fr")
    assert not page.app.exception
    assert [label for label, *_ in offered.values()] == [
        "Diapositives (PPTX)",
        "PDF",
        "Classeur (XLSX)",
        "Courriel (EML)",
    ]
    page.app.multiselect(key="pack_sections:fr").set_value(["churn_cost"])
    page.app.selectbox(key="pack_language:fr").set_value("en")
    page.app.text_input(key="pack_title").set_value("March <b>board</b>")
    page.app.checkbox(key="pack_names").set_value(True)
    page.app.run()
    assert not page.app.exception
    _, name, content = offered["pack_file:pptx"]
    assert name == "board-pack.pptx"
    assert "people_exported" not in recorded_acts(empty)["act"]  # nothing is made yet
    slides = list(Presentation(io.BytesIO(content())).slides)
    assert slides[0].shapes.title.text_frame.text == "March <b>board</b>"
    assert len(slides) == 5
    assert recorded_acts(empty)["act"].to_list().count("people_exported") == 1


def test_names_are_not_offered_to_who_may_not_see_them(
    empty: Store, opened: Open, offered: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = Reader("Bob", "reader", may_see_people=False)
    monkeypatch.setattr("pages.components.context.current_reader", lambda: bob)
    monkeypatch.setattr(reader, "current_reader", lambda: bob)
    page = opened(empty, PAGE)
    assert not page.app.exception
    assert not page.app.checkbox
    assert len(offered) == 4


def test_a_schedule_is_set_sent_and_deleted_by_who_may(
    empty: Store,
    opened: Open,
    offered: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = opened(empty, PAGE)
    assert "no mail server is set" in page.app.warning[0].value
    monkeypatch.setattr(empty, "_base_settings", mail_settings(tmp_path, 18603))
    grant(empty, Right(Subject("person", "eve@example.org"), "administrator"))
    page.app.run()
    page.app.multiselect(key="mail_to:en:0:en").set_value(["eve@example.org"])
    page.app.selectbox(key="mail_every:0:en").set_value("working_day").run()
    page.app.number_input(key="mail_number:working_day:0:en").set_value(3)
    page.app.button(key="mail_save:0:en").click().run()
    assert not page.app.exception
    [made] = recorded_schedules(empty)
    assert (made.recipe.rhythm.every, made.recipe.rhythm.number) == ("working_day", 3)
    page.app.button(key=f"mail_now:{made.schedule_id}").click().run()
    [mail] = recorded_mails(empty).to_dicts()
    assert (mail["recipient"], mail["state"]) == ("eve@example.org", "waiting")
    page.app.button(key=f"mail_drop:{mail['mail_id']}").click().run()
    assert recorded_mails(empty)["state"].to_list() == ["dropped"]
    change = AppTest.from_string(CHANGE, default_timeout=60).run()
    assert change.number_input[0].value == 3
    change.text_input[0].set_value("Board of June")
    change.selectbox[0].set_value("week").run()
    change.button[0].click().run()
    assert not change.exception
    [changed] = recorded_schedules(empty)
    assert (changed.schedule_id, changed.recipe.title) == (made.schedule_id, "Board of June")
    assert changed.recipe.rhythm.every == "week"
    assert changed.recipe.recipients == made.recipe.recipients
    page.app.run()
    said = " ".join(as_read(it.value) for it in page.app.caption)
    assert "changed: Title, When" in said
    page.app.button(key=f"mail_delete:{made.schedule_id}").click().run()
    assert recorded_schedules(empty) == []
    bob = Reader("Bob", "reader")
    monkeypatch.setattr("pages.components.context.current_reader", lambda: bob)
    monkeypatch.setattr(reader, "current_reader", lambda: bob)
    page.app.run()
    assert not [it for it in page.app.button if str(it.key).startswith("mail")]
