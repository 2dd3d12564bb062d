"""The firm's logo: what is taken, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxdata.errors import SettingsError
from cxdata.logo import JPEG, MOST_LOGO_BYTES, PNG, firm_logo

SVG = b'<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg"></svg>'


@pytest.mark.parametrize("content", [PNG + b"x", JPEG + b"x", SVG, b"\xef\xbb\xbf" + SVG[21:]])
def test_a_small_picture_is_taken(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "logo"
    file.write_bytes(content)
    shown = firm_logo(str(file))
    assert shown == content if isinstance(shown, bytes) else "<svg" in shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a", "PNG, a JPEG or an SVG"),
        (b"<html><svg></svg></html>", "PNG, a JPEG or an SVG"),
        (b"<svg \xff>", "PNG, a JPEG or an SVG"),
        (b"", "PNG, a JPEG or an SVG"),
        (PNG + b"x" * MOST_LOGO_BYTES, "1 MB at most"),
        (None, "no such file"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(
    content: bytes | None, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "logo"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        firm_logo(str(file))
