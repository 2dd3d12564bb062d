"""The way of a CX manager: a link, a filter, another language, a file, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cxdata.i18n import translator
from cxdata.ingest import import_file
from cxdata.store.connection import Store
from cxdata.tables import refusals_table
from tests.e2e.conftest import Server, Tab

pytestmark = pytest.mark.browser
OpenTab = Callable[..., Tab]
FR = translator("fr")
SAMPLES = Path(__file__).parents[1] / "samples"
# Premium in the last year of the sample data.
ANSWERED, NEW = 2850, 197


def french_extract() -> bytes:
    """200 answers as a French Excel saves them: 197 good ones, and 3 that can't be true."""
    last = date(2026, 6, 29)
    good = [[(last - timedelta(days=it % 80)).strftime("%d/%m/%Y"), "9"] for it in range(NEW)]
    bad = [["12/06/2026", "11"], ["31/02/2026", "9"], ["", "8"]]
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";")
    rows.writerow(["Date de réponse", "Note NPS", "Segment", "Parcours", "Commentaire"])
    for number, (day, score) in enumerate([*good, *bad]):
        rows.writerow([day, score, "Premium", "Livraison", f"Très bien, merci n° {number}"])
    return text.getvalue().encode("cp1252")


def upload(tab: Tab, content: bytes, name: str) -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    tab.main.locator("input[type=file]").set_input_files(file)


def test_a_link_a_filter_a_language_and_an_import(
    own_server: Server, open_tab: OpenTab, tmp_path: Path
) -> None:
    tab = open_tab(own_server, "nps?segment=Premium")
    expect(tab.figure).to_have_text("+53")
    expect(tab.main.get_by_text(f"{translator('en').number(ANSWERED)} answers")).to_be_visible()

    tab.pick("Segment", "Professionnels")
    expect(tab.figure).not_to_have_text("+53")
    tab.bar.get_by_role("button", name="Premium").click()
    expect(tab.figure).to_have_text("−1")
    assert tab.query == {"segment": ["Professionnels"]}

    tab.page.go_back()
    tab.page.go_back()
    expect(tab.figure).to_have_text("+53")
    assert tab.query == {"segment": ["Premium"]}

    tab.sidebar.get_by_text("Français").click()
    expect(tab.main.get_by_text(FR("Why it moved"))).to_be_visible()
    assert tab.query == {"segment": ["Premium"], "lang": ["fr"]}
    expect(tab.figure).to_have_text("+53")
    expect(tab.main.get_by_text(answer_count(ANSWERED))).to_be_visible()

    report = take(tab, french_extract(), "réponses.csv")
    assert report == {
        FR("Rows"): "200",
        FR("Accepted"): "197",
        FR("Corrected"): report[FR("Corrected")],
        FR("Replaced"): "0",
        FR("Refused"): "3",
        FR("Duplicates"): "0",
    }
    tab.main.get_by_text(FR("Line by line")).click()
    expect(tab.main.get_by_role("columnheader", name=FR("Line"), exact=True)).to_be_visible()
    refused = tab.main.get_by_test_id("stTable").last.locator("tbody tr")
    shown = [row.locator("td").all_inner_texts() for row in refused.all()]
    assert [[cell.strip() for cell in row] for row in shown] == refusals(tmp_path)

    tab.sidebar.get_by_text(FR("NPS"), exact=True).click()
    expect(tab.main.get_by_text(answer_count(ANSWERED + NEW))).to_be_visible()
    assert tab.query == {"segment": ["Premium"], "lang": ["fr"]}

    again = take(tab, french_extract(), "réponses.csv")
    expect(tab.main.get_by_text(FR("Nothing was added: the store is as it was."))).to_be_visible()
    assert again[FR("Accepted")] == "0"
    assert again[FR("Duplicates")] == "197"
    tab.sidebar.get_by_text(FR("NPS"), exact=True).click()
    expect(tab.main.get_by_text(answer_count(ANSWERED + NEW))).to_be_visible()


