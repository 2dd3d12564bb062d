"""From headers to fields: which kind of file it is, where its header stands, what maps where."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cxdata.errors import ImportRefused
from cxdata.ingest.columns import RATING_PREFIX, Columns, Field, load_columns, plain
from cxdata.ingest.reading import Row
from cxdata.models import KINDS, Kind

HEADER_SEARCH_ROWS = 15  # a title may stand above the header
MAX_EXTRA_HEADER_ROWS = 3
SHOWN_HEADERS = 12
SHOWN_HEADER_LENGTH = 40
LEAST_SPREAD_COLUMNS = 3  # unnamed columns from which a header counts as spread
FIXED = "="  # a mapping to "=value" gives every row that value

_CUSTOMER_MARKS = {"name", "started_on", "ended_on", "annual_revenue_amount"}
_NUMBER_OR_DATE = re.compile(r"\s*[-+]?\d[\d\s.,:/%€$+TZ-]*(?:[aApP][mM])?\s*")
_IMPORT_ID = re.compile(r"""\s*\{\s*["']ImportId["']""")


@dataclass(frozen=True)
class Layout:
    """Where the header stands, and which column each field is taken from.

    ``columns`` holds the column's index, ``fixed`` the values that every row gets.
    ``extra_lines`` are further header rows, which are no data.
    """

    kind: Kind
    header_line: int
    headers: tuple[str, ...]
    columns: dict[str, int]
    fixed: dict[str, str]
    extra_lines: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    width: int = 0
    missing: tuple[str, ...] = ()
    unknown: str = ""
    match_count: int = 0

    @property
    def last_header_line(self) -> int:
        return max([self.header_line, *self.extra_lines])

    @property
    def mapping(self) -> dict[str, str]:
        """Field -> the user's header, or ``=value``."""
        names = self.column_names
        chosen = {name: names[index] for name, index in self.columns.items()}
        return chosen | {name: FIXED + value for name, value in self.fixed.items()}

    @property
    def column_names(self) -> tuple[str, ...]:
        """What names each column and no other: its header or label if it is the only one so
        called, else its number."""
        labels = [*self.labels, *[""] * len(self.headers)]
        names = [header or label for header, label in zip(self.headers, labels, strict=False)]
        return tuple(
            name if name and names.count(name) == 1 else f"#{index + 1}"
            for index, name in enumerate(names)
        )

    @property
    def untaken(self) -> tuple[str, ...]:
        """The headers of the columns that no field is taken from."""
        taken = set(self.columns.values())
        return tuple(
            header for index, header in enumerate(self.headers) if header and index not in taken
        )

    def header_of(self, name: str) -> str:
        """What the user calls the column: its header, or else its label, or its number."""
        index = self.columns[name]
        label = self.labels[index] if index < len(self.labels) else ""
        return self.headers[index] or label or f"#{index + 1}"


def propose_mapping(headers: Sequence[str], kind: Kind) -> dict[str, str]:
    """Field -> header, for each field of the kind whose name or synonym a header bears.

    >>> propose_mapping(["Horodateur", "Note NPS", "note_prix"], "responses")
    {'responded_at': 'Horodateur', 'nps_score': 'Note NPS', 'rating_prix': 'note_prix'}
    """
    found = _proposed(headers, (), kind, frozenset())
    return {name: headers[index] for name, index in found.items()}


def detect_kind(headers: Sequence[str]) -> Kind | None:
    """The kind whose fields the headers match best; None if they match no kind.

    >>> detect_kind(["ID ticket", "Canal", "Ouvert le"]), detect_kind(["Fruit", "Colour"])
    ('contacts', None)
    """
    layouts = [_layout([(1, list(headers))], 0, kind, {}) for kind in KINDS]
    best = _best([each for each in layouts if not _says_nothing(each)])
    return best.kind if best.match_count else None


def choose_layout(
    head: Sequence[Row], kind: Kind | None = None, overrides: Mapping[str, str] | None = None
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

    Raises
    ------
    ImportRefused
        If a field or a column of ``overrides`` doesn't exist.
    """
    wanted = dict(overrides or {})
    kinds = [kind] if kind else [each for each in KINDS if _knows_all(each, wanted)]
    for name in wanted:
        _check_field(name, kinds or KINDS)
    candidates = [
        _layout(head, index, each, wanted)
        for index in range(min(len(head), HEADER_SEARCH_ROWS))
        for each in kinds or KINDS
    ]
    if not candidates:
        raise ImportRefused("The file holds no rows.", "Export it again.")
    telling = [each for each in candidates if kind or not _says_nothing(each)]
    return _best(telling or candidates)


def require_complete(layout: Layout) -> None:
    """Refuse a file in which a field that must be there is found in no column.

    Raises
    ------
    ImportRefused
        It names what is missing, the columns that there are, and how to map one.
    """
    headers = shortened(layout.headers)
    if layout.unknown:
        near = _near(layout.unknown, layout.headers)
        raise ImportRefused(
            "There is no column {header} in the file.",
            "Did you mean {near}?" if near else "Its columns are: {headers}.",
            header=layout.unknown,
            near=near,
            headers=headers,
        )
    if not layout.match_count:
        raise ImportRefused(
            "None of the file's columns is known. They are: {headers}.",
            "Say what the file holds (--as) and where it stands (--map responded_at=COLUMN).",
            headers=headers,
        )
    if layout.missing:
        raise ImportRefused(
            "The file has no column for {missing}. Its columns are: {headers}.",
            "Name the column, for example --map {example}=COLUMN, or a value for all rows, "
            "--map {example}==VALUE.",
            missing=", ".join(layout.missing),
            headers=headers,
            example=layout.missing[0].split(" / ")[0],
        )


def shortened(headers: Sequence[str]) -> str:
    """The first headers in one line, none of them longer than a glance."""
    named = [header for header in headers if header]
    shown = [
        header if len(header) <= SHOWN_HEADER_LENGTH else header[: SHOWN_HEADER_LENGTH - 1] + "…"
        for header in named[:SHOWN_HEADERS]
    ]
    return ", ".join([*shown, "…"] if len(named) > SHOWN_HEADERS else shown)


def _best(candidates: Sequence[Layout]) -> Layout:
    """Most matches first; then complete; then the first of them."""
    return max(candidates, key=lambda each: (not each.unknown, each.match_count, not each.missing))


def _says_nothing(layout: Layout) -> bool:
    """A customer's number with a segment or so beside it makes no list of customers."""
    return layout.kind == "customers" and not _CUSTOMER_MARKS & layout.columns.keys()


def _knows_all(kind: Kind, wanted: Mapping[str, str]) -> bool:
    return all(_is_field(kind, name) for name in wanted)


def _is_field(kind: Kind, name: str) -> bool:
    is_rating = kind == "responses" and name.startswith(RATING_PREFIX)
    return is_rating or name in load_columns().fields[kind]


def _check_field(name: str, kinds: Sequence[Kind]) -> None:
    if any(_is_field(kind, name) for kind in kinds):
        return
    known = [field for kind in kinds for field in load_columns().fields[kind]]
    near = _near(name, known)
    raise ImportRefused(
        "There is no field called {field}.",
        "Did you mean {near}?" if near else "The fields are: {known}.",
        field=name,
        near=near,
        known=", ".join(dict.fromkeys(known)),
    )


def _near(text: str, choices: Sequence[str]) -> str:
    """The choice that looks most like the text; empty if none does."""
    near = difflib.get_close_matches(text, [choice for choice in choices if choice], 1)
    return near[0] if near else ""


def _layout(head: Sequence[Row], index: int, kind: Kind, wanted: Mapping[str, str]) -> Layout:
    """The layout if row ``index`` is the header and the file is of this kind."""
    line, cells = head[index]
    headers = tuple(cell.strip() for cell in cells)
    labels = [cells for _, cells in head[index + 1 : index + 3]]
    columns, fixed, unknown = _overridden(headers, labels, wanted)
    taken = frozenset(columns.values())
    proposed = _proposed(headers, labels, kind, taken, frozenset(wanted))
    columns = _ordered(columns | proposed, kind)
    extra = _extra_header_rows(headers, head[index + 1 :], columns, kind)
    return Layout(
        kind=kind,
        header_line=line,
        headers=headers,
        columns=columns,
        fixed=fixed,
        extra_lines=tuple(line for line, _ in extra),
        labels=tuple(cell.strip() for cell in extra[0][1]) if extra else (),
        width=max(_trimmed_width(cells) for _, cells in [head[index], *extra]),
        missing=_missing(kind, columns.keys() | fixed.keys()),
        unknown=unknown,
        match_count=len(columns) + len(fixed),
    )


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
            index = _column_named(target, headers, labels)
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
    wanted = plain(target)
    begins = [index for index, text in enumerate(headers) if wanted and plain(text) == wanted]
    begins = begins or [
        index for index, text in enumerate(headers) if wanted and plain(text).startswith(wanted)
    ]
    return begins[0] if len(begins) == 1 else None


def _proposed(
    headers: Sequence[str],
    labels: Sequence[list[str]],
    kind: Kind,
    taken: frozenset[int],
    decided: frozenset[str] = frozenset(),
) -> dict[str, int]:
    """By synonym, then by a question's phrase in a header or a label, then ratings."""
    table = load_columns()
    keys = [plain(header) for header in headers]
    questions = [
        [plain(row[index]) for row in [headers, *labels] if index < len(row)]
        for index in range(len(headers))
    ]
    found: dict[str, int] = {}
    fields = [each for name, each in table.fields[kind].items() if name not in decided]
    for each in fields:
        _add(found, each.name, _by_synonym(each, keys, taken | set(found.values())))
    for each in fields:
        if each.name not in found:
            _add(found, each.name, _by_phrase(each, questions, taken | set(found.values())))
    if kind == "responses":
        found |= _ratings(headers, taken | set(found.values()), decided)
    return found


def _add(found: dict[str, int], name: str, index: int | None) -> None:
    if index is not None:
        found[name] = index


def _by_synonym(field: Field, keys: Sequence[str], taken: frozenset[int] | set[int]) -> int | None:
    for synonym in field.synonyms:
        for index, key in enumerate(keys):
            if key == synonym and index not in taken:
                return index
    return None


def _by_phrase(
    field: Field, questions: Sequence[Sequence[str]], taken: frozenset[int] | set[int]
) -> int | None:
    for index, texts in enumerate(questions):
        is_group = any(text.endswith("npsgroup") for text in texts)
        if index in taken or is_group:
            continue
        if any(phrase in text for phrase in field.phrases for text in texts):
            return index
    return None


def _ratings(
    headers: Sequence[str], taken: frozenset[int] | set[int], decided: frozenset[str]
) -> dict[str, int]:
    prefixes = "|".join(load_columns().rating_prefixes)
    found: dict[str, int] = {}
    for index, header in enumerate(headers):
        match = re.fullmatch(rf"(?:{prefixes})\s*[_:]\s*(.+)", header, flags=re.IGNORECASE)
        if match and index not in taken:
            found.setdefault(RATING_PREFIX + match[1].strip(), index)
    return {name: index for name, index in found.items() if name not in decided}


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


def _extra_header_rows(
    headers: Sequence[str], below: Sequence[Row], columns: Mapping[str, int], kind: Kind
) -> list[Row]:
    """The rows straight below the header that go on with it (survey tools write up to three)."""
    table = load_columns()
    formed = [index for name, index in columns.items() if table.field(kind, name).has_form]
    extra: list[Row] = []
    for place, (line, cells) in enumerate(below[:MAX_EXTRA_HEADER_ROWS]):
        rest = [each for _, each in below[place + 1 :]]
        is_spread = place == 0 and _names_spread_columns(headers, cells)
        if not (
            is_spread or _has_markers(cells, table) or _is_label_row(cells, rest, formed, table)
        ):
            break
        extra.append((line, cells))
    return extra


def _names_spread_columns(headers: Sequence[str], cells: Sequence[str]) -> bool:
    """A question spread over unnamed columns, each of which this row names differently."""
    padded = [*headers, *[""] * (len(cells) - len(headers))]
    unnamed = [index for index, header in enumerate(padded) if not header and index > 0]
    texts = [cells[index].strip() if index < len(cells) else "" for index in unnamed]
    if len(unnamed) < LEAST_SPREAD_COLUMNS or not all(texts):
        return False
    if any(_NUMBER_OR_DATE.fullmatch(text) for text in texts):
        return False
    groups: dict[int, list[str]] = {}
    for index, text in zip(unnamed, texts, strict=True):
        start = max(place for place in range(index) if padded[place] or place == 0)
        groups.setdefault(start, []).append(text)
    return all(len(set(group)) == len(group) for group in groups.values())


def _has_markers(cells: Sequence[str], table: Columns) -> bool:
    """Some cell is what only survey tools write, and no cell is a number or a date."""
    if any(_NUMBER_OR_DATE.fullmatch(cell) for cell in cells):
        return False
    return any(plain(cell) in table.header_markers or _IMPORT_ID.match(cell) for cell in cells)


def _is_label_row(
    cells: Sequence[str], rest: Sequence[Sequence[str]], formed: Sequence[int], table: Columns
) -> bool:
    """No cell has a number's or date's form, though the columns below it have."""
    filled = [cell for cell in cells if cell.strip()]
    if any(_NUMBER_OR_DATE.fullmatch(cell) for cell in filled):
        return False
    labelled = [index for index in formed if _label(cells, index, table)]
    return any(
        _NUMBER_OR_DATE.fullmatch(row[index])
        for row in rest
        for index in labelled
        if index < len(row)
    )


def _label(cells: Sequence[str], index: int, table: Columns) -> bool:
    text = cells[index].strip() if index < len(cells) else ""
    return bool(text) and text.casefold() not in table.nothing


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row adds up the rows above it, going by its first filled cell."""
    first = next((cell for cell in cells if cell.strip()), "")
    return plain(first) in load_columns().totals
