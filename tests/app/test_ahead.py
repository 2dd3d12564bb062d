"""What a reader will likely look at next is computed while nobody waits, and for nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from cxdata.models import BUILT_IN_DIMENSIONS, Filters, Reader, Scope
from cxdata.panels import Request, overview
from cxdata.store import connection
from cxdata.store.connection import Store
from pages.components import ahead
from pages.components.ahead import FIRST_SHOWN, Ahead, Look, likely_views
from pages.components.context import computed_once, offer_of
from pages.components.navigation import PAGES
from pages.components.url_state import View
from tests.app.conftest import Opened
from tests.stores import add, answers

Open = Callable[..., Opened]
YEAR = View(period="12m")


@pytest.fixture
def told(empty: Store) -> Store:
    """A store with a day of answers, of two segments."""
    rows = [*answers([10] * 9 + [0] * 3, segment="A"), *answers([9] * 6, segment="B")]
    add(empty, rows, "responses")
    return empty


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ahead, "is_still", lambda _: True)


def looked(seen: Store, page: str = "", view: View = YEAR) -> tuple[Ahead, Look]:
    going, look = Ahead(), Look(page, view, seen)
    going.note(look)
    return going, look


def queries_of(seen: Store, view: View, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the Overview has to ask the store for that view, everything remembered left aside."""
    asked = list[str]()

    def noting(con: object, name: str, *arguments: object) -> object:
        asked.append(name)
        return find(con, name, *arguments)  # type: ignore[arg-type]

    find = connection.run_query
    with monkeypatch.context() as patch:
        patch.setattr(connection, "run_query", noting)

        def remembered(function: Callable[..., object], /, *given: object, **options: object):  # type: ignore[no-untyped-def]
            return computed_once(seen, function, *given, **options)

        filters = view.filters(computed_once(seen, offer_of))
        overview.nps_card(
            Request(seen, filters, ahead.firm_translator(seen.settings, "en"), remembered)
        )
    return asked


@pytest.mark.usefixtures("still")
def test_another_period_is_there_before_it_is_asked_for(
    told: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, look = looked(told)
    assert going.compute(look)
    assert queries_of(told, replace(YEAR, period="24m"), monkeypatch) == []
    assert queries_of(told, replace(YEAR, segment=("A",)), monkeypatch) == []
    assert queries_of(told, replace(YEAR, segment=("A", "B")), monkeypatch) != []


@pytest.mark.usefixtures("still")
def test_it_is_computed_for_those_alone_who_may_see_as_much(
    told: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_part = told.seen_by(Reader("ada", "reader", Scope.of({"segment": ["A"]})))
    going, look = looked(of_part)
    assert going.compute(look)
    assert queries_of(of_part, replace(YEAR, period="6m"), monkeypatch) == []
    assert queries_of(told, replace(YEAR, period="6m"), monkeypatch) != []


@pytest.mark.usefixtures("still")
def test_it_is_given_up_when_somebody_comes_or_the_data_changes(
    told: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, look = looked(told)

    def come(_request: Request) -> None:
        going.note(replace(look))

    def change(_request: Request) -> None:
        told.change_settings({"answers.small_base_count": 31})

    for act in (come, change):
        going.note(look)
        monkeypatch.setitem(FIRST_SHOWN, "", (act, overview.briefing))  # type: ignore[arg-type]
        assert not going.compute(look)


def test_nothing_is_computed_while_pages_are_looked_at(told: Store) -> None:
    going, look = looked(told)
    with going.running(600):
        assert not going.is_still()
        assert not going.compute(look)


def test_nothing_is_computed_while_a_page_runs_however_long_it_takes() -> None:
    going = Ahead()
    assert going.is_still()  # with no seconds to wait
    with going.page_run():
        with pytest.raises(ZeroDivisionError), going.page_run():
            raise ZeroDivisionError
        assert not going.is_still()
    assert going.is_still()


@pytest.mark.usefixtures("still")
def test_the_thread_computes_each_look_once_and_again_after_a_change(
    told: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "LOOK_SECONDS", 0.01)
    going, _ = looked(told)
    found = list[object]()

    def computed(it: Look) -> bool:
        found.append(it.seen.state)
        return True

    monkeypatch.setattr(going, "compute", computed)

    def wait_for(count: int) -> None:
        until = time.monotonic() + 60
        while len(found) < count and time.monotonic() < until:
            time.sleep(0.01)

    with going.running(1):
        wait_for(1)
        told.change_settings({"answers.small_base_count": 31})
        wait_for(2)
        time.sleep(0.1)
    assert len(found) == 2
    assert found[0] != found[1]


def test_with_0_nothing_is_computed_ahead() -> None:
    before = threading.active_count()
    with Ahead().running(0):
        assert threading.active_count() == before
    with Ahead().running(600):
        assert threading.active_count() == before + 1


def test_the_likely_views_are_the_periods_on_offer_and_the_other_pages(told: Store) -> None:
    views = likely_views(Look("nps", YEAR, told), offer_of(told))
    pages = [page for page, _ in views]
    assert set(pages) == set(FIRST_SHOWN) <= {it.url_path for it in PAGES}
    assert pages.count("nps") > 6
    assert views[0] == ("nps", YEAR.filters(offer_of(told)))
    assert ("nps", Filters(survey="relationship")) in views  # the whole history
    assert len(set(views)) == len(views)


def test_the_overview_is_likely_by_one_value_of_a_filter_that_has_few(told: Store) -> None:
    few, many = ("A", "B"), tuple(map(str, range(ahead.MOST_VALUES + 1)))
    choices = replace(offer_of(told), values={"segment": few, "region": many, "product": ("P",)})

    def by_one_value(page: str, view: View) -> list[Filters]:
        views = likely_views(Look(page, view, told), choices)
        return [it for at, it in views if at == "" and (it.segment or it.region or it.product)]

    half = replace(YEAR, period="6m")
    chosen = {view: [replace(view, segment=(it,)).filters(choices) for it in few]
              for view in (YEAR, half)}  # fmt: skip
    assert by_one_value("nps", half) == chosen[YEAR]  # what somebody starts with
    assert by_one_value("", half) == chosen[half] + chosen[YEAR]
    a = replace(half, segment=("A",))
    assert set(by_one_value("", a)) - {a.filters(choices)} > set(chosen[YEAR])  # and its periods
    assert all(it.segment in {("A",), ("B",)} for it in by_one_value("", a))


def test_no_more_views_are_likely_than_are_remembered(told: Store) -> None:
    values = tuple(map(str, range(ahead.MOST_VALUES)))
    choices = replace(offer_of(told), values=dict.fromkeys(BUILT_IN_DIMENSIONS, values))
    views = likely_views(Look("", YEAR, told), choices)
    assert len(views) == ahead.MOST_VIEWS < len(BUILT_IN_DIMENSIONS) * len(values)


def test_a_page_that_is_opened_is_noted(told: Store, opened: Open) -> None:
    opened(told, "insights/nps.py")
    look = ahead._ahead._look
    assert look is not None
    assert (look.page, look.view.period, look.seen.path) == ("nps", "12m", told.path)
