"""What an import did on its own account, said to the user."""

from __future__ import annotations


class Note(str):
    """An English sentence that remembers its template, so that it can be translated.

    >>> note = Note("Answers without any score: {count}.", count=3)
    >>> note, note.template, note.values
    ('Answers without any score: 3.', 'Answers without any score: {count}.', {'count': 3})
    """

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Note:
        note = super().__new__(cls, template.format(**values))
        note.template = template
        note.values = values
        return note
