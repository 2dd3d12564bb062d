"""Response rate: right values from small stores whose truth is known, and what isn't known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

from cxdata.cli import main
from cxdata.errors import FilterError
from cxdata.i18n import LOCALES, Locale, translator
from cxdata.metrics.invitations.leaving import leaving_by_answering
from cxdata.metrics.invitations.response_rate import (
    response_rate,
    response_rate_by,
    response_rate_trend,
)
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.people import Repeats, share_effect
from cxdata.metrics.statistics.shares import ShareCounts, share_interval
from cxdata.models import Filters, Period
from cxdata.panels import Request, invitations
from cxdata.store.connection import Store
from tests.stores import add

Array = npt.NDArray[np.generic]

SENT = datetime(2026, 3, 2, 9)
LATE = date(2026, 6, 30)
EVERYTHING = Filters()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def invited(answered: Iterable[bool | None], **texts: object) -> list[dict[str, object]]:
    """One invitation per customer."""
    return [
        {"customer_id": f"C{place}", "sent_at": SENT, "is_answered": it, **texts}
        for place, it in enumerate(answered)
    ]


def rate_of(store: Store, filters: Filters = EVERYTHING) -> dict[str, object]:
    return response_rate(store, filters).row(0, named=True)


def test_the_rate_is_of_those_sent_where_delivery_is_not_told(store: Store) -> None:
    add(store, invited([True] * 30 + [False] * 70), "invitations", extract_date=LATE)
    rate = rate_of(store)
    assert (rate["base"], rate["base_count"], rate["answered_count"]) == ("sent", 100, 30)
    assert rate["response_rate"] == 0.3
    low, high = wilson_interval(30, 100)
    assert rate["response_rate_low"] == pytest.approx(float(low))
    assert rate["response_rate_high"] == pytest.approx(float(high))
    assert (rate["delivered_share"], rate["opened_share"]) == (None, None)


def test_the_rate_is_of_those_delivered_where_it_is_told(store: Store) -> None:
    rows = invited([True] * 30 + [False] * 70)
    for place, row in enumerate(rows):
        row |= {"is_delivered": place < 80, "is_opened": place < 60}
    add(store, rows, "invitations", extract_date=LATE)
    rate = rate_of(store)
    assert (rate["base"], rate["base_count"], rate["response_rate"]) == ("delivered", 80, 0.375)
    assert (rate["delivered_share"], rate["opened_share"]) == (0.8, 0.6)


def test_delivery_told_of_a_part_only_divides_nothing(store: Store) -> None:
    add(store, invited([True] * 20), "invitations", extract_date=LATE)
    more = invited([False] * 20, is_delivered=True, wave="second")
    for row in more:
        row["customer_id"] = f"D{row['customer_id']}"
    add(store, more, "invitations", extract_date=LATE)
    rate = rate_of(store)
    assert (rate["base"], rate["base_count"], rate["response_rate"]) == ("sent", 40, 0.5)


def test_young_invitations_are_in_neither_part(store: Store) -> None:
    rows = invited([True] * 10 + [False] * 10)
    for row in rows[15:]:
        row["sent_at"] = datetime(2026, 3, 20, 9)
    add(store, rows, "invitations", extract_date=date(2026, 3, 25))
    rate = rate_of(store)
    assert (rate["invitation_count"], rate["running_count"], rate["base_count"]) == (20, 5, 15)
    assert rate["response_rate"] == pytest.approx(10 / 15)


def test_what_nobody_tells_has_no_rate(store: Store) -> None:
    assert rate_of(store)["reason"] == "no_invitations"
    add(store, invited([None] * 20), "invitations", extract_date=LATE)
    rate = rate_of(store)
    assert (rate["response_rate"], rate["reason"]) == (None, "answering_not_told")


def test_too_young_is_said(store: Store) -> None:
    add(store, invited([True] * 9 + [False] * 9), "invitations", extract_date=date(2026, 3, 5))
    assert rate_of(store)["reason"] == "too_early"


def test_people_are_counted_not_invitations(store: Store) -> None:
    """Ten invitations of three people are too few to show."""
    rows = [
        {"customer_id": f"C{number % 3}", "sent_at": SENT + timedelta(days=number),
         "is_answered": True}
        for number in range(10)
    ]  # fmt: skip
    add(store, rows, "invitations", extract_date=LATE)
    rate = rate_of(store)
    assert (rate["reason"], rate["person_count"], rate["response_rate"]) == (
        "too_few_invited",
        None,
        None,
    )


def test_groups_are_told_and_small_ones_withheld(store: Store) -> None:
    rows = invited([True] * 20 + [False] * 20, segment="home", sent_by="email")
    rows += invited([False] * 30 + [True] * 10, segment="business", sent_by="sms")
    rows += invited([True] * 3, segment="tiny", sent_by="sms")
    for place, row in enumerate(rows):
        row["customer_id"] = f"P{place}"
    add(store, rows, "invitations", extract_date=LATE)
    found = {
        row["segment"]: row for row in response_rate_by(store, Filters(), "segment").to_dicts()
    }
    assert found["tiny"]["reason"] == "too_few_invited"
    assert found["tiny"]["person_count"] is None
    others = [found[it]["response_rate"] for it in ("home", "business")]
    assert others.count(None) == 1  # one of them protects the tiny one
    assert {0.5, 0.25} >= {it for it in others if it is not None}
    by_way = {
        row["sent_by"]: row for row in response_rate_by(store, Filters(), "sent_by").to_dicts()
    }
    assert by_way["email"]["response_rate"] == 0.5
    assert by_way["sms"]["response_rate"] == pytest.approx(13 / 43)
    home = rate_of(store, Filters(segment=("home",)))
    assert home["response_rate"] == 0.5


def test_no_invitation_has_a_channel_of_contacts(store: Store) -> None:
    with pytest.raises(FilterError):
        response_rate_by(store, Filters(), "channel")


def test_the_trend_is_by_the_day_of_sending(store: Store) -> None:
    rows = invited([True] * 10 + [False] * 10)
    later = invited([True] * 5 + [False] * 15)
    for row in later:
        row["sent_at"] = datetime(2026, 4, 30, 23)
    add(store, rows + later, "invitations", extract_date=LATE)
    trend = response_rate_trend(store, Filters(), grain="month")
    assert trend.select("period", "response_rate", "is_complete").rows() == [
        (date(2026, 3, 1), 0.5, True),
        (date(2026, 4, 1), 0.25, True),
    ]
    march = Filters(period=Period(date(2026, 3, 1), date(2026, 3, 31)))
    assert rate_of(store, march)["invitation_count"] == 20


def test_another_survey_is_another_rate(store: Store) -> None:
    add(store, invited([True] * 10 + [False] * 10), "invitations", extract_date=LATE)
    assert rate_of(store, Filters(survey="transactional"))["reason"] == "no_invitations"


def rate_interval(part: Array, whole: Array) -> tuple[Array, Array]:
    """Of a share, from how many of how many of each person (rows: firms)."""
    repeats = Repeats(
        *(
            it.sum(axis=-1).astype(float)
            for it in (part * (part - 1), part * (whole - 1), whole * (whole - 1))
        )
    )
    sums = part.sum(axis=-1), whole.sum(axis=-1)
    return share_interval(ShareCounts(*sums, share_effect(*sums, repeats)))


def test_several_invitations_of_a_person_widen_the_interval() -> None:
    """200 people with two alike each tell as much as 200, and a little less for being few."""
    whole = np.full(200, 2)
    ends = rate_interval(np.repeat([2, 0], 100), whole)
    wide = tuple(map(float, ends))
    assert wide == pytest.approx(tuple(map(float, wilson_interval(100, 200))), abs=0.003)
    alone = rate_interval(np.repeat([1], 200), whole)
    assert tuple(map(float, alone)) == pytest.approx(
        tuple(map(float, wilson_interval(200, 400))), abs=0.003
    )


def test_the_interval_covers_the_truth_where_people_are_asked_repeatedly() -> None:
    """300 people, asked 1 to 4 times, each with a habit of their own; 95 % promised."""
    random = np.random.default_rng(1)
    runs, people, truth = 400, 300, 0.3
    habit = random.beta(1.5, 3.5, (runs, people))
    asked = random.integers(1, 5, (runs, people))
    given = random.binomial(asked, habit)
    low, high = rate_interval(given, asked)
    covered = float(((low <= truth) & (truth <= high)).mean())
    assert 0.92 <= covered <= 0.98
    plain_low, plain_high = wilson_interval(given.sum(axis=1), asked.sum(axis=1))
    assert float(((plain_low <= truth) & (truth <= plain_high)).mean()) < covered


def customers(lost: Iterable[bool], day: date) -> list[dict[str, object]]:
    return [
        {"customer_id": f"C{place}", "started_on": date(2020, 1, 1),
         "ended_on": day if it else None}
        for place, it in enumerate(lost)
    ]  # fmt: skip


def test_leaving_stands_beside_answering(store: Store) -> None:
    """Of 100 who answered 10 left, of 100 who didn't 30; one left before it could be told."""
    lost = [place < 10 or 100 <= place < 130 for place in range(200)]
    add(store, customers(lost, date(2026, 6, 1)), "customers", extract_date=date(2026, 12, 31))
    gone = {"customer_id": "X", "started_on": date(2020, 1, 1), "ended_on": date(2026, 3, 5)}
    add(store, [gone], "customers", extract_date=date(2026, 12, 31))
    rows = invited([True] * 100 + [False] * 100)
    rows.append({"customer_id": "X", "sent_at": SENT, "is_answered": False})
    add(store, rows, "invitations", extract_date=LATE)
    found = leaving_by_answering(store, Filters())
    assert found.select("answering", "customer_count", "lost_count", "leave_rate").rows() == [
        ("not_answered", 100, 30, 0.3),
        ("answered", 100, 10, 0.1),
    ]
    assert found["difference"][0] == pytest.approx(0.2)
    assert found["difference_low"][0] > 0
    panel = invitations.leaving_by_answering_panel(asked(store))
    assert panel.title.startswith("Not answering goes with leaving: 30.0")
    assert "association" in panel.lead


