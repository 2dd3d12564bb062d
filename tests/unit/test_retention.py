"""Comments and names go after their time; counts and checks stay."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cxdata.ingest import check_store, import_file
from cxdata.ingest.people.proving import search_files
from cxdata.ingest.people.retention import Removed, keep_to_time
from cxdata.record import recorded_acts
from cxdata.store.connection import Store
from tests.stores import add
from tests.unit.test_erased_people import counts

OLD, NEW, GONE, STAYS = "Aardvark-Quince", "Newt-Quince", "Departed-Holding", "Staying-Holding"
TODAY = date(2026, 11, 30)
ANSWERS = "response_id,customer_id,responded_at,nps_score,language,comment\n" + "".join(
    f"R{n},C{n % 6},{2025 + n % 2}-06-{1 + n:02},{n},en,late delivery {(OLD, NEW)[n % 2]}{n}\n"
    for n in range(11)
)


def test_what_is_past_its_time_goes_and_every_count_stays(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "cx.duckdb")
    people = [
        {"customer_id": "C1", "name": GONE, "started_on": "2020-01-01", "ended_on": "2025-01-05"},
        {"customer_id": "C2", "name": STAYS, "started_on": "2020-01-01", "ended_on": None},
    ]
    add(store, people, "customers")
    import_file(store, ANSWERS.encode(), file_name="a.csv")
    assert keep_to_time(store, TODAY) == Removed()  # nothing is set
    before = counts(store)
    store.change_settings({"privacy.comment_months": 12, "privacy.name_months": 12})
    assert keep_to_time(store, TODAY) == Removed(comment_count=6, name_count=1)
    assert counts(store) == before
    assert check_store(store) == []
    with store.cursor() as con:
        comments = con.execute("select comment from responses order by response_id").fetchall()
        names = con.execute("select name from customers order by customer_id").fetchall()
        ids = con.execute("select count(distinct customer_id) from responses").fetchall()
    assert sum(row[0] == "" for row in comments) == 6
    assert (names, ids) == ([(None,), (STAYS,)], [(6,)])
    assert search_files(store.path, [OLD, GONE])[0] is False
    assert search_files(store.path, [NEW])[0] is True
    assert recorded_acts(store, act="retention")["details"].to_list() == [
        '{"comments": 6, "names": 1}'
    ]
    assert keep_to_time(store, TODAY) == Removed()
    again = import_file(store, ANSWERS.encode() + b"\n", file_name="b.csv")
    assert again.row_count == 11
    assert counts(store) == before
    assert recorded_acts(store, act="retention").height == 2  # an import brings nothing back
    store.close()
