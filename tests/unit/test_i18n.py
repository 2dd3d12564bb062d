"""English and French are both complete; every language is formatted as its readers write."""

from __future__ import annotations

import ast
import re
from datetime import date, datetime

import pytest

from cxdata.config import load_settings
from cxdata.errors import StoreError
from cxdata.i18n import translator
from cxdata.i18n.messages import PACKAGE, all_texts, catalogue, lacking, translations
from cxdata.metrics.pyramid.model import pyramid_model


def placeholders(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)", text)))


def test_every_text_of_the_code_has_a_french_translation() -> None:
    assert all_texts() - translations("fr").keys() == set()


def test_no_translation_outlives_its_text() -> None:
    assert translations("fr").keys() - all_texts() == set()


def test_no_translation_is_empty_or_unsure() -> None:
    assert [text for text, french in translations("fr").items() if not french.strip()] == []
    assert [message.id for message in catalogue("fr") if message.id and message.fuzzy] == []


def test_translations_fill_the_same_placeholders() -> None:
    different = {
        text: french
        for text, french in translations("fr").items()
        if placeholders(text) != placeholders(french)
    }
    assert different == {}


def test_texts_are_found_in_the_code() -> None:
    assert len(all_texts()) > 100
    assert "No answers for these filters." in all_texts()


NARROW, WIDE = "\u202f", "\xa0"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", ["1,234.5", "26.5%", "−3.2", "+6", "0", "£1.2M", "12 March 2026", "Q2 2026"]),
        (
            "fr",
            [
                f"1{NARROW}234,5",
                f"26,5{WIDE}%",
                "−3,2",
                "+6",
                "0",
                f"1,2{WIDE}M£GB",
                "12 mars 2026",
                "T2 2026",
            ],
        ),
    ],
)
def test_numbers_money_and_dates_are_written_as_readers_expect(
    locale: str, expected: list[str]
) -> None:
    tr = translator(locale)
    assert [
        tr.number(1234.5, 1),
        tr.percent(0.265),
        tr.signed(-3.2, 1),
        tr.signed(6),
        tr.signed(-0.4),
        tr.money(1_234_567, "GBP"),
        tr.day(date(2026, 3, 12)),
        tr.period_name(date(2026, 4, 1), "quarter"),
    ] == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (1.4, "1,4 s"),
        (42, "42 s"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (200_000, "2 j 7 h"),
    ],
)
def test_durations_have_two_units_at_the_most(seconds: float, expected: str) -> None:
    assert translator("fr").duration(seconds) == expected


def test_money_claims_two_digits_unless_more_are_asked_for() -> None:
    assert translator("en").money(45_678, "EUR") == "€46k"
    assert translator("en").money(45_678, "EUR", digits=3) == "€45.7k"
    assert translator("en").money(-950.4, "EUR") == "−€950"
    assert translator("en").money(0, "EUR") == "€0"


def test_moments_are_shown_in_the_firms_zone() -> None:
    assert translator("en").moment(datetime(2026, 7, 1, 10), "Europe/Paris") == "1 Jul 2026, 12:00"
    assert (
        translator("fr").moment(datetime(2026, 1, 1, 10), "Europe/Paris") == "1er janv. 2026, 11:00"
    )


def test_an_error_speaks_french_with_its_values() -> None:
    error = StoreError("{path} can't be written.", "Choose another.", path="a.duckdb")
    sentence, hint = translator("fr").error(error)
    assert sentence.startswith("a.duckdb")
    assert hint == "Choisissez-en un autre."


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", ["1.234,5", "26,5\xa0%", "12. März 2026", "12,5", "%d\xa0%%", ";"]),
        ("pt-BR", ["1.234,5", "26,5%", "12 de março de 2026", "12,5", "%d%%", ";"]),
        ("ja", ["1,234.5", "26.5%", "2026年3月12日", "12.5", "%d%%", ","]),
        ("tr", ["1.234,5", "%26,5", "12 Mart 2026", "12,5", "%%%d", ";"]),
        ("zz-none", ["1,234.5", "26.5%", "12 March 2026", "12.5", "%d%%", ","]),
        ("", ["1,234.5", "26.5%", "12 March 2026", "12.5", "%d%%", ","]),
    ],
)
def test_an_unknown_language_speaks_english_with_its_own_numbers(
    locale: str, expected: list[str]
) -> None:
    tr = translator(locale)
    assert tr("No answers for these filters.") == "No answers for these filters."
    numbers = [tr.number(1234.5, 1), tr.percent(0.265), tr.day(date(2026, 3, 12))]
    assert [*numbers, tr.typable(12.5), tr.percent_format, tr.list_separator] == expected


@pytest.mark.parametrize(
    ("locale", "typed", "expected"),
    [
        ("de", "1.234,5", 1234.5),
        ("de", "1.000", 1000),
        ("de", "12.5", 12.5),
        ("de-CH", "1'234.5", 1234.5),
        ("de-CH", "1’234’567", 1_234_567),
        ("hi", "12,34,567.5", 1_234_567.5),
        ("en", "1,00,000", None),
        ("tr", "%12,5", 12.5),
        ("sv", "1 234,5", 1234.5),
        ("sv", "−5", -5),
        ("de", "nan", None),
        ("de", "1.000.00", None),
    ],
)
def test_a_typed_number_is_read_as_its_language_writes_it(
    locale: str, typed: str, expected: float | None
) -> None:
    assert translator(locale).typed_number(typed) == expected


def test_languages_are_called_as_they_call_themselves() -> None:
    assert [translator(it).own_name for it in ("en", "fr", "de", "zz-none")] == [
        "English",
        "Français",
        "Deutsch",
        "English",
    ]


def test_a_language_without_a_catalogue_lacks_every_text() -> None:
    assert set(lacking("de")) == all_texts()
    assert lacking("fr") == lacking("en") == []


def test_the_texts_of_the_pyramid_are_in_the_catalogue() -> None:
    model = pyramid_model(load_settings())
    said = [text for level in model.levels for text in (level.name, level.meaning)]
    said += [text for it in model.indicators for text in (it.name, it.definition, it.why)]
    assert set(said) <= all_texts()
    assert [text for text in said if translator("fr")(text) == text] == []


# Whoever lower-cases a translated text spoils the nouns of a language that writes them large.
LOWER_CASED = {"lower", "casefold", "lower_first", "swapcase", "title", "capitalize"}


@pytest.mark.parametrize("room", ["sentences", "charts", "tables", "panels", "i18n"])
def test_no_text_loses_its_capital(room: str) -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id)
        in LOWER_CASED
    ]
    assert found == []
