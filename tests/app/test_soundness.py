"""Whether the store is sound, on the Data page: the light check, and the full one at a click."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cxdata.ingest import import_file
from cxdata.store.connection import Store
from tests.app.conftest import Opened

Open = Callable[..., Opened]
INVENTORY = "data/inventory.py"
CONTENT = b"response_id;responded_at;nps_score\n1;2026-01-01;9\n2;2026-01-01;10\n"


@pytest.mark.parametrize(
    ("lang", "before", "sentence", "remedy"),
    [
        (
            "en",
            "Nothing is wrong with what was checked.",
            "The daily counts answer_days differ from a recount.",
            "Undo batch 1 and import answers.csv of",
        ),
        (
            "fr",
            "Rien d’anormal dans ce qui a été vérifié.",
            "Les décomptes journaliers answer_days diffèrent d’un nouveau décompte.",
            "Annulez le lot 1 et importez à nouveau answers.csv du",
        ),
    ],
)
def test_the_page_says_what_the_light_check_leaves_out_and_the_full_one_finds_it(
    empty: Store, opened: Open, lang: str, before: str, sentence: str, remedy: str
) -> None:
    import_file(empty, CONTENT, file_name="answers.csv")
    with empty.transaction() as con:
        con.execute("update response_versions set nps_score = 3 where response_id = '1'")
    page = opened(empty, INVENTORY, lang=lang)
    assert before in page.text
    assert sentence not in page.text
    page.app.button(key="check_all").click().run(timeout=60)
    assert sentence in page.text
    assert remedy in page.text
    assert before not in page.text
