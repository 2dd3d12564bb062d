"""The door of assistants: the Model Context Protocol over HTTP, read only.

Three methods of JSON-RPC and the handshake; a library for it would bring thirty packages. What an
assistant gets is what the caller's token may see, and never a name or comment of a person: figures
that list people aren't offered, and of the rows behind the others only numbers, days and codes
leave.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cxdata import __version__
from cxdata.api.acts import PEOPLE_FIGURES
from cxdata.cli.figures import figures
from cxdata.cli.parameters import options_of
from cxdata.cli.session import served_act
from cxdata.errors import AskedWrongly, CxDataError, FilterError
from cxdata.i18n import LOCALES, Locale, translator
from cxdata.models import DIMENSIONS
from cxdata.pack.methods import definitions, method, methods
from cxdata.panels import PANELS
from cxdata.panels.document import json_value
from cxdata.store.connection import Store

VERSIONS = ("2025-06-18", "2025-03-26", "2024-11-05")
PARSE, INVALID, NO_METHOD, BAD_PARAMETERS = -32700, -32600, -32601, -32602
MOST_ROWS = 60
# Texts in rows that are codes or groups of the firm's own, never of a person.
CODES = frozenset(
    {*DIMENSIONS, "verdict", "reason", "base_reason", "nps_class", "wait_class", "backlog_class"}
    | {"touchpoint", "theme", "indicator", "unit", "assumption", "step", "clock", "kind"}
    | {"sent_by", "wave", "class", "grain", "known_reason", "status", "answers_verdict"}
)
OFFERED_FIGURES = tuple(it.key for it in PANELS if it.key not in PEOPLE_FIGURES)


@dataclass(frozen=True)
class Tool:
    """What an assistant may call; ``arguments`` is its JSON schema's properties."""

    name: str
    description: str
    arguments: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...]
    call: Callable[[Store, Mapping[str, Any], Locale], Any]

    def described(self) -> dict[str, Any]:
        schema = {
            "type": "object",
            "properties": dict(self.arguments),
            "required": list(self.required),
            "additionalProperties": False,
        }
        hints = {"readOnlyHint": True, "destructiveHint": False, "openWorldHint": False}
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": schema,
            "annotations": hints,
        }


def answer(store: Callable[[], Store], message: object, locale: Locale) -> dict[str, Any] | None:
    """The answer to one message of JSON-RPC; None to one that wants none.

    ``store`` is opened for tools alone. What a user can do wrong is the tool's own answer.
    """
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return _refused(None, INVALID, "not a message of JSON-RPC 2.0")
    number, name = message.get("id"), message.get("method")
    if not isinstance(name, str):
        is_reply = "result" in message or "error" in message
        return None if is_reply else _refused(number, INVALID, "no method")
    if "id" not in message:
        return None
    if not isinstance(number, (str, int)) or isinstance(number, bool):
        return _refused(None, INVALID, "an id that is no text or number")
    parameters = message.get("params", {})
    if not isinstance(parameters, dict):
        return _refused(number, BAD_PARAMETERS, "params that are no object")
    if name == "initialize":
        return _done(number, _welcome(parameters))
    if name == "ping":
        return _done(number, {})
    if name == "tools/list":
        return _done(number, {"tools": [it.described() for it in TOOLS]})
    if name == "tools/call":
        return _called(store, number, parameters, locale)
    return _refused(number, NO_METHOD, "a method that isn't here")


def _welcome(parameters: Mapping[str, Any]) -> dict[str, Any]:
    asked = parameters.get("protocolVersion")
    return {
        "protocolVersion": asked if asked in VERSIONS else VERSIONS[0],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "cx-dashboard", "version": __version__},
        "instructions": (
            "Figures on customer experience. Give each with its verdict, its number of answers "
            "and its interval; where there is a reason instead of a figure, give the reason. "
            "A change within the noise is no change."
        ),
    }


