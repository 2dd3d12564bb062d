"""Values: dates, numbers, scores and choices as people write them in two languages."""

from __future__ import annotations

import weakref
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxdata.ingest.choices import DateOrder, DecimalMark
from cxdata.ingest.columns import Field, load_columns
from cxdata.ingest.judging import dates, durations, values
from cxdata.ingest.judging.dates import DateForm
from cxdata.ingest.judging.texts import trimmed
from cxdata.ingest.judging.values import Forms, Parsed, parse
from tests.examples import examples

PARIS = "Europe/Paris"


def one(text: str, field: Field, forms: Forms | None = None) -> tuple[object, str | None, bool]:
    parsed = parse(pl.Series([text]), field, forms or Forms(DateForm(PARIS)))
    return parsed.values[0], parsed.reasons[0], parsed.is_corrected[0]


def moment(
    text: str, order: DateOrder = "dmy", *, sheet: bool = False
) -> tuple[object, str | None]:
    forms = Forms(DateForm(PARIS, order, has_serials=sheet))
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
        ("12 mars 2026", "mdy", utc(2026, 3, 11, 23)),
        ("12 mars 2026 à 14 h 05", "mdy", utc(2026, 3, 12, 13, 5)),
        ("jeudi 12 mars 2026 à 14h", "dmy", utc(2026, 3, 12, 13)),
        ("1er août 2026 14:05:30", "dmy", utc(2026, 8, 1, 12, 5, 30)),
        ("le 12 déc. 2026", "dmy", utc(2026, 12, 11, 23)),
        ("Mar 12, 2026 2:05 PM", "dmy", utc(2026, 3, 12, 13, 5)),
        ("Thu, 12 Mar 2026 14:05:30 +0100", "dmy", utc(2026, 3, 12, 13, 5, 30)),
        (
            "Thu Mar 12 2026 14:05:30 GMT+0100 (Central European Standard Time)",
            "dmy",
            utc(2026, 3, 12, 13, 5, 30),
        ),
        ("March 12th, 2026 at 2:05 p.m.", "dmy", utc(2026, 3, 12, 13, 5)),
        ("12-Mar-26", "mdy", utc(2026, 3, 11, 23)),
        ("12-Mar-26 14:05", "mdy", utc(2026, 3, 12, 13, 5)),
        ("2026-Mar-12", "mdy", utc(2026, 3, 11, 23)),
        ("2026/03/31 2:05:30 PM UTC+2", "dmy", utc(2026, 3, 31, 12, 5, 30)),
        ("31/03/2026 14:05:30", "dmy", utc(2026, 3, 31, 12, 5, 30)),
        ("31/03/2026 14h05m30", "dmy", utc(2026, 3, 31, 12, 5, 30)),
        ("2026-03-31 14:05:30 CEST", "dmy", utc(2026, 3, 31, 12, 5, 30)),
    ],
)
def test_moments_are_read_in_every_usual_form(
    text: str, order: DateOrder, expected: datetime
) -> None:
    assert moment(text, order) == (expected, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/02/2026", dates.NO_SUCH_DAY),
        ("29/02/2025", dates.NO_SUCH_DAY),
        ("2026-13-01", dates.NO_SUCH_DAY),
        ("13/13/2026", dates.NO_SUCH_DAY),
        ("01/02/2026 25:00", dates.NO_SUCH_TIME),
        ("01/02/2026 10:61", dates.NO_SUCH_TIME),
        ("01/02/1066", dates.YEAR_OUT_OF_RANGE),
        ("2026-01-01; drop", dates.NOT_A_DATE),
        ("yesterday", dates.NOT_A_DATE),
        ("46000", dates.NOT_A_DATE),
        ("1/2", dates.NOT_A_DATE),
        ("mars 2026", dates.NOT_A_DATE),
        ("12 foo 2026", dates.NOT_A_DATE),
        ("31 février 2026", dates.NO_SUCH_DAY),
        ("12 mars 1066", dates.YEAR_OUT_OF_RANGE),
        ("12/03/2026 14", dates.NOT_A_DATE),
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


def test_each_value_of_a_mixed_column_is_read_in_its_own_form() -> None:
    texts = ["2026-04-03", "03/04/2026 10:00", "31/02/2026", "", "3 avril 2026", "2026-02-30"]
    parsed = parse(pl.Series(texts), Field("at", "moment"), Forms(DateForm("UTC")))
    april = utc(2026, 4, 3)
    assert parsed.values.to_list() == [april, utc(2026, 4, 3, 10), None, None, april, None]
    no_day = dates.NO_SUCH_DAY
    assert parsed.reasons.to_list() == [None, None, no_day, None, None, no_day]


@pytest.mark.parametrize(
    ("text", "epoch", "expected"),
    [
        ("1774965930", "seconds", utc(2026, 3, 31, 14, 5, 30)),
        ("1774965930250", "milliseconds", utc(2026, 3, 31, 14, 5, 30, 250_000)),
    ],
)
def test_a_column_of_seconds_since_1970_is_a_column_of_moments(
    text: str, epoch: dates.Epoch, expected: datetime
) -> None:
    assert dates.epoch_of(pl.Series([text, "", None])) == epoch
    assert dates.epoch_of(pl.Series([text, "2026-03-31"])) == ""
    forms = Forms(DateForm(PARIS, epoch=epoch))
    assert one(text, Field("at", "moment"), forms)[:2] == (expected, None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:02:03", 3723),
        ("01:02:03.5", 3723.5),
        ("02:03", 123),
        ("125:00", 7500),
        ("1 day, 2:03:04", 93_784),
        ("1.02:03:04", 93_784),
        ("1899-12-31 00:02:03", 123),
        ("1 h 05", 3900),
        ("1h05m", 3900),
        ("1 h 05 min 10 s", 3910),
        ("90 s", 90),
        ("1,5 min", 90),
        ("2 minutes et 3 secondes", 123),
        ("2 jours 3 heures", 183_600),
        ("PT1H5M", 3900),
        ("P1DT2.5S", 86_402.5),
        ("90", 90),
        ("0", 0),
    ],
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert one(text, Field("wait", "duration"))[:2] == (seconds, None)


@pytest.mark.parametrize("text", ["-5", "1:75", "1:02:60", "soon", "5 10", "PT", "99999999999"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    assert one(text, Field("wait", "duration"))[:2] == (None, durations.NOT_A_DURATION)


@pytest.mark.parametrize(
    ("header", "texts", "is_sheet", "unit", "two_parts"),
    [
        ("Wait", ["12"], False, 1, 1),
        ("Resolution time (in Hrs)", ["12"], False, 3600, 1),
        ("Durée en minutes", ["12"], False, 60, 1),
        ("Durée (hh:mm)", ["02:03"], False, 1, 60),
        ("Durée (hh:mm:ss)", ["02:03"], False, 1, 1),
        ("Wait", ["0.000694", "0.00125", "0"], True, 86_400, 1),
        ("Wait", ["12.5", "30"], True, 1, 1),
        ("Wait", ["0.000694"], False, 1, 1),
    ],
)
def test_the_unit_of_durations_is_told_by_header_or_sheet(
    header: str, texts: list[str], is_sheet: bool, unit: float, two_parts: int
) -> None:
    form = durations.duration_form(header, pl.Series(texts), is_sheet=is_sheet)
    assert (form.unit_seconds, form.two_part_seconds) == (unit, two_parts)


def test_a_sheets_day_number_is_a_date_only_in_a_sheet() -> None:
    assert moment("46000.25", sheet=True) == (utc(2025, 12, 9, 5, 0), None)
    assert moment("46000.25")[1] == dates.NOT_A_DATE


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
    assert dates.date_order_votes(pl.Series(texts)) == votes


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
        ("−3", ".", -3.0),
        ("0.30000000000000004", ".", 0.30000000000000004),
    ],
)
def test_numbers_are_read_with_their_marks(text: str, mark: DecimalMark, expected: float) -> None:
    forms = Forms(DateForm(PARIS), mark)
    assert one(text, Field("n", "number"), forms) == (expected, None, False)


def test_a_percentage_is_a_share_and_counts_as_corrected() -> None:
    value, reason, is_corrected = one("26,5 %", Field("n", "number"), Forms(DateForm(PARIS), ","))
    assert (value, reason, is_corrected) == (pytest.approx(0.265), None, True)


@pytest.mark.parametrize(
    ("text", "expected"), [("12,5 k€", 12_500.0), ("45K", 45_000.0), ("1,2 M€", 1_200_000.0)]
)
def test_thousands_and_millions_are_multiplied_and_counted(text: str, expected: float) -> None:
    value, reason, is_corrected = one(text, Field("n", "number"), Forms(DateForm(PARIS), ","))
    assert (value, reason, is_corrected) == (pytest.approx(expected), None, True)


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
        ("10 – Tout à fait probable", 10, True),
        ("8/10", 8, True),
        ("8 sur 10", 8, True),
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
        ("4/5", values.NOT_A_SCORE),
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


def test_trimmed_texts_are_kept_no_longer_than_their_column() -> None:
    for word in ("one", "two\x00", "three"):  # a later column may lie where an earlier one lay
        column = pl.Series("c0", [f" {word}\u00a0", None, ""])
        for _ in range(2):
            assert trimmed(column).to_list() == [word.replace("\x00", ""), None, ""]
        assert trimmed(column).name == "c0"
    kept = weakref.ref(trimmed(column))
    assert kept() is trimmed(column)
    del column
    assert kept() is None


def test_texts_lose_control_characters_and_nothing_else() -> None:
    text = Field("a", "text")
    assert one(" a\x00b\x07\n ", text) == ("ab", None, True)
    assert one("<b>&amp;</b> =1+1 {x}", text) == ("<b>&amp;</b> =1+1 {x}", None, False)


FIELDS = [
    Field("a", "moment"),
    Field("a", "day"),
    Field("a", "number"),
    Field("a", "duration"),
    Field("a", "score", low=0, high=10),
    Field("a", "channel"),
    Field("a", "yes_no"),
    Field("a", "text"),
]


@pytest.mark.parametrize("text", ["٣", "٣/٤/٢٠٢٦", "2026-03-31 ٣:٠٥", "٤٦٠٠٠", "٣ min", "1٣%"])
@pytest.mark.parametrize("field", FIELDS)
def test_digits_of_other_scripts_are_refused_and_nothing_breaks(text: str, field: Field) -> None:
    value, reason, _ = one(text, field, Forms(DateForm(PARIS, "mdy", has_serials=True), ","))
    assert (value is None) == (reason is not None)
    assert dates.date_order_votes(pl.Series([text])) == (0, 0, 0)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.text(max_size=12) | st.from_regex(r"[0-9٣/:.,\- APMTZ+%hjsà]{1,16}", fullmatch=True),
        max_size=8,
    ),
    st.sampled_from(FIELDS),
)
def test_every_text_becomes_a_value_or_nothing_or_a_reason(texts: list[str], field: Field) -> None:
    parsed: Parsed = parse(
        pl.Series(texts, dtype=pl.String),
        field,
        Forms(DateForm(PARIS, "mdy", has_serials=True), ","),
    )
    assert len(parsed.values) == len(parsed.reasons) == len(parsed.is_corrected) == len(texts)
    refused = parsed.reasons.is_not_null()
    assert parsed.values.filter(refused).null_count() == refused.sum()
    assert parsed.is_corrected.null_count() == 0
