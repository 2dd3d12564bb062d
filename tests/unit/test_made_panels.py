"""A panel is made once for the same data, filters, words and colours, whoever asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cxdata.i18n import translator
from cxdata.models import Filters
from cxdata.panels import Panel, Request
from cxdata.panels.panel import panel_of
from cxdata.store.connection import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def kept() -> dict[object, Any]:
    return {}


def asked(store: Store, kept: dict[object, Any]) -> Request:
    """A request with a way of its own to what is kept."""

    def remembered(function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
        key = (function, arguments, tuple(sorted(options.items())))
        if key not in kept:
            kept[key] = function(store, *arguments, **options)
        return kept[key]

    return Request(store, Filters(), translator("en"), remembered)


def card(request: Request) -> Panel:
    question = request.tr("Are customers more loyal?")
    return panel_of(request, "card", question, request.mode, "", known={})


def test_it_is_made_once_for_whoever_asks_in_the_same_words_and_colours(
    store: Store, kept: dict[object, Any]
) -> None:
    first = asked(store, kept).made(card)
    assert first == card(asked(store, {}))
    assert asked(store, kept).made(card) is first


def test_other_words_colours_and_filters_make_another(
    store: Store, kept: dict[object, Any]
) -> None:
    request = asked(store, kept)
    others = [
        replace(request, tr=translator("fr")),
        replace(request, mode="dark"),
        replace(request, filters=Filters(segment=("A",))),
    ]
    made = [it.made(card) for it in (request, *others)]
    assert len({id(it) for it in made}) == 4
    assert made[1].question != made[0].question
    assert (made[2].title, made[3].filters.segment) == ("dark", ("A",))
