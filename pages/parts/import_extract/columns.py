"""Which column is which: corrected with selects, with how sure each is and what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import streamlit as st

from cxdata.i18n import N_
from cxdata.i18n.names import NAMES
from cxdata.ingest import FilePreview, fields_of
from cxdata.ingest.choices import NamesChoice
from cxdata.ingest.columns import RATING_PREFIX, is_yearly
from cxdata.ingest.judging.spellings import known_values, save_spelling
from cxdata.ingest.judging.validation import NAMES_HASHED
from cxdata.ingest.recognising.layout import FIXED, INVERTED
from cxdata.models import OWN_DIMENSIONS
from pages.components.context import plain, store, tr, whole_store
from pages.components.reader import guarded, signed_name
from pages.parts.import_extract.for_all_rows import draw_value
from pages.parts.import_extract.naming import field_label, field_name
from pages.parts.import_extract.uploads import Unknown, Upload, heard

NOT_USED = ""
IN_A_ROW = 3
WITHOUT_COLUMN = {
    NOT_USED: N_("– not in the file –"),
    FIXED: N_("– the same for all rows –"),
}
SHOWN_UNKNOWN = 12
HASH: NamesChoice = "hash"
EXAMPLE_LENGTH = 30
T = TypeVar("T")
# From which confidence on a column is called so; a shape beside the word, not a colour alone.
CONFIDENCES = ((0.9, N_("● sure")), (0.6, N_("◐ likely")), (0.0, N_("○ a guess")))


def batched(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Row by row, so that they keep their order where a phone puts all of them below each other."""
    return (items[start : start + IN_A_ROW] for start in range(0, len(items), IN_A_ROW))


def draw_mapping(upload: Upload, preview: FilePreview) -> None:
    """One select per field: first those that were found or are needed, then the others."""
    translate = tr()
    named = store().settings.own_dimensions.names
    fields = [
        *(it for it in fields_of(preview.kind) if it not in OWN_DIMENSIONS or it in named),
        *(it for it in preview.mapping if it.startswith(RATING_PREFIX) or is_yearly(it)),
    ]
    needed = {name for names in preview.missing for name in names.split(" / ")}
    first = [it for it in fields if it in preview.mapping or it in needed]
    is_needed = (
        bool(preview.missing)
        or any(name[0] in ("mapping", "dimensions") for name in upload.said)
        or any(it.option == "mapping" for it in preview.questions)
    )
    with st.expander(translate("Columns"), expanded=is_needed, icon=":material/table:"):
        _draw_selects(upload, preview, first)
        others = [it for it in fields if it not in first]
        if others:
            st.caption(translate("Not found in the file; choose a column if it is there"))
            _draw_selects(upload, preview, others)
        _draw_dimensions(upload, preview)


def _draw_dimensions(upload: Upload, preview: FilePreview) -> None:
    """Columns that no field has, to be kept as dimensions of the firm's own."""
    named = store().settings.own_dimensions.names
    kept = [name[1] for name, it in upload.said.items() if name[0] == "dimensions" and it]
    taken = {header for field, header in preview.mapping.items() if header not in kept}
    offered = [it for it in _columns(preview) if it not in {*taken, *preview.personal}]
    places = len(OWN_DIMENSIONS) - len(named)
    if preview.kind == "assessments" or not offered or not (places or kept):
        return
    key = upload.key("dimensions")
    st.session_state[key] = [it for it in kept if it in offered]
    st.multiselect(
        tr()("Keep as a dimension of your own"),
        offered,
        key=key,
        max_selections=places,
        select_all=False,
        placeholder=tr()("Such as the store, the agency, the team"),
        help=tr()(
            "Figures can then be filtered and split by it. The column's header is its name, which "
            "can be changed on the Settings page; later files with that column fill it too."
        ),
        on_change=_hear_dimensions,
        args=(upload, key),
    )


def _hear_dimensions(upload: Upload, key: str) -> None:
    picked = st.session_state[key]
    for name in [it for it in upload.said if it[0] == "dimensions" and it[1] not in picked]:
        upload.unsay(name)
    for header in picked:
        if ("dimensions", header) not in upload.said:
            upload.hear(("dimensions", header), True)


def draw_personal(upload: Upload, preview: FilePreview) -> None:
    """Columns with personal data: those that a field is there for are taken, no other is that
    nobody keeps on purpose."""
    translate = tr()
    if preview.personal_taken and not _has_hashes(preview):
        taken = ", ".join(_shortened(it) for it in preview.personal_taken)
        told = translate("Personal data that is taken and stored: {columns}", columns=taken)
        st.caption(plain(told))
    if not preview.personal:
        return
    st.caption(translate("Personal data: not taken, unless you keep a column on purpose"))
    with st.container(horizontal=True):
        for header in preview.personal:
            draw_keep(upload, header)


