"""Which encoding a text is in: proven where it can be, else by evidence, else asked.

UTF-8 and UTF-16 prove themselves. The one-byte encodings read almost anything; what decides
between them is where the bytes beyond ASCII stand: a word holds ``é`` but not ``Ž`` or ``‡``.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from cxdata.errors import ImportRefused
from cxdata.i18n import N_
from cxdata.ingest.notes import Note
from cxdata.models import Question, Reading

PIECE = 1_000_000
SAMPLE_BYTES = 65_536
MAX_PLACES = 20_000  # bytes beyond ASCII that are looked at
MAX_EXAMPLES = 3
EXAMPLE_LETTERS = 60
CLEAR_RATIO = 1.5  # how much better than the other a reading must fit
MIN_NUL_SHARE = 0.3  # of every other byte: UTF-16 without a byte order mark

WHICH_ENCODING = N_("The file's letters beyond A to Z can be read in two ways: which is right?")
READ_AS_WINDOWS = N_("The file was read as Windows-1252 text.")
READ_AS_LATIN = N_("The file was read as ISO-8859-1 (Latin-1) text.")
READ_AS_MAC = N_("The file was read as Mac Roman text.")

_NOTES = {"cp1252": READ_AS_WINDOWS, "latin-1": READ_AS_LATIN, "mac-roman": READ_AS_MAC}
_USUAL_LETTERS = frozenset("àâäçéèêëîïôöùûüñßœæ")
_RARE_LETTERS = frozenset("áíóúãõåøìòýÿ")
_USUAL_SIGNS = frozenset("’‘“”«»…–—€°\u00a0№•²³£§´·")
_SIGNS_IN_WORDS = frozenset("’´–·\u00a0")
_NEAR = re.compile(rb"[\x80-\xff]")
_CELL_BORDER = re.compile(rb"[\r\n;,\t|\"]")


@dataclass(frozen=True)
class Encoding:
    """An encoding's name, and what is said or asked about it."""

    name: str
    note: Note | None = None
    question: Question | None = None


def encoding_of(content: bytes, wanted: str | None = None) -> Encoding:
    """The encoding that reads every byte: the one asked for, else by byte order mark, else UTF-8
    if the whole file is, else the one-byte encoding whose letters stand as in words.

    Raises
    ------
    ImportRefused
        If some byte can't be read so.

    Examples
    --------
    >>> encoding_of("été".encode("mac-roman")).name, encoding_of("été".encode("cp1252")).name
    ('mac-roman', 'cp1252')
    """
    if wanted:
        return _wanted_encoding(content, wanted)
    if (wide := wide_encoding(content)) is not None:
        return _checked(content, wide)
    if content.startswith(codecs.BOM_UTF8):
        return _checked(content, "utf-8-sig")
    if _decodes(content, "utf-8"):
        return Encoding("utf-8")
    return _by_evidence(content)


