"""Open many cases in a store, as rules do, for benchmarks of their list.

    python benchmarks/plant_cases.py STORE COUNT

The answers with the lowest scores get a case each, the newest of them first, with the rule that
ships for them; none is opened twice. A third of the cases is worked on afterwards.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from cxdata.cases.alerts import answer_alerts
from cxdata.cases.opening import open_alerts
from cxdata.cases.rules import rule_called
from cxdata.store.connection import Store

# Of how many cases one is worked on, and what is done to each of them in turn.
WORKED_ON = 3
STATUSES = ("contacted", "resolved", "no_answer", "closed")


def main() -> None:
    path, count = Path(sys.argv[1]), int(sys.argv[2])
    store = Store.open(path)
    rule = replace(rule_called(store, "very_low_score"), look_back_days=None)
    found = answer_alerts(store, rule)[-count:]
    with store.transaction() as con:
        rows = open_alerts(con, store.settings_history, found[::-1], 1)
        for place, status in enumerate(STATUSES):
            worked = [
                row["case_id"] for row in rows[place * WORKED_ON :: len(STATUSES) * WORKED_ON]
            ]
            con.execute(
                """update cases set status = $status, revision = 2,
                    closed_at = case when $status in ('resolved', 'closed') then opened_at end,
                    first_contact_at = case when $status in ('contacted', 'resolved')
                        then opened_at end
                where case_id in (select unnest(cast($worked as varchar[])))""",
                {"status": status, "worked": worked},
            )
        con.execute("update store_info set data_version = data_version + 1")
    print(f"{len(rows)} cases in {path}")
    store.close()


if __name__ == "__main__":
    main()