def answer_count(n: int) -> str:
    return FR.plural("{n} answer", "{n} answers", n)


def take(tab: Tab, content: bytes, name: str) -> dict[str, str]:
    """Through the Import page: the preview, then what the report counts."""
    tab.sidebar.get_by_text(FR("Import"), exact=True).click()
    expect(tab.main.get_by_text(FR("Import an extract"))).to_be_visible()
    upload(tab, content, name)
    expect(tab.main.get_by_text(FR("{n} would be refused", n=3)).first).to_be_visible()
    tab.main.get_by_role("button", name=FR("Import"), exact=True).click()
    expect(tab.main.get_by_text(FR("Duplicates"), exact=True)).to_be_visible(timeout=30_000)
    tab.settle()
    labels = tab.main.get_by_test_id("stMetricLabel").all_inner_texts()
    return dict(
        zip(labels, tab.main.get_by_test_id("stMetricValue").all_inner_texts(), strict=True)
    )


def refusals(folder: Path) -> list[list[str]]:
    """What the report has to say, in French: line, column, value and reason."""
    store = Store.open(folder / "empty.duckdb")
    report = import_file(store, french_extract(), dry_run=True)
    store.close()
    rows = [list(row) for row in refusals_table(report.refusals, FR).rows()]
    assert [row[:3] for row in rows] == [
        ["199", "Note NPS", "11"],
        ["200", "Date de réponse", "31/02/2026"],
        ["201", "Date de réponse", ""],
    ]
    assert not any(
        reason == it.reason for (*_, reason), it in zip(rows, report.refusals, strict=True)
    )
    return rows


