"""Flags: a column of yes and no, or of words, says what it says, and not the opposite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cxdata.errors import ImportRefused
from cxdata.ingest import import_file, preview_file
from cxdata.ingest.importing import FilePreview
from cxdata.ingest.judging.building import UNTOLD_END
from cxdata.metrics.response_time.compliance import compliance_by_channel
from cxdata.models import Filters, ImportReport
from cxdata.store.connection import Store

CASES = Path(__file__).parents[3] / "shared" / "cases" / "import"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def taken(store: Store, text: str, **choices: object) -> ImportReport:
    return import_file(store, text.encode(), file_name="test.csv", **choices)  # type: ignore[arg-type]


def looked(store: Store, text: str, **choices: object) -> FilePreview:
    return preview_file(store, text.encode(), file_name="test.csv", **choices)  # type: ignore[arg-type]


def calls(header: str, yes: str, no: str, wait: str = "wait time") -> str:
    """Six calls that were answered after 20 s, two that were not; header and words as given."""
    rows = [f"C{n},2026-03-02T10:0{n}:00Z,call,0:00:20,{yes if n < 6 else no}" for n in range(8)]
    return "\n".join([f"call id,opened at,channel,{wait},{header}", *rows, ""])


def ends(store: Store) -> tuple[int, int]:
    """How many calls were answered, how many given up."""
    with store.cursor() as con:
        found: tuple[int, int] = con.execute(
            "select count(first_response_at), count(abandoned_at) from contacts"
        ).fetchall()[0]
    return found


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("abandoned", "No", "Yes"),
        ("Abandonné", "Non", "Oui"),
        ("missed", "false", "true"),
        ("Appel manqué", "0", "1"),
        ("answered", "Yes", "No"),
        ("Décroché", "Oui", "Non"),
        ("Statut", "Décroché", "Manqué"),
        ("Statut", "Répondu", "Sans réponse"),
        ("Status", "answered", "voicemail"),
        ("Call status", "Answered", "Missed"),
        ("call type", "Answered", "No answer"),
        ("Whatever", "décrochée", "messagerie vocale"),
    ],
)
def test_a_flag_in_any_direction_says_how_calls_ended(
    header: str, yes: str, no: str, store: Store
) -> None:
    assert looked(store, calls(header, yes, no)).questions == ()
    taken(store, calls(header, yes, no))
    assert ends(store) == (6, 2)


def test_the_state_of_a_ticket_is_no_end_of_a_call(store: Store) -> None:
    text = calls("Status", "Completed", "Lost", wait="first response time")
    assert "is_answered" not in looked(store, text).mapping


def test_a_flag_that_is_mapped_to_its_opposite_is_asked_about(store: Store) -> None:
    text, mapping = calls("answered", "Yes", "No"), {"is_abandoned": "answered"}
    [question] = looked(store, text, mapping=mapping).questions
    assert (question.option, question.about) == ("flags", "is_abandoned")
    assert [it.choice for it in question.readings] == ["No", "Yes"]
    assert [it.examples for it in question.readings] == [(("2 ×", ""),), (("6 ×", ""),)]
    with pytest.raises(ImportRefused, match="--flags is_abandoned=No"):
        taken(store, text, mapping=mapping)
    taken(store, text, mapping=mapping, flags={"is_abandoned": "no"})
    assert ends(store) == (6, 2)


def test_words_that_nobody_knows_are_asked_about(store: Store) -> None:
    text, mapping = calls("result", "KX", "ZZ"), {"is_answered": "result"}
    [question] = looked(store, text, mapping=mapping).questions
    assert {it.choice for it in question.readings} == {"KX", "ZZ"}
    taken(store, text, mapping=mapping, flags={"is_answered": "KX"})
    assert ends(store) == (6, 2)


def test_several_words_can_mean_yes(store: Store) -> None:
    text = calls("result", "KX", "ZZ").replace("KX", "KY", 2)
    taken(store, text, mapping={"is_answered": "result"}, flags={"is_answered": "KX|KY"})
    assert ends(store) == (6, 2)


def test_the_opposite_of_a_column_can_be_taken(store: Store) -> None:
    report = taken(store, calls("answered", "Yes", "No"), mapping={"is_abandoned": "!answered"})
    assert ends(store) == (6, 2)
    assert report.mapping["is_abandoned"] == "!answered"


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"mapping": {"contact_id": "!call id"}}, "contact_id is no field of yes and no"),
        ({"flags": {"channel": "call"}}, "channel is no flag"),
        ({"flags": {"is_answered": "perhaps"}}, "answered has no value perhaps"),
    ],
)
def test_what_makes_no_sense_is_refused(
    choices: dict[str, object], sentence: str, store: Store
) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        looked(store, calls("answered", "Yes", "No"), **choices)


def test_a_mail_that_was_not_answered_waits_on(store: Store) -> None:
    taken(store, calls("answered", "Yes", "No").replace(",call,", ",email,"))
    assert ends(store) == (6, 0)


@pytest.mark.skipif(not CASES.exists(), reason="../shared is not on this machine")
def test_the_calls_of_aircall_are_in_time_as_their_export_says(store: Store) -> None:
    import_file(
        store,
        CASES / "01-aircall" / "aircall_calls_history.csv",
        kind="contacts",
        mapping={"opened_at": "datetime (utc)", "channel": "=call"},
    )
    [row] = compliance_by_channel(store, Filters()).rows(named=True)
    assert (row["contact_count"], row["met_count"], row["abandoned_count"]) == (83, 75, 8)
    assert row["compliance_rate"] == pytest.approx(0.9036, abs=1e-4)


def ended(answers: list[str], channel: str = "call") -> str:
    rows = [f"C{n},2026-03-02T10:0{n}:00Z,{channel},0:00:20,{it}" for n, it in enumerate(answers)]
    return "\n".join(["call id,opened at,channel,wait time,answered", *rows, ""])


def test_an_empty_cell_beside_yes_and_no_is_no_answer(store: Store) -> None:
    report = taken(store, ended(["Yes", "No", "", "Yes", "", "Yes"]), accept_refusals=True)
    assert (report.accepted_count, report.refused_count) == (4, 2)
    assert {it.reason for it in report.refusals} == {UNTOLD_END}
    assert ends(store) == (3, 1)


def test_a_column_of_yes_or_nothing_says_no_by_nothing(store: Store) -> None:
    report = taken(store, ended(["Yes", "", "", "Yes"]))
    assert ends(store) == (2, 2)
    assert any("2 empty cells were read as not answered" in note for note in report.notes)


@pytest.mark.parametrize(
    ("header", "of_the_second", "channel", "expected"),
    [
        ("first response at", "", "call", (1, 1)),
        ("first response at", "", "email", (1, 0)),
        ("abandoned at", "2026-03-02T10:01:20Z", "call", (1, 1)),
        ("first response time", "", "chat", (1, 1)),
    ],
)
def test_a_wait_is_no_answer_where_the_row_shows_another_end(
    store: Store, header: str, of_the_second: str, channel: str, expected: tuple[int, int]
) -> None:
    own = {"first response at": "2026-03-02T10:00:20Z", "first response time": "0:00:20"}
    rows = [
        f"C{n},2026-03-02T10:0{n}:00Z,{channel},0:00:20,{cell}"
        for n, cell in enumerate([own.get(header, ""), of_the_second])
    ]
    taken(store, "\n".join([f"call id,opened at,channel,wait time,{header}", *rows, ""]))
    assert ends(store) == expected


CUSTOMERS = """customer id,started on,{ended}status
A,2024-01-01,{end_a}active
B,2024-01-01,{end_b}{lost}
C,2024-01-01,{end_b}{lost}
D,2024-01-01,{end_a}active
"""


def customers(ended: str, end_a: str, end_b: str, lost: str) -> str:
    return CUSTOMERS.format(ended=ended, end_a=end_a, end_b=end_b, lost=lost)


def lost_on(store: Store) -> dict[str, str | None]:
    with store.cursor() as con:
        found = con.execute("select customer_id, ended_on::varchar from customers").fetchall()
    return dict(found)


@pytest.mark.parametrize("lost", ["churned", "Résilié", "former customer", "ancien client"])
def test_a_state_without_a_day_asks_of_which_day_the_list_is(store: Store, lost: str) -> None:
    """Nobody who has left counts as being there because the list has no column for the day."""
    text = customers("", "", "", lost)
    with pytest.raises(ImportRefused, match="Which day was that"):
        taken(store, text)
    taken(store, text, extract_date=date(2026, 6, 30))
    assert lost_on(store) == {"A": None, "B": "2026-06-30", "C": "2026-06-30", "D": None}


def test_a_state_beside_a_day_asks_only_where_the_day_is_missing(store: Store) -> None:
    known = customers("ended on,", ",", "2025-03-01,", "lost")
    assert taken(store, known).batch_id is not None
    assert lost_on(store)["B"] == "2025-03-01"
    with pytest.raises(ImportRefused, match="Which day was that"):
        taken(store, known.replace("C,2024-01-01,2025-03-01", "C,2024-01-01,"))
    text = known.replace("C,2024-01-01,2025-03-01", "C,2024-01-01,")
    taken(store, text, extract_date=date(2026, 6, 30))
    assert lost_on(store) == {"A": None, "B": "2025-03-01", "C": "2026-06-30", "D": None}


def test_a_column_of_other_words_is_no_state(store: Store) -> None:
    report = taken(store, customers("", "", "", "gold"))
    assert set(lost_on(store).values()) == {None}
    assert "status" in str([note.values for note in report.notes])
