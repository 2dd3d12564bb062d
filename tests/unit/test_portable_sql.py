"""The store's SQL in the dialect of another engine: each rule by an example, without an engine."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlglot

from cxdata.lake.portable import portable, portable_text
from cxdata.store.days import DAY_TABLES

VALUES: dict[str, object] = {
    "days": [date(2026, 1, 1), date(2026, 1, 2)],
    "opened_days": [date(2026, 1, 1), date(2026, 1, 2)],
    "near_days": [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)],
    "time_zone": "Europe/Paris",
    "return_days": 7,
    "information_reasons": ["l'information", "back\\slash"],
    "advertising_reasons": [],
    "class_survey": "relationship",
    "minimum_count": 5,
    "response_days": 30,
    "people": None,
}


@pytest.mark.parametrize(
    ("written", "values", "translated"),
    [
        ("len($own) = 2", {"own": ["a", "b"]}, "2 = 2"),
        ("x in (select unnest($own))", {"own": []}, "FALSE"),
        ("x in (select unnest($own))", {"own": ["a'b", "c\\d"]}, "x IN ('a\\'b', 'c\\\\d')"),
        (
            "x in (select unnest(cast($days as date[])))",
            {"days": [date(2026, 1, 2)]},
            "x IN (CAST('2026-01-02' AS DATE))",
        ),
        ("$people is null", {"people": None}, "TRUE"),
        (
            "x = $moment",
            {"moment": datetime(2026, 1, 2, 3)},
            "x = CAST('2026-01-02 03:00:00' AS TIMESTAMP_NTZ)",
        ),
        ("x + to_days(cast($n as integer))", {"n": 7}, "x + INTERVAL '7' DAY"),
        (
            "x + to_microseconds(cast(y as bigint))",
            {},
            "TIMESTAMPADD(MICROSECOND, CAST(y AS BIGINT), x)",
        ),
        (
            "cast((x at time zone 'UTC') at time zone $zone as date)",
            {"zone": "Europe/Paris"},
            "CAST(FROM_UTC_TIMESTAMP(x, 'Europe/Paris') AS DATE)",
        ),
        ("date_diff('day', x, y)", {}, "DATEDIFF(y, x)"),
        ("string_split(x, ';')", {}, "SPLIT(x, '[;]')"),
    ],
)
def test_what_sqlglot_would_get_wrong_is_translated(
    written: str, values: dict[str, object], translated: str
) -> None:
    assert portable_text(f"select {written} from t", values).sql == f"SELECT {translated} FROM t"


@pytest.mark.parametrize("table", DAY_TABLES)
def test_the_statement_of_each_day_table_is_in_the_other_dialect(table: str) -> None:
    found = portable(f"rebuild_{table}", VALUES)
    assert len(sqlglot.parse_one(found.sql, read="spark").selects) == len(found.columns) > 1
    assert "$" not in found.sql
    assert "TO_DAYS" not in found.sql


def test_a_value_that_is_not_given_or_has_no_literal_is_refused() -> None:
    with pytest.raises(ValueError, match="isn't given"):
        portable_text("select $x from t", {})
    with pytest.raises(ValueError, match="no literal"):
        portable_text("select $x from t", {"x": object()})
    with pytest.raises(ValueError, match="where no value"):
        portable_text("select coalesce($x, y) from t", {"x": [1]})
