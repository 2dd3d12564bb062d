"""The look of charts: colours that can be read in both themes, lines that say what they are."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from cxdata.charts import theme
from cxdata.charts.lines import END_HEIGHT, LineEnd, end_labels, end_text, line_traces
from cxdata.charts.theme import (
    CHANNEL_COLOURS,
    CLASS_COLOURS,
    GROUP_COLOURS,
    LEVEL_HEAT,
    description,
    faded,
    layout,
    own_figure,
    shade,
    with_description,
)

PROJECT = Path(__file__).parents[2]
STATES = (theme.GOOD, theme.BAD, theme.GOAL)
CELLS = (theme.CALM, theme.WARM, theme.HOT, theme.COLD, theme.EVEN, theme.FINE, *LEVEL_HEAT)
TEXTS = (theme.TEXT, theme.MUTED, theme.ACCENT, *STATES, *CLASS_COLOURS.values(),
         *CHANNEL_COLOURS.values(), *GROUP_COLOURS)  # fmt: skip
MONTHS = [date(2026, it, 1) for it in range(1, 5)]


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_letters_meet_the_contrast_of_wcag_aa_on_each_ground(mode: theme.Mode) -> None:
    paper, ink = shade(theme.GROUND, mode), shade(theme.HEAT_INK, mode)
    weak = [it for it in TEXTS if contrast(shade(it, mode), paper) < 4.5]
    weak += [it for it in CELLS if contrast(shade(it, mode), ink) < 4.5]
    on_class = shade(theme.ON_CLASS, mode)
    weak += [it for it in CLASS_COLOURS.values() if contrast(shade(it, mode), on_class) < 4.5]
    assert weak == []


def test_no_channel_class_or_group_has_the_colour_of_a_state() -> None:
    for colours in (CHANNEL_COLOURS.values(), CLASS_COLOURS.values(), GROUP_COLOURS):
        assert not {*colours} & {*STATES}
        assert not {shade(it, "dark") for it in colours} & {shade(it, "dark") for it in STATES}


def test_the_colours_are_those_that_the_design_names() -> None:
    told = (PROJECT / "docs" / "design.md").read_text("utf-8")
    for colour in (theme.TEXT, theme.MUTED, theme.ACCENT, *STATES):
        assert f"`{colour}` | `{shade(colour, 'dark')}`" in told


def test_on_dark_ground_each_colour_is_its_counterpart_and_the_shared_figure_stays() -> None:
    trace = {
        "type": "scatter",
        "text": [theme.ACCENT],
        "fillcolor": faded(theme.ACCENT, 0.18),
        "marker": {"color": [theme.GOOD, theme.HOLLOW, "red"]},
    }
    figure = {"data": [trace], "layout": layout(200)}
    own = own_figure(figure, "dark")
    assert own["data"][0] == {
        "type": "scatter",
        "text": [theme.ACCENT],
        "fillcolor": "rgba(53, 167, 178, 0.18)",
        "marker": {"color": ["#45b891", "#11191d", "red"]},
    }
    assert own["layout"]["xaxis"]["tickfont"] == {"size": 14, "color": "#a9b6bd"}
    assert trace["marker"] == {"color": [theme.GOOD, theme.HOLLOW, "red"]}
    assert own_figure(figure)["data"] == [trace]


def test_a_figure_says_in_words_what_it_shows() -> None:
    figure = {"data": [], "layout": layout(200)}
    assert description(figure) is None
    assert description(with_description(figure, "It rises")) == "It rises"


def test_a_line_is_solid_through_whole_periods_and_dotted_to_the_others() -> None:
    solid, dotted = line_traces(MONTHS, [1, 2, 3, 4], [False, True, True, False], "#0e7c86")
    assert solid["y"] == [None, 2, 3, None]
    assert (dotted["y"], dotted["line"]["dash"]) == ([1, 2, 3, 4], "dot")
    [whole] = line_traces(MONTHS, [1, 2, 3, 4], [True] * 4, "#0e7c86")
    assert whole["y"] == [1, 2, 3, 4]


def test_names_at_the_ends_of_lines_stand_in_their_order_and_never_upon_each_other() -> None:
    ends = [LineEnd(MONTHS[-1], it, f"{it}", "#0e7c86") for it in (80, 81, 80.5, 20)]
    labels = end_labels(ends, (0, 100), 320)
    scale = (320 - 66) / 100
    places = [it["y"] * scale + it["yshift"] for it in labels]
    assert [it["text"] for it in labels] == ["20", "80", "80.5", "81"]
    gaps = [after - before for before, after in pairwise(places)]
    assert all(it >= END_HEIGHT - 0.3 for it in gaps)
    assert labels[0]["yshift"] == 0


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Chat", "Chat <b>71%</b>"), ("", "<b>71%</b>"), ("<b>", "&lt;b&gt; <b>71%</b>"),
     ("Grandes entreprises du Sud", "Grandes… <b>71%</b>"), ("W" * 30, "W" * 15 + "… <b>71%</b>")],
)  # fmt: skip
def test_a_line_ends_with_its_name_and_value(name: str, shown: str) -> None:
    assert end_text(name, "71%") == shown
