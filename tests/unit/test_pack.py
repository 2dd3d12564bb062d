"""A board pack and its faces: one store, one pack, and every figure of it read back from each."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default
from html import escape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import polars as pl
import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pypdf import PdfReader

from cxdata.charts.lines import TargetRun
from cxdata.charts.nps import Overlay, nps_trend_figure
from cxdata.charts.theme import ACCENT, CHANNEL_COLOURS, own_figure
from cxdata.errors import AccessError, CxDataError, FileError, FilterError
from cxdata.exports.deck.chart_xml import band_series, native_chart
from cxdata.exports.deck.slides import Deck, as_deck
from cxdata.exports.deck.template import deck_template
from cxdata.exports.mail import mail_html, mail_text
from cxdata.exports.pack_files import FACES, pack_file
from cxdata.exports.pack_workbook import FIRST_ROW, figures_with_numbers, pack_workbook
from cxdata.exports.report.pages import as_report, pack_csv
from cxdata.followup.made_with import settings_mark
from cxdata.i18n import translator
from cxdata.metrics.churn.rates import churn_by_class
from cxdata.metrics.nps.mix import nps_mix
from cxdata.metrics.nps.score import nps_by, nps_summary
from cxdata.metrics.nps.themes import nps_themes
from cxdata.metrics.nps.trend import nps_trend
from cxdata.metrics.response_time.compliance import compliance_by_channel, compliance_trend
from cxdata.models import Filters, Period, Reader, Scope
from cxdata.pack.drawn import ChartSource, chart_of, fewer_rows, read_chart
from cxdata.pack.making import (
    PackChoice,
    computed_once_each,
    first_statement,
    pack_of,
)
from cxdata.pack.numbers import number_text
from cxdata.pack.pack import Pack, PackChart, PackEvent, PackFigure, PackGrid, PackTable, Series
from cxdata.pack.plain import drawn_text, told_text
from cxdata.pack.sections import SECTION_KEYS, followed_up_drawn
from cxdata.pack.shown import grid_figure
from cxdata.panels import PANELS, Request, panel
from cxdata.store.connection import Store
from cxdata.store.kept_rows import KeptRows
from cxdata.store.narrowing import LISTS_OF_PEOPLE
from tests.chart_order import misplaced
from tests.stores import HOSTILE_TEXTS, add, answers, calls, customers

PERIOD = Period(date(2026, 1, 1), date(2026, 6, 30))
HOSTILE = ("=1+1", "<b>bold</b> & *star*", HOSTILE_TEXTS["markdown"])
NO_DECISION = "No decision was kept yet."
SEGMENTS = ("Home", *HOSTILE)
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
LONG = "A segment whose name has sixty letters, as some tools make it"


def at(store: Store) -> Request:
    return Request.computed_now(store, Filters(period=PERIOD), translator("en"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Five segments, most of them with names that some program would run; answers of two months
    with comments, lost customers, late calls."""
    opened = Store.open(tmp_path_factory.mktemp("pack") / "pack.duckdb")
    rows: list[dict[str, Any]] = []
    given: list[dict[str, Any]] = []
    for place, segment in enumerate(SEGMENTS):
        for row in customers(30, lost_count=4 + place, segment=segment):
            rows.append({**row, "customer_id": f"{place}-{row['customer_id']}"})
        said = answers([10, 9, 8, 3, 10 - place] * 6, journey="Buying", comment="slow delivery")
        given += [
            {
                **it,
                "response_id": f"{place}-{n}",
                "customer_id": f"{place}-C{n}",
                "responded_at": it["responded_at"].replace(month=4 + n % 3),
            }
            for n, it in enumerate(said)
        ]
    add(opened, rows, "customers")
    add(opened, given, "responses")
    called = calls([20, 400, 30] * 20, journey="Buying", reason="broken", segment="Home")
    add(opened, called, "contacts")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pack(store: Store) -> Pack:
    return pack_of(at(store), PackChoice(with_names=True))


@pytest.fixture(scope="module")
def deck(pack: Pack) -> Deck:
    return as_deck(pack)


