"""Texts from files stay texts on every page, whatever they look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from cxdata.ingest import import_file
from cxdata.store.connection import Store
from pages.components.context import plain
from tests.app.conftest import WORD_JOINER, Opened, as_read
from tests.stores import HOSTILE_TEXTS, add, answers, calls, customers

Open = Callable[..., Opened]
NPS, PYRAMID = "insights/nps.py", "insights/cx_pyramid.py"
INVENTORY, IMPORT = "data/inventory.py", "data/import_extract.py"
DIMENSIONS = ("segment", "region", "product", "journey")
hostile = pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
# A sign that Markdown or Streamlit could take for its own, without the escape before it.
UNESCAPED = re.compile(r"(?<!\\)[*_\[\]<>`$#~|]")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Every hostile text as segment, region, product, journey, customer, comment and file."""
    store = Store.open(tmp_path_factory.mktemp("hostile") / "cx.duckdb")
    for number, text in enumerate(HOSTILE_TEXTS.values()):
        places = dict.fromkeys(DIMENSIONS, text)
        scores = [10] * (20 + number) + [2] * 10
        named = [
            {**answer, "response_id": f"{number} {position}", "comment": text}
            for position, answer in enumerate(answers(scores, **places))
        ]
        add(store, named, "responses")
        called = calls([30] * 40, reason=text, **places)
        add(
            store,
            [{**it, "contact_id": f"{number} {it['contact_id']}"} for it in called],
            "contacts",
        )
        known = customers(20, name=text, segment=text, end_reason=text)
        add(
            store,
            [{**it, "customer_id": f"{text} {it['customer_id']}"} for it in known],
            "customers",
        )
        csv = f"responded_at,nps_score\n2026-06-15,{number}\n".encode()
        import_file(store, csv, file_name=f"{text}.csv")
    yield store
    store.close()


@hostile
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_hostile_name_is_shown_whole_beside_its_figure(
    text: str, dimension: str, store: Store, opened: Open
) -> None:
    page = opened(store, NPS).unfold("nps_by")
    page.button_group("nps_dimension").set_value(dimension).run()
    assert text in {row[0] for row in page.rows("Against the rest")}


@pytest.mark.parametrize("page", [NPS, PYRAMID, "insights/overview.py", INVENTORY])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_of_a_hostile_name_is_left_for_markdown(
    page: str, lang: str, store: Store, opened: Open
) -> None:
    for line in opened(store, page, lang=lang).raw_lines():
        if any(text in as_read(line) for text in HOSTILE_TEXTS.values()):
            assert not UNESCAPED.search(line), line
            assert not re.search(r"(https?:/|www\.|@)(?!\\?" + WORD_JOINER + ")", line), line


@hostile
def test_a_chart_shows_a_hostile_name_as_text(text: str, store: Store, opened: Open) -> None:
    page = opened(store, NPS)
    [labels] = [trace["y"] for trace in page.chart("nps_by")["data"]]
    assert text in {unescape(label) for label in labels}
    assert not any("<" in label for label in labels)


def test_the_pyramid_is_an_image_in_which_names_are_text(store: Store, opened: Open) -> None:
    page = opened(store, PYRAMID)
    assert not page.app.main.get("html")
    [row] = [row for row in page.rows("Established") if row[0] == HOSTILE_TEXTS["html"]]
    assert row


def test_a_hostile_journey_can_be_asked_for(store: Store, opened: Open) -> None:
    page = opened(store, PYRAMID)
    page.app.main.selectbox[0].set_value(HOSTILE_TEXTS["html"]).run()
    assert not page.app.exception


@hostile
def test_a_hostile_filter_value_filters_and_is_named_as_text(
    text: str, store: Store, opened: Open
) -> None:
    page = opened(store, NPS, segment=text)
    assert not page.app.main.warning
    assert any(text in line for line in page.lines())
    position = list(HOSTILE_TEXTS.values()).index(text)
    count = 30 + position
    assert f"{count} answers" in page.text


@hostile
def test_a_file_with_a_hostile_name_is_listed_as_it_is_called(
    text: str, store: Store, opened: Open
) -> None:
    assert f"{text}.csv" in {row[1] for row in opened(store, INVENTORY).rows("Batch")}


@hostile
def test_a_refused_hostile_value_is_shown_as_it_was(text: str, empty: Store, opened: Open) -> None:
    quoted = text.replace('"', '""')
    content = f'responded_at,nps_score\n2026-06-15,9\n2026-06-15,"{quoted}"\n'.encode()
    page = opened(empty, IMPORT)
    page.app.main.file_uploader[0].set_value((f"{text}.csv", content, "text/csv")).run()
    page.app.main.button(key="import_take").click().run()
    assert not page.app.exception
    [row] = page.rows("Reason")
    assert row[:3] == ["3", "nps_score", text]
    assert not any(UNESCAPED.search(line) for line in page.raw_lines() if text in as_read(line))


@hostile
def test_escaping_keeps_every_sign(text: str) -> None:
    assert as_read(plain(text)) == text
    assert not UNESCAPED.search(plain(text))


def test_no_page_gives_streamlit_html_of_its_own() -> None:
    pages = Path(__file__).parents[2] / "pages"
    for path in pages.rglob("*.py"):
        assert "unsafe_allow_html" not in path.read_text("utf-8")
