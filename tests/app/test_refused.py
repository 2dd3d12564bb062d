"""What a batch refused, on the Data page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cxdata.ingest import import_file
from cxdata.store.connection import Store
from tests.app.conftest import Opened

Open = Callable[..., Opened]
INVENTORY = "data/inventory.py"
CONTENT = b"response_id;responded_at;nps_score\n1;2026-01-01;9\n2;2026-01-01;11\n"


@pytest.mark.parametrize(
    ("lang", "header", "reason"),
    [
        ("en", "Reason", "score 11: NPS goes from 0 to 10"),
        ("fr", "Motif", "note 11\u00a0: NPS va de 0 à 10"),
    ],
)
def test_refused_values_are_listed_in_the_readers_language(
    empty: Store, opened: Open, lang: str, header: str, reason: str
) -> None:
    import_file(empty, CONTENT, file_name="answers.csv")
    rows = opened(empty, INVENTORY, lang=lang).rows(header)
    assert [row[-1] for row in rows] == [reason]


def test_nothing_is_listed_where_nothing_was_refused(empty: Store, opened: Open) -> None:
    import_file(empty, CONTENT.replace(b"11", b"10"), file_name="answers.csv")
    assert "Refused values" not in opened(empty, INVENTORY).text
