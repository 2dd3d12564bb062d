"""What slides are put together from: texts, tables, charts and pyramids, each with its words for
those who don't see it.

Letters and lines have the template's own colours, so that they are read on light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.dml import MSO_LINE, MSO_THEME_COLOR
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from cxdata.charts.cx_pyramid import LEVEL_COLOURS
from cxdata.charts.theme import CLASS_COLOURS, GOAL, MUTED
from cxdata.exports.deck.chart_xml import NativeChart
from cxdata.exports.deck.fitting import LINE_HEIGHT, fitted, line_count, text_width
from cxdata.i18n import Translator
from cxdata.pack.pack import PackGrid, PackTable, PyramidLevel

Ink = Literal["ink", "pale", "accent", "good", "bad", "neutral"]
EMU_PER_POINT = 12_700
# A table without a look of PowerPoint's own.
PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
GRID_INK = RGBColor(0x10, 0x20, 0x2A)
MOODS = {
    "good": RGBColor.from_string(CLASS_COLOURS["promoter"].lstrip("#")),
    "bad": RGBColor.from_string(CLASS_COLOURS["detractor"].lstrip("#")),
    "neutral": RGBColor.from_string(MUTED.lstrip("#")),
}
# What a verdict begins with, in the colour of its mood; its words are in the template's own, which
# can be read on light and dark.
DOT = "●"
CELL_SPACE = 4.0  # points to the left and right of a cell's text


@dataclass(frozen=True)
class Box:
    """A place on a slide, in EMU."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.width / EMU_PER_POINT, self.height / EMU_PER_POINT

    def part(self, left: float, top: float, width: float, height: float) -> Box:
        """A part of the box, in shares of it."""
        return Box(
            self.left + round(self.width * left),
            self.top + round(self.height * top),
            round(self.width * width),
            round(self.height * height),
        )

    def below(self, height: int) -> Box:
        """What is left of it under so much of its height."""
        return replace(self, top=self.top + height, height=max(0, self.height - height))

    def above(self, height: int) -> Box:
        """Its upper part of this height."""
        return replace(self, height=min(self.height, height))


# Between the columns of a table that needs less than its slide is wide.
MOST_AIR = 56.0


@dataclass(frozen=True)
class Style:
    """How a text is set: the sizes that may be tried in turn, in points."""

    sizes: tuple[float, ...] = (12,)
    ink: Ink = "ink"
    is_bold: bool = False
    align: Any = PP_ALIGN.LEFT
    anchor: Any = MSO_ANCHOR.TOP


def describe(shape: Any, name: str, text: str) -> None:
    """What a shape is called, and what it shows in words."""
    for style in shape._element.xpath("./p:style"):  # shadows of a theme's own
        shape._element.remove(style)
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("name", name)
    properties.set("descr", text)


def add_text(slide: Any, box: Box, texts: Sequence[str], style: Style, name: str) -> Any:
    """Paragraphs in a box, in the first size that fits; what doesn't fit is cut."""
    shape = slide.shapes.add_textbox(*map(Emu, (box.left, box.top, box.width, box.height)))
    set_text(shape.text_frame, box, texts, style)
    describe(shape, name, " ".join(texts))
    return shape


def set_text(frame: Any, box: Box, texts: Sequence[str], style: Style) -> None:
    """The paragraphs of a text frame, by the width and height of its box."""
    width, height = box.points
    said, size = fitted(texts, width, height, style.sizes, is_bold=style.is_bold)
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = style.anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for place, text in enumerate(said or [""]):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        write_run(paragraph, text, size, style)


def write_run(paragraph: Any, text: str, size: float, style: Style) -> None:
    """One text in a paragraph."""
    paragraph.alignment = style.align
    if style.ink in MOODS and len(text) > 1 and text[0] == DOT:
        write_run(paragraph, DOT, size, style)
        text, style = text[1:], replace(style, ink="pale")
    run = paragraph.add_run()
    run.text = text
    run.font.size = Pt(size)
    run.font.bold = style.is_bold
    set_ink(run.font.color, style.ink)


