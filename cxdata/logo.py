"""The firm's logo: a small picture of a known kind, or one sentence on what is wrong with it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from cxdata.errors import SettingsError

MOST_LOGO_BYTES = 1_000_000
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SVG = re.compile(
    rb"\s*(<\?xml[^>]*\?>\s*)?(<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<svg[\s>]", re.DOTALL
)


def firm_logo(path: str) -> bytes | str:
    """The picture of the file: bytes of a PNG or JPEG, the text of an SVG.

    An SVG is to be shown as an image only: what is in it must not run.

    Raises
    ------
    SettingsError
        If there is no such file, if it is larger than 1 MB, or no PNG, JPEG or SVG.
    """
    file = Path(path)
    try:
        told = file.stat()
        if not file.is_file() or told.st_size > MOST_LOGO_BYTES:
            raise SettingsError(
                "The setting {name} is {value}; the file has to be a picture of 1 MB at most.",
                name="firm.logo",
                value=path,
            )
        return _picture(path, told.st_mtime_ns)
    except OSError:
        raise SettingsError(
            "The setting {name} is {value}; there is no such file.", name="firm.logo", value=path
        ) from None


@lru_cache(maxsize=8)
def _picture(path: str, _changed_at: int) -> bytes | str:
    content = Path(path).read_bytes()
    if content.startswith((PNG, JPEG)):
        return content
    if _SVG.match(content.removeprefix(b"\xef\xbb\xbf")):
        try:
            return content.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            pass
    raise SettingsError(
        "The setting {name} is {value}; the file has to be a PNG, a JPEG or an SVG.",
        name="firm.logo",
        value=path,
    )
