"""Files as people have them, and the right figure: by the command line's choices, or on the page.

    python benchmarks/import_cases.py [--browser] [--only 01 26] [--folder ../shared/cases/import]

For each case the files are imported one after the other into a store of its own, with the answers
that its owner would give, and the figure is held against the right one. ``--browser`` drops them
on the Import page of a Chromium and gives the same answers there: clicks and seconds from the drop
to the report are told. What a page asks that isn't answered here ends the case as ``asked``.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks.pictures import ARGUMENTS, chromium, dashboard  # noqa: E402
from cxdata.errors import ImportRefused  # noqa: E402
from cxdata.ingest import check_store, import_file  # noqa: E402
from cxdata.ingest.choices import Choices  # noqa: E402
from cxdata.ingest.judging.spellings import save_spelling  # noqa: E402
from cxdata.metrics.churn.exposure import exposure  # noqa: E402
from cxdata.models import Filters, Period  # noqa: E402
from cxdata.store.connection import Store  # noqa: E402

FOLDER = PROJECT.parent / "shared" / "cases" / "import"
FOR_ALL_ROWS = "– the same for all rows –"
# A step on the page: a radio's label, or a list's label and the option that is chosen in it.
Step = str | tuple[str, str]
Figure = Callable[[Store], object]
PATIENCE = 40_000  # milliseconds


@dataclass(frozen=True)
class Case:
    """Files, what their owner says of them on either way, and the figure that is right."""

    name: str
    files: tuple[str, ...]
    figure: Figure
    right: object
    said: dict[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


def counted(sql: str) -> Figure:
    """The first row that a query of the facts gives."""

    def figure(store: Store) -> object:
        with store.cursor() as con:
            row = con.execute(sql).fetchone()
        return tuple(round(it, 2) if isinstance(it, float) else it for it in row or ())

    return figure


def nps(where: str = "true") -> Figure:
    """Answers and NPS, counted from the facts alone."""
    return counted(
        "select count(nps_score), 100.0 * avg(case when nps_score >= 9 then 1 "
        f"when nps_score <= 6 then -1 when nps_score is not null then 0 end) "
        f"from responses where {where}"
    )


def lost_revenue(store: Store) -> object:
    """Customers at the start of 2025, those lost in it, and the yearly revenue of both then."""
    year = Filters(period=Period(date(2025, 1, 1), date(2025, 12, 31)))
    found = exposure(store, year)
    amounts = (found.total(name) for name in ("known_amount", "lost_known_amount"))
    return (found.customer_count, found.lost_count, *amounts)


# Contacts of customers, those in time, and those of which nothing is known or measured.
IN_TIME = counted(
    "select count(*), count(case when status = 'met' then 1 end), "
    "count(case when status is null then 1 end) from contact_outcomes "
    "where initiated_by = 'customer'"
)
# Scores of satisfaction, those of them that are satisfied, and recommendations.
SATISFIED = counted(
    "select count(csat_score), count(case when csat_score >= 4 then 1 end), count(nps_score) "
    "from responses"
)
CALL: Step = ("Channel", FOR_ALL_ROWS)
CALL_VALUE: Step = ("Channel: the same for all rows", "Calls")
EMAIL_VALUE: Step = ("Channel: the same for all rows", "Emails")

CASES = (
    Case("01 Aircall", ("01-aircall/aircall_calls_history.csv",), IN_TIME, (83, 75, 0)),
    Case(
        "02 Jira, no answer named", ("02-jira-service/jsm_export.csv",), IN_TIME, (40, 0, 40),
        {"mapping": {"channel": "=email", "first_response_at": ""}},
        (("First answered at", "– not in the file –"), CALL, EMAIL_VALUE),
    ),
    Case(
        "02 Jira, two weeks", ("02-jira-service/week1.csv", "02-jira-service/week2.csv"),
        IN_TIME, (40, 40, 0), {"mapping": {"channel": "=email"}}, (CALL, EMAIL_VALUE),
    ),
    Case(
        "03 ServiceNow", ("03-servicenow/incident_event_log.csv",),
        counted("select count(*), count(case when resolved_at is null then 1 end) from contacts"),
        (35, 3), {"spellings": {"Direct opening": "call"}},
        (("Take “Direct opening” as", "Calls"),),
    ),
    Case(
        "08 Stripe", ("08-stripe-subscriptions/subscriptions.csv",),
        lost_revenue, (69, 5, 18720.0, 1200.0),
        {"extract_date": date(2025, 12, 31), "price_interval": "month"},
    ),
    Case(
        "09 Trustpilot", ("09-trustpilot/trustpilot_reviews.csv",),
        counted(
            "select count(csat_score), count(case when csat_score >= 4 then 1 end), "
            "round(avg(csat_score), 2), count(nps_score) from responses"
        ),
        (60, 42, 3.83, 0),
    ),
    Case(
        "09 Score, 15 rows", ("09-trustpilot/reviews_small_score.csv",), SATISFIED, (15, 9, 0),
        {"scales": {"nps_score": "1-5 satisfaction"}},
        ("Satisfaction, from 1 to 5",),
    ),
    Case("11 Alchemer", ("11-alchemer/alchemer_export.csv",), nps(), (50, 40.0)),
    Case("12 Tally, one file", ("12-tally/tally_submissions.csv",), nps(), (60, 23.33)),
    Case("12 Tally, two files", ("12-tally/q1.csv", "12-tally/q2.csv"), nps(), (60, 23.33)),
    Case(
        "16 weekend", ("16-business-hours/weekend.csv",),
        counted("select count(*), round(sum(wait_seconds) / 3600, 2) from contact_outcomes"),
        (3, 1.0),
    ),
    Case(
        "18 day and time", ("18-date-and-time-columns/journal_appels.csv",), IN_TIME, (60, 30, 0),
        {"mapping": {"channel": "=call"}}, (CALL, CALL_VALUE),
    ),
    Case(
        "24 h:mm", ("24-hmm-durations/tickets_hmm.csv",), IN_TIME, (40, 28, 0),
        {"two_parts": {"first_response_after": "h:mm"}}, ("Hours and minutes",),
    ),
    Case(
        "24 waits without an outcome", ("24-hmm-durations/waits_decimal_minutes.csv",),
        IN_TIME, (40, 0, 40), {"waits": "unknown"}, ("That isn't known: no figure of the waits",),
    ),
    Case(
        "25 swapped dates", ("25-excel-swapped-dates/reponses.xlsx",),
        counted(
            "select count(case when month(responded_on) = 1 then 1 end), "
            "count(case when month(responded_on) = 2 then 1 end), "
            "count(case when month(responded_on) = 3 then 1 end), count(*) from responses"
        ),
        (31, 28, 31, 90), {"swapped_dates": "repair"},
        ("Yes, swap them back",),
    ),
    Case(
        "26 zero labelled", ("26-noisy-labels/surveymonkey_zero_labelled.csv",), nps(), (100, 25.0)
    ),
    Case("26 labels of all kinds", ("26-noisy-labels/labels.csv",), nps(), (16, 37.5)),
    Case(
        "29 CSAT 1-3", ("29-csat-other-scales/csat_1_3.csv",),
        SATISFIED, (100, 60, 0),
    ),
    Case(
        "29 CSAT 1-3, bare header", ("29-csat-other-scales/csat_1_3_noheader.csv",),
        SATISFIED, (100, 60, 0),
        {"scales": {"csat_score": "1-3"}}, ("From 1 to 3",),
    ),
    Case("29 NPS 1-10", ("29-csat-other-scales/nps_1_10.csv",), nps(), (100, 20.0)),
    Case("31 no answer column", ("31-no-answer-column/tickets.csv",), IN_TIME, (40, 0, 40)),
    Case(
        "36 two waves, ids from one", ("36-ids-from-one/s1.csv", "36-ids-from-one/s2.csv"),
        counted("select count(*), count(case when month(responded_on) = 1 then 1 end) "
                "from responses"), (200, 100),
        {"scales": {"nps_score": "0-10"}, "same_id": "apart"},
        ("From 0 to 10", "Different ones: keep all of them"),
    ),
    Case(
        "37 second table", ("37-second-table/crm.csv", "37-second-table/reg.csv"),
        counted("select count(*), count(ended_on), count(region), "
                "count(annual_revenue_amount) from customers"),
        (200, 40, 200, 200), {"kind": "customers"}, (("What the file holds", "Customers"),),
    ),
    Case(
        "38 unknown headers", ("38-page-fault/note_fr.csv",),
        nps(), (60, -40.0),
        {"mapping": {"nps_score": "Note"}, "scales": {"nps_score": "0-10"}},
        ("Note", "From 0 to 10"),
    ),
)  # fmt: skip
# What has to be refused with a cure, whatever is said.
REFUSED = (
    "19-monthly-summary/nps_category.csv",
    "19-monthly-summary/nps_mensuel.csv",
    "19-monthly-summary/nps_monthly_pct.csv",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--browser", action="store_true")
    options.add_argument("--only", nargs="*", default=[])
    options.add_argument("--folder", type=Path, default=FOLDER)
    said = options.parse_args()
    cases = [it for it in CASES if not said.only or it.name[:2] in said.only]
    if said.browser:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            wrong = [it for it in cases if not _told(it, said.folder, browser)]
            browser.close()
    else:
        wrong = [it for it in cases if not _told(it, said.folder, None)]
    print(f"{len(cases) - len(wrong)} of {len(cases)} right")
    sys.exit(bool(wrong))


def _told(case: Case, folder: Path, browser: Browser | None) -> bool:
    """Whether the case gives the right figure; what it gives is printed."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "cx.duckdb"
        try:
            effort = _on_page(case, folder, path, browser) if browser else _said(case, folder, path)
        except (ImportRefused, AssertionError, LookupError, BrowserError) as error:
            print(f"- {case.name}: not imported: {str(error).splitlines()[0][:300]}", flush=True)
            return False
        store = Store.open(path)
        found, problems = case.figure(store), check_store(store)
        store.close()
    is_right = found == case.right and not problems
    told = "right" if is_right else f"WRONG, {case.right} is right {problems}"
    print(f"- {case.name}: {found} {told}{effort}", flush=True)
    return is_right


