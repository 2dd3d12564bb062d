"""What a reader is answered by HTTP, to an assistant, and on the command line.

Each gives one text per thing that can be asked for, to be held beside the same of another store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cxdata.api.assistant import OFFERED_FIGURES
from cxdata.cli import main
from cxdata.cli.showing import METRICS, OTHER_SPLITS
from cxdata.models import BUILT_IN_DIMENSIONS
from cxdata.panels import PANELS
from tests.programs import Program

Question = tuple[str, tuple[tuple[str, str], ...]]


def questions() -> Iterator[Question]:
    """Every figure of ``show`` in each way that it may be split, and every figure of the pages."""
    splits = [("by", it) for it in (*BUILT_IN_DIMENSIONS, "Store", *OTHER_SPLITS)]
    splits += [("grain", "month"), ("grain", "quarter"), ("compare", "previous")]
    for metric in METRICS:
        yield "show", (("metric", metric),)
        yield from (("show", (("metric", metric), split)) for split in splits)
        for where in ("segment=SMB", "region=Sud"):
            yield "show", (("metric", metric), ("where", where), ("from", "2025-06-01"))
    yield "batches", ()
    for lang in ("en", "fr"):
        yield "figures", (("lang", lang),)
        shown = PANELS if lang == "en" else PANELS[::4]
        yield from (("figures", (("key", it.key), ("lang", lang))) for it in shown)


def answered_over_http(
    program: Program, token: str, asked: Iterable[Question]
) -> dict[str, tuple[int, str]]:
    """Status and body of each answer."""
    found = {}
    for act, pairs in asked:
        said = program.ask("GET", act, *pairs, token=token)
        found[f"{act} {pairs}"] = said.status, said.body.decode()
    return found


def calls() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every tool of an assistant with each of its figures."""
    for lang in ("en", "fr"):
        yield "figures", {"lang": lang}
        yield "figures", {"lang": lang, "where": ["segment=SMB"]}
        for figure in OFFERED_FIGURES:
            where = ["region=Nord"] if lang == "fr" else []
            yield "why", {"figure": figure, "lang": lang, "where": where}


def answered_to_assistant(
    program: Program, token: str, asked: Iterable[tuple[str, Mapping[str, Any]]]
) -> dict[str, tuple[int, str]]:
    """As over HTTP, of each call of a tool."""
    found = {}
    for name, arguments in asked:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        message |= {"params": {"name": name, "arguments": arguments}}  # type: ignore[dict-item]
        said = program.ask("POST", "mcp", token=token, body=json.dumps(message).encode())
        found[f"{name} {arguments}"] = said.status, said.body.decode()
    return found


def printed_as(path: Path, name: str, asked: Iterable[Question]) -> dict[str, tuple[int, str]]:
    """Exit code and output of each command as it prints for somebody."""
    found = {}
    for act, pairs in asked:
        words = [value for key, value in pairs if key in ("metric", "key")]
        words += [f"--{key}={value}" for key, value in pairs if key not in ("metric", "key")]
        words = [act, *words, "--as", name, "--json", "--store", str(path)]
        done = CliRunner().invoke(main, words)
        found[f"{act} {pairs}"] = done.exit_code, done.stdout
    return found