@pytest.fixture(scope="module")
def slides(deck: Deck) -> list[Any]:
    return list(Presentation(io.BytesIO(deck.content)).slides)


def figure(pack: Pack, key: str) -> PackFigure:
    return next(it for it in pack.figures if it.key == key)


def only(pack: Pack, key: str) -> Series:
    chart = figure(pack, key).chart
    assert chart is not None
    return chart.series[0]


# The pack


def test_a_pack_has_the_sections_of_a_meeting_in_their_order(pack: Pack) -> None:
    assert [it.key for it in pack.sections] == list(SECTION_KEYS[:-1])
    assert len(pack.sections[0].figures) == 4
    assert {it.method_place.partition("#")[2] for it in pack.figures} == {
        it.name for it in pack.methods
    }


def test_sections_are_chosen_and_ordered(store: Store) -> None:
    chosen = pack_of(at(store), PackChoice(("churn_cost", "pyramid"), title="March\n board"))
    assert [it.key for it in chosen.sections] == ["churn_cost", "pyramid"]
    assert (chosen.title, chosen.methods, chosen.names_people) == ("March board", (), False)
    with pytest.raises(FilterError, match="no section called nbs"):
        pack_of(at(store), PackChoice(("nbs",)))


def test_names_are_asked_for_and_need_the_right_to_see_them(store: Store, pack: Pack) -> None:
    keys = [it.key for it in pack.figures if it.names_people]
    assert keys == ["churn_at_risk"]
    seen = store.seen_by(Reader("reader", "reader", Scope(), may_see_people=False))
    with pytest.raises(AccessError, match="names"):
        pack_of(at(seen), PackChoice(("churn_cost",), with_names=True))
    left = pack_of(at(seen), PackChoice(("churn_cost",)))
    assert "churn_at_risk" not in {it.key for it in left.figures}


def test_every_figure_says_cases_filters_data_date_and_method(pack: Pack) -> None:
    for shown in pack.figures:
        assert all((shown.title, shown.scope, shown.method)), shown.key
        assert shown.basis or shown.notes or shown.reason, shown.key
        assert "known until" in shown.known or "data until" in shown.known, shown.key
    facts = dict(pack.facts)
    assert {"Data version", "Settings", "Program version"} <= facts.keys()


def test_a_pack_asks_nothing_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = Store._found

    def counted(self: Store, name: str, *question: Any) -> pl.DataFrame:
        if name not in LISTS_OF_PEOPLE:
            asked.append(repr((name, *question)))
        return ask(self, name, *question)

    monkeypatch.setattr(Store, "_found", counted)
    monkeypatch.setattr(store, "_kept_rows", KeptRows())
    pack_of(at(store), PackChoice(("summary", "nps", "churn_cost")))
    assert len(asked) == len(set(asked)) > 20


def test_figures_are_the_numbers_of_the_metrics(store: Store, pack: Pack) -> None:
    filters = Filters(period=PERIOD)
    trend = nps_trend(store, filters, grain="month").drop_nulls("nps")
    shown = only(pack, "nps_trend")
    assert (shown.values, shown.low, shown.high) == columns(trend, "nps", "nps_low", "nps_high")
    groups = nps_by(store, filters, "segment").drop_nulls("nps")
    ranked = groups.sort("nps", descending=True, maintain_order=True)
    shown = only(pack, "nps_by")
    assert (shown.values, shown.low, shown.high) == columns(ranked, "nps", "nps_low", "nps_high")
    channels = compliance_by_channel(store, filters).drop_nulls("compliance_rate")
    shown = only(pack, "compliance")
    expected = columns(channels, "compliance_rate", "rate_low", "rate_high")
    assert (shown.values, shown.low, shown.high) == expected
    classes = churn_by_class(store, filters).drop_nulls("customer_churn_rate")
    shown = only(pack, "churn_by_class")
    expected = columns(classes, "customer_churn_rate", "rate_low", "rate_high")
    assert (shown.values, shown.low, shown.high) == expected
    summary = nps_summary(store, filters).row(0, named=True)
    chart = figure(pack, "nps").chart
    assert chart is not None
    assert {it.name: it.values for it in chart.series} == {
        name: (summary[f"{kind}_count"] / summary["answer_count"],)
        for name, kind in (
            ("Promoters", "promoter"),
            ("Passives", "passive"),
            ("Detractors", "detractor"),
        )
    }
    lines = figure(pack, "compliance_trend").chart
    assert lines is not None
    calls_line = next(it for it in lines.series if it.name == "Calls")
    monthly = compliance_trend(store, filters, grain="month")
    assert calls_line.values == columns(monthly, "compliance_rate")[0]
    themes = nps_themes(store, filters)
    assert set(only(pack, "nps_themes").values) <= {*themes["detractor_share"]}