def _said(case: Case, folder: Path, path: Path) -> str:
    store = Store.open(path)
    try:
        for name in case.files:
            import_file(store, folder / name, **_taken(store, case.said))
    finally:
        store.close()
    return ""


def _taken(store: Store, said: dict[str, Any]) -> Choices:
    """What is said of the file; words of channels are taught, and kept for the next files."""
    for word, channel in said.get("spellings", {}).items():
        save_spelling(store, "channel", word, channel, changed_by=None)
    return cast(Choices, {name: value for name, value in said.items() if name != "spellings"})


def _on_page(case: Case, folder: Path, path: Path, browser: Browser) -> str:
    """The files on the Import page; how many clicks and seconds they took."""
    Store.open(path).close()
    clicks, seconds = 0, 0.0
    with dashboard(path, path.with_suffix(".log")) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        for name in case.files:
            page.goto(f"{address}/import?lang=en")
            _settle(page)
            began = time.perf_counter()
            page.locator("input[type=file]").set_input_files(folder / name)
            clicks += 1
            page.get_by_test_id("stMain").get_by_text(Path(name).name).last.wait_for()
            _settle(page)
            clicks += sum(_answered(page, step) for step in case.steps)
            if "extract_date" in case.said:
                clicks += _dated(page, case.said["extract_date"])
            take = page.get_by_test_id("stMain").get_by_role("button", name="Import", exact=True)
            if not take.count() or not take.is_enabled():
                text = page.get_by_test_id("stMain").inner_text()
                raise LookupError(f"still asked: {' '.join(text.split())[:600]}")
            take.click()
            clicks += 1
            expect(page.get_by_text("in the store.").first).to_be_visible(timeout=PATIENCE)
            seconds += time.perf_counter() - began
        context.close()
    return f" · {clicks} clicks, {seconds:.1f} s"


