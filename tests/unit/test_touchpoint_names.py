"""A rated touchpoint and a journey are called as the firm calls them in the reader's language."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxdata.charts.theme import group_name
from cxdata.config import FiscalYear, load_settings
from cxdata.errors import SettingsError
from cxdata.exports.extract import Extract, as_csv
from cxdata.i18n import translator
from cxdata.i18n.firm import firm_translator
from cxdata.i18n.names import journeys_named, touchpoint_name
from cxdata.models import Filters, Period, Scope
from cxdata.panels import Request, pyramid
from cxdata.sentences import audience_text, scope_text
from cxdata.sentences.nps_detail import drivers_sentence
from cxdata.store.connection import Store
from cxdata.store.seen_settings import settings_within
from tests.stores import add, calls

JOURNEYS = [{"journey": "Delivery", "fr": "Livraison"}, {"journey": "Billing", "en": "Bills"}]
NAMES = [
    {"touchpoint": "delivery", "en": "Delivery", "fr": "La livraison"},
    {"touchpoint": "after_sales", "fr": "SAV"},
]


def test_each_language_has_its_names_and_what_has_none_is_called_as_its_column() -> None:
    settings = load_settings().changed({"touchpoint_names": NAMES})
    french, english = (translator(it).naming(settings.touchpoints_in(it)) for it in ("fr", "en"))
    names = ("delivery", "after_sales", "shop_visit")
    assert [touchpoint_name(it, french) for it in names] == ["La livraison", "SAV", "Shop visit"]
    assert [touchpoint_name(it, english) for it in names] == [
        "Delivery",
        "After sales",
        "Shop visit",
    ]
    assert french.at(0.9).touchpoint_names == french.touchpoint_names
    assert translator("fr").naming(()) is translator("fr")


def test_sentences_and_files_say_it() -> None:
    tr = translator("fr").naming((("delivery", "La livraison"),))
    row = {
        "touchpoint": "delivery",
        "is_first": True,
        "gain": 3.0,
        "gain_low": 1.0,
        "gain_high": 5.0,
    }
    sentence = drivers_sentence(pl.DataFrame([row]), {"model_reason": None}, tr)
    assert sentence.startswith("La livraison")
    frame = pl.DataFrame({"touchpoint": ["delivery", "shop_visit"]})
    text = as_csv(Extract("d", "", frame, "", None), tr).decode("utf-8-sig")
    assert "La livraison" in text
    assert "shop_visit" in text


@pytest.mark.parametrize(
    "rows",
    [
        [{"touchpoint": "delivery", "Deutsch": "Lieferung"}],
        [{"touchpoint": "", "fr": "x"}],
        [{"fr": "x"}],
        [NAMES[0], NAMES[0]],
        [NAMES[0], {"touchpoint": "shop", "fr": "La livraison"}],
        [{"touchpoint": "delivery", "fr": "x" * 81}],
        "delivery",
    ],
)
def test_what_names_no_touchpoint_once_is_refused(rows: Any) -> None:
    with pytest.raises(SettingsError):
        load_settings().changed({"touchpoint_names": rows})


def test_journeys_have_names_wherever_they_stand() -> None:
    settings = load_settings().changed({"journey_names": JOURNEYS, "touchpoint_names": NAMES})
    french, english = (firm_translator(settings, it) for it in ("fr", "en"))
    assert journeys_named(("Delivery", "Billing", "Shop"), french) == "Livraison, Billing, Shop"
    assert journeys_named(("Delivery", "Billing", "Shop"), english) == "Delivery, Bills, Shop"
    assert touchpoint_name("after_sales", french) == "SAV"
    assert french.at(0.9).in_years(FiscalYear(4)).journey_names == french.journey_names
    assert group_name("Delivery", "journey", french) == "Livraison"
    assert group_name("Delivery", "product", french) == "Delivery"
    assert audience_text("journey", "Delivery", french) == "Parcours Livraison"
    asked = Filters(period=Period(date(2026, 1, 1), date(2026, 6, 30)), journey=("Delivery",))
    assert "Livraison" in scope_text(asked, french)
    frame = pl.DataFrame({"journey": ["Delivery", None]})
    text = as_csv(Extract("d", "", frame, "", None), french).decode("utf-8-sig")
    assert "Livraison" in text
    assert "Delivery" not in text


def test_the_pyramid_names_journeys_so(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "cx.duckdb", load_settings())
    add(store, calls([20, 40, 60, 200] * 10, journey="Delivery"), "contacts")
    store.change_settings({"journey_names": JOURNEYS})
    asked = Filters(period=Period(date(2026, 1, 1), date(2026, 12, 31)))
    request = Request.computed_now(store, asked, firm_translator(store.settings, "fr"))
    for panel in (pyramid.levels_panel(request), pyramid.evidence_panel(request)):
        told = f"{panel.title} {panel.headline} {panel.texts().rows()}"
        assert "Livraison" in told
        assert "Delivery" not in told
    store.close()


def test_a_reader_with_a_scope_has_no_names_of_journeys_outside() -> None:
    settings = load_settings().changed({"journey_names": JOURNEYS})
    seen = settings_within(settings, Scope.of({"journey": ("Billing",)}), dict)
    assert [it.code for it in seen.journey_names] == ["Billing"]
    assert seen.values["journey_names"] == JOURNEYS[1:]
