"""Likely next views, computed while nobody waits: the first look is then as fast as the second.

Whoever looks at a page goes on to another period of it, with the same filters to another page, or
to one value of one filter of the Overview. A thread computes these once the pages have been still
for a moment, in the order in which they are likely, and stops for whoever comes; half of the time
it rests. It fills what ``computed_once`` remembers anyway: the same functions with the same
arguments, for whoever may see the same, until the data changes; then it begins anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from cxdata.errors import CxDataError
from cxdata.i18n.firm import firm_translator
from cxdata.ingest.storing.inventory import holdings
from cxdata.models import BUILT_IN_DIMENSIONS, DIMENSIONS, Filters
from cxdata.panels import Request, churn, nps, overview, pyramid, response_time
from cxdata.panels.follow_up import followed_up
from cxdata.store.connection import Store
from pages.components.context import computed_once, offer_of, store
from pages.components.url_state import (
    DEFAULT_PERIOD,
    FULL_PERIODS,
    MONTHS,
    WHOLE_HISTORY,
    YEARS,
    Offer,
    View,
    current_view,
    default_view,
    period_of,
)

LOOK_SECONDS = 1.0
STOP_SECONDS = 3.0
# Of a filter with more values none is likely.
MOST_VALUES = 12
# What is remembered of so many views leaves room for others; see ``REMEMBERED_RESULTS``.
MOST_VIEWS = 48
OVERVIEW = ""
# In the order in which they are likely to be asked for.
LIKELY_PERIODS = (DEFAULT_PERIOD, *YEARS, *MONTHS, *FULL_PERIODS, WHOLE_HISTORY)

Shown = Callable[[Request], object]
# What each page shows before its reader has chosen anything on it, by its address.
FIRST_SHOWN: Mapping[str, tuple[Shown, ...]] = {
    OVERVIEW: (
        overview.briefing,
        overview.since_last_snapshot,
        followed_up,
        *(card.make for card in overview.CARDS),
    ),
    "nps": (nps.nps_panel, nps.nps_target_panel, nps.nps_trend_panel),
    "response-times": (response_time.compliance_panel, response_time.compliance_trend_panel),
    "churn-cost": (churn.cost_panel, churn.numbers_panel, churn.trend_panel),
    "cx-pyramid": (pyramid.levels_panel, pyramid.steps_panel),
}


@dataclass(frozen=True)
class Look:
    """A page that was opened: its address, the view, and the store as its reader may see it."""

    page: str
    view: View
    seen: Store


class _GivenUp(Exception):
    """Somebody came, or the data changed: what is computed ahead can wait."""


class Ahead:
    """What was looked at last, and the thread that goes on from there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look: Look | None = None
        self._looked_at = time.monotonic()
        self._run_count = 0
        self._still_seconds = 0.0
        self._stopped = threading.Event()

    def note(self, look: Look) -> None:
        """Somebody looks at a page now: whatever is computed ahead waits."""
        with self._lock:
            self._look, self._looked_at = look, time.monotonic()

    @contextmanager
    def page_run(self) -> Iterator[None]:
        """A page runs: nothing is computed ahead before it has ended, however long it takes, and
        been still for a while."""
        with self._lock:
            self._run_count += 1
        try:
            yield
        finally:
            with self._lock:
                self._run_count -= 1
                self._looked_at = time.monotonic()

    def is_still(self) -> bool:
        """Whether no page runs, nor has for a while."""
        return not self._run_count and time.monotonic() - self._looked_at > self._still_seconds

    @contextmanager
    def running(self, still_seconds: float) -> Iterator[None]:
        """As long as this is open, views are computed ahead once no page has run for so long; with
        0, none is."""
        self._still_seconds = still_seconds
        if not still_seconds:
            yield
            return
        self._stopped.clear()
        thread = threading.Thread(target=self._go_on, name="ahead", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            thread.join(STOP_SECONDS)

    def _go_on(self) -> None:
        done: tuple[Look, object] | None = None
        while not self._stopped.wait(LOOK_SECONDS):
            look = self._look
            if look is None or not self.is_still():
                continue
            due = (look, look.seen.state)
            if due != done and self.compute(look):
                done = due

    def compute(self, look: Look) -> bool:
        """What is likely after that look; False if it was given up for whoever came meanwhile."""
        state, is_over = look.seen.state, False

        def remembered(function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
            is_wanted = self._look is look and self.is_still() and look.seen.state == state
            if not is_over and (not is_wanted or self._stopped.is_set()):
                raise _GivenUp
            return computed_once(look.seen, function, *arguments, **options)

        try:
            if remembered(holdings).is_empty():
                return True
            translate = firm_translator(look.seen.settings, look.view.lang)
            for page, filters in likely_views(look, remembered(offer_of)):
                for shown in FIRST_SHOWN[page]:
                    begun = time.monotonic()
                    Request(look.seen, filters, translate, remembered).made(shown)
                    self._stopped.wait(time.monotonic() - begun)
        except _GivenUp:
            return False
        except CxDataError:  # whoever asks for it is told why
            return True
        finally:
            is_over = True  # what was made may ask for more when it is shown
        return True


def likely_views(look: Look, choices: Offer) -> list[tuple[str, Filters]]:
    """The page and its filters; other periods of it; the other pages with these filters; the
    Overview by one value of a filter. At most ``MOST_VIEWS``, the likeliest first."""
    pages = [look.page, *(it for it in FIRST_SHOWN if it != look.page)]
    periods = [look.view.period, *(it for it in LIKELY_PERIODS if it != look.view.period)]
    views = [(pages[0], replace(look.view, period=it)) for it in periods]
    views += [(it, look.view) for it in pages[1:]]
    if look.page == OVERVIEW:
        views += _by_one_value(look.view, choices)
    views += _by_one_value(default_view(look.view.lang, choices), choices)
    likely = [
        (page, view.filters(choices))
        for page, view in views
        if view.period == WHOLE_HISTORY or period_of(view.period, choices)
    ]
    return list(dict.fromkeys(likely))[:MOST_VIEWS]


def _by_one_value(view: View, choices: Offer) -> list[tuple[str, View]]:
    """The Overview by each value of each filter that has few; none where values are chosen."""
    if any(getattr(view, name) for name in DIMENSIONS):
        return []
    return [
        (OVERVIEW, replace(view, **{name: (value,)}))  # type: ignore[arg-type]
        for name in BUILT_IN_DIMENSIONS
        if 1 < len(values := choices.values.get(name, ())) <= MOST_VALUES
        for value in values
    ]


_ahead = Ahead()
computing_ahead = _ahead.running
page_run = _ahead.page_run


def note_look(page: str) -> None:
    """This run shows that page with the filters of its session."""
    view = current_view()
    if view is not None and page in FIRST_SHOWN:
        _ahead.note(Look(page, view, store()))