def columns(frame: pl.DataFrame, *names: str) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(frame[name]) for name in names)


def test_a_waterfall_keeps_the_effects_to_the_last_digit(store: Store) -> None:
    filters = Filters(period=Period(date(2026, 6, 1), date(2026, 6, 30)))
    request = replace(at(store), filters=filters)
    made = pack_of(request, PackChoice(("nps",)))
    shown = next(it for it in made.figures if it.key == "nps_mix")
    mix = nps_mix(store, filters, "segment")
    assert shown.chart is not None
    [steps] = shown.chart.series
    effects = [it for place, it in enumerate(steps.values) if place not in shown.chart.totals]
    assert set(mix["rate_effect"]) <= set(effects)


def test_every_chart_of_the_dashboard_can_be_read(store: Store) -> None:
    """A figure added to a page can be added to the pack with a line."""
    request, read = computed_once_each(at(store)), 0
    for entry in PANELS:
        made = entry.make(request)
        for shown in (made, *made.parts):
            if shown.chart is not None:
                read += 1
                found = chart_of(shown, request.tr)
                assert found is not None, shown.key
                if isinstance(found, PackChart):
                    native = native_chart(found, request.tr, "EUR")
                    assert b"c:chartSpace" in native.xml_bytes(None), shown.key
    assert read > 15


def test_what_stands_at_a_lines_end_is_no_event_and_lines_and_targets_stay(store: Store) -> None:
    request = at(store)
    trend = request.result(nps_trend, grain="month")
    months = trend["period"].to_list()
    overlay = Overlay(
        targets=(TargetRun(months[0], months[0], 20.0), TargetRun(months[1], months[2], 30.0)),
        events=((date(2026, 5, 20), "Strike"),),
    )
    drawn = nps_trend_figure(trend, request.tr, "month", overlay=overlay)
    chart = read_chart(drawn, ChartSource(trend, {}, "?"), request.tr, "month")
    assert isinstance(chart, PackChart)
    assert [it.text for it in chart.events] == ["Strike"]
    targets = {it.name: it.values for it in chart.series if it.is_level}
    assert targets == {"Target +20.0": (20.0, None, None), "Target +30.0": (None, 30.0, 30.0)}
    [calls_line] = [
        it
        for it in chart_of(panel(request, "compliance_trend"), request.tr).series  # type: ignore[union-attr]
        if not it.is_level
    ]
    assert calls_line.colour == CHANNEL_COLOURS["call"] != ACCENT


def test_cases_are_one_bar_of_what_became_of_them(store: Store) -> None:
    request = at(store)
    row = {"case_count": 9, "judged_count": 6, "in_time_count": 4, "waiting_count": 3}
    told = replace(request, remembered=lambda *_, **__: pl.DataFrame([row]))
    chart = followed_up_drawn(told, panel(request, "follow_up_in_time"))
    assert isinstance(chart, PackChart)
    assert [(it.name, it.values) for it in chart.series] == [
        ("in time", (4,)),
        ("not in time", (2,)),
        ("not due yet", (3,)),
    ]


def test_of_a_long_ranking_the_first_and_the_last_stay() -> None:
    values = tuple(float(it) for it in range(40))
    names = tuple(f"{LONG} {it}" for it in range(40))
    chart = PackChart("bars", names, (Series("NPS", values, values, values),))
    shown, left_out = fewer_rows(chart, 14)
    assert (len(shown.names), left_out) == (14, 26)
    assert shown.series[0].values == (*values[:7], *values[-7:])


