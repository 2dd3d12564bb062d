"""Texts from files stay texts on every page, whatever they look like."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from cxdata.ingest import import_file
from cxdata.store.connection import Store
from pages.components.context import plain
from tests.app.conftest import Opened, as_read, without_escapes
from tests.stores import HOSTILE_TEXTS, add, answers, calls, customers

Open = Callable[..., Opened]
NPS, PYRAMID = "insights/nps.py", "insights/cx_pyramid.py"
INVENTORY, IMPORT = "data/inventory.py", "data/import_extract.py"
DIMENSIONS = ("segment", "region", "product", "journey")
hostile = pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
# A sign that Markdown or Streamlit could take for its own, without the escape before it.
UNESCAPED = re.compile(r"(?<!\\)[*_\[\]<>`$#~|:]")
# What GitHub's Markdown makes links of, once the escapes are gone.
ADDRESS = re.compile(
    r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+\.[-\w]+", re.IGNORECASE | re.ASCII
)

# What Streamlit 1.67 replaces in a text once the escapes are gone: StreamlitMarkdown's plugins.
REPLACED = re.compile(
    r":material_\w+:|:streamlit:|:[+-]1:|:[\w-]+:|(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)", re.ASCII
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Every hostile text as segment, region, product, journey, customer, comment and file."""
    store = Store.open(tmp_path_factory.mktemp("hostile") / "cx.duckdb")
    named: list[dict[str, object]] = []
    called: list[dict[str, object]] = []
    known: list[dict[str, object]] = []
    for number, text in enumerate(HOSTILE_TEXTS.values()):
        places = dict.fromkeys(DIMENSIONS, text)
        scores = [10] * (20 + number) + [2] * 10
        named += [
            {**answer, "response_id": f"{number} {position}", "comment": text}
            for position, answer in enumerate(answers(scores, **places))
        ]
        called += [
            {**it, "contact_id": f"{number} {it['contact_id']}"}
            for it in calls([30] * 40, reason=text, **places)
        ]
        known += [
            {**it, "customer_id": f"{text} {it['customer_id']}"}
            for it in customers(20, name=text, segment=text, end_reason=text)
        ]
    add(store, named, "responses", kept_columns=DIMENSIONS)
    add(store, called, "contacts", kept_columns=[*DIMENSIONS, "reason"])
    kept = ["customer_id", "name", "segment", "end_reason"]
    add(store, known, "customers", kept_columns=kept)
    for number, text in enumerate(HOSTILE_TEXTS.values()):
        file = f"responded_at,nps_score\n2026-06-{10 + number},{number % 11}\n".encode()
        import_file(store, file, file_name=f"{text}.csv")
    yield store
    store.close()


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_hostile_name_is_shown_whole_beside_its_figure(
    dimension: str, store: Store, opened: Open
) -> None:
    page = opened(store, NPS).look_closer("whom").unfold("nps_by")
    page.button_group("nps_whom").set_value(dimension).run()
    assert {row[0] for row in page.rows("Against the rest")} >= set(HOSTILE_TEXTS.values())


@pytest.mark.parametrize("page", [NPS, PYRAMID, "insights/overview.py", INVENTORY])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_of_a_hostile_name_is_left_for_markdown(
    page: str, lang: str, store: Store, opened: Open
) -> None:
    assert_plain(opened(store, page, lang=lang))


def assert_plain(page: Opened) -> None:
    """No line with a hostile text holds anything that Markdown would take for its own."""
    for line in page.raw_lines():
        if any(text in as_read(line) for text in HOSTILE_TEXTS.values()):
            ours = re.sub(r"^:material/\w+: ", "", line)
            assert not UNESCAPED.search(ours), line
            assert not ADDRESS.search(without_escapes(ours)), line
            assert not REPLACED.search(without_escapes(ours)), line


def test_a_chart_shows_a_hostile_name_as_text(store: Store, opened: Open) -> None:
    page = opened(store, NPS).look_closer("whom")
    labels = page.chart("nps_by")["layout"]["yaxis"]["ticktext"]
    assert {unescape(label) for label in labels} >= set(HOSTILE_TEXTS.values())
    assert not any("<" in label for label in labels)


@pytest.mark.parametrize("path", [PYRAMID, "insights/overview.py"])
def test_labels_of_drawings_are_text_whatever_journeys_are_called(
    path: str, store: Store, opened: Open
) -> None:
    bodies = [it.proto.body for it in opened(store, path).app.main.get("html")]
    sketches = [it for it in bodies if "cx-sketch" in it]
    assert sketches
    for body in sketches:
        assert set(re.findall(r"</?(\w+)", body)) == {"div", "img", "span"}


def test_a_hostile_journey_can_be_asked_for(store: Store, opened: Open) -> None:
    page = opened(store, PYRAMID)
    page.app.main.selectbox(key="pyramid_journey:").set_value(HOSTILE_TEXTS["html"]).run()
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


def test_a_file_with_a_hostile_name_is_listed_as_it_is_called(store: Store, opened: Open) -> None:
    names = {row[1] for row in opened(store, INVENTORY).rows("Batch")}
    assert names >= {f"{text}.csv" for text in HOSTILE_TEXTS.values()}


def test_refused_hostile_values_are_shown_as_they_were(empty: Store, opened: Open) -> None:
    rows = [[text, "9"] for text in HOSTILE_TEXTS.values()]
    file = io.StringIO()
    csv.writer(file).writerows([["responded_at", "nps_score"], ["2026-06-15", "9"], *rows])
    page = opened(empty, IMPORT)
    upload = ("<b>*new*</b>.csv", file.getvalue().encode(), "text/csv")
    page.app.main.file_uploader[0].set_value([upload]).run()
    assert_plain(page)
    page.app.main.checkbox[0].check().run()
    [button] = [it for it in page.app.main.button if it.label == "Import"]
    button.click().run()
    assert not page.app.exception
    assert {*HOSTILE_TEXTS.values()} <= {row[2] for row in page.rows("What to do")}
    assert [row[2] for row in page.rows("Line")] == list(HOSTILE_TEXTS.values())
    assert_plain(page)


@hostile
def test_escaping_keeps_every_sign(text: str) -> None:
    assert as_read(plain(text)) == text
    assert not UNESCAPED.search(plain(text))
    assert not ADDRESS.search(without_escapes(plain(text)))
    assert not REPLACED.search(without_escapes(plain(text)))


@pytest.mark.parametrize("line", ["    four blanks", "\ttab", "one\n\n      code"])
def test_no_line_becomes_code_for_its_blanks(line: str) -> None:
    assert not re.search(r"^( {4}|\t)", plain(line), re.MULTILINE)
    assert as_read(plain(line)) == line


def test_no_page_gives_streamlit_html_of_its_own() -> None:
    pages = Path(__file__).parents[2] / "pages"
    for path in pages.rglob("*.py"):
        assert "unsafe_allow_html" not in path.read_text("utf-8")
