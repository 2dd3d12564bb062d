"""Everything of one customer on one time line, so that nobody calls without knowing."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.store.connection import Store

MOST_EVENTS = 500


def customer_head(store: Store, customer_id: str) -> dict[str, Any]:
    """Who a customer is, by the files of customers; what they don't say is None.

    Raises
    ------
    CxDataError
        If there is no such customer for this reader to see.
    AccessError
        If the reader may not see people.
    """
    found = store.query("customer_head", customer_id=customer_id)
    if found.is_empty():
        raise CxDataError(
            N_("There is no customer {customer} for you to see."),
            N_("See the list."),
            customer=customer_id[:80],
        )
    return found.row(0, named=True)


def customer_events(store: Store, customer_id: str, most_rows: int = MOST_EVENTS) -> pl.DataFrame:
    """What happened with a customer, the newest first.

    Returns
    -------
    pl.DataFrame
        One row per event, at most ``most_rows``; no rows if nothing is known.

        - ``happened_at`` (Datetime, UTC), ``is_day`` (Boolean): only its day is known
        - ``event`` (String): ``answer``, ``contact``, ``case_opened``, ``case_status``,
          ``case_note`` and so on, ``started``, ``ended``, ``segment``, ``revenue``
        - ``code``, ``value`` (Float64), ``case_value_text``, ``text``: the survey and score of an
          answer with its comment; channel, wait in seconds and status of a contact with its
          reason; the rule of a case, what became of it and who did it; the new segment or revenue,
          and that of before
        - ``case_number`` (Int64)
    """
    return store.query("customer_events", customer_id=customer_id, most_rows=most_rows)
