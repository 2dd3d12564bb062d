"""Every text of every page comes through a catalogue: a language made up of marks shows it.

By its numbers and dates the language is German, which the dashboard doesn't speak; by its words it
is English, each text between ⟦ and ⟧. A word outside of them was written past the catalogue.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from babel.dates import get_day_names, get_month_names
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from google.protobuf.message import Message

from cxdata.config import load_settings
from cxdata.exports import extract
from cxdata.i18n import LOCALES, translator
from cxdata.i18n.messages import all_texts, catalogue, lacking
from cxdata.store.connection import Store
from pages.components.navigation import PAGES, PageEntry
from pages.components.settings_words import setting_name
from tests.app.conftest import Opened, as_read
from tests.small_groups import VALUES, add_small_groups

Open = Callable[..., Opened]
MARKED = "de"
KEYS = list(catalogue("fr"))
# What Streamlit's elements say to themselves, and what shows a picture or a style.
UNSEEN = {"id", "icon", "query_string", "page_script_hash", "page", "form_id", "format", "url"}
UNSEEN |= {"config", "type", "theme", "raw_value", "raw_values", "proto_type", "deferred_file_id"}
UNSEEN_ELEMENTS = {"html"}
# What a chart says: its other texts are colours, codes and days.
SAID_BY_CHARTS = {"text", "hovertext", "hovertemplate", "name", "ticktext", "title", "label"}
# Not the dashboard's words: the data's, and what languages call themselves.
OWN_WORDS = {word for values in VALUES.values() for word in values}
OWN_WORDS |= {translator(it).own_name for it in ("en", "fr", MARKED)}
OWN_WORDS |= {"parquet", "contacts", "responses", "customers"}  # names of files
OWN_WORDS |= set(get_month_names("wide", locale=MARKED).values())
OWN_WORDS |= {it.rstrip(".") for it in get_month_names("abbreviated", locale=MARKED).values()}
OWN_WORDS |= set(get_day_names("wide", locale=MARKED).values())
METHODS = "data/methods.py"  # shows a document, which each language has or hasn't
DOCUMENT_ELEMENTS = {"markdown", "header", "subheader", "title"}


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more language: one catalogue and one line."""
    made = Catalog(locale=MARKED)
    for message in KEYS:
        if isinstance(message.id, str):
            made.add(message.id, message.id and f"⟦{message.id}⟧")
        else:
            made.add(message.id, tuple(f"⟦{text}⟧" for text in message.id))
    path = tmp_path / MARKED / "LC_MESSAGES" / "cxdata.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, made)
    of_translators = import_module("cxdata.i18n.translator")
    monkeypatch.setattr(of_translators, "CATALOGUES", tmp_path)
    monkeypatch.setitem(LOCALES, MARKED, "de_DE")
    remembered = (of_translators._made_once, of_translators._catalogue)
    for each in remembered:
        each.cache_clear()
    yield
    for each in remembered:
        each.cache_clear()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Some hundred answers, contacts and customers: enough for a figure on every page."""
    store = Store.open(tmp_path_factory.mktemp("small") / "small.duckdb")
    add_small_groups(store)
    yield store
    store.close()


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path or "overview")
def test_no_word_of_a_page_is_written_past_the_catalogue(
    entry: PageEntry, small: Store, opened: Open
) -> None:
    page = opened(small, entry.path, lang=MARKED)
    assert any("⟦" in text for text in said_by(page, entry))
    assert [text for text in said_by(page, entry) if unmarked_words(text)] == []


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.url_path or "overview")
def test_no_word_is_written_past_the_catalogue_where_there_is_no_data(
    entry: PageEntry, empty: Store, opened: Open
) -> None:
    page = opened(empty, entry.path, lang=MARKED)
    assert [text for text in said_by(page, entry) if unmarked_words(text)] == []


@pytest.mark.usefixtures("marked")
def test_every_text_comes_out_as_the_catalogue_has_it() -> None:
    tr = translator(MARKED)
    assert lacking(MARKED) == []
    plural = {form for it in KEYS if not isinstance(it.id, str) for form in it.id}
    assert [text for text in all_texts() - plural if not tr(text).startswith("⟦")] == []
    assert setting_name("answers.confidence", tr).count("⟦") == 2
    assert tr.plural("{n} case", "{n} cases", 1200) == "⟦1.200 cases⟧"


@pytest.mark.usefixtures("marked")
def test_files_have_the_signs_of_the_language() -> None:
    tr = translator(MARKED)
    frame = pl.DataFrame({"nps": [12.5], "segment": ["Big; blue"]})
    said = extract.Extract("nps", "Title", frame, "Scope", None)
    header, row = extract.as_csv(said, tr).decode("utf-8-sig").splitlines()
    assert header.startswith('"⟦NPS⟧";"⟦Segment⟧";')
    assert row.startswith('12,5;"Big; blue";"Title";"Scope"')


def test_the_defaults_are_the_only_words_left_in_the_settings_forms() -> None:
    """A source is what the firm wrote, or will; the field shows it as the file has it."""
    assert default_sources() <= all_texts()


def said_by(page: Opened, entry: PageEntry) -> list[str]:
    """Every text of a page that its reader sees, charts and pictures included."""
    unseen = UNSEEN_ELEMENTS | (DOCUMENT_ELEMENTS if entry.path == METHODS else set())
    said = [
        as_read(text)
        for element in elements(page.app._tree)
        if element.type not in unseen
        for text in texts_of(element.proto)
    ]
    return [text for text in said if text not in default_sources()]


def default_sources() -> set[str]:
    settings = load_settings()
    return {each.source for each in settings.response_time.values() if each.source}


def elements(node: Any) -> Iterator[Any]:
    """The elements under a node of the page; a block is one, too."""
    if getattr(node, "proto", None) is not None:
        yield node
    for child in getattr(node, "children", {}).values():
        yield from elements(child)


def texts_of(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name in UNSEEN and not str(value).startswith("data:image/svg"):
            continue
        for each in [value] if isinstance(value, str | Message) else as_list(value):
            if isinstance(each, Message):
                yield from texts_of(each)
            elif isinstance(each, str):
                yield from said_in(field.name, each)


def as_list(value: Any) -> list[Any]:
    return list(value) if hasattr(value, "__iter__") and not isinstance(value, bytes) else []


def said_in(name: str, text: str) -> Iterator[str]:
    if name == "spec":
        yield from said_by_chart(json.loads(text))
    elif text.startswith("data:image/svg+xml;base64,"):
        drawn = base64.b64decode(text.partition(",")[2]).decode("utf-8")
        yield from re.findall(r">([^<>]+)<", drawn)
    else:
        yield re.sub(r"^:material/\w+: |:[a-z]+-badge(?=\[)", "", text)


def said_by_chart(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from said_by_chart(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from said_by_chart(each, name)
    elif isinstance(value, str) and name in SAID_BY_CHARTS:
        yield re.sub(r"%\{[^}]*\}|<[^>]*>", " ", value)


def unmarked_words(text: str) -> list[str]:
    """The words outside of all marks; units such as "h" are no words."""
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = inner
    return [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in OWN_WORDS]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("⟦a ⟦b⟧ word⟧", []),
        ("⟦a⟧ left word", ["left", "word"]),
        ("12. März · Big · 5 h", []),
        ("⟦NPS⟧ rose", ["rose"]),
    ],
)
def test_a_word_past_the_catalogue_would_be_found(text: str, words: list[str]) -> None:
    assert unmarked_words(text) == words