def _called(
    store: Callable[[], Store], number: object, parameters: Mapping[str, Any], locale: Locale
) -> dict[str, Any]:
    tool = next((it for it in TOOLS if it.name == parameters.get("name")), None)
    arguments = parameters.get("arguments") or {}
    if tool is None or not isinstance(arguments, dict):
        return _refused(number, BAD_PARAMETERS, "a tool or arguments that aren't here")
    try:
        unknown = [it for it in arguments if it not in tool.arguments]
        lacking = [it for it in tool.required if not arguments.get(it)]
        if unknown or lacking:
            raise AskedWrongly(
                "The tool takes {known}.", known=", ".join(tool.arguments) or "nothing"
            )
        asked = arguments.get("lang")
        spoken = asked if asked in LOCALES else locale
        said, is_error = json_value(tool.call(store(), arguments, spoken)), False
    except CxDataError as error:
        sentence, hint = translator(locale).error(error)
        said, is_error = {"sentence": sentence, "hint": hint}, True
    text = json.dumps(said, ensure_ascii=False, allow_nan=False)
    structured = said if isinstance(said, dict) else {"items": said}
    return _done(
        number,
        {
            "content": [{"type": "text", "text": text}],
            "structuredContent": structured,
            "isError": is_error,
        },
    )


def _figures(store: Store, arguments: Mapping[str, Any], locale: Locale) -> Any:
    told = served_act(figures)(store, **_options(arguments, locale))
    return [it for it in told.document if it["figure"] not in PEOPLE_FIGURES]


def _why(store: Store, arguments: Mapping[str, Any], locale: Locale) -> Any:
    key = arguments.get("figure")
    if key not in OFFERED_FIGURES:
        raise FilterError(
            "There is no figure called {choice}.",
            "There are: {known}.",
            choice=str(key),
            known=", ".join(OFFERED_FIGURES),
        )
    told = served_act(figures)(store, **{**_options(arguments, locale), "key": key})
    document = dict(told.document)
    document["rows"] = without_people(document["rows"])[:MOST_ROWS]
    document["units"] = {
        name: it
        for name, it in document["units"].items()
        if any(name in row for row in document["rows"])
    }
    section = next((it for it in methods(locale) if it.name == document["method"]), None)
    document["how"] = section and section.text
    return document


def without_people(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with numbers, days and codes alone: what somebody wrote or is called stays here.

    >>> without_people([{"segment": "Premium", "nps": 12.5, "customer": "Ada", "comment": "so"}])
    [{'segment': 'Premium', 'nps': 12.5}]
    """
    return [
        {
            name: value
            for name, value in row.items()
            if name in CODES or not isinstance(value, (str, list, dict))
            if not name.endswith("_id")
        }
        for row in json_value(rows)
    ]


def _options(arguments: Mapping[str, Any], locale: Locale) -> dict[str, Any]:
    pairs: list[tuple[str, str]] = []
    for name in ("from", "to"):
        pairs += [(name, str(arguments[name]))] if arguments.get(name) else []
    wheres = arguments.get("where") or []
    pairs += [("where", str(it)) for it in (wheres if isinstance(wheres, list) else [wheres])]
    return options_of(figures, pairs) | {"lang": locale}


def _methods(store: Store, arguments: Mapping[str, Any], locale: Locale) -> Any:
    name = arguments.get("section")
    if name:
        found = method(str(name), locale)
        return {"section": found.name, "heading": found.heading, "text": found.text}
    return [{"section": it.name, "heading": it.heading} for it in methods(locale)]


def _definitions(store: Store, arguments: Mapping[str, Any], locale: Locale) -> Any:
    word = str(arguments.get("word") or "").strip().lower()
    return [
        it
        for it in definitions()
        if not word or any(word in it[name].lower() for name in ("en", "fr", "code"))
    ]


_FILTERS: dict[str, Mapping[str, Any]] = {
    "from": {"type": "string", "description": "First day, as 2026-01-31."},
    "to": {"type": "string", "description": "Last day, included."},
    "where": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Only these: segment=Premium, channel=call, survey=transactional.",
    },
    "lang": {"enum": [*LOCALES], "description": "The language of the words."},
}
_LANG = {"lang": _FILTERS["lang"]}
TOOLS: tuple[Tool, ...] = (
    Tool("figures", "List the figures with what each says now.", _FILTERS, (), _figures),
    Tool(
        "why",
        "One figure with its verdict, number of answers, interval, notes and method; or the "
        "reason why there is none.",
        {"figure": {"enum": [*OFFERED_FIGURES]}, **_FILTERS},
        ("figure",),
        _why,
    ),
    Tool(
        "methods",
        "How figures are computed: the sections, or the text of one.",
        {"section": {"type": "string"}, **_LANG},
        (),
        _methods,
    ),
    Tool(
        "definitions",
        "What the words mean, in English and French.",
        {"word": {"type": "string"}, **_LANG},
        (),
        _definitions,
    ),
)


def _done(number: object, result: Mapping[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "result": result}


def _refused(number: object, code: int, text: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": text}}
