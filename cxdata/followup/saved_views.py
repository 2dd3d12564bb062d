"""Saved views: what an address carries, kept under a name, for oneself or for everybody.

A view is a way to ask, never data: whoever opens it sees what their own rights reach. Periods stay
as they were said ("the last closed month"). One's own views are nobody else's; shared ones belong
to all who may share. Whoever sees a part of the data is told only of those shared views that ask
for nothing outside of it: neither the name nor the values of the others reach them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from cxdata.access.acts import see_may
from cxdata.errors import CxDataError
from cxdata.i18n import N_
from cxdata.models import DIMENSIONS, Dimension, Reader
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

VIEW_LETTERS = 80
MOST_VIEWS = 200  # of one reader, and of all that are shared
QUERY_LETTERS = 8_000
_PAGE = re.compile(r"[a-z-]{0,40}")
# The reader's own: a view opens in the language of whoever opens it.
LEFT_TO_READER = frozenset({"lang"})

# Names of an address that carry a word of comments: who sees a part of them isn't told it.
OF_COMMENTS = frozenset({"words_theme"})

ValuesByDimension = Mapping[Dimension, Sequence[str]]


@dataclass(frozen=True)
class AskedView:
    """What an address asks for: a page, and under which names it carries which values."""

    page: str
    query: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, page: str, query: Mapping[str, Sequence[str]]) -> AskedView:
        """Of an address; without the language, in the order of the names.

        >>> AskedView.of("nps", {"segment": ["Gold"], "lang": ["fr"]})
        AskedView(page='nps', query=(('segment', ('Gold',)),))
        """
        kept = {name: tuple(query[name]) for name in sorted(query) if name not in LEFT_TO_READER}
        return cls(page, tuple(kept.items()))

    @property
    def values(self) -> dict[str, list[str]]:
        """The values by name, as an address has them."""
        return {name: list(values) for name, values in self.query}

    @property
    def address(self) -> str:
        """Where the view is, below the address of the dashboard.

        >>> AskedView.of("nps", {"segment": ["Gold & more"], "period": ["3m"]}).address
        '/nps?period=3m&segment=Gold+%26+more'
        """
        query = urlencode(self.values, doseq=True)
        return f"/{self.page}?{query}" if query else f"/{self.page}"


@dataclass(frozen=True)
class SavedView:
    """A view under its name; ``saved_at`` is UTC."""

    view_id: str
    name: str
    owner: str
    is_shared: bool
    asked: AskedView
    saved_at: datetime


def saved_views(store: Store, reader: Reader) -> tuple[SavedView, ...]:
    """The views that a reader may open: their own first, then those of everybody, by name.

    Parameters
    ----------
    store
        The whole store, whatever of it the reader sees.
    """
    found = [_view_of(row) for row in store.query("saved_views", reader=reader.name).to_dicts()]
    if reader.scope.is_everything or not any(it.is_shared for it in found):
        return tuple(found)
    known = _values(store)
    seen = _values(store.seen_by(reader))
    return tuple(it for it in found if not it.is_shared or is_within(it.asked, seen, known))


def is_within(asked: AskedView, seen: ValuesByDimension, known: ValuesByDimension) -> bool:
    """Whether a view asks for nothing but what a reader sees: no filter by another value, and no
    choice of a page that holds a value of which the reader isn't told.

    >>> asked = AskedView.of("nps", {"region": ["Sud"]})
    >>> is_within(asked, {"region": ["Nord"]}, {"region": ["Nord", "Sud"]})
    False
    """
    told = {value for values in seen.values() for value in values}
    untold = {value for values in known.values() for value in values} - told
    return all(
        set(values) <= set(seen.get(name, ()))
        if name in DIMENSIONS
        else name not in OF_COMMENTS and not any(it in text for it in untold for text in values)
        for name, values in asked.query
    )


def lost_filters(
    asked: AskedView, offered: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """The values of a view that there aren't, by the filters of which nothing would be left:
    opening it would show more than it asks for. ``offered`` are the values of dimensions and of
    ``survey``.

    >>> asked = AskedView.of("nps", {"region": ["Sud", "Est"]})
    >>> lost_filters(asked, {"region": ["Nord"]}), lost_filters(asked, {"region": ["Est"]})
    ({'region': ('Sud', 'Est')}, {})
    """
    chosen = {name: values for name, values in asked.query if name in (*DIMENSIONS, "survey")}
    return {
        name: values
        for name, values in chosen.items()
        if values and set(values).isdisjoint(offered.get(name, ()))
    }


def save_view(
    store: Store, reader: Reader, name: str, asked: AskedView, *, is_shared: bool = False
) -> str:
    """Keep what is seen under a name; its view_id.

    Raises
    ------
    CxDataError
        If the name is empty, too long or taken, or there are too many.
    AccessError
        If the reader may not share.
    """
    _see_may_change(reader, is_shared)
    row = {
        "view_id": uuid4().hex,
        "name": _named(name),
        "owner": reader.name,
        "is_shared": is_shared,
        **_kept(asked),
        "now": _now(),
    }
    with store.transaction() as con:
        _see_free(con, str(row["name"]), reader.name, is_shared)
        _see_room(con, reader.name, is_shared)
        con.execute(
            """insert into saved_views (view_id, name, owner, is_shared, page, query, saved_at)
            values ($view_id, $name, $owner, $is_shared, $page, $query, $now)""",
            row,
        )
    return str(row["view_id"])


def replace_view(store: Store, reader: Reader, view_id: str, asked: AskedView) -> None:
    """From now on the view of that name asks for this.

    Raises
    ------
    CxDataError
        If there is no such view any more.
    AccessError
        If it is shared, and the reader may not share.
    """
    row = {"view_id": view_id, **_kept(asked), "now": _now()}
    with store.transaction() as con:
        _changeable(con, reader, view_id)
        con.execute(
            """update saved_views set page = $page, query = $query, saved_at = $now
            where view_id = $view_id""",
            row,
        )


def change_view(store: Store, reader: Reader, view_id: str, *, name: str, is_shared: bool) -> None:
    """Call a view so, and show it to everybody or to its owner alone.

    Raises
    ------
    CxDataError
        If there is no such view any more, or the name is empty, too long or taken.
    AccessError
        If it is or will be shared, and the reader may not share.
    """
    named = _named(name)
    with store.transaction() as con:
        owner, was_shared = _changeable(con, reader, view_id)
        _see_may_change(reader, is_shared)
        _see_free(con, named, owner, is_shared, but=view_id)
        if is_shared != was_shared:
            _see_room(con, owner, is_shared)
        con.execute(
            "update saved_views set name = $name, is_shared = $is_shared where view_id = $view_id",
            {"view_id": view_id, "name": named, "is_shared": is_shared},
        )
        if not is_shared:  # it isn't theirs any more
            con.execute(
                "delete from start_views where view_id = $view_id"
                " and reader is distinct from $owner",
                {"view_id": view_id, "owner": owner},
            )


def remove_view(store: Store, reader: Reader, view_id: str) -> None:
    """Take a view away; nobody starts with it any more.

    Raises
    ------
    CxDataError
        If there is no such view any more.
    AccessError
        If it is shared, and the reader may not share.
    """
    with store.transaction() as con:
        _changeable(con, reader, view_id)
        for table in ("start_views", "saved_views"):
            con.execute(f"delete from {table} where view_id = $view_id", {"view_id": view_id})


def set_start(
    store: Store, reader: Reader, view_id: str | None, *, for_everybody: bool = False
) -> None:
    """The reader starts with this view; ``for_everybody``: all who have none of their own. None:
    with no view.

    Raises
    ------
    CxDataError
        If there is no such view any more, or everybody would start with one that isn't shared.
    AccessError
        If it is for everybody, and the reader may not share.
    """
    _see_may_change(reader, for_everybody)
    if view_id is not None:
        view = found_view(store, reader, view_id)
        if for_everybody and not view.is_shared:
            raise CxDataError(
                N_("Everybody can start only with a view that everybody may open."),
                N_("Share it first."),
            )
    whose = None if for_everybody else reader.name
    with store.transaction() as con:
        con.execute(
            "delete from start_views where reader is not distinct from $whose", {"whose": whose}
        )
        if view_id is not None:
            con.execute(
                """insert into start_views (reader, view_id, set_at)
                select $whose, view_id, $now from saved_views where view_id = $view_id""",
                {"whose": whose, "view_id": view_id, "now": _now()},
            )


def start_ids(store: Store, reader: Reader) -> tuple[str | None, str | None]:
    """The views that a reader and everybody else start with."""
    rows = store.query("start_views", reader=reader.name).to_dicts()
    own = [row["view_id"] for row in rows if row["reader"] is not None]
    firm = [row["view_id"] for row in rows if row["reader"] is None]
    return (own[0] if own else None), (firm[0] if firm else None)


def start_view(store: Store, reader: Reader) -> SavedView | None:
    """What a reader sees first: their own start, else the firm's; None where there is none that
    they may open."""
    wanted = [it for it in start_ids(store, reader) if it]
    if not wanted:
        return None
    known = {view.view_id: view for view in saved_views(store, reader)}
    return next((known[it] for it in wanted if it in known), None)


def found_view(store: Store, reader: Reader, view_id: str) -> SavedView:
    """The view, if the reader may open it.

    Raises
    ------
    CxDataError
        If they may not, or there is none.
    """
    for view in saved_views(store, reader):
        if view.view_id == view_id:
            return view
    raise _unknown()


def _see_may_change(reader: Reader, is_shared: bool) -> None:
    see_may(reader, "share_views" if is_shared else "views")


def _changeable(con: Any, reader: Reader, view_id: str) -> tuple[str, bool]:
    """Owner of a view that the reader may change, and whether it is shared."""
    rows = con.execute(
        "select owner, is_shared from saved_views where view_id = $view_id", {"view_id": view_id}
    ).fetchall()
    if not rows or not (rows[0][1] or rows[0][0] == reader.name):
        raise _unknown()
    _see_may_change(reader, bool(rows[0][1]))
    return str(rows[0][0]), bool(rows[0][1])


def _see_free(con: Any, name: str, owner: str, is_shared: bool, but: str = "") -> None:
    """A name is one view's, among a reader's own and among those of everybody."""
    rows = con.execute(
        """select name from saved_views
        where view_id <> $but and is_shared = $is_shared and (is_shared or owner = $owner)""",
        {"but": but, "is_shared": is_shared, "owner": owner},
    ).fetchall()
    if name.casefold() in {str(row[0]).casefold() for row in rows}:
        raise CxDataError(
            N_("There is a view called {name} already."),
            N_("Give it another name, or replace that view."),
            name=name,
        )


def _see_room(con: Any, owner: str, is_shared: bool) -> None:
    [(count,)] = con.execute(
        """select count(*) as n from saved_views
        where is_shared = $is_shared and (is_shared or owner = $owner)""",
        {"is_shared": is_shared, "owner": owner},
    ).fetchall()
    if count >= MOST_VIEWS:
        raise CxDataError(
            N_("There are {most} saved views, which is the most."),
            N_("Delete one first."),
            most=MOST_VIEWS,
        )


def _named(name: str) -> str:
    named = unicodedata.normalize("NFC", " ".join(name.split()))
    if not named or not named.isprintable():
        raise CxDataError(N_("A view needs a name."), N_("Such as the meeting that it is for."))
    if len(named) > VIEW_LETTERS:
        raise CxDataError(
            N_("A text has {letters} characters; {most} are the most."),
            N_("Shorten it."),
            letters=len(named),
            most=VIEW_LETTERS,
        )
    return named


def _kept(asked: AskedView) -> dict[str, str]:
    query = json.dumps(asked.values, ensure_ascii=False)
    if not _PAGE.fullmatch(asked.page):
        raise ValueError(f"no page: {asked.page}")
    if len(query) > QUERY_LETTERS:
        raise CxDataError(
            N_("What is seen here is too much for a view."), N_("Choose fewer values.")
        )
    return {"page": asked.page, "query": query}


def _view_of(row: dict[str, Any]) -> SavedView:
    query = stored_json(row["query"], "saved_views.query")
    return SavedView(
        row["view_id"],
        row["name"],
        row["owner"],
        row["is_shared"],
        AskedView.of(row["page"], query),
        row["saved_at"],
    )


def _values(store: Store) -> dict[Dimension, list[str]]:
    rows = store.query("dimension_values")
    return {
        name: rows.filter(rows["dimension"] == name)["value"].to_list()
        for name in store.settings.used_dimensions()
    }


def _unknown() -> CxDataError:
    return CxDataError(N_("There is no such view any more."), N_("Look at the list of views."))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
