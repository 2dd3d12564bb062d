"""From headers to fields: which kind of file it is, where its header stands, what maps where."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from cxdata.errors import ImportRefused
from cxdata.ingest.columns import RATING_PREFIX, is_yearly, load_columns, plain_form
from cxdata.ingest.reading.tables import FileRow
from cxdata.ingest.recognising.clocks import with_clocks
from cxdata.ingest.recognising.headers import extra_header_rows
from cxdata.ingest.recognising.invited import are_invitations, unsent_columns
from cxdata.ingest.recognising.known_exports import (
    Export,
    Names,
    column_names,
    columns_in,
    left_out_columns,
    never_taken,
    recognise_export,
)
from cxdata.ingest.recognising.layout import FIXED, INVERTED, Layout, LeftOut, nearest
from cxdata.ingest.recognising.outcomes import ENDS_IN_WORDS, outcome_column
from cxdata.ingest.recognising.own_dimensions import columns_called
from cxdata.ingest.recognising.proposing import (
    BY_NAME,
    BY_PHRASE,
    Found,
    guessed_columns,
    proposed_columns,
)
from cxdata.ingest.recognising.shapes import has_no_header, is_cross_tab
from cxdata.ingest.recognising.unfinished import indices_of, unfinished_columns
from cxdata.models import KINDS, Kind, OwnDimension

HEADER_SEARCH_ROWS = 15  # a title may stand above the header
TITLE_ROWS = 3  # rows that are looked at for the header of a cross-tab
LABEL_ROWS = 2  # rows below the header in which a question may stand
LEAST_SURE = 2  # known headers of a row that outweigh a first row that looks like data

_CUSTOMER_MARKS = {
    *("name", "started_on", "ended_on", "annual_revenue_amount"),
    *("is_lost", "tenure_months", "monthly_revenue_amount"),
}


def choose_layout(
    head: Sequence[FileRow],
    kind: Kind | None = None,
    overrides: Mapping[str, str] | None = None,
    *,
    guesses: bool = False,
    own: Mapping[OwnDimension, str] | None = None,
) -> Layout:
    """The header row, kind and mapping that explain the first rows best.

    Parameters
    ----------
    head
        The first rows of the file.
    kind
        What the file holds, if it was said.
    overrides
        Field -> header, ``#3`` for the third column, ``=value`` for a fixed value, or
        nothing for a field that shall not be taken.
    guesses
        Whether a field that must be there and that no header names is proposed by the columns'
        values. Its ``confidence`` is low; show it, and take it only when somebody says so.
    own
        The firm's own dimensions, each with its name: a column that is called so is it.

    Raises
    ------
    ImportRefused
        If a field of ``overrides`` doesn't exist, or no kind has them all.
    """
    wanted = dict(overrides or {})
    kinds = [kind] if kind else [each for each in KINDS if _knows_all(each, wanted)]
    for name, target in wanted.items():
        _check_field(name, kinds or KINDS)
        _check_inverted(name, target, kinds or KINDS)
    if not kinds:
        raise ImportRefused(
            "No kind of file has all of these fields: {fields}.",
            "Leave out those of another kind.",
            fields=", ".join(wanted),
        )
    best = _best_of(head, kinds, wanted, is_said=kind is not None)
    if _lacks_header(head, best, wanted):
        best = _headless(head, kinds, wanted)
    best = with_clocks(best, _below(best, head), wanted)
    best = _with_outcomes(best, head, wanted)
    best = _with_own(best, own or {}, wanted)
    if guesses and best.missing:
        best = _with_guesses(best, head, wanted)
    return replace(best, is_cross_tab=bool(best.missing) and _begins_cross_tab(head))


def _begins_cross_tab(head: Sequence[FileRow]) -> bool:
    """Whether one of the first rows is the header of a cross-tab; a title may stand above."""
    rows = [cells for _, cells in head]
    return any(is_cross_tab(rows[i], rows[i + 1 :]) for i in range(min(len(rows), TITLE_ROWS)))


def _best_of(
    head: Sequence[FileRow], kinds: Sequence[Kind], wanted: Mapping[str, str], *, is_said: bool
) -> Layout:
    candidates = [
        _layout(head, index, each, wanted)
        for index in range(min(len(head), HEADER_SEARCH_ROWS))
        for each in kinds
    ]
    if not candidates:
        raise ImportRefused("The file holds no rows.", "Export it again.")
    telling = [each for each in candidates if is_said or not _says_nothing(each, candidates)]
    return _best(telling or candidates)


def _lacks_header(head: Sequence[FileRow], best: Layout, wanted: Mapping[str, str]) -> bool:
    """Whether the first row is data, and no row is surely a header."""
    named = [name for name in best.columns if name not in wanted]
    is_called = any(target and target[0] not in "#=" for target in wanted.values())
    if best.export or len(named) >= LEAST_SURE or (is_called and not best.unknown):
        return False
    rows = [cells for _, cells in head]
    return has_no_header(rows) and not is_cross_tab(rows[0], rows[1:])


def _headless(head: Sequence[FileRow], kinds: Sequence[Kind], wanted: Mapping[str, str]) -> Layout:
    """The layout of a table whose columns have numbers only."""
    first = head[0][1]
    bare = [(0, [""] * len(first)), *head]
    best = _best([_layout(bare, 0, each, wanted, has_header=False) for each in kinds])
    return replace(best, first_cells=tuple(first), width=_trimmed_width(first))


def _with_own(layout: Layout, own: Mapping[OwnDimension, str], wanted: Mapping[str, str]) -> Layout:
    """With the columns that are called like a dimension of the firm's own.

    What the firm named so goes before what a header may mean otherwise, unless it was said or a
    field that must be there is taken from it.
    """
    fields = load_columns().fields[layout.kind]
    open_ = {place: name for place, name in own.items() if place in fields and place not in wanted}
    fixed = {
        index
        for name, index in layout.columns.items()
        if name in wanted or not _is_left_open(layout.kind, name)
    }
    labels = [layout.labels] if layout.labels else []
    called = columns_called(open_, column_names(layout.headers, labels), fixed)
    others = {name: it for name, it in layout.columns.items() if it not in called.values()}
    if not called:
        return layout
    return replace(
        layout,
        columns=_ordered(others | called, layout.kind),
        confidence={**layout.confidence, **dict.fromkeys(called, BY_NAME)},
    )


def _is_left_open(kind: Kind, name: str) -> bool:
    """Whether a file may lack the field: it is a plain text."""
    found = load_columns().fields[kind].get(name)
    return found is not None and found.type == "text" and not (found.is_required or found.one_of)


def _with_guesses(layout: Layout, head: Sequence[FileRow], decided: Collection[str]) -> Layout:
    """With what the values say of the fields that must be there."""
    rows = [cells for line, cells in head if line > layout.last_header_line]
    fields = [name for each in layout.missing for name in each.split(" / ")]
    guessed = guessed_columns(
        rows,
        len(layout.headers),
        [name for name in fields if name not in decided],
        layout.columns.values(),
    )
    columns = layout.columns | {name: index for name, (index, _) in guessed.items()}
    sure = dict(layout.confidence) | {name: it for name, (_, it) in guessed.items()}
    return replace(
        layout,
        columns=_ordered(columns, layout.kind),
        confidence=sure,
        missing=_missing(layout.kind, columns.keys() | layout.fixed.keys()),
        match_count=layout.match_count + len(guessed),
    )


def _below(layout: Layout, head: Sequence[FileRow]) -> list[list[str]]:
    return [list(cells) for line, cells in head if line > layout.last_header_line]


def _with_outcomes(layout: Layout, head: Sequence[FileRow], decided: Collection[str]) -> Layout:
    """With the column whose words say how it ended: a call, or being a customer."""
    index = outcome_column(layout, _below(layout, head), decided)
    if index is None:
        return layout
    flag = ENDS_IN_WORDS[layout.kind].flag
    columns = layout.columns | {flag: index}
    return replace(
        layout,
        columns=_ordered(columns, layout.kind),
        confidence={**layout.confidence, flag: BY_PHRASE},
    )


def possible_headers(head: Sequence[FileRow]) -> list[tuple[str, ...]]:
    """What the columns may be called: by the header that fits best, or by any of the first rows.

    Equal to the ``column_names`` of a layout with any mapping.
    """
    if not head:
        return []
    layouts = [choose_layout(head)]
    for place, (line, cells) in enumerate(head[:HEADER_SEARCH_ROWS]):
        headers = tuple(cell.strip() for cell in cells)
        bare = Layout("responses", line, headers, {}, {})
        layouts.append(bare)
        if place + 1 < len(head):
            layouts.append(replace(bare, labels=tuple(map(str.strip, head[place + 1][1]))))
    return list(dict.fromkeys(each.column_names for each in layouts))


def _best(candidates: Sequence[Layout]) -> Layout:
    """A known export first; then most matches; then complete; then the first of them."""
    return max(candidates, key=_rank)


def _rank(layout: Layout) -> tuple[bool, bool, int, bool]:
    return not layout.unknown, bool(layout.export), layout.match_count, not layout.missing


def _says_nothing(layout: Layout, candidates: Sequence[Layout]) -> bool:
    """A customer's number with a segment or so beside it makes no list of customers, and not every
    day of sending a list of invitations."""
    if layout.kind == "invitations":
        beside = [it for it in candidates if it.header_line == layout.header_line]
        return not are_invitations(layout, {it.kind: it for it in beside})
    columns = layout.columns.keys()
    return layout.kind == "customers" and not (
        _CUSTOMER_MARKS & columns or any(map(is_yearly, columns))
    )


def _knows_all(kind: Kind, wanted: Mapping[str, str]) -> bool:
    return all(_is_field(kind, name) for name in wanted)


def _is_field(kind: Kind, name: str) -> bool:
    is_rating = kind == "responses" and name.startswith(RATING_PREFIX)
    is_one_of_many = is_rating or (kind == "customers" and is_yearly(name))
    return is_one_of_many or name in load_columns().fields[kind]


def _check_field(name: str, kinds: Sequence[Kind]) -> None:
    if any(_is_field(kind, name) for kind in kinds):
        return
    known = [field for kind in kinds for field in load_columns().fields[kind]]
    near = nearest(name, known)
    raise ImportRefused(
        "There is no field called {field}.",
        "Did you mean {near}?" if near else "The fields are: {known}.",
        field=name,
        near=near,
        known=", ".join(dict.fromkeys(known)),
    )


def _check_inverted(name: str, target: str, kinds: Sequence[Kind]) -> None:
    fields = [load_columns().fields[kind].get(name) for kind in kinds]
    if target.startswith(INVERTED) and not any(it and it.type == "yes_no" for it in fields):
        raise ImportRefused(
            "{field} is no field of yes and no: it has no opposite.",
            "Leave out the ! before the column.",
            field=name,
        )


def _layout(
    head: Sequence[FileRow],
    index: int,
    kind: Kind,
    wanted: Mapping[str, str],
    *,
    has_header: bool = True,
) -> Layout:
    """The layout if row ``index`` is the header and the file is of this kind."""
    line, cells = head[index]
    headers = tuple(cell.strip() for cell in cells)
    below = head[index + 1 :]
    labels = [each for _, each in below[:LABEL_ROWS]] if has_header else []
    columns, fixed, unknown = _overridden(headers, labels, wanted)
    found = _found(headers, labels, kind, columns, wanted)
    extra = extra_header_rows(headers, below, _formed(found, kind)) if has_header else []
    if len(extra) != len(labels):  # a row of data names no column
        labels = [each for _, each in extra]
        found = _found(headers, labels, kind, columns, wanted)
    export = _export_of(headers, labels, kind)
    fixed = _fixed_of(export, found, wanted) | fixed
    layout = Layout(
        kind=kind,
        header_line=line,
        headers=headers,
        columns=_ordered({name: place for name, (place, _) in found.items()}, kind),
        fixed=fixed,
        extra_lines=tuple(line for line, _ in extra),
        labels=tuple(cell.strip() for cell in extra[0][1]) if extra else (),
        width=max(_trimmed_width(cells) for _, cells in [head[index], *extra]),
        missing=_missing(kind, found.keys() | fixed.keys()),
        unknown=unknown,
        match_count=len(found) + len(fixed),
        confidence={name: sure for name, (_, sure) in found.items()},
        inverted=frozenset(name for name, it in wanted.items() if it.startswith(INVERTED)),
    )
    names = column_names(headers, labels)
    layout = _of_export(layout, export, names) if export else layout
    if kind == "invitations":
        return replace(layout, left_out=(*layout.left_out, *unsent_columns(layout)))
    if kind != "responses":
        return layout
    known = indices_of(layout.left_out)
    return replace(layout, left_out=(*layout.left_out, *unfinished_columns(names, known)))


def _found(
    headers: Sequence[str],
    labels: Sequence[Sequence[str]],
    kind: Kind,
    columns: Mapping[str, int],
    decided: Collection[str],
) -> Found:
    """What was asked for, then what the export says, then what the names say."""
    names = column_names(headers, labels)
    export = _export_of(headers, labels, kind)
    found = {name: (index, BY_NAME) for name, index in columns.items()}
    never: frozenset[int] = frozenset()
    if export:
        known = columns_in(export, names).items()
        taken = set(columns.values())
        found |= {
            name: (index, BY_NAME)
            for name, index in known
            if name not in decided and index not in taken
        }
        never = never_taken(export, names)
    taken = {index for index, _ in found.values()} | never
    return found | proposed_columns(headers, names, kind, taken, {*decided, *found})


def _export_of(
    headers: Sequence[str], labels: Sequence[Sequence[str]], kind: Kind
) -> Export | None:
    export = recognise_export(column_names(headers, labels), headers)
    return export if export and export.kind == kind else None


def _fixed_of(export: Export | None, found: Found, decided: Collection[str]) -> dict[str, str]:
    """What the export says of all of its rows, where no column says it."""
    if export is None:
        return {}
    return {
        name: value
        for name, value in export.fixed.items()
        if name not in found and name not in decided
    }


def _of_export(layout: Layout, export: Export, names: Names) -> Layout:
    rules = left_out_columns(export, names)
    return replace(
        layout,
        export=export.name,
        left_out=tuple(LeftOut(index, it.values, it.reason) for index, it in rules),
        date_order=export.date_order,
        time_zone=export.time_zone,
        scales=export.scales,
        joined_with=export.joined_with,
    )


def _formed(found: Found, kind: Kind) -> list[int]:
    """The columns whose values can be told from a label by their form."""
    table = load_columns()
    return [index for name, (index, _) in found.items() if table.field(kind, name).has_form]


def _ordered(columns: Mapping[str, int], kind: Kind) -> dict[str, int]:
    """In the order of the fields, so that equal mappings read alike."""
    order = [name for name in load_columns().fields[kind] if name in columns]
    ratings = [name for name in columns if name not in order]
    return {name: columns[name] for name in [*order, *ratings]}


def _overridden(
    headers: Sequence[str], labels: Sequence[list[str]], wanted: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, str], str]:
    """Columns and fixed values that were asked for, and the first that isn't there."""
    columns: dict[str, int] = {}
    fixed: dict[str, str] = {}
    unknown = ""
    for name, target in wanted.items():
        if target.startswith(FIXED):
            fixed[name] = target.removeprefix(FIXED)
        elif target:
            index = _column_named(target.removeprefix(INVERTED), headers, labels)
            if index is None:
                unknown = unknown or target
            else:
                columns[name] = index
    return columns, fixed, unknown


