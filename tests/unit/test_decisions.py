"""Decisions are kept with their history, and nobody overwrites what somebody else changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cxdata.cli import main
from cxdata.errors import AccessError, CxDataError
from cxdata.followup.decisions import (
    DECISION_LETTERS,
    Decision,
    DecisionChanged,
    add_decision,
    change_decision,
    close_decision,
    decision_of,
    decision_states,
    firm_day,
    goal_of_text,
    level_of,
    recorded_decisions,
)
from cxdata.i18n import translator
from cxdata.ingest.people.erasing import erase_person
from cxdata.models import Filters, Period, Reader, Scope
from cxdata.record import recorded_acts
from cxdata.store.connection import Store
from tests.stores import add, withhold_nothing

TODAY = date(2026, 6, 30)
DUE = date(2026, 9, 30)
MAY = Filters(period=Period(date(2026, 5, 1), date(2026, 5, 31)), segment=("SMB",))


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("decisions") / "cx.duckdb")
    withhold_nothing(opened)
    add(
        opened,
        [
            {
                "response_id": f"R{n}",
                "responded_at": f"2026-05-{1 + n % 28:02} 10:00",
                "nps_score": 10 if n % 4 else 2,
                "segment": "SMB",
            }
            for n in range(40)
        ],
        "responses",
    )
    yield opened
    opened.close()


def decided(store: Store, **given: object) -> str:
    decision = Decision("Evening team for chat", "Ada", DUE, "nps", MAY)
    return add_decision(store, replaced(decision, **given), decided_by="Bo", today=TODAY)


def replaced(decision: Decision, **given: object) -> Decision:
    return Decision(**{**vars(decision), **given})  # type: ignore[arg-type]


def test_a_decision_keeps_what_it_is_about_and_the_level_of_the_day(store: Store) -> None:
    made = decided(store, goal=60.0, owner_email="ada@example.org", root_cause="evenings")
    [row] = recorded_decisions(store).to_dicts()
    assert row["decision_id"] == made
    kept = decision_of(row)
    assert (kept.text, kept.owner, kept.due_on, kept.decided_on) == (
        "Evening team for chat",
        "Ada",
        DUE,
        TODAY,
    )
    assert (kept.figure, kept.filters, kept.goal, kept.status) == ("nps", MAY, 60.0, "open")
    level = level_of(row)
    assert (level["value"], level["count"]) == (50.0, 40)
    assert level["low"] < 50 < level["high"]
    assert (level["first_on"], level["last_on"]) == ("2026-05-01", "2026-05-31")


def test_the_level_stays_when_the_data_changes(store: Store) -> None:
    decided(store)
    before = level_of(recorded_decisions(store).row(0, named=True))
    late = [{"response_id": "X", "responded_at": "2026-05-02 10:00", "nps_score": 0}]
    add(store, [{**late[0], "segment": "SMB"}], "responses")
    assert level_of(recorded_decisions(store).row(0, named=True)) == before


def test_each_change_is_a_state_of_its_own_and_is_recorded(store: Store) -> None:
    made = decided(store)
    later = DUE + timedelta(days=30)
    change_decision(
        store, made, changed_by="Cy", note="Hiring takes longer", due_on=later, today=TODAY
    )
    close_decision(store, made, "done", changed_by="Ada")
    states = decision_states(store, made)
    assert states["status"].to_list() == ["open", "open", "done"]
    assert states["due_on"].to_list() == [DUE, later, later]
    assert states["changed_by"].to_list() == ["Bo", "Cy", "Ada"]
    assert states["note"].to_list() == [None, "Hiring takes longer", None]
    assert states["level_then"].n_unique() == 1
    acts = [it for it in recorded_acts(store)["act"] if it == "decided"]
    assert len(acts) == 3


def test_open_decisions_come_first_then_by_due_day(store: Store) -> None:
    later = decided(store, text="later", due_on=DUE + timedelta(days=1))
    soon = decided(store, text="soon")
    closed = decided(store, text="closed", due_on=TODAY)
    close_decision(store, closed, "dropped")
    assert recorded_decisions(store)["decision_id"].to_list() == [soon, later, closed]


def test_what_somebody_else_changed_is_not_overwritten(store: Store) -> None:
    made = decided(store)
    seen = recorded_decisions(store)["change_number"].item()
    change_decision(store, made, seen, changed_by="Cy", owner="Dee")
    with pytest.raises(DecisionChanged, match="Cy changed") as refused:
        change_decision(store, made, seen, changed_by="Bo", owner="Eve", text="Another")
    assert refused.value.fields == {
        "text": ("Evening team for chat", "Evening team for chat", "Another"),
        "owner": ("Ada", "Dee", "Eve"),
    }
    [row] = recorded_decisions(store).to_dicts()
    assert (row["owner"], row["change_number"]) == ("Dee", refused.value.state)
    change_decision(store, made, refused.value.state, owner="Eve")
    assert recorded_decisions(store)["owner"].item() == "Eve"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": " \n"}, "Say what is decided."),
        ({"text": "x" * 10_000}, f"10000 characters; {DECISION_LETTERS}"),
        ({"owner": ""}, "Say who owns the decision."),
        ({"owner_email": "ada at home"}, "ada at home is no e-mail address."),
        ({"due_on": TODAY - timedelta(days=1)}, "The due date 2026-06-29 is over."),
        ({"due_on": date(2126, 1, 1)}, "2126-01-01 can't be right."),
        ({"figure": "mood"}, "There is no figure called mood."),
        ({"figure": None, "goal": 3.0}, "A goal needs a figure"),
        ({"goal": 101.0}, "none that this figure can have"),
        ({"figure": "chat_in_time", "goal": 80.0}, "none that this figure can have"),
        ({"figure": "level", "goal": float("nan")}, "none that this figure can have"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    store: Store, given: dict[str, object], said: str
) -> None:
    with pytest.raises(CxDataError, match=said):
        decided(store, **given)
    assert recorded_decisions(store).is_empty()


def test_a_decision_that_is_not_there_is_said_so(store: Store) -> None:
    with pytest.raises(CxDataError, match="There is no decision nothing"):
        close_decision(store, "nothing")


def test_a_due_date_that_is_over_may_stay_but_not_be_chosen(store: Store) -> None:
    made = decided(store)
    after = DUE + timedelta(days=9)
    change_decision(store, made, owner="Dee", today=after)
    with pytest.raises(CxDataError, match="is over"):
        change_decision(store, made, due_on=DUE + timedelta(days=1), today=after)


def test_a_decision_opens_only_within_the_scope_it_was_made_with(store: Store) -> None:
    smb, key = Scope.of({"segment": ["SMB"]}), Scope.of({"segment": ["Key"]})
    both = Scope.of({"segment": ["SMB", "Key"]})
    seen = {
        name: store.seen_by(Reader(name, "manager", scope, may_see_people=True))
        for name, scope in {"smb": smb, "key": key, "both": both}.items()
    }
    decided(store, text="of all")
    made = decided(seen["smb"], text="of SMB", filters=Filters(period=MAY.period))
    listed = {name: recorded_decisions(it)["text"].to_list() for name, it in seen.items()}
    assert listed == {"smb": ["of SMB"], "key": [], "both": ["of SMB"]}
    kept = recorded_decisions(seen["smb"]).row(0, named=True)
    assert decision_of(kept).filters.segment == ("SMB",)  # for whoever sees more, too
    close_decision(store, made, "done")  # whoever sees all may; its scope stays
    assert recorded_decisions(seen["smb"])["status"].to_list() == ["done"]
    with pytest.raises(CxDataError, match="There is no decision"):
        close_decision(seen["key"], made)
    with pytest.raises(AccessError):
        decided(store.seen_by(Reader("x", "reader", smb)))


def test_who_may_not_see_people_does_not_see_owners(store: Store) -> None:
    decided(store, owner_email="ada@example.org")
    unnamed = store.seen_by(Reader("x", "reader"))
    [row] = recorded_decisions(unnamed).to_dicts()
    assert (row["owner"], row["owner_email"], row["changed_by"]) == (None, None, None)
    assert decision_of(row).owner == ""


@pytest.mark.parametrize(
    ("figure", "typed", "goal"),
    [
        ("chat_in_time", "80 %", 0.8),
        ("chat_in_time", "80", 0.8),
        ("chat_in_time", "0,8", 0.8),
        ("nps", "+45", 45.0),
        ("nps", "−5,5", -5.5),
        ("level", "4", 4.0),
        ("nps", " ", None),
    ],
)
def test_a_goal_is_read_as_people_type_it(figure: str, typed: str, goal: float | None) -> None:
    assert goal_of_text(figure, typed, translator("fr")) == goal  # type: ignore[arg-type]


def test_a_goal_that_is_no_number_is_refused() -> None:
    with pytest.raises(CxDataError, match="many is no number"):
        goal_of_text("nps", "many", translator("en"))


def test_today_is_that_of_the_firm(store: Store) -> None:
    assert abs((firm_day(store) - datetime.now(UTC).date()).days) <= 1


def command(store: Store, *words: str) -> Result:
    place = str(store.path)
    return CliRunner().invoke(main, ["decisions", *words, "--store", place, "--lang", "en"])


def test_the_command_line_makes_lists_and_closes(store: Store, tmp_path: Path) -> None:
    due = firm_day(store) + timedelta(days=30)
    made = command(
        store, "add", "Call back", "--owner", "Care", "--due", due.isoformat(), "--figure", "nps",
        "--where", "segment=SMB", "--goal", "45", "--by", "Bo", "--json",
    )  # fmt: skip
    key = json.loads(made.stdout)["decision_id"]
    kept = decision_of(recorded_decisions(store).row(0, named=True))
    assert (kept.goal, kept.filters.segment, kept.figure) == (45.0, ("SMB",), "nps")
    place = tmp_path / "due.ics"
    assert command(store, "--ics", str(place)).exit_code == 0
    assert f"UID:{key}@cx-dashboard" in place.read_text("utf-8")
    assert command(store, "close", key, "--note", "Over", "--seen", "1").exit_code == 0
    [row] = json.loads(command(store, "--json").stdout)["decisions"]
    assert (row["decision_id"], row["decision_status"]) == (key, "done")
    listed = command(store, "list", "--state", "done", "--search", "call BACK").stdout
    assert "Call back" in listed
    assert "Call back" not in command(store, "list", "--owner", "Nobody").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add", "x", "--owner", "A"], 2, "add needs --due."),
        (["close"], 2, "add takes the decision, close its number, list neither."),
        (["list", "--goal", "3"], 2, "list has no --goal."),
        (
            ["add", "x", "--due", "2020-01-01", "--owner", "A"],
            1,
            "The due date 2020-01-01 is over.",
        ),
        (["add", "x", "--due", "2020-01-01", "--owner", " "], 1, "is over."),
        (["close", "nothing"], 1, "There is no decision nothing."),
        (["add", "x", "--due", "2020-01-01", "--figure", "mood"], 2, "mood"),
    ],
)
def test_the_command_line_says_what_is_wrong(
    store: Store, words: list[str], code: int, said: str
) -> None:
    result = command(store, *words)
    assert result.exit_code == code
    assert said in result.output


def test_an_erased_person_is_no_owner_any_more(store: Store) -> None:
    add(store, [{"customer_id": "C77777", "name": "Customer Seven", "segment": "SMB"}], "customers")
    decided(store, owner="Customer Seven", text="Ask Customer Seven")
    erase_person(store, "C77777")
    [row] = recorded_decisions(store).to_dicts()
    assert (row["owner"], row["text"]) == ("…", "Ask …")
