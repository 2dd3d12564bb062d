"""The words of DrawingML that charts are written with: references, numbers, lines and letters.

Every text goes through ``escape``; colours that belong to the template are named, not given.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from cxdata.charts.theme import ACCENT
from cxdata.exports.deck.chart_data import Column
from cxdata.pack.pack import PointMark, Series

NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
NAMES_AXIS, VALUES_AXIS = 50010, 50020
PALE = 35_000  # opacity of a small base, in thousandths of a per cent
TINT = 60_000  # of a bar on which its number stands


def el(name: str, *children: str) -> str:
    return f"<{name}>{''.join(children)}</{name}>"


def el_a(name: str, *children: str, **values: object) -> str:
    said = "".join(f" {key}={quoteattr(str(value))}" for key, value in values.items())
    return f"<{name}{said}>{''.join(children)}</{name}>"


def tag(name: str, **values: object) -> str:
    said = "".join(f" {key}={quoteattr(str(value))}" for key, value in values.items())
    return f"<{name}{said}/>"


def ser(place: int, column: Column, *parts: str) -> str:
    return el(
        "c:ser",
        tag("c:idx", val=place),
        tag("c:order", val=place),
        el("c:tx", text_ref(column.head, (column.name,))),
        *parts,
    )


def text_ref(place: str, texts: Sequence[str]) -> str:
    points = "".join(
        f'<c:pt idx="{it}">{el("c:v", escape(text))}</c:pt>' for it, text in enumerate(texts)
    )
    cache = el("c:strCache", tag("c:ptCount", val=len(texts)), points)
    return el("c:strRef", el("c:f", place), cache)


def names(column: Column) -> str:
    return el("c:cat", text_ref(column.cells, [str(it) for it in column.values]))


def values(column: Column) -> str:
    return el("c:val", numbers_ref(column))


def numbers_ref(column: Column) -> str:
    return number_cache(column.cells, column.values)


def cell(column: Column, row: int) -> str:
    return number_cache(column.cell(row), (column.values[row],))


def number_cache(place: str, values: Sequence[float | str | None]) -> str:
    points = "".join(
        f'<c:pt idx="{it}"><c:v>{value!r}</c:v></c:pt>'
        for it, value in enumerate(values)
        if value is not None
    )
    cache = el(
        "c:numCache",
        "<c:formatCode>General</c:formatCode>",
        tag("c:ptCount", val=len(values)),
        points,
    )
    return el("c:numRef", el("c:f", place), cache)


def errors(axis: str, plus: str, minus: str, *, dash: str = "solid") -> str:
    return el(
        "c:errBars",
        tag("c:errDir", val=axis) if axis else "",
        tag("c:errBarType", val="both"),
        tag("c:errValType", val="cust"),
        tag("c:noEndCap", val=0 if dash == "solid" else 1),
        el("c:plus", plus),
        el("c:minus", minus),
        el("c:spPr", grey_line(15875, 75_000, dash)),
    )


def axes_ids() -> tuple[str, str]:
    return tag("c:axId", val=NAMES_AXIS), tag("c:axId", val=VALUES_AXIS)


def number_code(form: str) -> str:
    return tag("c:numFmt", formatCode=form, sourceLinked=0)


def shows(*, is_value: bool, is_name: bool = False) -> tuple[str, ...]:
    return (
        tag("c:showLegendKey", val=0),
        tag("c:showVal", val=int(is_value)),
        tag("c:showCatName", val=0),
        tag("c:showSerName", val=int(is_name)),
        tag("c:showPercent", val=0),
        tag("c:showBubbleSize", val=0),
    )


# Looks


def paint(colour: str, opacity: int = 100_000) -> str:
    """The accent is the template's own; all else is what it is everywhere."""
    alpha = f'<a:alpha val="{opacity}"/>' if opacity < 100_000 else ""
    if colour == ACCENT:
        return f'<a:schemeClr val="accent1">{alpha}</a:schemeClr>'
    return f'<a:srgbClr val="{colour.lstrip("#").upper()}">{alpha}</a:srgbClr>'


def solid(colour: str, opacity: int = 100_000) -> str:
    return f"<a:solidFill>{paint(colour, opacity)}</a:solidFill>"


