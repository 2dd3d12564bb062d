"""The description of the API that other programs read, made from the table of acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from cxdata import __version__
from cxdata.api.acts import API_ACTS, ApiAct
from cxdata.cli.parameters import offered
from cxdata.cli.through_server import API, TOLD_TYPE
from cxdata.i18n import LOCALES

JSON = "application/json"
_FAULT = {"$ref": "#/components/schemas/Fault"}
REFUSAL_STATUSES = {
    "401": "No valid token.",
    "403": "The token's role or scope isn't enough.",
    "413": "The body is too large.",
    "422": "What was asked for doesn't exist, or a file is refused.",
    "503": "The store can't be reached.",
}
# Paths beside the acts: what each is, and whether it needs a token.
BESIDE: Mapping[str, tuple[str, str, bool]] = {
    f"{API}/openapi.json": ("get", "This document.", False),
    f"{API}/proof": ("get", "Prove that this server is the one whose token the caller has.", False),
    f"{API}/mcp": ("post", "The read-only door of assistants: MCP over Streamable HTTP.", True),
    "/metrics": ("get", "Figures on the dashboard itself, in OpenMetrics.", True),
    "/health": ("get", "200 while the store answers.", False),
}


def openapi_document(base_path: str = "") -> dict[str, Any]:
    """OpenAPI 3.1 of all that this server answers to programs."""
    paths = {f"{API}/{act.name}": {act.verb.lower(): _operation(act)} for act in API_ACTS}
    for path, (verb, summary, is_guarded) in BESIDE.items():
        answers: dict[str, Any] = {"200": {"description": "Done."}}
        if is_guarded:
            answers["401"] = _answer("401")
        guard: list[dict[str, list[str]]] = [{"token": []}] if is_guarded else []
        paths[path] = {verb: {"summary": summary, "responses": answers, "security": guard}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Customer experience dashboard",
            "version": __version__,
            "description": "The commands of the command line, with the same options and reports.",
        },
        "servers": [{"url": base_path or "/"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Fault": _FAULT_SCHEMA, "Told": _TOLD_SCHEMA},
        },
    }


_FAULT_SCHEMA = {
    "type": "object",
    "required": ["sentence", "hint", "code"],
    "properties": {
        "sentence": {"type": "string", "description": "What is wrong."},
        "hint": {"type": "string", "description": "What to do about it; may be empty."},
        "code": {"type": "string", "description": "The same in every language."},
    },
}
_TOLD_SCHEMA = {
    "type": "object",
    "description": "The long form: the document, and what people read of it.",
    "required": ["document", "lines", "is_done", "returned"],
    "properties": {
        "document": {},
        "lines": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
        "is_done": {"type": "boolean"},
        "returned": {"type": ["string", "null"], "contentEncoding": "base64"},
    },
}


def _operation(act: ApiAct) -> dict[str, Any]:
    told = {"$ref": "#/components/schemas/Told"}
    plain: dict[str, Any] = {JSON: {"schema": {}}}
    if act.media_type_of:
        plain = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    done = {"description": "Done.", "content": {**plain, TOLD_TYPE: {"schema": told}}}
    operation: dict[str, Any] = {
        "operationId": act.name,
        "summary": act.summary,
        "description": f"Needs the role {act.role}.",
        "security": [{"token": []}],
        "parameters": [*_parameters(act)],
        "responses": {"200": done, **{status: _answer(status) for status in REFUSAL_STATUSES}},
    }
    if act.takes_file:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
        operation["responses"]["409"] = {
            "description": "Nothing was taken: too many rows are refused. The report says which.",
            "content": done["content"],
        }
    return operation


def _answer(status: str) -> dict[str, Any]:
    return {"description": REFUSAL_STATUSES[status], "content": {JSON: {"schema": _FAULT}}}


def _parameters(act: ApiAct) -> Iterable[dict[str, Any]]:
    known = offered(act.command)
    for name, parameter in known.items():
        yield {
            "name": name,
            "in": "query",
            "required": parameter.required,
            "description": getattr(parameter, "help", None) or name,
            "schema": _schema(parameter),
        }
    for name, text in act.also:
        yield _said(name, text, {"type": "string"})
    yield _said("lang", "The language of sentences.", {"enum": [*LOCALES]})


def _said(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": text, "schema": schema}


def _schema(parameter: click.Parameter) -> dict[str, Any]:
    kind = parameter.type
    schema: dict[str, Any] = {"type": "string"}
    if getattr(parameter, "is_flag", False):
        schema = {"type": "boolean"}
    elif isinstance(kind, click.Choice):
        schema = {"enum": [*map(str, kind.choices)]}
    elif kind.name in {"integer", "integer range"}:
        schema = {"type": "integer"}
    is_list = getattr(parameter, "multiple", False) or parameter.nargs > 1
    return {"type": "array", "items": schema} if is_list else schema
