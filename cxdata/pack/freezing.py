"""Packs that are frozen for a meeting, and opened again as they were.

A pack is frozen in every language at once, since its sentences are made once in each. What is
opened is what was kept: nothing of it is computed again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cxdata.errors import AccessError, CxDataError
from cxdata.followup.snapshots import (
    KeptPack,
    Snapshot,
    snapshot_of,
    snapshot_packs,
    take_snapshot,
)
from cxdata.i18n import LOCALES, N_, Locale
from cxdata.i18n.firm import firm_translator
from cxdata.pack.making import PackChoice, computed_once_each, pack_of
from cxdata.pack.pack import Pack, PackSection
from cxdata.pack.sections import chosen_sections
from cxdata.pack.stored import (
    PACK_FORMAT,
    joined_pack,
    pack_json,
    pack_of_json,
    parted_pack,
)
from cxdata.panels import Request
from cxdata.sentences import PEOPLE_HIDDEN
from cxdata.store.connection import Store
from cxdata.store.stored_json import packed_text, unpacked_text

# Every meeting begins with it.
FIRST_OF_MEETING = "nps"


@dataclass(frozen=True)
class FrozenPack:
    """A pack as it was frozen, and what is known of its snapshot."""

    snapshot: Snapshot
    pack: Pack


def freeze_pack(
    request: Request,
    title: str,
    choice: PackChoice | None = None,
    *,
    note: str = "",
    taken_by: str | None = None,
) -> str:
    """Keep the pack of a request in every language, with the headline figures; its snapshot_id.

    The pack is called as the choice says, else as the snapshot.

    Raises
    ------
    AccessError
        If names are asked for by somebody who may not see them.
    CxDataError
        If the title is empty or too long, or there is no such section.
    """
    wanted = choice or PackChoice()
    named = replace(wanted, title=wanted.title or title)
    shared = computed_once_each(request)
    kept = [_kept_pack(shared, named, locale) for locale in LOCALES]
    return take_snapshot(
        request.store, title, request.filters, taken_by=taken_by, note=note, packs=kept
    )


def _kept_pack(request: Request, choice: PackChoice, locale: Locale) -> KeptPack:
    asked = replace(request, tr=firm_translator(request.store.settings, locale))
    pack, people = parted_pack(pack_of(asked, choice))
    return KeptPack(
        locale,
        PACK_FORMAT,
        packed_text(pack_json(pack)),
        None if people is None else packed_text(pack_json(people)),
    )


def frozen_pack(
    store: Store, snapshot_id: str, locale: str, *, with_names: bool = False
) -> FrozenPack:
    """The pack of a snapshot as it was, in the language asked for, else in one that it has.

    Raises
    ------
    AccessError
        If names are asked for by somebody who may not see them.
    CxDataError
        If there is no such snapshot, it holds no pack or no names, or its pack is broken or of a
        later version.
    """
    if with_names and not store.may_see_people:
        raise AccessError(PEOPLE_HIDDEN, N_("Leave the names out of the pack."))
    snapshot = snapshot_of(store, snapshot_id)
    kept = {it.locale: it for it in snapshot_packs(store, snapshot_id)}
    if not kept:
        raise CxDataError(
            N_("The snapshot “{title}” was taken without its pack."),
            N_("Its figures stand in the list of snapshots."),
            title=snapshot.title,
        )
    found = kept.get(locale) or next(iter(kept.values()))
    pack = pack_of_json(unpacked_text(found.pack, "snapshot_packs.pack"))
    if with_names:
        if found.people is None:
            raise CxDataError(
                N_("The snapshot “{title}” was frozen without names."),
                N_("Leave the names out of the pack."),
                title=snapshot.title,
            )
        people = unpacked_text(found.people, "snapshot_packs.people")
        pack = joined_pack(pack, pack_of_json(people))
    return FrozenPack(snapshot, pack)


def chosen_of(pack: Pack, keys: tuple[str, ...]) -> Pack:
    """The sections of these names in their order; all of the pack without names.

    Raises
    ------
    FilterError
        If there is no section of a name.
    CxDataError
        If the pack has none of a section.
    """
    if not keys:
        return pack
    entries = chosen_sections(keys)
    there = {it.key: it for it in pack.sections}
    for it in entries:
        if it.key not in there and not it.is_methods:
            raise CxDataError(
                N_("The pack has no section {choice}."),
                N_("There are: {known}."),
                choice=it.key,
                known=", ".join(there),
            )
    sections = tuple(there[it.key] for it in entries if not it.is_methods)
    methods = pack.methods if any(it.is_methods for it in entries) else ()
    return replace(pack, sections=sections, methods=methods)


def in_meeting_order(pack: Pack) -> tuple[PackSection, ...]:
    """The sections as a meeting goes through them: the NPS first, then as they stand."""
    return tuple(sorted(pack.sections, key=lambda it: it.key != FIRST_OF_MEETING))