def wide_encoding(content: bytes) -> str | None:
    """UTF-16 by its mark, or evident from where its NUL bytes stand; else None.

    >>> wide_encoding("a;b".encode("utf-16-be")), wide_encoding(b"a;b")
    ('utf-16-be', None)
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = content[: min(SAMPLE_BYTES, len(content) // 2 * 2)]
    if len(content) % 2 or b"\x00" not in start:
        return None
    even, odd = start[::2].count(0), start[1::2].count(0)
    least = MIN_NUL_SHARE * len(start) / 2
    if odd >= least and 4 * even < odd:
        return "utf-16-le"
    return "utf-16-be" if even >= least and 4 * odd < even else None


def in_utf8(content: bytes, encoding: str) -> bytes:
    """The same text as UTF-8; the very same bytes if it is that already."""
    if encoding in ("utf-8", "utf-8-sig", "ascii"):
        return content
    decoder = codecs.getincrementaldecoder(encoding)()
    text = bytearray()
    for start in range(0, len(content), PIECE):
        text += decoder.decode(content[start : start + PIECE]).encode()
    return bytes(text)


def _by_evidence(content: bytes) -> Encoding:
    """Windows-1252, or Latin-1 where Windows has no such letter, against Mac Roman."""
    windows = "cp1252" if _decodes(content, "cp1252") else "latin-1"
    contexts = _contexts(content)
    votes = {name: _votes(contexts, name) for name in (windows, "mac-roman")}
    fits = {name: sum(given) for name, given in votes.items()}
    best, other = sorted(fits, key=lambda name: fits[name], reverse=True)
    if fits[best] > CLEAR_RATIO * max(fits[other], 0):
        return Encoding(best, Note(_NOTES[best]))
    if max(max(given) for given in votes.values()) <= 0:  # nothing to ask: neither makes sense
        return Encoding(windows, Note(_NOTES[windows]))
    readings = tuple(Reading(name, _examples(content, name)) for name in (best, other))
    question = Question("encoding", WHICH_ENCODING, readings)
    return Encoding(best, Note(_NOTES[best]), question)


def _contexts(content: bytes) -> Counter[bytes]:
    """The bytes beyond ASCII, each with the byte before and after, and how often they occur."""
    found: Counter[bytes] = Counter()
    for count, match in enumerate(_NEAR.finditer(content)):
        place = match.start()
        found[
            content[max(place - 1, 0) : place].rjust(1) + content[place : place + 2].ljust(2)
        ] += 1
        if count == MAX_PLACES:
            break
    return found


def _votes(contexts: Counter[bytes], encoding: str) -> list[float]:
    """What each byte and its neighbours say for this reading, as often as they occur."""
    return [
        count * _plausibility(context.decode(encoding, "replace"))
        for context, count in contexts.items()
    ]


def _plausibility(context: str) -> float:
    """What the letter in the middle of three says for its reading, from -1 to 1.

    >>> [_plausibility(context) for context in ("lé ", "aŽe", " à ", "l’e", "líe", "tÉr")]
    [1.0, -1.0, 1.0, 1.0, 0.5, -1.0]
    """
    before, letter, after = context[0], context[1], context[2:3]
    is_inside = before.isalpha() and after.isalpha()
    if letter in _USUAL_SIGNS:
        return -1.0 if is_inside and letter not in _SIGNS_IN_WORDS else 1.0
    if letter not in "àÀ" and not before.isalpha() and not after.isalpha():
        return -0.5
    if letter.lower() in _USUAL_LETTERS | _RARE_LETTERS:
        is_shout = before.isupper() or after.isupper()
        if letter.isupper() and (before.islower() or (before.isalpha() and not is_shout)):
            return -1.0
        if letter.islower() and before.isupper() and after.isupper():
            return -1.0
        return 1.0 if letter.lower() in _USUAL_LETTERS else 0.5
    return -1.0


def _examples(content: bytes, encoding: str) -> tuple[tuple[str, str], ...]:
    """Cells with letters beyond ASCII: with these letters as gaps, and as they are read so."""
    found: dict[bytes, None] = {}
    for match, _ in zip(_NEAR.finditer(content), range(MAX_PLACES), strict=False):
        before = content[max(match.start() - EXAMPLE_LETTERS, 0) : match.start()]
        after = content[match.start() : match.start() + EXAMPLE_LETTERS]
        cell = _CELL_BORDER.split(before)[-1] + _CELL_BORDER.split(after)[0]
        found.setdefault(cell.strip()[:EXAMPLE_LETTERS])
        if len(found) == MAX_EXAMPLES:
            break
    return tuple(
        (cell.decode("ascii", "replace"), cell.decode(encoding, "replace")) for cell in found
    )


def _wanted_encoding(content: bytes, wanted: str) -> Encoding:
    try:
        b"ab".decode(wanted, "replace")  # refuses what is no text encoding, such as base64
        name = codecs.lookup(wanted).name
    except (LookupError, ValueError) as error:
        raise ImportRefused(
            "There is no text encoding called {encoding}.",
            "Usual ones are utf-8, cp1252, latin-1 and mac-roman.",
            encoding=wanted,
        ) from error
    is_marked = name == "utf-8" and content.startswith(codecs.BOM_UTF8)
    return _checked(content, "utf-8-sig" if is_marked else name)


def _checked(content: bytes, encoding: str) -> Encoding:
    if not _decodes(content, encoding):
        raise ImportRefused(
            "The file can't be read as {encoding} text.",
            "Choose another encoding.",
            encoding=encoding,
        )
    return Encoding(encoding)


def _decodes(content: bytes, encoding: str) -> bool:
    """Whether all of it decodes; in pieces, so that the text never stands in memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), PIECE):
            text = decoder.decode(content[start : start + PIECE])
            if not isinstance(text, str):
                return False
            text.isascii() or text.encode()  # a lone surrogate is no text
        decoder.decode(b"", final=True)
    except (UnicodeError, ValueError):
        return False
    return True
