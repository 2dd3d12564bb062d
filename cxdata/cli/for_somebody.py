"""``--as``: what somebody else sees, for whoever has the store's file and so sees everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import update_wrapper
from inspect import signature
from typing import Any

import click

from cxdata.access.identity import Identity, reader_of
from cxdata.cli.told import Told, one_line
from cxdata.ingest.notes import Note
from cxdata.models import Reader
from cxdata.record import acting_as, actor
from cxdata.store.connection import Store


def for_somebody(act: Callable[..., Told]) -> Callable[..., Told]:
    """Give a served command ``--as`` and ``--as-group``: it is done on what that person sees.

    What it does of itself, over HTTP too, has these options; who may say them is the caller's to
    look after (``is_for_somebody``), and a store of which the caller sees a part refuses them.
    """

    def done(
        store: Store,
        *,
        as_name: str | None = None,
        as_groups: tuple[str, ...] = (),
        **options: Any,
    ) -> Told:
        if not is_for_somebody({"as_name": as_name, "as_groups": as_groups}):
            return act(store, **options)
        reader = somebody(store, as_name, as_groups)
        told = act(store.seen_by(reader), **options)
        told.lines.insert(0, ("err", _seen_note(reader)))
        return told

    update_wrapper(done, act)
    del done.__wrapped__  # type: ignore[attr-defined]  # the options are this one's
    done.__signature__ = signature(act)  # type: ignore[attr-defined]
    return as_options(done)


def as_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--as`` and ``--as-group``."""
    for option in (
        click.option(
            "--as-group",
            "as_groups",
            multiple=True,
            metavar="GROUP",
            help="As somebody in this group. Repeatable. Only on this computer.",
        ),
        click.option(
            "--as",
            "as_name",
            metavar="NAME",
            help="As this person sees it. Only on this computer.",
        ),
    ):
        command = option(command)
    return command


def is_for_somebody(options: Mapping[str, Any]) -> bool:
    """Whether a request says that it is for somebody else, also if it doesn't say for whom."""
    return options.get("as_name") is not None or bool(options.get("as_groups"))


def somebody(store: Store, name: str | None, groups: tuple[str, ...]) -> Reader:
    """Who that is, by the rights in the store now; the record says from here on as whom.

    Raises
    ------
    AccessError
        If not all of the store is seen here, or they have no rights, or these have ended.
    """
    store.see_whole()
    store.see_people()
    reader = reader_of(store, Identity(name or "", groups))
    by = actor()
    acting_as(by.name, f"{by.place} --as {reader.name or ', '.join(groups)}")
    return reader


def _seen_note(reader: Reader) -> Note:
    named = reader.name or Note("somebody of that group")
    allowed = "; ".join(f"{name}={','.join(values)}" for name, values in reader.scope.allowed)
    parts: list[str] = [allowed] if allowed else []
    if not reader.may_see_people:
        parts.append(Note("no names and comments"))
    seen = one_line(*parts[:1], *(one_line("; ", it) for it in parts[1:]))
    return Note(
        "As {name} ({role}): {seen}.",
        name=named,
        role=reader.role,
        seen=seen if parts else Note("everything"),
    )
