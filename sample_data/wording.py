"""Comments and names, put together from phrases.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

PHRASES: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8")
)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")
EUROS = (35, 49, 59, 79, 89, 120)
DRAW_COUNT = 10  # random numbers that one comment is made of


def comments(rng: np.random.Generator, answers: pl.DataFrame) -> list[str]:
    """One comment per row of ``journey``, ``tone``, ``language``, ``region``, ``product``."""
    columns = (answers[name] for name in ("journey", "tone", "language", "region", "product"))
    rows = zip(*columns, strict=True)
    draws = rng.random((len(answers), DRAW_COUNT))
    return [_comment(draw, *row) for draw, row in zip(draws.tolist(), rows, strict=True)]


def _comment(
    draw: list[float], journey: str, tone: str, language: str, region: str | None, product: str
) -> str:
    """Always one theme; sometimes an opening, a second theme, a closing."""
    themes = PHRASES["journeys"][journey]
    sentences = [_pick(_phrases(_pick(themes, draw[0]), tone, language, region), draw[1])]
    if draw[2] < 0.30:
        sentences.insert(0, _pick(PHRASES["openings"][language], draw[2] / 0.30))
    if draw[3] < 0.25:
        other = _phrases(_pick(themes, draw[4]), tone, language, region)
        sentences.append(_pick(other, draw[3] / 0.25))
    if draw[5] < 0.35:
        sentences.append(_pick(PHRASES["closings"][language][tone], draw[5] / 0.35))
    text = " ".join(dict.fromkeys(sentences)).format(**_slots(draw, product, region))
    return _typed_carelessly(text, draw[6])


def _phrases(theme: str, tone: str, language: str, region: str | None) -> list[str]:
    """English has no phrase for some themes; then any of its themes will do."""
    bank = PHRASES[language][tone]
    phrases = bank.get(theme) or [phrase for group in bank.values() for phrase in group]
    if language == "fr" and region == "Belgique":
        return phrases + 2 * PHRASES["be"][tone].get(theme, [])
    return phrases


def _pick(values: Any, draw: float) -> Any:
    return values[int(draw * len(values))]


def _slots(draw: list[float], product: str, region: str | None) -> dict[str, object]:
    name = PHRASES["products"][product]
    places = PHRASES["places"]
    return {
        "days": 3 + int(draw[7] * 19),
        "few": 2 + int(draw[7] * 4),
        "percent": 4 + int(draw[7] * 9),
        "times": 2 + int(draw[8] * 5),
        "minutes": 10 + 5 * int(draw[8] * 8),
        "euros": _pick(EUROS, draw[8]),
        "weekday": _pick(WEEKDAYS, draw[8]),
        "years": 2 + int(draw[9] * 14),
        "month": _pick(places["months"], draw[9]),
        "city": _pick(places["belgian_cities" if region == "Belgique" else "cities"], draw[9]),
        "product": name,
        "Product": name.capitalize(),
    }


def _typed_carelessly(text: str, draw: float) -> str:
    if draw < 0.05:
        return text.upper()
    if draw < 0.17:
        return text.lower().rstrip(".")
    return text


def customer_names(rng: np.random.Generator, is_firm: np.ndarray) -> list[str]:
    """Invented: family names are three syllables put together."""
    names = PHRASES["names"]
    parts = [
        rng.integers(0, len(names[part]), len(is_firm)) for part in ("starts", "middles", "ends")
    ]
    firms = rng.integers(0, len(names["firms"]), len(is_firm))
    family = [
        names["starts"][start] + names["middles"][middle] + names["ends"][end]
        for start, middle, end in zip(*parts, strict=True)
    ]
    return [
        names["firms"][firm].format(name) if of_firm else f"Famille {name}"
        for name, firm, of_firm in zip(family, firms, is_firm, strict=True)
    ]


def owner_emails(rng: np.random.Generator, region: np.ndarray) -> list[str]:
    """Two account owners for each region."""
    owners = PHRASES["names"]["owners"]
    which = region * 2 + rng.integers(0, 2, len(region))
    return [f"{owners[owner]}@example.com" for owner in which]
