"""What the Import page says of personal data is what the store holds afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from cxdata.ingest import import_file
from cxdata.store.connection import Store
from tests.app.conftest import Opened

Open = Callable[..., Opened]
IMPORT = "data/import_extract.py"
TAKEN = "Personal data that is taken and stored: "
HEADERS = "customer_id;name;started_on;owner_email;email;phone;region"
LINES = "".join(
    f"C{n};Firm {n};2024-01-01;owner{n % 7}@own.example;client{n}@client.example;"
    f"+33 6 12 34 {n:02} 00;region{n}@region.example\n"
    for n in range(40)
)
# A row that is refused: what it holds may stand in the store, too.
FILE = f"{HEADERS}\n{LINES};Nobody;2024-99-99;owner@own.example;lost@client.example;;\n".encode()
OF_COLUMN = {
    "owner_email": "@own.example",
    "email": "@client.example",
    "phone": "+33 6",
    "region": "@region.example",
}


def stored_texts(store: Store) -> str:
    """Every text of every table."""
    with store.cursor() as con:
        tables = con.sql("select table_name from duckdb_tables() where not internal").fetchall()
        return "\n".join(
            str(row) for (name,) in tables for row in con.sql(f"select * from {name}").fetchall()
        )


@pytest.mark.parametrize("kept", [(), ("email",)], ids=["nothing kept", "one kept"])
def test_what_is_said_of_personal_data_is_what_is_stored(
    kept: tuple[str, ...], empty: Store, opened: Open
) -> None:
    page = opened(empty, IMPORT)
    page.app.main.file_uploader[0].set_value([("clients.csv", FILE, "text/csv")]).run()
    said = {column for line in page.lines() if line.startswith(TAKEN)
            for column in line.removeprefix(TAKEN).split(", ")}  # fmt: skip
    offered = {it.label for it in page.app.main.checkbox if it.label.startswith("Keep ")}
    report = import_file(empty, FILE, file_name="clients.csv", kind="customers",
                         kept_columns=kept, accept_refusals=True)  # fmt: skip
    texts, notes = stored_texts(empty), " ".join(report.notes)
    stored = {column for column, mark in OF_COLUMN.items() if mark in texts}
    assert stored - set(kept) == said == {"owner_email"}
    assert {re.sub(r"\W*Keep |\\", "", it) for it in offered} == {"email", "phone", "region"}
    assert "Personal data, taken and stored: owner_email." in notes
    untaken = next(it for it in report.notes if it.startswith("Personal data, not taken: "))
    assert not any(column in untaken for column in stored)
