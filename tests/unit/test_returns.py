"""Who had to ask again: returns, changes of channel, first-contact resolution; by reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cxdata.ingest import import_file
from cxdata.metrics.pyramid.levels import pyramid_counts
from cxdata.metrics.pyramid.model import pyramid_model
from cxdata.metrics.response_time.contact_mix import compliance_by_reason, journey_channels
from cxdata.metrics.response_time.returns import returns_by, returns_summary
from cxdata.models import Filters
from cxdata.store.connection import Store
from cxdata.store.days import rebuild_days
from tests.stores import add_classes, add_contact_facts, withhold_nothing

START = datetime(2026, 5, 4, 8)
COUNTS = ["followed_count", "returned_count", "switched_count", "first_count",
          "first_resolved_count"]  # fmt: skip
RATES = ["return_rate", "switch_rate", "first_resolution_rate", "reason"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    withhold_nothing(opened)
    yield opened
    opened.close()


def asked(
    customer: str | None, days: float, channel: str = "call", **more: object
) -> dict[str, object]:
    return {
        "customer_id": customer,
        "channel": channel,
        "journey": "Billing",
        "reason": "invoice",
        "opened_at": START + timedelta(days=days),
        "answered": 10,
        "resolved": 20,
        **more,
    }


LATE = asked(None, 30)  # so that all before was followed


def counts(store: Store) -> tuple[object, ...]:
    return returns_summary(store, Filters()).select(COUNTS).row(0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([asked("a", 0)], (1, 0, 0, 1, 1)),
        ([asked("a", 0, resolved=None)], (1, 0, 0, 1, 0)),
        ([asked("a", 0), asked("a", 7)], (2, 1, 0, 1, 0)),  # seven days to the second
        ([asked("a", 0), asked("a", 7.0001)], (2, 0, 0, 2, 2)),
        ([asked("a", 0), asked("a", 1, "email")], (2, 1, 1, 1, 0)),
        ([asked("a", 0), asked("a", 1, "email"), asked("a", 2)], (3, 2, 2, 1, 0)),
        ([asked("a", 0), asked("b", 1)], (2, 0, 0, 2, 2)),
        ([asked("a", 0), asked("a", 1, reason="refund")], (2, 0, 0, 2, 2)),
        ([asked("a", 0), asked("a", 1, journey="Repair")], (2, 0, 0, 2, 2)),
        ([asked(None, 0), asked(None, 1)], (0, 0, 0, 0, 0)),  # unknown callers
        ([asked("a", 0, reason=None), asked("a", 1, reason=None)], (0, 0, 0, 0, 0)),
        ([asked("a", 0), asked("a", 1, initiated_by="company")], (1, 0, 0, 1, 1)),
        ([asked("a", 25)], (0, 0, 0, 0, 0)),  # seven days have not passed
        ([asked("a", 0), asked("a", 0)], (2, 1, 0, 1, 0)),  # both at once: one is the return
    ],
)
def test_a_return_is_the_same_customer_with_the_same_reason_in_seven_days(
    store: Store, rows: list[dict[str, object]], expected: tuple[int, ...]
) -> None:
    add_contact_facts(store, *rows, LATE)
    assert counts(store) == expected


def test_the_rates_are_shares_of_the_followed_and_of_the_first_contacts(store: Store) -> None:
    returning = [
        asked(f"r{n}", day, channel)
        for n in range(5)
        for day, channel in ((0, "call"), (1, "email"))
    ]
    others = [asked(f"o{n}", 0, resolved=20 if n < 8 else None) for n in range(10)]
    add_contact_facts(store, *returning, *others, LATE)
    row = returns_summary(store, Filters()).row(0, named=True)
    assert [row[it] for it in COUNTS] == [20, 5, 5, 15, 8]
    assert [row[it] for it in RATES] == [0.25, 0.25, pytest.approx(8 / 15), None]
    assert (row["return_rate_low"], row["return_rate_high"]) == (
        pytest.approx(0.1119, abs=5e-5), pytest.approx(0.4687, abs=5e-5),
    )  # fmt: skip
    assert row["is_small_base"]


def test_the_days_of_a_return_are_a_setting(store: Store) -> None:
    add_contact_facts(store, asked("a", 0), asked("a", 10), LATE)
    assert counts(store)[:2] == (2, 0)
    store.change_settings({"contacts.return_days": 14})
    assert counts(store)[:2] == (2, 1)


def test_without_contacts_there_is_a_row_without_rates(store: Store) -> None:
    row = returns_summary(store, Filters()).row(0, named=True)
    assert [row[it] for it in COUNTS] == [0] * 5
    assert [row[it] for it in RATES] == [None, None, None, "none_followed"]
    assert returns_by(store, Filters(), "journey").is_empty()
    assert returns_by(store, Filters(), "reason").is_empty()


def test_below_the_minimum_a_rate_is_withheld(store: Store) -> None:
    store.change_settings({"answers.minimum_count": 5})
    add_contact_facts(store, *[asked(f"c{n}", 0) for n in range(4)], LATE)
    row = returns_summary(store, Filters()).row(0, named=True)
    assert [row[it] for it in COUNTS] == [None] * 5
    assert [row[it] for it in RATES] == [None, None, None, "too_few_to_show"]


def test_a_file_that_never_says_resolved_has_no_first_resolution(store: Store) -> None:
    rows = [asked(f"c{n}", 0, resolved=None) for n in range(9)]
    add_contact_facts(store, *rows, LATE | {"resolved": None})
    assert [returns_summary(store, Filters()).row(0, named=True)[it] for it in RATES] == [
        0.0, 0.0, None, None,
    ]  # fmt: skip


def test_a_channel_on_which_nothing_is_ever_resolved_is_not_in_the_base(store: Store) -> None:
    calls = [asked(f"c{n}", 0, resolved=None) for n in range(6)]
    emails = [asked(f"e{n}", 0, "email", resolved=20 if n < 8 else None) for n in range(10)]
    add_contact_facts(store, *calls, *emails, LATE | {"resolved": None})
    row = returns_summary(store, Filters()).row(0, named=True)
    assert [row[it] for it in COUNTS] == [16, 0, 0, 10, 8]
    by = returns_by(store, Filters(), "channel").select("channel", "first_resolution_rate")
    assert by.rows() == [("email", 0.8), ("call", None)]


KNOWN = "contact_id,opened_at,channel,customer_id,journey,reason,first_response_at"


def extract(name: str, opened: str, closed: str | None) -> bytes:
    lines = [KNOWN + (",resolved_at" if closed is not None else "")]
    for number in range(10):
        end = "" if closed is None else f",{closed if number < 6 else ''}"
        who = f"{name}{number}"
        lines.append(f"{who},{opened} 10:00,email,{who},Billing,invoice,{opened} 11:00{end}")
    return "\n".join([*lines, ""]).encode()


def test_a_file_without_a_column_of_resolutions_is_not_one_of_unresolved_contacts(
    store: Store,
) -> None:
    files = (
        ("a.csv", extract("A", "2026-05-04", "2026-05-04 12:00")),
        ("b.csv", extract("B", "2026-05-05", None)),
    )
    for name, content in files:
        import_file(store, content, file_name=name, kind="contacts", extract_date=date(2026, 6, 30))
    assert counts(store) == (20, 0, 0, 10, 6)
    evidence = pyramid_counts(store, Filters(), pyramid_model(store.settings))
    assert evidence.select("resolution_known", "resolved", "first", "first_resolved").rows() == [
        (10, 6, 10, 6)
    ]
    # The same contacts without the column once more: what was known of them stays known.
    again = extract("A", "2026-05-04", None).replace(b"11:00", b"11:30")
    import_file(store, again, file_name="c.csv", kind="contacts", extract_date=date(2026, 7, 1))
    assert counts(store) == (20, 0, 0, 10, 6)


def test_the_rate_of_all_is_not_the_average_of_the_rates(store: Store) -> None:
    often = [asked(f"c{n}", day, journey="Billing") for n in range(5) for day in (0, 1)]
    never = [asked(f"c{n}", 0, journey="Repair") for n in range(90)]
    add_contact_facts(store, *often, *never, LATE)
    by = returns_by(store, Filters(), "journey")
    assert by.select("journey", "return_rate").rows() == [("Repair", 0.0), ("Billing", 0.5)]
    assert returns_summary(store, Filters())["return_rate"].item() == 0.05


def test_by_reason_has_its_own_name_because_reason_says_why_there_is_no_rate(store: Store) -> None:
    rows = [asked(f"c{n}", day) for n in range(5) for day in (0, 1)]
    others = [asked(f"o{n}", 0, reason="delay") for n in range(6)]
    add_contact_facts(store, *rows, *others, asked("x", 0, reason="refund"), LATE)
    store.change_settings({"answers.minimum_count": 5})
    by = returns_by(store, Filters(), "reason")
    assert by.select("contact_reason", "followed_count", "return_rate", "reason").rows() == [
        ("invoice", 10, 0.5, None),
        ("delay", None, None, "protects_others"),
        ("refund", None, None, "too_few_to_show"),
    ]


def test_compliance_by_reason_keeps_channels_apart_and_unknown_reasons(store: Store) -> None:
    add_contact_facts(
        store,
        *(asked(f"a{n}", 0) for n in range(4)),
        asked("b", 0, answered=100),
        *(asked(f"c{n}", 0, "chat", reason=None) for n in range(5)),
        asked("d", 0, initiated_by="company"),
    )
    frame = compliance_by_reason(store, Filters())
    columns = ["contact_reason", "channel", "met_count", "missed_count", "goal", "verdict"]
    assert frame.select(columns).rows() == [
        ("invoice", "call", 4, 1, 0.8, "cannot_tell"),
        (None, "chat", 5, 0, 0.8, "cannot_tell"),
    ]
    assert frame["p50_seconds"].to_list() == pytest.approx([10, 10], rel=0.005)
    assert compliance_by_reason(store, Filters(channel=("email",))).is_empty()


def test_a_journey_stands_channel_by_channel_with_its_returns_and_its_score(store: Store) -> None:
    rows = [asked(f"c{n}", day, ("email", "call")[day]) for n in range(6) for day in (0, 1)]
    add_contact_facts(store, *rows, asked(None, 30, "chat", journey=None))
    add_classes(store, START.date(), (1, 1, 8))
    frame = journey_channels(store, Filters())
    columns = ["journey", "channel", "contact_count", "compliance_rate", "return_rate", "nps"]
    assert frame.select(columns).rows() == [
        ("Billing", "call", 6, 1.0, 0.0, None),
        ("Billing", "email", 6, 1.0, 1.0, None),
        (None, "chat", 1, 1.0, None, None),
    ]
    with store.transaction() as con:
        con.execute("update response_versions set journey = 'Billing', channel = 'email'")
        rebuild_days(con, store.settings_history, ["responses"])
    assert journey_channels(store, Filters())["nps"].to_list() == [None, 70.0, None]
