"""Choices of what a pack holds, kept under a name: everybody's, or somebody's own."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from cxdata.errors import CxDataError
from cxdata.followup.pack_choices import remove_pack_choice, write_pack_choice
from cxdata.followup.snapshots import see_letters
from cxdata.i18n import LOCALES, N_, Locale
from cxdata.pack.making import PackChoice
from cxdata.pack.sections import SECTION_KEYS
from cxdata.store.connection import Store
from cxdata.store.stored_json import stored_json

NAME_OF_CHOICE_LETTERS = 80


@dataclass(frozen=True)
class KeptChoice:
    """A choice with its name; ``owner`` None: everybody's. ``locale`` None: whoever asks says."""

    choice_id: str
    name: str
    owner: str | None
    choice: PackChoice
    locale: Locale | None


def keep_pack_choice(
    store: Store,
    name: str,
    choice: PackChoice,
    locale: Locale | None = None,
    *,
    owner: str | None = None,
    changed_by: str | None = None,
) -> str:
    """Keep a choice under a name, in the place of one of that name and owner; its choice_id.

    Raises
    ------
    CxDataError
        If the name is empty or longer than ``NAME_OF_CHOICE_LETTERS``.
    """
    named = " ".join(name.split())
    if not named:
        raise CxDataError(N_("A choice needs a name."), N_("Such as whom the pack is for."))
    see_letters(named, NAME_OF_CHOICE_LETTERS)
    kept = json.dumps({**asdict(choice), "locale": locale}, ensure_ascii=False)
    return write_pack_choice(store, named, owner, kept, changed_by)


def forget_choice(store: Store, choice_id: str, owner: str | None = None) -> None:
    """Take a choice away: one that is everybody's or the owner's own.

    Raises
    ------
    CxDataError
        If there is no such choice any more.
    """
    kept = next((it for it in kept_pack_choices(store, owner) if it.choice_id == choice_id), None)
    if kept is None:
        raise _unknown(choice_id, kept_pack_choices(store, owner))
    remove_pack_choice(store, choice_id)


def kept_pack_choices(store: Store, owner: str | None = None) -> tuple[KeptChoice, ...]:
    """The owner's own choices by name, then everybody's.

    A section that this version doesn't have is left out of a choice.
    """
    rows = store.query("pack_choices", owner=owner).iter_rows(named=True)
    return tuple(_choice(it) for it in rows)


def choice_named(store: Store, name: str, owner: str | None = None) -> KeptChoice:
    """The choice of a name; the owner's own comes before everybody's.

    Raises
    ------
    CxDataError
        If there is none.
    """
    kept = kept_pack_choices(store, owner)
    found = next((it for it in kept if it.name == " ".join(name.split())), None)
    if found is None:
        raise _unknown(name, kept)
    return found


def _choice(row: dict[str, Any]) -> KeptChoice:
    said = stored_json(row["choice"], "pack_choices.choice")
    sections = tuple(it for it in said.get("sections", ()) if it in SECTION_KEYS)
    choice = PackChoice(sections, str(said.get("title", "")), bool(said.get("with_names")))
    locale = next((it for it in LOCALES if it == said.get("locale")), None)
    return KeptChoice(row["choice_id"], row["name"], row["owner"], choice, locale)


def _unknown(name: str, kept: tuple[KeptChoice, ...]) -> CxDataError:
    return CxDataError(
        N_("No choice called {choice} is kept."),
        N_("There are: {known}."),
        choice=name,
        known=", ".join(it.name for it in kept) or "–",
    )