def test_texts_come_out_of_a_chart_as_they_went_in() -> None:
    assert drawn_text("&lt;b&gt;x&lt;/b&gt; &amp;amp; <b>y</b>") == "<b>x</b> &amp; y"
    assert told_text("a\x00\ud800b\u2028c\u202f%") == "a  b c\u202f%"
    assert first_statement("| a |\n\n`x` is [y](z.md):\n\n- b") == "x is y."


def test_a_settings_mark_is_of_what_figures_rest_on(store: Store) -> None:
    mark = settings_mark(store.settings)
    logged = replace(store.settings, log=replace(store.settings.log, file_count=99))
    assert re.fullmatch("[0-9a-f]{12}", mark)
    assert settings_mark(logged) == mark
    counted = replace(store.settings, answers=replace(store.settings.answers, confidence=0.9))
    assert settings_mark(counted) != mark


# Slides


def charted(pack: Pack) -> list[PackChart]:
    """The charts of a deck, as it shows them."""
    return [
        fewer_rows(it.chart, 5 if section.is_one_sheet else 14)[0]
        for section in pack.sections
        for it in section.figures
        if it.chart is not None
    ]


def test_chart_data_is_that_of_the_pack_to_the_last_digit(pack: Pack, slides: list[Any]) -> None:
    drawn = [it.chart for slide in slides for it in slide.shapes if it.has_chart]
    wanted = charted(pack)
    assert len(drawn) == len(wanted) > 10
    for chart, expected in zip(drawn, wanted, strict=True):
        if expected.kind in ("lines", "bars", "stacked", "columns"):
            found = {it.name: it for plot in chart.plots for it in plot.series}
            if any(expected.names):
                assert tuple(chart.plots[0].categories) == expected.names
            for series in expected.series:
                assert tuple(found[series.name].values) == series.values
        book = workbook_of(chart)
        for series in expected.series:
            assert [*series.values] in [*book.values()], series.name
        if (band := band_series(expected)) is not None:
            assert [*band.low] in [*book.values()]
            assert [*band.high] in [*book.values()]


def workbook_of(chart: Any) -> dict[int, list[Any]]:
    """The columns of the workbook inside a chart."""
    blob = chart.part.chart_workbook.xlsx_part.blob
    frame = pl.read_excel(io.BytesIO(blob), has_header=False, read_options={"skip_rows": 1})
    return {place: frame[name].to_list() for place, name in enumerate(frame.columns)}


def test_elements_of_charts_stand_in_the_order_of_the_standard(deck: Deck, store: Store) -> None:
    with zipfile.ZipFile(io.BytesIO(deck.content)) as file:
        names = [it for it in file.namelist() if it.startswith("ppt/charts/chart")]
        charts = [fromstring(file.read(it)) for it in names]
    assert len(charts) > 8
    one_period = PackChart(
        "lines", ("a",), (Series("NPS", (1.0,), (0.0,), (2.0,)), Series("t", (1.0,), is_level=True))
    )
    charts.append(fromstring(native_chart(one_period, translator("fr"), "EUR").xml))
    assert [it for chart in charts for it in misplaced(chart)] == []
    moved = charts[0]
    moved.insert(0, moved[-1])
    assert misplaced(moved)


def test_intervals_are_error_bars_in_the_chart(pack: Pack, slides: list[Any]) -> None:
    shown = only(pack, "nps_by")
    slide = next(it for it in slides if "NPS · For whom?" in words(it))
    chart = next(it.chart for it in slide.shapes if it.has_chart)
    spaces = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    plus = chart._chartSpace.findall(".//c:errBars/c:plus//c:v", spaces)
    assert [float(it.text) for it in plus] == [
        high - value
        for value, high in zip(shown.values, shown.high, strict=True)  # type: ignore[operator]
    ]


