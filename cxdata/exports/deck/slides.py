"""The slides of a pack, one figure each: message, figure, cases, filters, data date, method."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from cxdata.exports.deck.chart_xml import ChartLook, NativeChart, native_chart
from cxdata.exports.deck.fitting import LINE_HEIGHT, fitting_size
from cxdata.exports.deck.logo import logo_bytes
from cxdata.exports.deck.shapes import (
    DOT,
    EMU_PER_POINT,
    Box,
    Style,
    add_chart,
    add_goal,
    add_grid,
    add_logo,
    add_page_number,
    add_pyramid,
    add_rule,
    add_table,
    add_text,
    describe,
    set_text,
    table_fit,
)
from cxdata.exports.deck.template import TITLES, DeckTemplate, deck_template
from cxdata.i18n import Translator, translator
from cxdata.pack.drawn import fewer_rows
from cxdata.pack.pack import (
    Pack,
    PackChart,
    PackFigure,
    PackHeadline,
    PackMethod,
    PackSection,
    PackTable,
)

TITLE_SIZES = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0)
# Rows that a reader compares on one slide, and on a card.
MOST_ROWS, MOST_SMALL_ROWS = 14, 5
HEADLINE_SHARE = 0.27
METHOD_SIZES = (11.0,)
# A template's title that is lower can't hold the message; its own place is left, as one is that
# lies outside the slide.
LEAST_TITLE_HEIGHT = Inches(0.4)


@dataclass(frozen=True)
class Deck:
    """The file, and what its maker should know: sentences about the template."""

    content: bytes
    notes: tuple[str, ...]


def as_deck(pack: Pack, *, template: Path | None = None, logo: Path | None = None) -> Deck:
    """The pack as a presentation.

    Raises
    ------
    FileError
        If the template or the logo can't be used.
    """
    tr = translator(pack.locale)
    writer = _DeckWriter(pack, tr, deck_template(template), logo_bytes(logo))
    writer.write()
    target = io.BytesIO()
    writer.template.presentation.save(target)
    gaps = writer.template.gaps
    return Deck(target.getvalue(), tuple(tr(text, **values) for text, values in gaps))


@dataclass
class _DeckWriter:
    """One deck while it is written."""

    pack: Pack
    tr: Translator
    template: DeckTemplate
    logo: bytes | None

    def write(self) -> None:
        properties = self.template.presentation.core_properties
        properties.title = self.pack.title[:250]
        properties.subject = self.pack.subtitle[:250]
        properties.language = self.pack.locale
        properties.author = properties.last_modified_by = ""
        self._cover()
        for section in self.pack.sections:
            if section.is_one_sheet:
                self._summary(section)
            elif section.is_empty:
                self._nothing_of(section)
            else:
                for figure in section.figures:
                    self._figure(section, figure)
        self._methods()

    # The frame of a slide

    def _slide(self, title: str, eyebrow: str, figure: PackFigure | None) -> tuple[Any, Box]:
        """A slide with its title and foot, and the place between them."""
        slide = self.template.presentation.slides.add_slide(self.template.content)
        body = self._head(slide, title, eyebrow)
        self._foot(slide, body, figure)
        return slide, body

    def _head(self, slide: Any, title: str, eyebrow: str) -> Box:
        width, height = self._size()
        place = self._title_box(slide)
        for shape in list(slide.placeholders):
            if shape.placeholder_format.type in TITLES:
                style = Style(TITLE_SIZES, is_bold=True)
                self._write_title(shape, place, title, style)
            else:
                shape._element.getparent().remove(shape._element)
        above = Box(place.left, place.top - Inches(0.27), place.width, Inches(0.22))
        if above.top > Inches(0.12):
            style = Style((12.0,), "accent", is_bold=True)
            add_text(slide, above, [eyebrow], style, self.tr("Section"))
        top = min(place.bottom + Inches(0.08), round(height * 0.36))
        right = max(place.right, round(width * 0.93)) if place.width < width * 0.6 else place.right
        bottom = height - Inches(0.62)
        return Box(place.left, top, right - place.left, bottom - top)

    def _write_title(self, shape: Any, place: Box, title: str, style: Style) -> None:
        """In the template's own colour and font, in the first size that fits."""
        said_style = replace(style, ink="ink")
        frame = shape.text_frame
        if self.template.is_ours:
            set_text(frame, place, [title], said_style)
        else:
            width, height = place.points
            size = fitting_size([title], width - 15, height - 8, TITLE_SIZES) or TITLE_SIZES[-1]
            frame.text = title
            for run in frame.paragraphs[0].runs:
                run.font.size = Pt(size)
        describe(shape, self.tr("Message"), title)

    def _title_box(self, slide: Any) -> Box:
        """Where the layout has the title; at the head of the slide if it has it elsewhere."""
        width, height = self._size()
        shape = next(it for it in slide.placeholders if it.placeholder_format.type in TITLES)
        box = Box(shape.left or 0, shape.top or 0, shape.width or 0, shape.height or 0)
        is_outside = box.left < 0 or box.top < 0 or box.right > width or box.bottom > height
        if (
            is_outside
            or box.top > height * 0.3
            or box.width < width * 0.4
            or box.height < LEAST_TITLE_HEIGHT
        ):
            box = Box(Inches(0.6), Inches(0.55), width - Inches(1.2), Inches(0.86))
            shape.left, shape.top, shape.width, shape.height = (
                box.left,
                box.top,
                box.width,
                box.height,
            )
        return box

    def _foot(self, slide: Any, body: Box, figure: PackFigure | None) -> None:
        """Filters, data date and method; the page's number; the logo."""
        tr, (_, height) = self.tr, self._size()
        row = Box(body.left, height - Inches(0.52), body.width, Inches(0.36))
        add_rule(slide, replace(row, top=row.top - Inches(0.06)), tr("Line above the foot"))
        presentation = self.template.presentation
        number = Box(row.right - Inches(0.5), row.top, Inches(0.5), Inches(0.2))
        add_page_number(slide, number, len(presentation.slides), tr("Page"))
        text_width = row.width - Inches(0.7)
        if self.logo is not None:
            place = Box(row.right - Inches(2.1), row.top, Inches(1.5), Inches(0.36))
            add_logo(slide, place, io.BytesIO(self.logo), tr("Logo"))
            text_width = row.width - Inches(2.3)
        scope, known = (
            (figure.scope, figure.known) if figure else (self.pack.scope, self.pack.known)
        )
        lines = [" · ".join(it for it in (scope, known) if it)]
        if figure and figure.method:
            lines.append(self._method_line(figure))
        style = Style((9.5, 9.0, 8.0), "pale")
        add_text(slide, replace(row, width=text_width), lines, style, tr("Filters and method"))

    def _method_line(self, figure: PackFigure) -> str:
        return self.tr("Method: {method}", method=figure.method)

    def _size(self) -> tuple[int, int]:
        presentation = self.template.presentation
        return int(presentation.slide_width), int(presentation.slide_height)

    def _note(self, slide: Any, figures: tuple[PackFigure, ...]) -> None:
        """The sources, in full, in the notes."""
        lines = []
        for figure in figures:
            lines += source_lines(figure, self.tr)
        lines += [
            self.tr("{label}: {value}", label=name, value=value) for name, value in self.pack.facts
        ]
        slide.notes_slide.notes_text_frame.text = "\n".join(lines)

    # The cover

    def _cover(self) -> None:
        pack, tr = self.pack, self.tr
        slide = self.template.presentation.slides.add_slide(self.template.cover)
        said = [pack.scope, pack.known, tr("Program version {version}", version=dict(pack.facts)[
            tr("Program version")])]  # fmt: skip
        used = False
        for shape in list(slide.placeholders):
            kind = shape.placeholder_format.type
            if kind in TITLES:
                shape.text_frame.text = pack.title
                describe(shape, tr("Title"), pack.title)
            elif kind in (PP_PLACEHOLDER.SUBTITLE, PP_PLACEHOLDER.BODY) and not used:
                used = True
                self._cover_words(shape, said)
            else:
                shape._element.getparent().remove(shape._element)
        width, height = self._size()
        if not used:
            box = Box(Inches(0.6), round(height * 0.6), width - Inches(1.2), Inches(1.5))
            add_text(slide, box, said, Style((16.0, 14.0, 12.0)), tr("Filters and data date"))
        if self.logo is not None:
            box = Box(width - Inches(3.0), Inches(0.5), Inches(2.4), Inches(0.7))
            add_logo(slide, box, io.BytesIO(self.logo), tr("Logo"))
        self._note(slide, ())

    def _cover_words(self, shape: Any, said: list[str]) -> None:
        """The first line in the template's own size, the others smaller."""
        frame = shape.text_frame
        frame.text = said[0]
        frame.paragraphs[0].runs[0].font.size = Pt(18)
        for text in said[1:]:
            paragraph = frame.add_paragraph()
            run = paragraph.add_run()
            run.text = text
            run.font.size = Pt(14)
        describe(shape, self.tr("Filters and data date"), " ".join(said))

    # The summary

    def _summary(self, section: PackSection) -> None:
        """The answers beside each other on one slide."""
        slide, body = self._slide(self.tr("Four questions, four answers"), section.title, None)
        gap_x, gap_y = 0.03, 0.05
        count = len(section.figures)
        rows = -(-count // 2)
        for place, figure in enumerate(section.figures):
            box = body.part(
                (0.5 + gap_x / 2) * (place % 2),
                (1 / rows + gap_y / rows) * (place // 2),
                0.5 - gap_x / 2,
                (1 - gap_y * (rows - 1)) / rows,
            )
            self._card(slide, box, figure)
        self._note(slide, section.figures)

    def _card(self, slide: Any, box: Box, figure: PackFigure) -> None:
        add_rule(slide, box, figure.question, is_accent=True)
        inner = box.below(Inches(0.07))
        words, drawing = inner.part(0, 0, 0.53, 1), inner.part(0.55, 0.02, 0.45, 0.96)
        head = words.above(Inches(0.24))
        add_text(slide, head, [figure.question], Style((12.0, 11.0, 10.0), "pale"), figure.question)
        rest = words.below(Inches(0.26))
        if figure.headline:
            height = Inches(0.74 if figure.headline.verdict else 0.52)
            self._value(slide, rest.above(height), figure.headline, 30)
            rest = rest.below(height)
        said = list(dict.fromkeys(it for it in (figure.title, figure.reason) if it))
        style = Style((14.0, 13.0, 12.0, 11.0), is_bold=True)
        add_text(slide, rest.part(0, 0, 1, 0.33), said, style, self.tr("Message"))
        if figure.decision:
            style = Style((11.0, 10.0, 9.0), "accent")
            place = rest.part(0, 0.36, 1, 0.29)
            add_text(slide, place, [f"→ {figure.decision}"], style, self.tr("To decide"))
        small = rest.part(0, 0.67, 1, 0.33)
        notes = [" · ".join((*figure.basis, *figure.notes))]
        add_text(slide, small, notes, Style((9.0, 8.5, 8.0), "pale"), self.tr("Cases and interval"))
        self._drawing(slide, drawing, figure, is_small=True)

    def _value(self, slide: Any, box: Box, headline: PackHeadline, size: float) -> None:
        """The large value, and its verdict in word and colour below."""
        value = box.above(round(size * LINE_HEIGHT * EMU_PER_POINT))
        style = Style((size, size * 0.8, size * 0.65, size * 0.5), "accent", is_bold=True)
        add_text(slide, value, [headline.value], style, headline.label)
        if headline.verdict:
            below = box.below(value.height)
            text = f"{DOT} {headline.verdict}"
            height = max(below.height, Inches(0.2))
            style = Style((12.0, 11.0, 10.0), headline.mood, is_bold=True)
            add_text(slide, replace(below, height=height), [text], style, self.tr("Verdict"))

    # One figure

    def _figure(self, section: PackSection, figure: PackFigure) -> None:
        eyebrow = f"{section.title} · {figure.question}"
        slide, body = self._slide(figure.title, eyebrow, figure)
        if figure.headline and figure.chart and _is_one_bar(figure.chart):
            self._one_bar(slide, body, figure, figure.headline)
            self._note(slide, (figure,))
            return
        small = self._small_print(figure)
        print_height = round(self._print_height(small, body) * EMU_PER_POINT)
        place = body.above(body.height - print_height - Inches(0.08))
        if small:
            foot = Box(body.left, body.bottom - print_height, body.width, print_height)
            style = Style((11.0, 10.0, 9.0), "pale", anchor=MSO_ANCHOR.BOTTOM)
            add_text(slide, foot, small, style, self.tr("Cases and interval"))
        place = self._said_above(slide, place, figure)
        if figure.is_empty:
            self._nothing(slide, place, figure)
        elif figure.headline and figure.table is None:
            left = place.part(0, 0, HEADLINE_SHARE, 1)
            right = place.part(HEADLINE_SHARE + 0.02, 0, 1 - HEADLINE_SHARE - 0.02, 1)
            self._headline(slide, left, figure.headline)
            self._drawing(slide, right, figure, is_small=False)
        else:
            self._drawing(slide, place, figure, is_small=False)
        self._note(slide, (figure,))

    def _one_bar(self, slide: Any, body: Box, figure: PackFigure, headline: PackHeadline) -> None:
        """A value, what it is made of in one bar, and the small print in large letters."""
        self._headline(slide, body.part(0, 0.05, HEADLINE_SHARE, 0.8), headline)
        right = body.part(HEADLINE_SHARE + 0.02, 0.05, 1 - HEADLINE_SHARE - 0.02, 0.9)
        self._drawing(slide, right.part(0, 0, 1, 0.4), figure, is_small=False)
        style = Style((18.0, 16.0, 14.0, 13.0, 12.0, 11.0))
        texts = self._small_print(figure)
        add_text(
            slide, right.part(0.02, 0.45, 0.96, 0.55), texts, style, self.tr("Cases and interval")
        )

    def _small_print(self, figure: PackFigure) -> list[str]:
        """Cases and interval, then the rules of the figure, a line each."""
        basis = " · ".join(figure.basis)
        more = [self._left_out_text(figure.chart, MOST_ROWS)] if figure.chart else []
        return [it for it in (basis, *figure.notes, *more) if it]

    def _print_height(self, small: list[str], body: Box) -> float:
        """In points; at most a fourth of the place."""
        if not small:
            return 0.0
        width, height = body.points
        most = height * 0.26
        size = fitting_size(small, width, most, (11.0, 10.0, 9.0))
        if size is None:
            return most
        lines = sum(1 + int(len(it) * size * 0.53 / width) for it in small)
        return min(most, (lines + 0.4) * size * LINE_HEIGHT)

    def _said_above(self, slide: Any, place: Box, figure: PackFigure) -> Box:
        """Sentences that are needed first, and what can't be given; what is left below them."""
        texts = [figure.lead] if figure.lead else []
        if figure.headline and figure.table is not None:
            label, value = figure.headline.label, figure.headline.value
            texts.append(self.tr("{label}: {value}", label=label, value=value))
        texts += [f"→ {figure.decision}"] if figure.decision else []
        if figure.reason and not figure.is_empty:
            texts.append(figure.reason)
        if not texts:
            return place
        box = place.above(Inches(0.3 + 0.26 * len(texts)))
        add_text(slide, box, texts, Style((14.0, 13.0, 12.0, 11.0, 10.0)), self.tr("Sentence"))
        return place.below(box.height + Inches(0.06))

    def _headline(self, slide: Any, box: Box, headline: PackHeadline) -> None:
        label = box.above(Inches(0.5))
        style = Style((14.0, 13.0, 12.0), "pale", anchor=MSO_ANCHOR.BOTTOM)
        add_text(slide, label, [headline.label], style, headline.label)
        below = box.below(Inches(0.52))
        value = below.above(Inches(0.95))
        style = Style((54.0, 44.0, 36.0, 30.0, 24.0, 20.0), "accent", is_bold=True)
        add_text(slide, value, [headline.value], style, headline.label)
        if headline.verdict:
            text = f"{DOT} {headline.verdict}"
            style = Style((15.0, 14.0, 13.0, 12.0), headline.mood, is_bold=True)
            add_text(slide, below.below(Inches(1.0)).above(Inches(0.9)), [text], style,
                     self.tr("Verdict"))  # fmt: skip

    def _nothing(self, slide: Any, place: Box, figure: PackFigure) -> None:
        """Why there is no figure, in the middle of its place."""
        text = figure.reason or figure.title
        box = place.part(0.15, 0.3, 0.7, 0.35)
        style = Style((18.0, 16.0, 14.0), "pale", align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE)
        add_text(slide, box, [text], style, self.tr("Why there is nothing"))

    def _nothing_of(self, section: PackSection) -> None:
        """One slide for a section without any figure: each question, and why it has no answer."""
        title, first = nothing_title(section, self.tr), section.figures[0]
        slide, body = self._slide(title, section.title, replace(first, method=""))
        add_table(slide, body, nothing_table(section, self.tr), section.title, title)
        self._note(slide, section.figures)

    def _drawing(self, slide: Any, box: Box, figure: PackFigure, *, is_small: bool) -> None:
        name = figure.question or figure.title
        if figure.chart is not None:
            self._chart(slide, box, figure.chart, figure, is_small=is_small)
        elif figure.grid is not None:
            add_grid(slide, box, figure.grid, name, figure.description)
        elif figure.pyramid:
            add_pyramid(slide, box, figure.pyramid, is_small=is_small, tr=self.tr)
        elif figure.table is not None and not is_small:
            self._table(slide, box, figure.table.shortened, figure)

    def _chart(
        self, slide: Any, box: Box, chart: PackChart, figure: PackFigure, *, is_small: bool
    ) -> None:
        shown, _ = fewer_rows(chart, MOST_SMALL_ROWS if is_small else MOST_ROWS)
        look = self._look(shown, box, is_small=is_small)
        place = box.above(self._chart_height(shown, box, is_small=is_small))
        native = native_chart(shown, self.tr, self.pack.currency, look)
        add_chart(slide, place, native, figure.question, figure.description)
        self._goals(slide, place, native, shown, look)

    def _goals(
        self, slide: Any, place: Box, native: NativeChart, chart: PackChart, look: ChartLook
    ) -> None:
        if chart.kind == "bars":
            for label, value in chart.levels:
                add_goal(slide, place, native, value, label, look.letters)

    def _look(self, chart: PackChart, box: Box, *, is_small: bool) -> ChartLook:
        """Letters by the room; as much of the width for names as the longest one needs."""
        letters = 9 if is_small else 10 if len(chart.names) > 9 else 12
        longest = max((len(it) for it in chart.names), default=0)
        wanted = (longest * letters * 0.55 + 10) / (box.width / EMU_PER_POINT)
        return ChartLook(letters, min(max(wanted, 0.08), 0.36), is_small)

    def _chart_height(self, chart: PackChart, box: Box, *, is_small: bool) -> int:
        """Few rows don't fill a whole slide."""
        if is_small or chart.kind not in ("bars", "stacked", "spans"):
            return box.height
        rows = len(chart.names) * max(1, len(chart.series) if chart.kind == "bars" else 1)
        return min(box.height, int(Inches(0.9 + 1.0 * rows)))

    def _left_out_text(self, chart: PackChart, most: int) -> str:
        _, left_out = fewer_rows(chart, most)
        if not left_out:
            return ""
        return self.tr(
            "{n} of {whole} rows are left out here: the workbook has all.",
            n=self.tr.number(left_out),
            whole=self.tr.number(len(chart.names)),
        )

    def _table(self, slide: Any, box: Box, table: PackTable, figure: PackFigure) -> None:
        sizes = (13, 12, 11, 10, 9)
        kept = table_fit(table, *box.points, sizes)[2]
        rest = len(table.rows) - kept
        if rest:
            line = Inches(0.24)
            kept = add_table(
                slide,
                box.above(box.height - line),
                table,
                figure.question,
                figure.description,
                sizes=sizes,
            )
            text = self.tr.plural(
                "{n} row more in the workbook.", "{n} rows more in the workbook.",
                len(table.rows) - kept,
            )  # fmt: skip
            below = box.below(box.height - line)
            add_text(slide, below, [text], Style((10.0,), "pale"), self.tr("Rows left out"))
            return
        add_table(slide, box, table, figure.question, figure.description, sizes=sizes)

    # Methods

    def _methods(self) -> None:
        """How each figure is computed, as many as fit a slide on each."""
        left, title = list(self.pack.methods), self.tr("How each figure is computed")
        even = 0
        while left:
            slide, body = self._slide(title, self.tr("Appendix"), None)
            even = even or self._even_rows(left, body)
            kept = min(even, self._fitting_rows(left, body))
            table = _methods_table(left[:kept], self.tr)
            add_table(slide, body, table, title, title, sizes=METHOD_SIZES)
            self._note(slide, ())
            left = left[kept:]

    def _fitting_rows(self, methods: list[PackMethod], body: Box) -> int:
        """How many of the methods fit a slide, at least one."""
        return max(1, table_fit(_methods_table(methods, self.tr), *body.points, METHOD_SIZES)[2])

    def _even_rows(self, methods: list[PackMethod], body: Box) -> int:
        """So many methods a slide that the last slide isn't nearly empty."""
        left, count = methods, 0
        while left:
            left, count = left[self._fitting_rows(left, body) :], count + 1
        return -(-len(methods) // count)


def nothing_title(section: PackSection, tr: Translator) -> str:
    """The message of a section without any figure: the reason that all have, if it is one."""
    reasons = {it.reason or it.title for it in section.figures}
    return reasons.pop() if len(reasons) == 1 else tr("There is nothing to show for these filters")


def nothing_table(section: PackSection, tr: Translator) -> PackTable:
    """The questions of a section without any figure, each with its reason."""
    rows = tuple((it.question, it.reason or it.title) for it in section.figures)
    return PackTable((tr("Question"), tr("Why there is nothing")), rows)


def _is_one_bar(chart: PackChart) -> bool:
    return chart.kind == "stacked" and len(chart.names) == 1


def _methods_table(methods: list[PackMethod], tr: Translator) -> PackTable:
    return PackTable(
        (tr("Question"), tr("Method"), tr("In short")),
        tuple((" ".join(it.figures), it.heading, it.statement) for it in methods),
    )


def source_lines(figure: PackFigure, tr: Translator) -> list[str]:
    """All that is said of a figure, a line each, without what its drawing shows."""
    headline = figure.headline
    value = tr("{label}: {value}", label=headline.label, value=headline.value) if headline else ""
    lines = [
        figure.question,
        figure.title,
        value,
        headline.verdict if headline else "",
        figure.lead,
        figure.reason,
        figure.decision,
        *figure.basis,
        *figure.notes,
        f"{figure.scope} · {figure.known}",
        tr("Method: {method}", method=figure.method) + f" ({figure.method_place})",
        "",
    ]
    return [*(it for it in dict.fromkeys(lines) if it), ""]
