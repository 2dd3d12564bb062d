"""The firm's logo: a picture that office programs show, of a size that a logo has."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from cxdata.errors import FileError
from cxdata.i18n import N_

MOST_LOGO_BYTES = 5_000_000
MOST_PIXELS = 25_000_000
LOGO_KINDS = ("PNG", "JPEG", "GIF")


def logo_bytes(path: Path | None) -> bytes | None:
    """The file's content; None without a logo.

    Raises
    ------
    FileError
        If it is too large, can't be read or is no such picture.
    """
    if path is None:
        return None
    try:
        if path.stat().st_size > MOST_LOGO_BYTES:
            raise FileError(
                N_("The logo {path} is larger than {most} MB."),
                N_("Save it smaller, as PNG or JPEG."),
                path=str(path),
                most=MOST_LOGO_BYTES // 1_000_000,
            )
        content = path.read_bytes()
    except OSError as error:
        raise FileError(
            N_("The logo {path} can't be read."), N_("Look at its path."), path=str(path)
        ) from error
    if not _is_picture(content):
        raise FileError(
            N_("{path} is no picture that a logo can be."),
            N_("Save it smaller, as PNG or JPEG."),
            path=str(path),
        )
    return content


def _is_picture(content: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture that unpacks to too much warns first
            with Image.open(io.BytesIO(content), formats=LOGO_KINDS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return False
                picture.load()
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Warning,
        OSError,
        SyntaxError,
        ValueError,
    ):
        return False
    return True