def test_an_import_is_undone_after_a_second_look(own_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(own_server, "import")
    upload(tab, b"responded_at,nps_score,segment\n" + b"2026-06-01,0,Sole\n" * 9, "sole.csv")
    tab.main.get_by_role("button", name="Import", exact=True).click()
    expect(tab.main.get_by_text("9 rows are in the store.")).to_be_visible()
    tab.open("nps?segment=Sole")
    expect(tab.figure).to_have_text("−100")

    tab.open("data")
    tab.main.get_by_role("button", name="Undo", exact=True).first.click()
    expect(tab.page.get_by_text("sole.csv leave the store.")).to_be_visible()
    tab.page.get_by_role("button", name="Undo it").click()
    expect(tab.page.get_by_text("sole.csv has left the store.")).to_be_visible()

    tab.open("nps?segment=Sole")
    expect(tab.main.get_by_text("isn't in the data; left out: Sole")).to_be_visible()


def test_a_link_to_every_page_carries_the_filters(sample_server: Server, open_tab: OpenTab) -> None:
    tab = open_tab(sample_server, "nps?segment=Premium&period=24m")
    for name in ("Overview", "CX pyramid", "Response times", "Churn cost", "NPS"):
        tab.sidebar.get_by_text(name, exact=True).click()
        tab.settle()
        assert tab.query == {"segment": ["Premium"], "period": ["24m"]}
    expect(tab.bar.get_by_text("Premium").first).to_be_visible()


def test_back_returns_to_the_former_page_and_its_filter(
    sample_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(sample_server, "nps?segment=Premium")
    expect(tab.figure).to_have_text("+53")
    tab.sidebar.get_by_text("Overview", exact=True).click()
    expect(tab.main.get_by_text("What does churn cost?")).to_be_visible()
    tab.page.go_back()
    expect(tab.main.get_by_text("Why it moved")).to_be_visible()
    expect(tab.figure).to_have_text("+53")
    assert tab.query == {"segment": ["Premium"]}


def test_a_cold_link_after_a_restart_opens_with_frame_and_filters(
    own_server: Server, open_tab: OpenTab
) -> None:
    own_server.restart()
    tab = open_tab(own_server, "nps?segment=Professionnels&lang=fr")
    expect(tab.figure).to_have_text("−1")
    expect(tab.bar.get_by_text("Professionnels").first).to_be_visible()
    expect(tab.sidebar.get_by_text(FR("Churn cost"))).to_be_visible()
    assert tab.query == {"segment": ["Professionnels"], "lang": ["fr"]}


def test_a_template_is_downloaded_dropped_and_taken(
    own_server: Server, open_tab: OpenTab, tmp_path: Path
) -> None:
    tab = open_tab(own_server, "import?lang=fr")
    tab.main.get_by_text(FR("What to export, and from where")).click()
    label = FR("Template for Excel: {kind}", kind=FR("Answers"))
    with tab.page.expect_download() as download:
        tab.main.get_by_role("button", name=label).click()
    assert download.value.suggested_filename == FR("template-answers.xlsx")
    download.value.save_as(tmp_path / "modele.xlsx")
    tab.main.locator("input[type=file]").set_input_files(tmp_path / "modele.xlsx")
    expected = FR.plural("{n} new answer", "{n} new answers", 3)
    expect(tab.main.get_by_text(expected)).to_be_visible(timeout=30_000)
    tab.main.get_by_role("button", name=FR("Import"), exact=True).click()
    stored = FR.plural("{n} row is in the store.", "{n} rows are in the store.", 3)
    expect(tab.main.get_by_text(stored)).to_be_visible(timeout=30_000)


def upload_sample(tab: Tab, name: str) -> None:
    tab.main.locator("input[type=file]").set_input_files(SAMPLES / name)


def test_a_qualtrics_export_is_dragged_corrected_taken_and_undone(
    own_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(own_server, "import")
    tab.main.locator("input[type=file]").set_input_files(SAMPLES / "qualtrics_nps.csv")
    expect(tab.main.get_by_text("recognised: Qualtrics")).to_be_visible()
    tab.main.get_by_text("Columns", exact=True).click()
    choose(tab, "Segment", "UserLanguage")
    expect(tab.main.get_by_text("✓ as you said")).to_be_visible()
    tab.main.get_by_role("button", name="Import", exact=True).click()
    expect(tab.main.get_by_text("rows are in the store.")).to_be_visible()

    tab.main.get_by_role("button", name="Undo this import").click()
    tab.page.get_by_role("button", name="Undo it").click()
    expect(tab.main.get_by_text("This import was undone: its rows left the store.")).to_be_visible()
    tab.open("data")
    tab.main.get_by_text("All imports, as a table").click()
    expect(tab.main.get_by_role("row", name="qualtrics_nps.csv")).to_contain_text("undone")


def choose(tab: Tab, label: str, option: str) -> None:
    box = tab.main.get_by_role("combobox", name=label, exact=True)
    tab.choose(box, option)
    tab.settle()
    expect(box).to_have_value(option)


def many_answers(count: int) -> bytes:
    rows = (f"L{it},2026-06-{1 + it % 28:02},9,Cancelled\n" for it in range(count))
    return ("response_id,responded_at,nps_score,segment\n" + "".join(rows)).encode()


def test_a_cancelled_import_leaves_the_store_as_it_was(
    own_server: Server, open_tab: OpenTab
) -> None:
    tab = open_tab(own_server, "import")
    upload(tab, many_answers(400_000), "many.csv")
    tab.main.get_by_role("button", name="Import", exact=True).click(timeout=60_000)
    tab.main.get_by_role("button", name="Cancel").click()
    said = "The import of many.csv was cancelled: the store is as it was."
    expect(tab.main.get_by_text(said)).to_be_visible(timeout=30_000)
    tab.settle()
    tab.open("data")
    expect(tab.main.get_by_role("cell", name="many.csv")).to_have_count(0)
    tab.open("nps?segment=Cancelled")
    expect(tab.main.get_by_text("isn't in the data; left out: Cancelled")).to_be_visible()
