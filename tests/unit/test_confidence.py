"""The confidence of intervals is a setting: texts, tables, charts and files say it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache

import fastexcel
import pytest

from cxdata.exports.extract import Extract, as_csv, as_workbook
from cxdata.i18n import LOCALES, Locale, translator
from cxdata.i18n.messages import all_texts, translations
from cxdata.models import Filters, Period
from cxdata.panels import PANELS, Panel, Request
from cxdata.panels.document import panel_document
from cxdata.store.connection import Store
from tests.stores import add, answers, calls, customers

FIRST_HALF = Filters(period=Period(date(2026, 1, 1), date(2026, 6, 30)))
# No share of the data below is 95 %, so this is a confidence.
SHIPPED = re.compile(r"(?<![\d.,])95(?:[.,]0)?\s*%")
WORDED = re.compile(r"\b95\b|\b19\s+(?:in|of|out of|sur)\s+20\b")
languages = pytest.mark.parametrize("lang", LOCALES)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Enough of everything for intervals on every page, at 90 %."""
    opened = Store.open(tmp_path_factory.mktemp("confidence") / "store.duckdb")
    with_classes = [
        {**row, "segment": ("Home", "Firm")[number % 2]}
        for number, row in enumerate(customers(300, lost_count=60))
    ]
    add(opened, with_classes, "customers")
    scores = [10, 9, 8, 3, 2] * 60
    given = answers(scores, journey="Buying", csat_score=4)
    add(
        opened,
        [
            {
                **row,
                "customer_id": f"C{number}",
                "segment": ("Home", "Firm")[number % 2],
                "comment": ("slow delivery", "kind people")[scores[number] > 8],
                "responded_at": date(2026, 1 if number % 3 else 6, 15),
            }
            for number, row in enumerate(given)
        ],
        "responses",
    )
    called = calls([5, 20, 400, 2000] * 50, journey="Buying", reason="broken", segment="Home")
    add(opened, called, "contacts")
    opened.change_settings({"answers.confidence": 0.9})
    yield opened
    opened.close()


@cache
def made(store: Store, lang: Locale) -> tuple[Panel, ...]:
    request = Request.computed_now(store, FIRST_HALF, translator(lang))
    return tuple(entry.make(request) for entry in PANELS)


def words(panel: Panel, lang: Locale) -> str:
    """All that a panel says: document, drawing, table."""
    tr = translator(lang).at(0.9)
    told = [json.dumps(panel_document(panel, tr), ensure_ascii=False)]
    if panel.chart is not None:
        told.append(json.dumps(panel.chart, ensure_ascii=False, default=str))
    if panel.picture:
        told.append(panel.picture.svg + panel.picture.description)
    if panel.texts is not None:
        told.append(panel.texts().write_csv(separator="|"))
    return "\n".join(told)


@languages
def test_every_panel_says_the_confidence_in_force(store: Store, lang: Locale) -> None:
    panels = zip(PANELS, made(store, lang), strict=True)
    said = {entry.key: words(panel, lang) for entry, panel in panels}
    assert {key: found for key, text in said.items() if (found := SHIPPED.findall(text))} == {}
    own = re.compile(r"(?<![\d.,])90\s*%")
    assert {
        *("overview_nps", "answer_coverage", "nps_trend", "nps_by", "nps_themes"),
        *("response_compliance_by", "churn_trend", "churn_survival"),
    } <= {key for key, text in said.items() if own.search(text)}


@languages
def test_every_file_says_the_confidence_in_force(store: Store, lang: Locale) -> None:
    tr = translator(lang).at(0.9)
    heads: set[str] = set()
    for panel in made(store, lang):
        if panel.frame is None:
            continue
        extract = Extract(panel.key, panel.title, panel.frame, "", panel.data_until)
        lines = as_csv(extract, tr).decode("utf-8-sig")
        head = next(csv.reader(io.StringIO(lines), delimiter=tr.list_separator))
        written = fastexcel.read_excel(as_workbook(extract, tr)).load_sheet(0)
        assert [it.name for it in written.available_columns()] == head[: panel.frame.width]
        heads |= {*head}
    assert [it for it in heads if SHIPPED.search(it)] == []
    assert tr("NPS, low ({confidence})") in heads
    assert {"en": "NPS, low (90%)", "fr": "NPS, bas (90\u202f%)"}[lang].replace("\u202f", " ") in {
        re.sub(r"\s", " ", it) for it in heads
    }


def test_a_translator_says_one_decimal_where_the_confidence_has_one() -> None:
    english = translator("en").at(0.995)
    assert english("{confidence} interval") == "99.5% interval"
    assert translator("en")("{confidence} interval") == "95% interval"
    assert english.at(0.95) is translator("en").at(0.95)


@languages
def test_no_text_has_a_confidence_of_its_own(lang: Locale) -> None:
    found = translations(lang).values() if lang != "en" else all_texts()
    assert [text for text in found if WORDED.search(text)] == []