def draw_names(upload: Upload, preview: FilePreview) -> None:
    """A tick that has hashes stored in the place of names; where all are, the notes say so."""
    is_named = bool(preview.names or preview.personal)
    if not is_named or whole_store().settings.privacy.hash_names:
        return
    key = upload.key("names")
    is_said = upload.choices.get("names") == HASH
    is_done = _has_hashes(preview)  # by a profile, too
    st.session_state[key] = is_said or is_done
    st.checkbox(
        tr()("Keyed hashes in the place of names and e-mail addresses"),
        key=key,
        disabled=is_done and not is_said,
        on_change=_hear_names,
        args=(upload, key),
        help=tr()(
            "The same person stays the same in every file. Names can't be read or brought back; "
            "whoever has the store's file can try names that they know."
        ),
    )


def _has_hashes(preview: FilePreview) -> bool:
    return any(it.template == NAMES_HASHED for it in preview.notes)


def _hear_names(upload: Upload, key: str) -> None:
    if st.session_state[key]:
        upload.hear(("names",), HASH)
    else:
        upload.unsay(("names",))


def draw_keep(upload: Upload, header: str) -> None:
    """A tick that keeps a column with personal data on purpose."""
    key = upload.key("kept_columns", header)
    st.session_state[key] = bool(upload.said.get(("kept_columns", header)))
    st.checkbox(
        plain(tr()("Keep {column}", column=_shortened(header))),
        key=key,
        on_change=heard,
        args=(upload, "kept_columns", header),
    )


def draw_unknown(upload: Upload) -> None:
    """What the file writes for a channel or so and nobody knows: said once, kept for good."""
    if not upload.unknown:
        return
    st.caption(
        tr()("Words that aren't known yet. What you choose is kept, for the next files as well.")
    )
    for row in batched(upload.unknown[:SHOWN_UNKNOWN]):
        for unknown, place in zip(row, st.columns(IN_A_ROW), strict=False):
            with place:
                _draw_word(upload, unknown)


def _draw_selects(upload: Upload, preview: FilePreview, fields: list[str]) -> None:
    for row in batched(fields):
        for field, place in zip(row, st.columns(IN_A_ROW), strict=False):
            with place:
                _draw_select(upload, preview, field)


def _draw_select(upload: Upload, preview: FilePreview, field: str) -> None:
    translate = tr()
    current = _mapped(upload, preview, field)
    key = upload.key("mapping", field)
    st.session_state[key] = FIXED if current.startswith(FIXED) else current
    st.selectbox(
        field_label(field),
        list(dict.fromkeys([NOT_USED, FIXED, *_columns(preview), *_opposite(current)])),
        format_func=lambda name: (
            translate(WITHOUT_COLUMN[name]) if name in WITHOUT_COLUMN else _shown(name)
        ),
        key=key,
        on_change=heard,
        args=(upload, "mapping", field),
    )
    if current.startswith(FIXED):
        draw_value(upload, preview, field, current)
    elif current:
        st.caption(plain(" · ".join(_about(upload, preview, field, current))))


def _mapped(upload: Upload, preview: FilePreview, field: str) -> str:
    """The field's column, or what stands in its place; a value that isn't given yet is said."""
    said = upload.said.get(("mapping", field))
    return FIXED if said == FIXED else preview.mapping.get(field, NOT_USED)


def _columns(preview: FilePreview) -> list[str]:
    """What names each column; one whose header would be read as a value has its number."""
    return [
        f"#{place}" if header.startswith(FIXED) else header
        for place, header in enumerate(preview.headers, 1)
    ]


def _opposite(current: str) -> list[str]:
    """What stands for a flag's column if a profile takes its opposite."""
    return [current] if current.startswith(INVERTED) else []


def _shown(name: str) -> str:
    return tr()("not: {column}", column=name[1:]) if name.startswith(INVERTED) else name


def _about(upload: Upload, preview: FilePreview, field: str, header: str) -> list[str]:
    """How sure the column is, and its first cells."""
    translate = tr()
    if ("mapping", field) in upload.said:
        words = [translate("✓ as you said")]
    elif field in preview.confidence:
        sure = preview.confidence[field]
        words = [translate(next(word for least, word in CONFIDENCES if sure >= least))]
    else:
        words = []
    return [*words, *(_shortened(cell) for cell in preview.examples.get(header, ()))]


def _shortened(cell: str) -> str:
    line = " ".join(cell.split())
    return line if len(line) <= EXAMPLE_LENGTH else line[: EXAMPLE_LENGTH - 1] + "…"


def _draw_word(upload: Upload, unknown: Unknown) -> None:
    translate = tr()
    field, spelling, count = unknown
    family = NAMES.get(field, {})
    key = upload.key("word", field, spelling)
    st.selectbox(
        plain(translate("Take “{word}” as", word=_shortened(spelling)))
        + f" ({translate.plural('{n} row', '{n} rows', count)})",
        known_values(field),
        index=None,
        format_func=lambda value: translate(family[value]) if value in family else value,
        placeholder=field_name(field),
        key=key,
        on_change=_keep_word,
        args=(upload, unknown),
    )


@guarded("words")
def _keep_word(upload: Upload, unknown: Unknown) -> None:
    field, spelling, _ = unknown
    value = st.session_state[upload.key("word", field, spelling)]
    if value:
        save_spelling(whole_store(), field, spelling, value, signed_name())
        upload.looked_for = None