def test_events_and_targets_are_series_and_the_legend_leaves_helpers_out(store: Store) -> None:
    line = Series("NPS", (1.0, 2.0, 3.0), (0.0, 1.0, 2.0), (2.0, 3.0, 4.0))
    target = Series("Target", (2.0,) * 3, is_level=True, is_dashed=True)
    chart = PackChart(
        "lines", ("a", "b", "c"), (line, target), events=(PackEvent(1, "<Strike> &"),)
    )
    xml = native_chart(chart, translator("en"), "EUR").xml
    root = fromstring(xml)
    names = [it.findtext(f"{C}tx//{C}v") for it in root.iter(f"{C}ser")]
    assert names == ["NPS, low", "NPS, from low to high", "NPS", "Target", "Events"]
    order = [it.find(f"{C}idx").get("val") for it in root.iter(f"{C}ser")]  # type: ignore[union-attr]
    assert order == ["0", "1", "2", "3", "4"]
    hidden = [it.find(f"{C}idx").get("val") for it in root.iter(f"{C}legendEntry")]  # type: ignore[union-attr]
    assert hidden == ["0", "1", "4"]
    assert "&lt;Strike&gt; &amp;" in xml


def words(slide: Any) -> str:
    """All that stands on a slide."""
    said = [it.text_frame.text for it in slide.shapes if it.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            said += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(said)


def test_each_slide_says_message_cases_filters_date_and_method(
    pack: Pack, slides: list[Any]
) -> None:
    told = [it for it in pack.sections if not it.is_one_sheet]
    figures = [shown for it in told if not it.is_empty for shown in it.figures]
    ours = [it for it in slides[2:] if it.shapes.title.text_frame.text != NO_DECISION]
    [decisions] = [it for it in told if it.is_empty]
    [empty] = [it for it in slides[2:] if it not in ours]
    assert all(it.question in words(empty) for it in decisions.figures)
    for shown, slide in zip(figures, ours, strict=False):
        number = slides.index(slide) + 1
        assert slide.shapes.title.text_frame.text == shown.title
        text, notes = words(slide), slide.notes_slide.notes_text_frame.text
        assert f"{shown.scope} · {shown.known}" in text
        assert f"Method: {shown.method}" in text
        assert str(number) in text.split("\n")
        for part in shown.basis:
            assert part in text
        for part in (*shown.basis, *shown.notes, shown.scope, shown.method_place):
            assert part in notes


def test_numbers_stand_at_the_right_and_columns_that_say_nothing_are_left_out() -> None:
    table = PackTable(
        ("Cause", "Cases", "Revenue", "Owner", "Due"),
        (("Delivery", "20", "92.2 k€", "–", "31 déc. 2026"), ("Wait", "–", "≥ 4 k€", "", "")),
    )
    shown = table.shortened
    assert shown.columns == ("Cause", "Cases", "Revenue", "Due")
    assert shown.number_columns == (False, True, True, False)
    assert shown.rows[0][-1] == "31\xa0déc.\xa02026"
    assert table.number_columns[3] is False


def test_every_shape_says_what_it_shows(slides: list[Any]) -> None:
    for slide in slides:
        for shape in slide.shapes:
            properties = shape._element.xpath(".//p:cNvPr")[0]
            assert properties.get("descr"), (shape.name, words(slide)[:60])
            assert shape.shape_type != MSO_SHAPE_TYPE.PICTURE


def test_no_shape_leaves_its_slide(slides: list[Any]) -> None:
    presentation = slides[0].part.package.presentation_part.presentation
    width, height = presentation.slide_width, presentation.slide_height
    for slide in slides:
        for shape in slide.shapes:
            assert min(shape.left, shape.top) >= 0, shape.name
            assert shape.left + shape.width <= width, shape.name
            assert shape.top + shape.height <= height, (shape.name, words(slide)[:80])


def test_hostile_texts_are_texts_on_slides_and_in_their_workbooks(
    pack: Pack, slides: list[Any]
) -> None:
    slide = next(it for it in slides if "NPS · For whom?" in words(it))
    chart = next(it.chart for it in slide.shapes if it.has_chart)
    names = {told_text(it) for it in SEGMENTS}
    assert set(chart.plots[0].categories) == names == {*SEGMENTS}
    assert set(workbook_of(chart)[0]) == names  # a formula would be its result


def test_a_comment_of_10_000_letters_is_text_on_a_slide_and_whole_in_its_workbook(
    pack: Pack,
) -> None:
    """Where a slide has no room for all of it, it ends with …; nothing of it is markup there."""
    said = "<b>Très</b> \"mal\" 'l' &amp; ]]> <a:t/> =1+1 👩‍👩‍👧 😀"
    comment = f"{said} " + "é" * 9_900
    told, cells = figure(pack, "nps_by"), (comment, "x")
    numbers = pl.DataFrame({"comment": [comment], "nps": [1.0]})
    listed = PackTable(("comment", ""), (cells,))
    shown = (
        replace(told, chart=PackChart("bars", (said,), (Series("n", (1.0,)),)), frame=numbers),
        replace(told, title=said, chart=None, table=listed, frame=numbers),
    )
    one = replace(pack, sections=(replace(pack.sections[1], figures=shown),), methods=())
    content = as_deck(one).content
    slides = list(Presentation(io.BytesIO(content)).slides)
    assert sum(said in words(it) for it in slides) == 1
    [chart] = [it.chart for slide in slides for it in slide.shapes if it.has_chart]
    [table] = [it.table for slide in slides for it in slide.shapes if it.has_table]
    drawn = chart.plots[0].categories[0]
    assert said.startswith(drawn.removesuffix("…"))
    listed_text = table.cell(1, 0).text
    assert listed_text.startswith(said[:30])
    assert listed_text.endswith("…")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert all(b"<b>" not in parts.read(it) for it in parts.namelist() if it.endswith(".xml"))
    book = pl.read_excel(io.BytesIO(pack_workbook(one)), sheet_id=0, has_header=False)
    assert any(comment in row for sheet in book.values() for row in sheet.rows())


def test_a_template_of_the_firms_own_is_used_and_its_gaps_are_said(
    store: Store, tmp_path: Path
) -> None:
    small = pack_of(at(store), PackChoice(("pyramid",)))
    own = Presentation()
    for layout in list(own.slide_layouts):
        if layout.name not in ("Title and Content", "Blank"):
            own.slide_layouts.remove(layout)
    own.slides.add_slide(own.slide_layouts[0])
    place = tmp_path / "own.pptx"
    own.save(str(place))
    made = as_deck(small, template=place)
    shown = Presentation(io.BytesIO(made.content))
    assert shown.slide_width == own.slide_width
    assert len(shown.slides) == 1 + len(small.figures)
    assert {it.slide_layout.name for it in shown.slides} == {"Title and Content"}
    assert made.notes == (
        "Your template has no layout with a title alone; “Title and Content” was taken.",
        "Your template has no title slide; “Title and Content” was taken.",
    )


def test_a_title_that_lies_outside_the_slide_is_put_at_its_head(
    store: Store, tmp_path: Path
) -> None:
    """Templates are scaled by hand: a title wider than its slide, or without any height."""
    own = Presentation()
    for holder in (own.slide_master, *own.slide_layouts):
        for shape in holder.placeholders:
            shape.left, shape.top, shape.width, shape.height = 0, 0, own.slide_width * 2, 0
    place = tmp_path / "wide.pptx"
    own.save(str(place))
    made = as_deck(pack_of(at(store), PackChoice(("pyramid",))), template=place)
    for slide in list(Presentation(io.BytesIO(made.content)).slides)[1:]:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= own.slide_width, shape.name
        assert slide.shapes.title.height > 300_000


def test_a_coloured_table_is_read_in_the_dark(pack: Pack) -> None:
    """Cells keep their colours there, so their letters keep theirs."""
    grid = next(it.grid for it in pack.figures if it.grid)
    light, dark = (own_figure(grid_figure(grid), mode)["layout"] for mode in ("light", "dark"))
    assert [it["fillcolor"] for it in light["shapes"]] == [it["fillcolor"] for it in dark["shapes"]]
    inks = {it["font"]["color"] for it in light["annotations"]}
    assert inks & {it["font"]["color"] for it in dark["annotations"]} == {"rgb(16, 32, 42)"}


def test_what_is_no_template_or_logo_is_said_in_a_sentence(pack: Pack, tmp_path: Path) -> None:
    text, large = tmp_path / "a.pptx", tmp_path / "b.png"
    text.write_bytes(b"PK\x03\x04 no presentation")
    with large.open("wb") as file:
        file.truncate(40_000_000)
    cases: list[tuple[dict[str, Path], str]] = [
        ({"template": text}, "is no PowerPoint template"),
        ({"template": tmp_path / "none.pptx"}, "can't be read"),
        ({"logo": large}, "larger than 5 MB"),
        ({"logo": text}, "no picture"),
    ]
    for options, sentence in cases:
        with pytest.raises(FileError, match=sentence):
            as_deck(pack, **options)
    bare = Presentation()
    for layout in list(bare.slide_layouts)[:6] + list(bare.slide_layouts)[7:]:
        bare.slide_layouts.remove(layout)
    bare.save(str(text))
    with pytest.raises(CxDataError, match="no layout with a title"):
        deck_template(text)


def test_a_filter_without_data_makes_slides_that_say_why(store: Store) -> None:
    nothing = Filters(period=Period(date(2020, 1, 1), date(2020, 1, 31)))
    empty = pack_of(replace(at(store), filters=nothing), PackChoice(("nps", "churn_cost")))
    shown = list(Presentation(io.BytesIO(as_deck(empty).content)).slides)
    assert not any(it.has_chart for slide in shown for it in slide.shapes)
    for section in empty.sections:
        ours = [it for it in shown if section.title in words(it)]
        assert len(ours) == (1 if section.is_empty else len(section.figures))
        for told in section.figures:
            assert any((told.reason or told.title) in words(it) for it in ours), told.key


def test_a_grid_and_a_table_are_tables(pack: Pack) -> None:
    grids = [it.grid for it in pack.figures if it.grid]
    assert all(isinstance(it, PackGrid) for it in grids)
    table = figure(pack, "churn_at_risk").table
    assert isinstance(table, PackTable)
    assert len(table.rows) > 20


# Workbook


def test_a_workbook_has_a_sheet_for_each_figure_with_its_numbers(pack: Pack) -> None:
    content = pack_workbook(pack)
    sheets = pl.read_excel(
        io.BytesIO(content),
        sheet_id=0,
        infer_schema_length=None,
        read_options={"header_row": FIRST_ROW},
    )
    titles = pl.read_excel(io.BytesIO(content), sheet_id=0, has_header=False)
    shown = list(figures_with_numbers(pack))
    assert len(sheets) == 1 + len(shown) > 15
    for told, (name, sheet) in zip(shown, [*sheets.items()][1:], strict=True):
        assert told.frame is not None
        assert titles[name][0, 0] == told.title, name
        assert sheet.height == told.frame.height
        for place, column in enumerate(told.frame.columns):
            wanted = told.frame[column]
            if wanted.dtype.is_float():
                assert [*sheet.to_series(place)] == [*wanted], (name, column)


def test_a_workbook_says_units_filters_and_methods_and_runs_nothing(pack: Pack) -> None:
    content = pack_workbook(pack)
    about, *sheets = pl.read_excel(
        io.BytesIO(content), sheet_id=0, has_header=False, infer_schema_length=0
    ).values()
    said = "\n".join(str(it) for column in about for it in column if it)
    assert pack.title in said
    assert pack.scope in said
    assert all(it.heading in said for it in pack.methods)
    heads = {str(it) for sheet in sheets for column in sheet for it in column}
    assert {"NPS (points)", "In time (%)", "Cost of churn, central (EUR)"} <= heads
    assert {*SEGMENTS} <= heads  # as text: a formula would have no text of its own
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [it for it in archive.namelist() if "worksheets/sheet" in it]
        assert not any(b"<f>" in archive.read(it) for it in parts)


# PDF


@pytest.fixture(scope="module")
def report(pack: Pack) -> PdfReader:
    return PdfReader(io.BytesIO(as_report(pack)))


def bare(text: str) -> str:
    """A text without what a page breaks it at."""
    return re.sub(r"[\s\u00ad\ufb01\ufb02\u2010-]+", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl"))


def test_a_pdf_says_what_the_pack_says(pack: Pack, report: PdfReader) -> None:
    text = bare("".join(it.extract_text() for it in report.pages))
    tr = translator("en")
    for section in pack.sections:
        for shown in section.figures:
            for said in (shown.title, shown.question, shown.decision, *shown.basis):
                assert bare(said) in text, (shown.key, said)
            if shown.headline:
                assert bare(shown.headline.value) in text
            if shown.chart and shown.chart.kind == "bars":
                chart, _ = fewer_rows(shown.chart, 5 if section.is_one_sheet else 14)
                numbers = [it for one in chart.series for it in one.values if it is not None]
                for it in numbers:
                    assert bare(number_text(it, chart.unit, tr, "EUR")) in text, shown.key


def test_a_pdf_is_accessible_and_has_its_numbers_attached(pack: Pack, report: PdfReader) -> None:
    root = report.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert report.metadata is not None
    assert report.metadata.title == pack.title
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    [content] = report.attachments["pack.csv"]
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
    assert ["Data version", dict(pack.facts)["Data version"]] in [it[:2] for it in rows]
    told = only(pack, "nps_trend")
    assert [float(it[6]) for it in rows if it[0] == "nps_trend" and it[5] == "nps"] == [
        *told.values
    ]
    assert content.decode("utf-8") == pack_csv(pack)


def test_fonts_of_a_pdf_are_inside_it(report: PdfReader) -> None:
    fonts = {
        font["/BaseFont"]: font["/DescendantFonts"][0]["/FontDescriptor"]
        for page in report.pages
        for font in (it.get_object() for it in page["/Resources"]["/Font"].values())
    }
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & {*it.get_object()} for it in fonts.values())


def test_a_summary_alone_is_one_page(store: Store) -> None:
    summary = pack_of(at(store), PackChoice(("summary",)))
    assert len(PdfReader(io.BytesIO(as_report(summary))).pages) == 1


# Mail


def test_a_mail_opens_as_a_draft_with_the_pack_attached(pack: Pack) -> None:
    small = replace(pack, sections=pack.sections[:1], methods=())
    mail = message_from_bytes(pack_file(small, "eml").content, policy=default)
    assert mail["X-Unsent"] == "1"
    assert mail["Subject"] == f"{pack.title} – {pack.subtitle}"
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for shown in small.figures:
        assert shown.title in text.get_content()
        assert escape(shown.title) in html.get_content()
    attached = {it.get_filename(): it.get_content() for it in mail.iter_attachments()}
    assert [*attached] == ["board-pack.pptx", "board-pack.pdf"]
    assert attached["board-pack.pdf"].startswith(b"%PDF")


def test_texts_of_a_mail_are_no_markup(pack: Pack) -> None:
    hostile = "<script>alert(1)</script> **x** \r\nBcc: someone@example.com"
    shown = replace(pack.sections[0].figures[0], title=hostile, decision=hostile)
    section = replace(pack.sections[0], figures=(shown,))
    said = replace(pack, title=hostile, sections=(section,))
    assert "<script>" not in mail_html(said, translator("en"))
    assert hostile in mail_text(said, translator("en"))
    mail = message_from_bytes(pack_file(said, "eml").content, policy=default)
    assert mail["Bcc"] is None


def test_every_face_of_a_pack_without_data_is_made(store: Store) -> None:
    nothing = Filters(period=Period(date(2020, 1, 1), date(2020, 1, 31)))
    empty = pack_of(replace(at(store), filters=nothing), PackChoice(("pyramid",)))
    assert all(pack_file(empty, it).content for it in FACES)