def fill(colour: str, opacity: int = 100_000) -> str:
    return solid(colour, opacity) + "<a:ln><a:noFill/></a:ln>"


def grey_line(width: int, opacity: int, dash: str = "solid") -> str:
    """A line in the letters' colour, so that it is seen on light and dark."""
    ink = f'<a:schemeClr val="tx1"><a:alpha val="{opacity}"/></a:schemeClr>'
    return f'<a:ln w="{width}"><a:solidFill>{ink}</a:solidFill><a:prstDash val="{dash}"/></a:ln>'


def line_look(one: Series) -> str:
    dash = "dash" if one.is_dashed else "solid"
    width = 15875 if one.is_level else 28575
    return el(
        "c:spPr",
        f'<a:ln w="{width}" cap="rnd">{solid(one.colour)}<a:prstDash val="{dash}"/>'
        "<a:round/></a:ln>",
    )


def marker(one: Series, *, is_small: bool) -> str:
    if one.is_level:
        if sum(it is not None for it in one.values) > 1:
            return el("c:marker", tag("c:symbol", val="none"))
        # A level of one period alone has nothing to be a line to.
        look = el("c:spPr", solid(one.colour), el_a("a:ln", solid(one.colour), w=12700))
        return el("c:marker", tag("c:symbol", val="dash"), tag("c:size", val=20), look)
    return el(
        "c:marker",
        tag("c:symbol", val="circle"),
        tag("c:size", val=5 if is_small else 7),
        el("c:spPr", solid(one.colour), el_a("a:ln", solid(one.colour), w=12700)),
    )


def point_marks(one: Series) -> str:
    """Hollow marks for periods that aren't over, pale ones for small bases."""
    return "".join(
        el(
            "c:dPt",
            tag("c:idx", val=place),
            el(
                "c:marker",
                tag("c:symbol", val="circle"),
                tag("c:size", val=7),
                el("c:spPr", mark_fill(mark, one), el_a("a:ln", solid(one.colour), w=12700)),
            ),
            tag("c:bubble3D", val=0),
        )
        for place, mark in enumerate(one.marks)
        if mark != "full" and one.values[place] is not None
    )


def mark_fill(mark: PointMark, one: Series) -> str:
    if mark == "hollow":
        return '<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'
    return solid(one.colour, PALE)


def point_fills(one: Series, opacity: int = 100_000) -> str:
    """The colours of single bars, paler where the base is small."""
    if not one.colours and not one.marks:
        return ""
    parts = []
    for place in range(len(one.values)):
        colour = one.colours[place] if one.colours else one.colour
        is_pale = bool(one.marks) and one.marks[place] == "pale"
        if not one.colours and not is_pale:
            continue
        look = fill(colour, min(opacity, PALE) if is_pale else opacity)
        parts.append(
            el(
                "c:dPt",
                tag("c:idx", val=place),
                tag("c:invertIfNegative", val=0),
                tag("c:bubble3D", val=0),
                el("c:spPr", look),
            )
        )
    return "".join(parts)


def text_look(
    letters: int, *, colour: str = "", is_bold: bool = False, is_pale: bool = False
) -> str:
    ink = (
        f'<a:srgbClr val="{colour}"/>'
        if colour
        else '<a:schemeClr val="tx1"><a:lumMod val="65000"/><a:lumOff val="35000"/></a:schemeClr>'
        if is_pale
        else '<a:schemeClr val="tx1"/>'
    )
    return (
        '<c:txPr><a:bodyPr rot="0" vert="horz"/><a:p><a:pPr>'
        f'<a:defRPr sz="{letters * 100}" b="{int(is_bold)}">'
        f"<a:solidFill>{ink}</a:solidFill></a:defRPr></a:pPr>"
        '<a:endParaRPr lang="en-GB"/></a:p></c:txPr>'
    )


def run(letters: int, *, is_bold: bool = False) -> str:
    return (
        f'<a:rPr lang="en-GB" sz="{letters * 100}" b="{int(is_bold)}"><a:solidFill>'
        '<a:schemeClr val="tx1"/></a:solidFill></a:rPr>'
    )
