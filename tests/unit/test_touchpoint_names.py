"""A rated touchpoint is called as the firm calls it in the reader's language."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cxdata.config import load_settings
from cxdata.errors import SettingsError
from cxdata.exports.extract import Extract, as_csv
from cxdata.i18n import translator
from cxdata.i18n.names import touchpoint_name
from cxdata.sentences.nps_detail import drivers_sentence

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
        [{"touchpoint": "delivery", "fr": "x" * 81}],
        "delivery",
    ],
)
def test_what_names_no_touchpoint_once_is_refused(rows: Any) -> None:
    with pytest.raises(SettingsError):
        load_settings().changed({"touchpoint_names": rows})
