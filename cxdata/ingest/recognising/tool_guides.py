"""What to export from which tool: what the known exports say of their columns and their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cxdata.ingest.recognising.known_exports import Export, load_exports
from cxdata.models import Kind

ANSWERED_BY = frozenset({"first_response_at", "first_response_after", "wait_time"})


@dataclass(frozen=True)
class Guide:
    """One tool: the header of each field as it writes it, and the way to the file.

    ``menu`` is empty where no public document shows it; ``source`` is the document.
    """

    name: str
    kind: Kind
    headers: Mapping[str, str]
    menu: tuple[str, ...] = ()
    source: str = ""

    @property
    def tells_answers(self) -> bool:
        """Whether the export of contacts says when somebody first answered."""
        return self.kind != "contacts" or bool(ANSWERED_BY & self.headers.keys())


@cache
def guides(kind: Kind) -> tuple[Guide, ...]:
    """The tools whose exports of this kind are known, by name; forms that no tool writes aside."""
    forms: dict[str, list[Export]] = {}
    for each in load_exports():
        if each.kind == kind and each.is_tool:
            forms.setdefault(each.name, []).append(each)
    found = [_guide(name, kind, each) for name, each in forms.items()]
    return tuple(sorted(found, key=lambda guide: guide.name.casefold()))


def _guide(name: str, kind: Kind, forms: list[Export]) -> Guide:
    """Several forms of one tool, such as its languages, are shown as one."""
    headers: dict[str, list[str]] = {}
    for each in forms:
        for field, header in each.headers.items():
            headers.setdefault(field, []).append(header)
    return Guide(
        name,
        kind,
        {field: " / ".join(dict.fromkeys(each)) for field, each in headers.items()},
        next((each.menu for each in forms if each.menu), ()),
        next((each.source for each in forms if each.source), ""),
    )