def test_nothing_is_said_of_leaving_where_customers_are_not_known_so_far(store: Store) -> None:
    add(store, customers([True] * 40, date(2026, 6, 1)), "customers", extract_date=date(2026, 7, 1))
    add(store, invited([True] * 20 + [False] * 20), "invitations", extract_date=LATE)
    assert leaving_by_answering(store, Filters()).is_empty()
    panel = invitations.leaving_by_answering_panel(asked(store))
    assert panel.is_empty
    assert "194 days" in panel.reason


def test_the_first_invitation_counts_not_any(store: Store) -> None:
    add(
        store, customers([False] * 20, date(2026, 6, 1)), "customers", extract_date=date(2027, 1, 1)
    )
    rows = invited([False] * 20)
    rows += [it | {"sent_at": SENT + timedelta(days=30), "is_answered": True} for it in rows]
    add(store, rows, "invitations", extract_date=LATE)
    found = leaving_by_answering(store, Filters())
    assert found.select("answering", "customer_count").rows() == [("not_answered", 20)]


def asked(store: Store, lang: Locale = "en", filters: Filters = EVERYTHING) -> Request:
    return Request.computed_now(store, filters, translator(lang))


@pytest.mark.parametrize("lang", LOCALES)
def test_the_panel_says_what_the_rate_is_a_share_of(store: Store, lang: Locale) -> None:
    add(store, invited([True] * 30 + [False] * 70), "invitations", extract_date=LATE)
    panel = invitations.response_rate_panel(asked(store, lang))
    assert (
        panel.title
        == {
            "en": "30.0% of invitations sent were answered",
            "fr": "30,0\u00a0% des invitations envoyées ont eu une réponse",
        }[lang]
    )
    assert panel.headline
    assert panel.headline.verdict == {"en": "30 of 100", "fr": "30 sur 100"}[lang]
    assert any("not known how many were delivered" in it for it in panel.notes[0]) == (lang == "en")


@pytest.mark.parametrize("lang", LOCALES)
def test_without_invitations_the_panel_says_what_to_import(store: Store, lang: Locale) -> None:
    panel = invitations.response_rate_panel(asked(store, lang))
    assert panel.is_empty
    assert {"en": "Import the list", "fr": "Importer la liste"}[lang] in panel.reason


def test_a_chosen_channel_is_said_not_to_filter(store: Store) -> None:
    add(store, invited([True] * 30 + [False] * 70), "invitations", extract_date=LATE)
    panel = invitations.response_rate_panel(asked(store, filters=Filters(channel=("call",))))
    assert any("invitations have none" in it for it in panel.notes[1])


def test_the_command_prints_it(store: Store, tmp_path: Path) -> None:
    add(store, invited([True] * 30 + [False] * 70, sent_by="sms"), "invitations", extract_date=LATE)
    for words in (["response-rate"], ["response-rate", "--by", "sent_by"],
                  ["response-rate", "--grain", "month"]):  # fmt: skip
        result = CliRunner().invoke(main, ["--store", str(store.path), "--json", "show", *words])
        assert result.exit_code == 0, result.output
        assert '"response_rate": 0.3' in result.output
