"""The look of a deck: the firm's own template, or ours, which is made here.

Ours begins with python-pptx's blank one, of which only a title slide and a slide with a title
stay; its colours are those of the charts.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Emu, Inches

from cxdata.charts.theme import ACCENT, CHANNEL_COLOURS, CLASS_COLOURS, GOAL
from cxdata.errors import FileError
from cxdata.i18n import N_

MOST_TEMPLATE_BYTES = 50_000_000
MOST_UNPACKED_BYTES = 400_000_000
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
DECK_MARGIN = Inches(0.6)
DECK_INK, DECK_PAPER, PALE_PAPER = "1D2B33", "FFFFFF", "EEF3F4"
COVER_PAPER = "0B3F45"
FONT = "Calibri"
TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
# Of what a layout may have beside its title without being full.
BESIDE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
COLOURS = {
    "dk1": DECK_INK,
    "lt1": DECK_PAPER,
    "dk2": COVER_PAPER,
    "lt2": PALE_PAPER,
    "accent1": ACCENT,
    "accent2": GOAL,
    "accent3": CLASS_COLOURS["promoter"],
    "accent4": CLASS_COLOURS["passive"],
    "accent5": CLASS_COLOURS["detractor"],
    "accent6": CHANNEL_COLOURS["email"],
    "hlink": ACCENT,
    "folHlink": CHANNEL_COLOURS["email"],
}


@dataclass(frozen=True)
class DeckTemplate:
    """An empty presentation, its layouts for the cover and the figures, and what it lacks.

    ``gaps`` are sentences (texts to be translated, with their values) about what was taken
    instead of a layout that is missing.
    """

    presentation: Any
    cover: Any
    content: Any
    gaps: tuple[tuple[str, dict[str, str]], ...] = ()
    is_ours: bool = True


def deck_template(path: Path | None) -> DeckTemplate:
    """The firm's template, or ours without one.

    Raises
    ------
    FileError
        If the file is no template that can be read, or has no layout with a title.
    """
    return _house_template() if path is None else _own_template(path)


def _own_template(path: Path) -> DeckTemplate:
    presentation = _opened(_template_bytes(path), path)
    _drop_slides(presentation)
    layouts = list(presentation.slide_layouts)
    titled = [it for it in layouts if _has(it, TITLES)]
    if not titled:
        raise FileError(
            N_("The template {path} has no layout with a title."),
            N_("Add a layout with a title to its master."),
            path=str(path),
        )
    bare = [it for it in titled if _only_title(it)]
    covers = [it for it in titled if _has(it, (PP_PLACEHOLDER.SUBTITLE,))]
    gaps = []
    if not bare:
        text = N_("Your template has no layout with a title alone; “{layout}” was taken.")
        gaps.append((text, {"layout": _plain_layout(titled, covers).name}))
    if not covers:
        text = N_("Your template has no title slide; “{layout}” was taken.")
        gaps.append((text, {"layout": (bare or titled)[0].name}))
    content = bare[0] if bare else _plain_layout(titled, covers)
    return DeckTemplate(
        presentation, covers[0] if covers else content, content, tuple(gaps), is_ours=False
    )


def _plain_layout(titled: Sequence[Any], covers: Sequence[Any]) -> Any:
    """The layout with the fewest places to be left empty, if it can be no cover."""
    others = [it for it in titled if it not in covers] or list(titled)
    return min(others, key=lambda it: len(list(it.placeholders)))


def _template_bytes(path: Path) -> bytes:
    """The file, if it is of a size that a template has."""
    try:
        if path.stat().st_size > MOST_TEMPLATE_BYTES:
            raise FileError(
                N_("The template {path} is larger than {most} MB."),
                N_("Save it without slides and large pictures."),
                path=str(path),
                most=MOST_TEMPLATE_BYTES // 1_000_000,
            )
        return path.read_bytes()
    except OSError as error:
        raise FileError(
            N_("The template {path} can't be read."), N_("Look at its path."), path=str(path)
        ) from error


def _opened(content: bytes, path: Path) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(it.file_size for it in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise ValueError("unpacks to too much")
        return Presentation(io.BytesIO(content))
    except (
        zipfile.BadZipFile,
        PythonPptxError,
        ValueError,  # another office file, broken XML
        KeyError,  # parts that aren't there
        AttributeError,
        SyntaxError,  # lxml's XMLSyntaxError
        NotImplementedError,  # a packing that Python doesn't know
        RuntimeError,  # a password
        OSError,
    ) as error:
        raise FileError(
            N_("{path} is no PowerPoint template."),
            N_("Save the template as a presentation (.pptx) and name that file."),
            path=str(path),
        ) from error


def _drop_slides(presentation: Any) -> None:
    """A template's own example slides are no part of a pack."""
    ids = presentation.slides._sldIdLst
    for slide_id in list(ids):
        presentation.part.drop_rel(slide_id.rId)
        ids.remove(slide_id)


