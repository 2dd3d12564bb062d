"""A small store that holds something in every table, to be damaged in one place at a time."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb
from click.testing import CliRunner, Result

from cxdata import cli
from cxdata.access.rights import Right, Subject, grant
from cxdata.followup.annotations import (
    Annotation,
    ReferenceLine,
    add_annotation,
    add_reference_line,
)
from cxdata.followup.decisions import Decision, add_decision, firm_day
from cxdata.followup.mail_schedules import MailRecipe, Recipient, recipe_json
from cxdata.followup.rhythm import Rhythm
from cxdata.followup.saved_views import AskedView, save_view, set_start
from cxdata.followup.snapshots import KeptPack, take_snapshot
from cxdata.followup.visions import Vision, write_vision
from cxdata.ingest import import_file, undo_batch
from cxdata.ingest.judging.spellings import save_spelling
from cxdata.ingest.recognising.profiles import save_profile
from cxdata.models import Filters, Reader, Scope
from cxdata.outbox import queue_mail
from cxdata.pack.choices import keep_pack_choice
from cxdata.pack.making import PackChoice
from cxdata.store import connection
from cxdata.store.connection import Store
from cxdata.store.last_commit import record_path
from cxdata.store.tokens import create_token
from tests.stores import add, calls, customers

COMMENTS = ("Livraison en retard", "Late delivery", "Très bien", None)


def make_store(path: Path, *, has_invitations: bool = True) -> None:
    """Two imports of answers, one of which replaces rows of the other, one undone, one of each
    other kind (as the last one invitations), refused rows, and one row of everything that people
    write."""
    store = Store.open(path)
    add(store, customers(8, 2, segment="home", is_strategic=True), "customers")
    add(store, _answers(0, 40), "responses")
    add(store, _answers(36, 12, shift=1), "responses")
    add(store, calls(range(10, 200, 7), customer_id="C1", journey="delivery"), "contacts")
    add(store, [_assessment()], "assessments")
    undone = add(store, _answers(90, 3), "responses")
    assert undone.batch_id
    undo_batch(store, undone.batch_id)
    refused = b"responded_at,nps_score\n2026-02-01,9\n2026-02-02,12\n"
    import_file(store, refused, file_name="refused.csv")
    if has_invitations:
        add(store, _invitations(), "invitations")
    _write(store)
    store.close()


def copied(made: Path, folder: Path) -> Path:
    """A copy of a store with the file beside it, to be damaged."""
    path = folder / "cx.duckdb"
    shutil.copy(made, path)
    shutil.copy(record_path(made), record_path(path))
    return path


def plant(path: Path, sql: str) -> None:
    """Change the file behind the dashboard's back."""
    with duckdb.connect(str(path)) as con:
        con.execute(sql)


def run(path: Path, *words: str) -> Result:
    """A command as the command line runs it, in a process that then ends."""
    result = CliRunner().invoke(cli.main, [*words, "--store", str(path)])
    if opened := connection._open_stores.get(path.resolve()):
        opened.close()
    return result


def _answers(first: int, count: int, shift: int = 0) -> list[dict[str, object]]:
    return [
        {
            "response_id": f"R{number}",
            "customer_id": f"C{number // 4 % 8}",  # eight people per comment
            "responded_at": datetime(2026, 5, 1 + number % 20, 10),
            "nps_score": (number + shift) % 11,
            "csat_score": 1 + number % 5,
            "comment": COMMENTS[number % 4],
            "language": "en" if number % 4 == 1 else "fr",
            "rating_delivery": (number * 3) % 11,
        }
        for number in range(first, first + count)
    ]


def _invitations() -> list[dict[str, object]]:
    return [
        {
            "invitation_id": f"I{number}",
            "customer_id": f"C{number}",
            "sent_at": datetime(2026, 5, 2, 10),
            "sent_by": "email",
            "is_answered": number % 2 == 0,
        }
        for number in range(6)
    ]


def _assessment() -> dict[str, object]:
    return {
        "journey": "delivery",
        "level": 6,
        "indicator": "unprompted_referral",
        "value": 0.4,
        "assessed_on": date(2026, 5, 1),
        "assessed_by": "Team",
        "evidence": "ten calls",
    }


def _write(store: Store) -> None:
    add_annotation(store, Annotation(date(2026, 5, 3), "New prices"))
    add_reference_line(store, ReferenceLine("target", "relationship", "Ours", 30.0))
    kept = KeptPack("fr", 1, '{"format": 1, "pack": {}, "made": "by nobody"}')
    take_snapshot(store, "Board", Filters(), packs=[kept])
    add_decision(store, Decision("Call back within a day", "Ada", firm_day(store), "nps"))
    ada = Reader("ada@example.org", "reader")
    set_start(store, ada, save_view(store, ada, "Monday", AskedView.of("nps", {})))
    keep_pack_choice(store, "Board", PackChoice(("nps",)))
    write_vision(store, Vision("delivery", "It comes before it is missed", (1,)))
    save_profile(store, "Mine", headers=["Score"], kind="responses", choices={"date_order": "dmy"})
    save_spelling(store, "segment", "B2B", "Business")
    nord = Scope.of({"region": ["Nord"]})
    grant(store, Right(Subject("person", "ada@example.org"), "reader", nord))
    create_token(store, "Warehouse", "reader", 10)
    store.change_settings({"answers.minimum_count": 6})
    _write_mail(store)
    now = datetime.now(UTC).replace(tzinfo=None)
    filters = {"period": None, "segment": [], "region": [], "product": []}
    with store.transaction() as con:
        con.execute(
            """insert into scenarios (scenario_id, name, moves, filters, figures, saved_at)
            values ('s', 'Calls back', '{"rescue_rate": null}', $filters, '[]', $now)""",
            {"filters": json.dumps(filters), "now": now},
        )
        con.execute(
            """insert into cases (case_id, case_number, opened_at, closed_at)
            values ('c', 999, $now, $now)""",
            {"now": now},
        )
        con.execute(
            """insert into alert_rules (rule, definition, is_active, min_answer_count, changed_at)
            values ('low', '{}', true, 5, $now)""",
            {"now": now},
        )
        con.execute(
            "insert into case_history values ('c', 1, $now, 'ada', 'note', null, 'called')",
            {"now": now},
        )
        con.execute(
            "insert into held_alerts values ('h', 'low', 1, 900, $now, null, null, null)",
            {"now": now},
        )
        con.execute(
            "insert into comment_notes values "
            "('R1', 1, $now, 'ada', 'kind', 'problem', false, 'problem')",
            {"now": now},
        )


def _write_mail(store: Store) -> None:
    """A schedule and a mail, without the settings that let any leave."""
    recipe = MailRecipe("Board", Rhythm("week", 0, time(7, 30)), (Recipient("a@b.org", "en"),))
    with store.transaction() as con:
        con.execute(
            "insert into mail_schedules values ('m', 'Board', $recipe, $now, null, false, $now)",
            {"recipe": recipe_json(recipe), "now": datetime.now(UTC).replace(tzinfo=None)},
        )
        queue_mail(con, "case", "1", "ada@example.org", "Case 1", ["Call back"])
