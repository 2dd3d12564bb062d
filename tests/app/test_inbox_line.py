"""What the Data page says of the watched folder."""

from __future__ import annotations

from datetime import datetime

import pytest

from cxdata.api.inbox import FileOutcome, Taken
from cxdata.i18n import translator
from pages.parts.inventory.inbox import outcome_text


@pytest.mark.parametrize(
    ("outcome", "english", "french"),
    [
        ("done", "a.csv was taken.", "a.csv a été pris."),
        ("again", "nothing in a.csv was new.", "rien n’était nouveau dans a.csv."),
        ("refused", "a.csv was refused, see its report.", "a.csv a été refusé, voir son rapport."),
    ],
)
def test_the_last_file_is_said_with_its_moment(
    outcome: FileOutcome, english: str, french: str
) -> None:
    taken = Taken("a.csv", outcome, datetime(2026, 7, 1, 10), None)
    said = outcome_text(taken, translator("en"), "Europe/Paris")
    assert said == f"Watched folder, 1 Jul 2026, 12:00: {english}"
    assert outcome_text(taken, translator("fr"), "Europe/Paris").endswith(french)