def _has(layout: Any, kinds: Sequence[Any]) -> bool:
    return any(it.placeholder_format.type in kinds for it in layout.placeholders)


def _only_title(layout: Any) -> bool:
    kinds = [it.placeholder_format.type for it in layout.placeholders]
    return all(it in (*TITLES, *BESIDE) for it in kinds)


# Ours


def _house_template() -> DeckTemplate:
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = WIDTH, HEIGHT
    master = presentation.slide_master
    cover, content = presentation.slide_layouts[0], presentation.slide_layouts[5]
    for layout in list(presentation.slide_layouts):
        if layout not in (cover, content):
            presentation.slide_layouts.remove(layout)
    _colour_theme(master)
    for shape in list(master.placeholders):
        if shape.placeholder_format.type in BESIDE:
            shape._element.getparent().remove(shape._element)
    for layout in (cover, content):
        for shape in list(layout.placeholders):
            if shape.placeholder_format.type in BESIDE:
                shape._element.getparent().remove(shape._element)
    for shape in (*master.placeholders, *content.placeholders):
        if shape.placeholder_format.type in TITLES:
            _place(shape, DECK_MARGIN, Inches(0.62), WIDTH - 2 * DECK_MARGIN, Inches(0.86))
            _align(shape, "t")
    _set_cover(cover)
    return DeckTemplate(presentation, cover, content)


def _set_cover(cover: Any) -> None:
    for shape in cover.placeholders:
        if shape.placeholder_format.type in TITLES:
            _place(shape, Inches(0.9), Inches(2.1), WIDTH - Inches(2.4), Inches(1.9))
            _align(shape, "b", "FFFFFF", 40, is_bold=True)
        else:
            _place(shape, Inches(0.9), Inches(4.3), WIDTH - Inches(2.4), Inches(2.2))
            _align(shape, "t", "CFE3E5", 18)
    fill = cover.background.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(COVER_PAPER)


def _place(shape: Any, left: int, top: int, width: int, height: int) -> None:
    shape.left, shape.top, shape.width, shape.height = Emu(left), Emu(top), Emu(width), Emu(height)


def _align(
    shape: Any, anchor: str, colour: str = "", size: int = 0, *, is_bold: bool = False
) -> None:
    """Left, at the top or bottom, in a colour and size that slides inherit."""
    frame = shape.text_frame
    body = frame._txBody
    body.bodyPr.set("anchor", anchor)
    for side in ("lIns", "rIns", "tIns", "bIns"):
        body.bodyPr.set(side, "0")
    style = body.find(_a("lstStyle"))
    for child in list(style):
        style.remove(child)
    level = style.makeelement(_a("lvl1pPr"), {"algn": "l", "marL": "0", "indent": "0"})
    level.append(level.makeelement(_a("buNone"), {}))
    look = level.makeelement(_a("defRPr"), {"b": str(int(is_bold))} if is_bold else {})
    if size:
        look.set("sz", str(size * 100))
    if colour:
        fill = look.makeelement(_a("solidFill"), {})
        fill.append(fill.makeelement(_a("srgbClr"), {"val": colour}))
        look.append(fill)
    level.append(look)
    style.append(level)


def _a(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/drawingml/2006/main}}{name}"


def _colour_theme(master: Any) -> None:
    """The theme's colours and fonts in place of python-pptx's own."""
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = part.blob.decode("utf-8")
    for name, colour in COLOURS.items():
        value = f'<a:srgbClr val="{colour.lstrip("#").upper()}"/>'
        text = re.sub(rf"(<a:{name}>).*?(</a:{name}>)", rf"\g<1>{value}\g<2>", text, flags=re.S)
    text = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{FONT}", text)
    part._blob = text.encode("utf-8")
