"""Values: dates, numbers, scores and choices as people write them in two languages."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdata.ingest import values
from cxdata.ingest.columns import Field, load_columns
from cxdata.ingest.values import DateOrder, DecimalMark, Forms, Parsed, parse

PARIS = "Europe/Paris"


def one(text: str, field: Field, forms: Forms | None = None) -> tuple[object, str | None, bool]:
    parsed = parse(pl.Series([text]), field, forms or Forms(PARIS))
    return parsed.values[0], parsed.reasons[0], parsed.is_corrected[0]


def moment(
    text: str, order: DateOrder = "dmy", *, sheet: bool = False
) -> tuple[object, str | None]:
    forms = Forms(PARIS, date_order=order, has_serial_dates=sheet)
    return one(text, Field("at", "moment"), forms)[:2]


def utc(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("03/04/2026", "dmy", utc(2026, 4, 2, 22)),
        ("03/04/2026", "mdy", utc(2026, 3, 3, 23)),
        ("3/4/26 9:05", "dmy", utc(2026, 4, 3, 7, 5)),
        ("03-04-2026 09:05:06", "dmy", utc(2026, 4, 3, 7, 5, 6)),
        ("03.04.2026 à 09h05", "dmy", utc(2026, 4, 3, 7, 5)),
        ("2026/04/03 09:05", "mdy", utc(2026, 4, 3, 7, 5)),
        ("2026-04-03T09:05:06Z", "dmy", utc(2026, 4, 3, 9, 5, 6)),
        ("2026-04-03T09:05:06.25+02:00", "dmy", utc(2026, 4, 3, 7, 5, 6, 250_000)),
        ("2026-04-03 09:05:06 -0500", "dmy", utc(2026, 4, 3, 14, 5, 6)),
        ("2026/04/03 2:34:05 PM UTC+1", "dmy", utc(2026, 4, 3, 13, 34, 5)),
        ("04/03/2026 12:00:00 AM", "mdy", utc(2026, 4, 2, 22)),
        ("04/03/2026 12:30 PM", "mdy", utc(2026, 4, 3, 10, 30)),
        ("20260403", "dmy", utc(2026, 4, 2, 22)),
        ("\u202f03/04/2026\u00a0", "dmy", utc(2026, 4, 2, 22)),
    ],
)
def test_moments_are_read_in_every_usual_form(
    text: str, order: DateOrder, expected: datetime
) -> None:
    assert moment(text, order) == (expected, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/02/2026", values.NO_SUCH_DAY),
        ("29/02/2025", values.NO_SUCH_DAY),
        ("2026-13-01", values.NO_SUCH_DAY),
        ("13/13/2026", values.NO_SUCH_DAY),
        ("01/02/2026 25:00", values.NO_SUCH_TIME),
        ("01/02/2026 10:61", values.NO_SUCH_TIME),
        ("01/02/1066", values.YEAR_OUT_OF_RANGE),
        ("2026-01-01; drop", values.NOT_A_DATE),
        ("yesterday", values.NOT_A_DATE),
        ("46000", values.NOT_A_DATE),
        ("1/2", values.NOT_A_DATE),
    ],
)
def test_what_is_no_date_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert moment(text) == (None, reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-29 01:59", utc(2026, 3, 29, 0, 59)),
        ("2026-03-29 02:30", utc(2026, 3, 29, 1, 30)),  # skipped: taken as 03:30 summer time
        ("2026-03-29 03:00", utc(2026, 3, 29, 1, 0)),
        ("2026-10-25 02:30", utc(2026, 10, 25, 0, 30)),  # twice: the first, summer time
        ("2026-10-25 03:00", utc(2026, 10, 25, 2, 0)),
    ],
)
def test_the_hours_of_the_clock_change_have_a_stated_meaning(text: str, expected: datetime) -> None:
    assert moment(text) == (expected, None)


def test_a_sheets_day_number_is_a_date_only_in_a_sheet() -> None:
    assert moment("46000.25", sheet=True) == (utc(2025, 12, 9, 5, 0), None)
    assert moment("46000.25")[1] == values.NOT_A_DATE


def test_a_day_is_the_firms_local_day() -> None:
    assert one("2026-01-01T23:30:00Z", Field("on", "day"))[0] == date(2026, 1, 2)
    assert one("01/02/2026", Field("on", "day"))[0] == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("texts", "votes"),
    [
        (["13/01/2026", "01/02/2026"], (1, 0, 1)),
        (["01/13/2026 10:00"], (0, 1, 0)),
        (["31/02/2026", "13/13/2026", "05/05/2026", "2026-01-02"], (1, 0, 0)),
    ],
)
def test_one_value_over_twelve_decides_the_order(
    texts: list[str], votes: tuple[int, int, int]
) -> None:
    assert values.date_order_votes(pl.Series(texts)) == votes


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("1 234,5", ",", 1234.5),
        ("1\u202f234,50\u00a0€", ",", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1.234", ",", 1234.0),
        ("1,234", ".", 1234.0),
        ("1,234,567.8", ".", 1234567.8),
        ("1'234.5", ".", 1234.5),
        ("-3", ".", -3.0),
        ("+3", ".", 3.0),
        ("$12", ".", 12.0),
    ],
)
def test_numbers_are_read_with_their_marks(text: str, mark: DecimalMark, expected: float) -> None:
    forms = Forms(PARIS, decimal_mark=mark)
    assert one(text, Field("n", "number"), forms) == (expected, None, False)


def test_a_percentage_is_a_share_and_counts_as_corrected() -> None:
    value, reason, is_corrected = one(
        "26,5 %", Field("n", "number"), Forms(PARIS, decimal_mark=",")
    )
    assert (value, reason, is_corrected) == (pytest.approx(0.265), None, True)


@pytest.mark.parametrize("text", ["abc", "inf", "1e5", "0x1F", "1.2.3", "12-3", "1" * 20, "1,23,4"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert one(text, Field("n", "number"))[:2] == (None, values.NOT_A_NUMBER)


@pytest.mark.parametrize(
    ("text", "expected", "is_corrected"),
    [
        ("0", 0, False),
        ("10", 10, False),
        ("9.0", 9, False),
        ("9,0", 9, False),
        (" 7 ", 7, False),
        ("10 - Extremely likely", 10, True),
        ("0 (pas du tout probable)", 0, True),
        ("10 : tout à fait", 10, True),
    ],
)
def test_scores_are_read_with_their_labels(text: str, expected: int, is_corrected: bool) -> None:
    nps = load_columns().field("responses", "nps_score")
    assert one(text, nps) == (expected, None, is_corrected)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("11", values.SCORE_OUT_OF_RANGE),
        ("-1", values.SCORE_OUT_OF_RANGE),
        ("9.5", values.NOT_A_SCORE),
        ("9-10", values.NOT_A_SCORE),
        ("ten", values.NOT_A_SCORE),
        ("99999999999999999999", values.NOT_A_SCORE),
    ],
)
def test_what_is_no_score_is_refused(text: str, reason: str) -> None:
    nps = load_columns().field("responses", "nps_score")
    assert one(text, nps)[:2] == (None, reason)


def test_a_worded_satisfaction_is_its_score() -> None:
    csat = load_columns().field("responses", "csat_score")
    assert one("Très satisfait", csat) == (5, None, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Téléphone", "call"),
        ("PHONE", "call"),
        ("Appel", "call"),
        ("E-mail", "email"),
        ("courriel", "email"),
        ("Formulaire", "email"),
        ("Tchat", "chat"),
        ("live chat", "chat"),
        ("Réseaux sociaux", "social"),
        ("Twitter", "social"),
    ],
)
def test_channels_are_folded_and_counted(text: str, expected: str) -> None:
    assert one(text, Field("channel", "channel")) == (expected, None, True)


def test_an_unknown_choice_is_refused_and_yes_and_no_are_read() -> None:
    assert one("fax", Field("channel", "channel"))[1] == values.UNKNOWN_CHOICE
    assert one("Oui", Field("flag", "yes_no"))[:2] == (True, None)
    assert one("non", Field("flag", "yes_no"))[:2] == (False, None)
    assert one("peut-être", Field("flag", "yes_no"))[:2] == (None, values.UNKNOWN_CHOICE)


@pytest.mark.parametrize(
    "field", [Field("a", "moment"), Field("a", "number"), Field("a", "channel")]
)
def test_words_for_nothing_are_no_value_but_stay_in_texts(field: Field) -> None:
    assert one("N/A", field) == (None, None, True)
    assert one("", field) == (None, None, False)
    assert one("N/A", Field("a", "text")) == ("N/A", None, False)


def test_texts_lose_control_characters_and_nothing_else() -> None:
    text = Field("a", "text")
    assert one(" a\x00b\x07\n ", text) == ("ab", None, True)
    assert one("<b>&amp;</b> =1+1 {x}", text) == ("<b>&amp;</b> =1+1 {x}", None, False)


FIELDS = [
    Field("a", "moment"),
    Field("a", "day"),
    Field("a", "number"),
    Field("a", "score", low=0, high=10),
    Field("a", "channel"),
    Field("a", "yes_no"),
    Field("a", "text"),
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(max_size=12) | st.from_regex(r"[0-9/:.,\- APMTZ+%]{1,16}", fullmatch=True),
        max_size=8,
    ),
    st.sampled_from(FIELDS),
)
def test_every_text_becomes_a_value_or_nothing_or_a_reason(texts: list[str], field: Field) -> None:
    parsed: Parsed = parse(pl.Series(texts, dtype=pl.String), field, Forms(PARIS, "mdy", ",", True))
    assert len(parsed.values) == len(parsed.reasons) == len(parsed.is_corrected) == len(texts)
    refused = parsed.reasons.is_not_null()
    assert parsed.values.filter(refused).null_count() == refused.sum()
    assert parsed.is_corrected.null_count() == 0