def _answered(page: Page, step: Step) -> int:
    """The clicks of one step; none where this file doesn't ask for it."""
    main = page.get_by_test_id("stMain")
    if isinstance(step, str):
        radios = main.get_by_test_id("stRadio").locator("label:has(input[type=radio])")
        label = radios.filter(has_text=step)
        if not label.count():
            return 0
        label.first.click()
        _settle(page)
        return 1
    columns = main.get_by_text("Columns", exact=True)
    box = main.get_by_role("combobox", name=re.compile(rf"^{re.escape(step[0])}( \(|$)"))
    extra = 0
    if not box.count() and columns.count():  # folded up
        columns.first.click()
        _settle(page)
        extra = 1
    if not box.count():
        return extra
    box.first.click()
    box.first.fill(step[1])
    page.get_by_role("option", name=step[1], exact=True).click()
    _settle(page)
    return 2 + extra


def _dated(page: Page, day: date) -> int:
    field = page.get_by_test_id("stMain").get_by_test_id("stDateInput").locator("input")
    if not field.count() or not field.first.is_visible():
        return 0
    field.first.fill(f"{day:%d/%m/%Y}")
    page.keyboard.press("Enter")
    _settle(page)
    return 1


def _settle(page: Page) -> None:
    page.wait_for_timeout(400)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_function(
        "() => !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')"
    )


if __name__ == "__main__":
    main()
