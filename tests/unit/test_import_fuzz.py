"""Files made by chance through the whole import; see benchmarks/fuzz_import.py for thousands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from benchmarks.fuzz_files import drawn_case
from benchmarks.fuzz_import import end_of, small_target

FIRST = 5_000
CASES = 120
READ_APART = ("xls", "ods", "parquet")  # takes a process for each


def test_a_file_made_by_chance_ends_in_a_report_or_in_one_sentence(tmp_path: Path) -> None:
    target, ends = small_target(tmp_path / "cx.duckdb"), Counter[str]()
    for number in range(FIRST, FIRST + CASES):
        case = drawn_case(number)
        if not any(form in case.origin for form in READ_APART):
            ends[end_of(target, case, number)] += 1
    assert min(ends["refused"], ends["reported"], ends["stored"]) > 0, ends
