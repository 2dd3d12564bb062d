"""Whatever a file holds: each of its rows has one end, and the figure is that of those taken."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxdata.ingest import import_file
from cxdata.metrics.nps.score import nps_summary
from cxdata.models import Filters, ImportReport
from cxdata.store.connection import Store
from tests.examples import examples
from tests.stores import withhold_nothing

HEADERS = ("response_id", "responded_at", "nps_score", "Status")
DAYS = ("2026-03-15", "2026-04-20", "2026-05-31", "2026-02-31", "yesterday", "", "?", "0000-00-00")
SCORES = (*(str(score) for score in range(11)), "11", "-1", "7.5", "ten?", "", "n/a", "10 - Yes!")
STATES = ("Complete", "Complete", "Complete", "Partial", "Disqualified", "")
ROWS = st.lists(
    st.tuples(st.sampled_from(DAYS[:3] * 5 + DAYS), st.sampled_from(SCORES[:11] * 4 + SCORES),
              st.sampled_from(STATES), st.integers(1, 2)),
    min_size=1, max_size=60,
)  # fmt: skip


def file_of(rows: list[tuple[str, str, str, int]], delimiter: str) -> bytes:
    """Answers with numbers of their own; some rows stand there twice."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(HEADERS)
    for number, (day, score, state, times) in enumerate(rows):
        for _ in range(times):
            writer.writerow([f"R{number}", day, score, state])
    return text.getvalue().encode()


def expected_nps(content: bytes, delimiter: str, report: ImportReport) -> tuple[int, float | None]:
    """Counted from the file itself: no answer of a refused line, none twice, none unfinished."""
    refused = {refusal.line for refusal in report.refusals}
    taken: dict[str, str] = {}
    for line, row in enumerate(csv.reader(io.StringIO(content.decode()), delimiter=delimiter), 1):
        number, _, score, state = row
        if line > 1 and line not in refused and state not in ("Partial", "Disqualified"):
            taken[number] = score
    scores = Counter(
        int(score.split(" ")[0]) for score in taken.values() if score[:1].isdigit()
    )  # fmt: skip
    count = scores.total()
    promoters = scores[9] + scores[10]
    detractors = sum(scores[score] for score in range(7))
    return len(taken), 100 * (promoters - detractors) / count if count else None


@settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, delimiter=st.sampled_from(",;\t"))
def test_every_row_of_a_file_has_one_end_and_the_figure_is_theirs(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str, int]], delimiter: str
) -> None:
    content = file_of(rows, delimiter)
    store = Store.open(tmp_path_factory.mktemp("rows") / "cx.duckdb")
    try:
        withhold_nothing(store)
        report = import_file(
            store, content, kind="responses", accept_refusals=True, scales={"nps_score": "0-10"}
        )
        ends = report.accepted_count + report.refused_count + report.duplicate_count
        assert ends == report.row_count
        assert ends + report.left_out_count == content.count(b"\n") - 1, report
        count, nps = expected_nps(content, delimiter, report)
        assert report.accepted_count == count
        summary = nps_summary(store, Filters()).row(0, named=True)
        assert summary["nps"] == (None if nps is None else pytest.approx(nps))
    finally:
        store.close()
