"""Words within a refusal that are translated with it."""

from __future__ import annotations


class NamedWord(str):
    """A text within a sentence, in the reader's language wherever the sentence is.

    >>> NamedWord("owner").template
    'owner'
    """

    __slots__ = ()

    @property
    def template(self) -> str:
        return str(self)

    @property
    def values(self) -> dict[str, object]:
        return {}