def set_ink(colour: Any, ink: Ink) -> None:
    """A colour of the template, or that of a mood."""
    if ink in MOODS:
        colour.rgb = MOODS[ink]
        return
    accent = MSO_THEME_COLOR.ACCENT_1
    colour.theme_color = accent if ink == "accent" else MSO_THEME_COLOR.TEXT_1
    if ink == "pale":
        colour.brightness = 0.25


def add_rule(slide: Any, box: Box, name: str, *, is_accent: bool = False) -> None:
    """A line along the top of a box."""
    line = slide.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT, Emu(box.left), Emu(box.top), Emu(box.right), Emu(box.top)
    )
    line.line.width = Pt(2.5 if is_accent else 0.75)
    set_ink(line.line.color, "accent" if is_accent else "neutral")
    describe(line, name, name)


def add_page_number(slide: Any, box: Box, number: int, name: str) -> None:
    """The number of the slide, which follows it when it is moved."""
    shape = slide.shapes.add_textbox(*map(Emu, (box.left, box.top, box.width, box.height)))
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    style = Style((10,), "pale", align=PP_ALIGN.RIGHT)
    write_run(frame.paragraphs[0], str(number), 10, style)
    run = frame.paragraphs[0]._p.find(qn("a:r"))
    field = run.makeelement(
        qn("a:fld"), {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"}
    )
    for child in list(run):
        field.append(child)
    run.getparent().replace(run, field)
    describe(shape, name, f"{name} {number}")


def add_logo(slide: Any, box: Box, logo: Any, name: str) -> None:
    """The firm's logo at the right end of a box, as high as it."""
    picture = slide.shapes.add_picture(logo, Emu(box.left), Emu(box.top), height=Emu(box.height))
    if picture.width > box.width:
        picture.height = Emu(round(picture.height * box.width / picture.width))
        picture.width = Emu(box.width)
    picture.left = Emu(box.right - picture.width)
    describe(picture, name, name)


# Charts


def add_chart(slide: Any, box: Box, chart: NativeChart, name: str, description: str) -> Any:
    """PowerPoint's own chart with its data."""
    frame = slide.shapes.add_chart(
        XL_CHART_TYPE.LINE, Emu(box.left), Emu(box.top), Emu(box.width), Emu(box.height), chart
    )
    describe(frame, name, description)
    return frame.chart


def add_goal(
    slide: Any, box: Box, chart: NativeChart, value: float, label: str, letters: float
) -> None:
    """A line across all bars at one value, with its name above."""
    plot = chart.plot
    x = box.left + round(box.width * plot.across(value))
    top, bottom = (
        box.top + round(box.height * share) for share in (plot.top - 0.01, plot.top + plot.height)
    )
    line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Emu(x), Emu(top), Emu(x), Emu(bottom))
    line.line.width = Pt(1.75)
    line.line.color.rgb = RGBColor.from_string(GOAL.lstrip("#"))
    line.line.dash_style = MSO_LINE.DASH
    describe(line, label, label)
    height = round(letters * LINE_HEIGHT * EMU_PER_POINT)
    width = round(text_width(label, letters) * EMU_PER_POINT * 1.3)
    left = min(max(x - width // 2, box.left), box.right - width)
    style = Style((letters,), "ink", align=PP_ALIGN.CENTER)
    add_text(slide, Box(left, top - height, width, height), [label], style, label)


# Tables


def add_table(
    slide: Any,
    box: Box,
    table: PackTable,
    name: str,
    description: str,
    *,
    sizes: Sequence[float] = (13, 12, 11, 10, 9),
) -> int:
    """A table with rules between its rows; how many of the rows fit is returned."""
    width = box.points[0]
    size, widths, kept = table_fit(table, width, box.points[1], sizes)
    rows = table.rows[:kept]
    shape = slide.shapes.add_table(
        len(rows) + 1, len(table.columns), Emu(box.left), Emu(box.top), Emu(box.width), Emu(0)
    )
    drawn = _plain_table(shape)
    at_right = table.number_columns
    for place, share in enumerate(widths):
        drawn.columns[place].width = Emu(round(share * EMU_PER_POINT))
    shape.width = Emu(round(sum(widths) * EMU_PER_POINT))
    for row, texts in enumerate((table.columns, *rows)):
        height = _row_height(texts, widths, size, is_head=row == 0)
        drawn.rows[row].height = Emu(round(height * EMU_PER_POINT))
        for column, text in enumerate(texts):
            cell = drawn.cell(row, column)
            style = Style(
                (size,),
                "pale" if row == 0 else "ink",
                is_bold=row == 0,
                align=PP_ALIGN.RIGHT if at_right[column] else PP_ALIGN.LEFT,
            )
            _fill_cell(cell, text, size, style)
            _rule_below(cell, is_head=row == 0)
    describe(shape, name, description)
    return kept


def table_fit(
    table: PackTable, width: float, height: float, sizes: Sequence[float]
) -> tuple[float, list[float], int]:
    """The size of the letters, the widths of the columns, and how many rows fit."""
    for size in sizes:
        widths = column_widths(table, width, size)
        heights = [_row_height(table.columns, widths, size, is_head=True)]
        heights += [_row_height(it, widths, size) for it in table.rows]
        if sum(heights) <= height:
            return size, widths, len(table.rows)
    used, kept = heights[0], 0
    for row in heights[1:]:
        used += row
        if used > height:
            break
        kept += 1
    return size, widths, kept


def column_widths(table: PackTable, width: float, size: float) -> list[float]:
    """Widths in points: what each column needs where there is room for that, with some air; else
    what short ones need, and the rest for long ones. A head may take two lines."""
    wanted, least = [], []
    for place, name in enumerate(table.columns):
        rows = [row[place] for row in table.rows[:60]]
        word = _longest([*name.split(" "), *(word for it in rows for word in it.split(" "))], size)
        longest = max(_longest(rows, size, is_bold=False), _longest([name], size) * 0.55, word)
        wanted.append(longest + 2 * CELL_SPACE + 2)
        least.append(min(word + 2 * CELL_SPACE + 2, width / len(table.columns)))
    if sum(wanted) <= width:
        spare = min((width - sum(wanted)) / len(wanted), MOST_AIR)
        return [it + spare for it in wanted]
    spare = max(0.0, width - sum(least))
    more = [max(0.0, want - low) ** 0.75 for want, low in zip(wanted, least, strict=True)]
    total = sum(more) or 1.0
    widths = [low + spare * it / total for low, it in zip(least, more, strict=True)]
    return [it * width / sum(widths) for it in widths]


def _longest(texts: Sequence[str], size: float, *, is_bold: bool = True) -> float:
    return max((text_width(it, size, is_bold=is_bold) for it in texts), default=0.0)


def _row_height(
    texts: Sequence[str], widths: Sequence[float], size: float, *, is_head: bool = False
) -> float:
    lines = max(
        line_count(text, max(it - 2 * CELL_SPACE, size), size, is_bold=is_head)
        for text, it in zip(texts, widths, strict=True)
    )
    return lines * size * LINE_HEIGHT + 6


def _plain_table(shape: Any) -> Any:
    table = shape.table
    properties = table._tbl.tblPr
    for name in ("firstRow", "bandRow"):
        properties.set(name, "1" if name == "firstRow" else "0")
    style = properties.find(qn("a:tableStyleId"))
    if style is not None:
        style.text = PLAIN_TABLE
    return table


def _fill_cell(cell: Any, text: str, size: float, style: Style) -> None:
    cell.margin_left = cell.margin_right = Pt(CELL_SPACE)
    cell.margin_top = cell.margin_bottom = Pt(2)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.background()
    cell.text_frame.word_wrap = True
    write_run(cell.text_frame.paragraphs[0], text, size, style)


def _rule_below(cell: Any, *, is_head: bool) -> None:
    """A thin rule under each row, the accent's under the head."""
    properties = cell._tc.get_or_add_tcPr()
    width = 19_050 if is_head else 6_350
    line = properties.makeelement(qn("a:lnB"), {"w": str(width), "cap": "flat"})
    fill = line.makeelement(qn("a:solidFill"), {})
    colour = fill.makeelement(qn("a:schemeClr"), {"val": "accent1" if is_head else "tx1"})
    if not is_head:
        colour.append(colour.makeelement(qn("a:alpha"), {"val": "25000"}))
    fill.append(colour)
    line.append(fill)
    properties.insert(0, line)  # before the fill


def add_grid(slide: Any, box: Box, grid: PackGrid, name: str, description: str) -> None:
    """A table whose fields have the colours of their numbers."""
    width, height = box.points
    names = max((text_width(it, 11) for it in grid.down), default=0.0) + 4 * CELL_SPACE
    first = min(names, width * 0.3)
    each = (width - first) / max(len(grid.across), 1)
    row_height = min(height / (len(grid.down) + 1), 44.0)
    texts = [cell.text for row in grid.cells for cell in row]
    heads = list(grid.across)
    inner = each - 4
    fits = [
        it
        for it in (14, 13, 12, 11, 10, 9, 8)
        if it * LINE_HEIGHT + 4 <= row_height
        and max((text_width(text, it) for text in (*texts, *heads)), default=0.0) <= inner
    ]
    size = float(fits[0] if fits else 7)
    shape = slide.shapes.add_table(
        len(grid.down) + 1,
        len(grid.across) + 1,
        Emu(box.left),
        Emu(box.top),
        Emu(box.width),
        Emu(round(row_height * EMU_PER_POINT) * (len(grid.down) + 1)),
    )
    table = _plain_table(shape)
    table.columns[0].width = Emu(round(first * EMU_PER_POINT))
    for place in range(len(grid.across)):
        table.columns[place + 1].width = Emu(round(each * EMU_PER_POINT))
    for row in table.rows:
        row.height = Emu(round(row_height * EMU_PER_POINT))
    pale = Style((size,), "pale", align=PP_ALIGN.CENTER)
    _fill_grid_cell(table.cell(0, 0), "", size, pale)
    for place, text in enumerate(heads, 1):
        _fill_grid_cell(table.cell(0, place), text, size, pale)
    for row, text in enumerate(grid.down, 1):
        said, letters = fitted([text], first - 2 * CELL_SPACE, row_height, (12, 11, 10, 9, 8))
        left = Style((letters,), "ink")
        _fill_grid_cell(table.cell(row, 0), said[0] if said else "", letters, left)
        for place, cell in enumerate(grid.cells[row - 1], 1):
            drawn = table.cell(row, place)
            _fill_grid_cell(drawn, cell.text, size, Style((size,), align=PP_ALIGN.CENTER))
            if cell.colour:
                drawn.fill.solid()
                drawn.fill.fore_color.rgb = RGBColor.from_string(cell.colour.lstrip("#"))
                for run in drawn.text_frame.paragraphs[0].runs:
                    run.font.color.rgb = GRID_INK
    describe(shape, name, description)


def _fill_grid_cell(cell: Any, text: str, size: float, style: Style) -> None:
    _fill_cell(cell, text, size, style)
    cell.margin_left = cell.margin_right = Pt(2)
    cell.margin_top = cell.margin_bottom = Pt(1)


# The pyramid


def add_pyramid(
    slide: Any, box: Box, levels: Sequence[PyramidLevel], *, is_small: bool, tr: Translator
) -> None:
    """The levels from the base up as shapes, each lit for its share; names beside them."""
    count, name = len(levels), tr("Level")
    step = box.height / count
    base = min(box.width * (0.45 if is_small else 0.4), box.height * 1.25)
    for level in levels:
        bottom = box.bottom - step * (level.number - 1)
        corners = _trapezoid(level.number, count, box.left, base, bottom, step)
        unlit = _freeform(slide, corners(0.0, 1.0))
        unlit.fill.solid()
        set_ink(unlit.fill.fore_color, "neutral")
        _let_through(unlit, 25_000)
        describe(unlit, f"{name} {level.number}", f"{level.number} – {level.name}")
        if level.lit_share > 0:
            lit = _freeform(slide, corners(0.0, level.lit_share))
            lit.fill.solid()
            lit.fill.fore_color.rgb = RGBColor.from_string(
                LEVEL_COLOURS[level.number - 1].lstrip("#")
            )
            describe(
                lit, f"{name} {level.number}", f"{level.number} – {tr.percent(level.lit_share, 0)}"
            )
        _level_words(slide, box, level, base, bottom - step, step, is_small=is_small)


def _trapezoid(number: int, count: int, left: int, base: float, bottom: float, step: float) -> Any:
    """The corners of a level's slice, from one share of its width to another."""
    centre, gap = left + base / 2, step * 0.05

    def half(level: float) -> float:
        return base / 2 * (1 - level / (count + 0.9))

    def corners(start: float, end: float) -> list[tuple[float, float]]:
        lower, upper = half(number - 1), half(number)
        return [
            (centre - lower + 2 * lower * start, bottom - gap),
            (centre - lower + 2 * lower * end, bottom - gap),
            (centre - upper + 2 * upper * end, bottom - step + gap),
            (centre - upper + 2 * upper * start, bottom - step + gap),
        ]

    return corners


def _freeform(slide: Any, corners: Sequence[tuple[float, float]]) -> Any:
    (first_x, first_y), *others = [(round(x), round(y)) for x, y in corners]
    builder = slide.shapes.build_freeform(first_x, first_y)
    builder.add_line_segments(others, close=True)
    shape = builder.convert_to_shape()
    shape.line.fill.background()
    shape.shadow.inherit = False
    return shape


def _let_through(shape: Any, opacity: int) -> None:
    [colour] = shape.fill._xPr.xpath("./a:solidFill/*")
    colour.append(colour.makeelement(qn("a:alpha"), {"val": str(opacity)}))


def _level_words(
    slide: Any,
    box: Box,
    level: PyramidLevel,
    base: float,
    top: float,
    step: float,
    *,
    is_small: bool,
) -> None:
    """The level's number in the middle, its name and journeys to the right."""
    number = Box(round(box.left), round(top), round(base), round(step))
    is_lit = level.lit_share > 0
    size = 11 if is_small else 16
    style = Style((size,), "ink", is_bold=True, align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE)
    shape = add_text(slide, number, [str(level.number)], style, f"{level.number} – {level.name}")
    if level.lit_share > 0.5:
        for run in shape.text_frame.paragraphs[0].runs:
            run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
    left = round(box.left + base + EMU_PER_POINT * (6 if is_small else 16))
    beside = Box(left, round(top), box.right - left, round(step))
    journeys = ", ".join(level.journeys)
    if is_small:
        if journeys:
            small = Style((10, 9, 8), anchor=MSO_ANCHOR.MIDDLE)
            add_text(slide, beside, [journeys], small, f"{level.number}")
        return
    name = Style((14, 13, 12), "ink" if is_lit else "pale", is_bold=True, anchor=MSO_ANCHOR.BOTTOM)
    if not journeys:
        middle = replace(name, anchor=MSO_ANCHOR.MIDDLE)
        add_text(slide, beside, [level.name], middle, f"{level.number} – {level.name}")
        return
    add_text(slide, beside.part(0, 0, 1, 0.5), [level.name], name, f"{level.number} – {level.name}")
    words = Style((13, 12, 11, 10), anchor=MSO_ANCHOR.TOP)
    add_text(slide, beside.part(0, 0.52, 1, 0.48), [journeys], words, f"{level.number}")
