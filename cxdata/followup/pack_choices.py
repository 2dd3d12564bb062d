"""The rows in which choices of what a board pack holds are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from cxdata.store.connection import Store


def write_pack_choice(
    store: Store, name: str, owner: str | None, choice: str, changed_by: str | None
) -> str:
    """Keep a choice (JSON) in the place of one of that name and owner; its choice_id."""
    choice_id = uuid4().hex
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    with store.keeping() as con:
        con.execute(
            "delete from pack_choices where name = $name and owner is not distinct from $owner",
            {"name": name, "owner": owner},
        )
        con.execute(
            """insert into pack_choices (choice_id, name, owner, choice, changed_at, changed_by)
            values ($id, $name, $owner, $choice, $now, $by)""",
            {
                "id": choice_id,
                "name": name,
                "owner": owner,
                "choice": choice,
                "now": now,
                "by": changed_by,
            },
        )
        con.execute("update store_info set data_version = data_version + 1")
    return choice_id


def remove_pack_choice(store: Store, choice_id: str) -> None:
    """Take a choice away; nothing where there is none."""
    with store.keeping() as con:
        con.execute("delete from pack_choices where choice_id = $id", {"id": choice_id})
        con.execute("update store_info set data_version = data_version + 1")
