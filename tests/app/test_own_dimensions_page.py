"""A dimension of the firm's own on the pages: kept at import, filtered by, renamed and removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cxdata.ingest import import_file
from cxdata.models import OWN_DIMENSIONS
from cxdata.store.connection import Store
from tests.app.conftest import Opened
from tests.app.test_hostile_texts import assert_plain
from tests.app.test_import_page import IMPORT, NPS, button, take, upload
from tests.stores import HOSTILE_TEXTS, add, answers, calls
from tests.unit.test_own_dimensions import SAMPLE, nps_of, sample_rows

Open = Callable[..., Opened]
RESPONSES = "insights/response_times.py"
OVERVIEW = "insights/overview.py"
SETTINGS = "data/settings.py"


def own_filter(page: Opened, place: str) -> Any:
    [found] = [it for it in page.app.main.multiselect if it.key.startswith(f"{place}:")]
    return found


def shown_filters(page: Opened) -> list[str]:
    return [it.label for it in page.app.main.multiselect]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_column_is_kept_and_filters_the_figures(lang: str, empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT, lang=lang), SAMPLE.read_bytes(), "magasins.csv")
    keep = next(it for it in page.app.main.multiselect if it.key.endswith(":dimensions"))
    assert (
        keep.label
        == {
            "en": "Keep as a dimension of your own",
            "fr": "Garder comme dimension propre à l’entreprise",
        }[lang]
    )
    assert list(keep.options) == ["Magasin", "Agence"]
    keep.set_value(["Magasin"]).run()
    assert "Magasin" in page.app.main.dataframe[0].value.columns
    assert not empty.settings.own_dimensions.names
    take(page)
    assert dict(empty.settings.own_dimensions.names) == {"own_1": "Magasin"}
    page = opened(empty, NPS, lang=lang)
    assert shown_filters(page) == ["Magasin"]
    own_filter(page, "own_1").set_value(["Lille"]).run()
    assert not page.app.exception
    expected = round(nps_of([row for row in sample_rows() if row["Magasin"] == "Lille"]))
    assert page.figures[0] == f"\N{MINUS SIGN}{-expected}"
    assert page.app.query_params["own_1"] == "Lille"
    assert "Lille" in page.text


def test_what_was_kept_can_be_left_again(empty: Store, opened: Open) -> None:
    page = upload(opened(empty, IMPORT), SAMPLE.read_bytes(), "magasins.csv")
    keep = next(it for it in page.app.main.multiselect if it.key.endswith(":dimensions"))
    keep.set_value(["Magasin", "Agence"]).run()
    keep = next(it for it in page.app.main.multiselect if it.key.endswith(":dimensions"))
    keep.set_value(["Agence"]).run()
    take(page)
    assert dict(empty.settings.own_dimensions.names) == {"own_1": "Agence"}


def test_a_column_that_names_rows_is_told_and_can_be_taken_back(empty: Store, opened: Open) -> None:
    lines = "".join(f"2026-05-01;9;T{number}\n" for number in range(301))
    page = upload(opened(empty, IMPORT), f"Horodateur;Note NPS;Ticket\n{lines}".encode())
    keep = next(it for it in page.app.main.multiselect if it.key.endswith(":dimensions"))
    keep.set_value(["Ticket"]).run()
    assert "Ticket has 301 different values: a dimension has at most 300." in page.text
    button(page, "Take the last choice back").click().run()
    take(page)
    assert not empty.settings.own_dimensions.names


def test_a_link_with_a_value_that_is_gone_says_so(empty: Store, opened: Open) -> None:
    import_file(empty, SAMPLE, dimensions=["Magasin"])
    assert "left out: Brest" in opened(empty, OVERVIEW, own_1="Brest").text
    empty.change_settings({"own_dimensions.own_1": ""})
    page = opened(empty, OVERVIEW, own_1="Lille")
    assert "left out: Lille" in page.text
    assert shown_filters(page) == []


def test_every_dimension_is_offered_behind_one_button(empty: Store, opened: Open) -> None:
    own = {it: f"Axe {it[-1]}" for it in OWN_DIMENSIONS}
    empty.change_settings({f"own_dimensions.{it}": name for it, name in own.items()})
    for value in ("a", "b"):
        texts = {**dict.fromkeys(own.values(), value), "segment": value, "region": value}
        add(empty, answers([9] * 6, **texts), "responses")
    page = opened(empty, NPS)
    assert shown_filters(page) == ["Segment", "Region", *own.values()]
    own_filter(page, "own_6").set_value(["a"]).run()
    assert "a" in [it.label for it in page.app.main.button]
    assert "6 answers" in page.text


def test_every_page_splits_by_it(empty: Store, opened: Open) -> None:
    import_file(empty, SAMPLE, dimensions=["Magasin"])
    add(empty, calls([10, 300] * 10, Magasin="Lille"), "contacts")
    page = opened(empty, NPS).look_closer("whom").unfold("nps_by")
    page.button_group("nps_whom").set_value("own_1").run()
    assert "Lille" in {row[0] for row in page.rows("Against the rest")}
    page.button_group("nps_across").set_value("segment").run()
    assert not page.app.exception
    page = opened(empty, RESPONSES).look_closer("by")
    page.button_group("response_by").set_value("own_1").run()
    assert not page.app.exception
    assert any("Lille" in str(chart) for chart in page.charts)


def test_a_name_that_is_taken_away_leaves_no_page_behind(empty: Store, opened: Open) -> None:
    import_file(empty, SAMPLE, dimensions=["Magasin"])
    page = opened(empty, NPS, own_1="Lille").look_closer("whom")
    page.button_group("nps_whom").set_value("own_1").run()
    empty.change_settings({"own_dimensions.own_1": ""})
    page.app.run()
    assert not page.app.exception
    assert "120 answers" in page.text


def test_the_settings_page_names_and_renames(empty: Store, opened: Open) -> None:
    import_file(empty, SAMPLE, dimensions=["Magasin"])
    page = opened(empty, SETTINGS, part="dimensions")
    [text] = [it for it in page.app.main.text_input if it.label == "Own dimension 1"]
    assert text.value == "Magasin"
    text.set_value("Region")
    button(page, "Save").click().run()
    assert "that is what another dimension is called" in page.text
    [text] = [it for it in page.app.main.text_input if it.label == "Own dimension 1"]
    text.set_value("Boutique")
    button(page, "Save").click().run()
    assert not page.app.exception
    assert shown_filters(opened(empty, NPS)) == ["Boutique"]


# Five names of the firm's own at a time: a store has six places.
HOSTILE_NAMES = list(
    dict.fromkeys(it.replace("=", "")[:40].strip() for it in HOSTILE_TEXTS.values())
)
IN_FIVES = [HOSTILE_NAMES[first : first + 5] for first in range(0, len(HOSTILE_NAMES), 5)]


@pytest.mark.parametrize("names", IN_FIVES, ids=["first", "second", "third"])
def test_hostile_names_are_texts_on_the_page(names: list[str], empty: Store, opened: Open) -> None:
    places = dict(zip(OWN_DIMENSIONS, names, strict=False))
    empty.change_settings({f"own_dimensions.{place}": name for place, name in places.items()})
    values = [dict.fromkeys(names, value) for value in ("a", "b")]
    rows = [row for texts in values for row in answers([9] * 6, **texts)]
    numbered = [{**row, "response_id": str(number)} for number, row in enumerate(rows)]
    add(empty, numbered, "responses", kept_columns=names)
    page = opened(empty, NPS).look_closer("whom").unfold("nps_by")
    for place in places:
        page.button_group("nps_whom").set_value(place).run()
        assert {row[0] for row in page.rows("Against the rest")} == {"a", "b"}
        assert_plain(page)
    options = page.button_group("nps_whom").proto.options
    labels = [it.content for it in options if "own" not in it.content][-len(names) :]
    assert [label.replace("\\", "").replace("\u2060", "") for label in labels] == [
        name.replace("\\", "") for name in names
    ]
    for place in places:
        assert_plain(opened(empty, "insights/cx_pyramid.py", **{place: "a"}))