def _column_named(target: str, headers: Sequence[str], labels: Sequence[list[str]]) -> int | None:
    """By number, exact header, exact label in the rows below, or the start of one header."""
    numbered = re.fullmatch(r"#(\d+)", target)
    if numbered and target not in headers:
        return int(numbered[1]) - 1 if 0 < int(numbered[1]) <= len(headers) else None
    for row in [headers, *labels]:
        texts = [cell.strip() for cell in row[: len(headers)]]
        if target.strip() in texts:
            return texts.index(target.strip())
    wanted = plain_form(target)
    begins = [index for index, text in enumerate(headers) if wanted and plain_form(text) == wanted]
    begins = begins or [
        index
        for index, text in enumerate(headers)
        if wanted and plain_form(text).startswith(wanted)
    ]
    return begins[0] if len(begins) == 1 else None


def _missing(kind: Kind, found: set[str]) -> tuple[str, ...]:
    fields = load_columns().fields[kind].values()
    missing = [each.name for each in fields if each.is_required and each.name not in found]
    groups = {each.one_of for each in fields if each.one_of}
    for group in sorted(groups):
        members = [each.name for each in fields if each.one_of == group]
        if not found & set(members):
            missing.append(" / ".join(members))
    return tuple(missing)


def _trimmed_width(cells: Sequence[str]) -> int:
    return max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0)
