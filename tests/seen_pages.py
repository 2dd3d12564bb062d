"""What a page sends to the browser of a reader, to be held beside the same of another store."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from cxdata.models import Reader
from cxdata.panels import PANELS
from cxdata.store.connection import Store
from pages.parts.cases import parts as cases
from pages.parts.churn_cost import sections as churn
from pages.parts.cx_pyramid import sections as pyramid
from pages.parts.nps import sections as nps
from pages.parts.response_times import sections as response

FRAME = str(Path(__file__).parents[1] / "pages" / "frame.py")
OVERVIEW = "insights/overview.py"
# Each page with its parts.
VIEWS: tuple[tuple[str, str], ...] = (
    (OVERVIEW, ""),
    *(("insights/nps.py", it) for it in nps.SECTIONS),
    *(("insights/cx_pyramid.py", it) for it in pyramid.SECTIONS),
    *(("insights/response_times.py", it) for it in response.SECTIONS),
    *(("insights/churn_cost.py", it) for it in churn.SECTIONS),
    ("insights/board_pack.py", ""),
    ("insights/meeting.py", ""),
    ("insights/decisions.py", ""),
    *(("insights/cases.py", it) for it in cases.TABS),
    ("data/import_extract.py", ""),
    ("data/inventory.py", ""),
    ("data/settings.py", ""),
    ("data/methods.py", ""),
)
WHERE_READERS = ("context", "reader", "refused", "admission")
# What differs between two stores of the same rows: keys of widgets, and addresses of files.
_OWN = re.compile(r'^\s*(id|form_id|url|(deferred_)?file_id|fragment_id): ".*"$', re.MULTILINE)
# To what the rights are limited, and why an act isn't offered: by the role or by the scope.
REFUSED_ACTS = (
    "of this dashboard may do this", "of which your rights reach only a part",
    "de ce tableau de bord y ont droit", "dont vos droits n’atteignent qu’une partie",
)  # fmt: skip
# Cases are worked on within a scope too, which the reader of the other store doesn't.
CASE_WORK = ('label: "Choose several"', 'label: "En choisir plusieurs"')
RIGHTS_SAID = ("You see\\", "Vous voyez")
# The same where they reach nothing: said once above a page, and again as the reason of figures.
NOTHING_SAID = ("Your rights reach no data", "Vos droits n’atteignent")


def known_pages() -> dict[Any, Any]:
    """What Streamlit learns of the pages in a first run, with the store of ``CXDATA_STORE``."""
    found: dict[Any, Any] = AppTest.from_file(FRAME, default_timeout=900).run()._registered_pages
    return found


@contextmanager
def reading_as(store: Store, reader: Reader) -> Iterator[None]:
    """Within it, pages are of this store and for this reader."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, CXDATA_STORE=str(store.path)))
        for module in WHERE_READERS:
            place = f"pages.components.{module}.current_reader"
            stack.enter_context(patch(place, lambda: reader))
        yield


def page_shown(
    pages: Mapping[Any, Any], page: str, query: Mapping[str, Any], *, is_unfolded: bool = True
) -> list[str]:
    """All that a page sends to a browser, element by element, its tables of data unfolded.

    Left out: to what the rights are limited, and what tells one store's widgets from another's.
    """
    app = AppTest.from_file(FRAME, default_timeout=900)
    for name, values in query.items():
        app.query_params[name] = values
    if is_unfolded:
        for entry in PANELS:
            app.session_state[f"data:{entry.key}"] = True
    if page != OVERVIEW:
        app._registered_pages = dict(pages)
        app.switch_page(page)
    app.run()
    if app.exception:
        raise AssertionError(f"{page} {query}: {app.exception[0].value}")
    shown = [text for place in (app.sidebar, app.main) for text in _elements(place)]
    above = (it for it in shown if "CAPTION" in it and any(said in it for said in NOTHING_SAID))
    if (line := next(above, None)) is not None:
        shown.remove(line)
    return shown


def _elements(place: Any) -> Iterator[str]:
    for element in place:
        proto = getattr(element, "proto", None)
        said = _OWN.sub("", str(proto)) if proto is not None else ""
        is_of_rights = "CAPTION" in said and any(it in said for it in RIGHTS_SAID)
        if (
            said.strip()
            and not is_of_rights
            and not any(it in said for it in (*REFUSED_ACTS, *CASE_WORK))
        ):
            yield " ".join(said.split())
