"""English and French are both complete, and formatted as their readers write."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from cxdata.errors import StoreError
from cxdata.i18n import translator
from cxdata.i18n.messages import all_texts, catalogue, translations


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
    tr = translator(locale)  # type: ignore[arg-type]
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


def test_an_unknown_locale_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no locale"):
        translator("de")  # type: ignore[arg-type]
