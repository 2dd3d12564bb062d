"""Where to begin: what the first page and the Import page say while files are missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from cxdata.followup import samples
from cxdata.followup.snapshots import take_snapshot
from cxdata.i18n import translator
from cxdata.ingest import import_file
from cxdata.ingest.storing.inventory import holdings
from cxdata.models import Filters, Period
from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.stores import MIDDAY, add, answers, calls, customers

Open = Callable[..., Opened]
OVERVIEW, IMPORT = "insights/overview.py", "data/import_extract.py"
SAMPLES = Path(__file__).parents[1] / "samples"
GUIDE = "What to export, and from where"
languages = pytest.mark.parametrize("lang", ["en", "fr"])


def labels(page: Opened) -> list[str]:
    return [it.label for it in page.app.main.expander]


@languages
def test_an_empty_store_says_what_each_kind_adds(empty: Store, opened: Open, lang: str) -> None:
    tr = translator(lang)
    rows = opened(empty, OVERVIEW, lang=lang).rows(tr("What it adds"))
    assert [row[1] for row in rows] == [tr("nothing yet")] * 4 + [tr("optional")]
    assert len({row[2] for row in rows}) == 5


def test_an_empty_store_offers_a_template_of_each_kind_and_the_sample(
    empty: Store, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("customer_id;name\nC1;Ann\n", "utf-8")
    monkeypatch.setattr(samples, "SAMPLE_FOLDER", tmp_path)
    monkeypatch.setattr(samples, "SAMPLE_FILES", {"a.csv": "customers"})
    page = opened(empty, OVERVIEW)
    names = [it.label for it in page.app.main.get("download_button")]
    assert names == ["Answers", "Contacts", "Customers", "Assessments", "Invitations"]
    page.app.main.button(key="load_sample").click().run()
    assert holdings(empty)["kind"].to_list() == ["customers"]
    assert "Welcome" not in opened(empty, OVERVIEW).text
    page = opened(empty, IMPORT)
    assert "The store holds the sample of a fictional firm." in page.text
    page.app.main.button(key="undo_sample").click().run()
    assert holdings(empty).is_empty()
    page = opened(empty, OVERVIEW)
    assert "load_sample" not in {it.key for it in page.app.main.button}


def test_few_answers_look_like_few(empty: Store, opened: Open) -> None:
    add(empty, answers([9] * 7 + [3] * 5), "responses")
    page = opened(empty, OVERVIEW)
    assert "12 answers: too few to judge" in page.text
    assert "12 answers are too few to judge: nothing is established yet." in page.text
    assert "real change" not in page.text


def test_what_moved_since_a_meeting_is_one_line(empty: Store, opened: Open) -> None:
    add(empty, answers([10] * 40 + [2] * 20), "responses")
    assert "Since" not in opened(empty, OVERVIEW).text
    period = Period(date(2026, 1, 1), date(2026, 12, 31))
    asked = {"period": "2026-01-01..2026-12-31"}
    take_snapshot(empty, "Board *June*", Filters(period=period))
    assert "nothing moved" in opened(empty, OVERVIEW, **asked).text
    later = [{**it, "responded_at": MIDDAY + timedelta(days=1, minutes=n)}
             for n, it in enumerate(answers([10] * 40))]  # fmt: skip
    add(empty, later, "responses")
    assert re.search(r"Since “Board \*June\*” .*: NPS \+33 → \+60$",
                     opened(empty, OVERVIEW, **asked).text, re.MULTILINE)  # fmt: skip
    assert "Since" not in opened(empty, OVERVIEW, period="3m").text


def test_the_first_page_fills_as_files_come(empty: Store, opened: Open) -> None:
    add(empty, answers([9, 9, 3, 7, 10, 8]), "responses")
    page = opened(empty, OVERVIEW)
    assert "3 kinds of file are missing" in labels(page)
    assert "Welcome" not in page.text
    held = {row[0]: row[1] for row in page.rows("What it adds")}
    assert held["Answers"].startswith("6 rows, until ")
    assert held["Contacts"] == "nothing yet"
    add(empty, calls([30, 40]), "contacts")
    add(empty, customers(3), "customers")
    page = opened(empty, OVERVIEW)
    assert "1 kind of file is missing" in labels(page)
    held = {row[0]: row[1] for row in page.rows("What it adds")}
    assert held["Invitations"] == "optional"


def test_invitations_stand_for_no_other_kind(empty: Store, opened: Open) -> None:
    add(empty, [{"customer_id": "C1", "sent_at": MIDDAY}], "invitations")
    page = opened(empty, OVERVIEW)
    assert "4 kinds of file are missing" in labels(page)
    held = {row[0]: row[1] for row in page.rows("What it adds")}
    assert held["Invitations"].startswith("1 row, until ")


def test_nothing_is_missing_without_invitations(sample: Store, opened: Open) -> None:
    page = opened(sample, OVERVIEW)
    assert not any("missing" in label for label in labels(page))
    assert "Welcome" not in page.text


@languages
def test_the_import_page_offers_a_template_and_the_columns_of_each_tool(
    empty: Store, opened: Open, lang: str
) -> None:
    tr = translator(lang)
    page = opened(empty, IMPORT, lang=lang)
    guide = next(it for it in page.app.main.expander if it.label == tr(GUIDE))
    assert guide.proto.expanded
    assert page.rows(tr("Description"))[1][0] == tr("Response date")
    page.button_group("start_kind").set_value("contacts").run()
    tools = next(it for it in page.app.main.selectbox if it.key == "start_tool:contacts")
    assert {"Zendesk", "Salesforce", "Aircall", "Jira"} <= set(tools.options)
    tools.set_value("Zendesk").run()
    assert "Admin Center › Account › Tools › Reports › Export" in page.text
    held = {row[1] for row in page.rows(tr("Column in the export"))}
    assert {"Created at", "First reply time in minutes"} <= held
    tools.set_value("Salesforce").run()
    assert (
        tr(
            "This export doesn't say when somebody first answered: without that there is no rate "
            "of answers in time."
        )
        in page.text
    )


def test_with_data_the_guide_is_folded_and_with_a_file_it_is_gone(
    empty: Store, opened: Open
) -> None:
    import_file(empty, SAMPLES / "zendesk_view.csv")
    page = opened(empty, IMPORT)
    [guide] = [it for it in page.app.main.expander if it.label == GUIDE]
    assert not guide.proto.expanded
    page.app.main.file_uploader[0].set_value(
        [("a.csv", b"responded_at,nps_score\n2026-03-01,9\n", "text/csv")]
    ).run()
    assert GUIDE not in labels(page)
