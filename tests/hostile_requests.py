"""What somebody asks who looks for what they may not see: texts, addresses, bodies, messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cxdata.api.acts import API_ACTS
from cxdata.cli.parameters import offered
from tests.seen_faces import Question

# In the places of values, names, keys and days. Segments, regions and journeys stand in the data.
TEXTS: tuple[str, ...] = (
    *("Key", "Home", "Nowhere", "Nord,Sud", "SMB' or '1'='1", "SMB\x00Key", "SMB;--", "smb", "*"),
    *(
        "segment=Key",
        "segment=Home",
        "region=Sud",
        "journey=billing",
        "channel=email",
        "own_1=Lyon",
    ),
    *("Store=Lyon", "segment=", "=Key", "segment=SMB or true", "segment=Key&segment=SMB"),
    *("customer_id=C1", "response_id=R1", "batch_id=1", "scope=everything", "survey=all"),
    *("main.responses", "cxdata_scopes.s_1.responses", "responses; attach 'x'", "settings_history"),
    *("at-risk", "churn_at_risk", "refused_rows", "../../etc/passwd", "%2e%2e%2fcx.duckdb"),
    *("%00", "%C0%AF", "\u202eyeK", "\u212aey", "Ke\u0301y", "\udc80lone", "\U0001f9e8" * 40),
    *("<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", '{"segment": ["Key"]}', "[]"),
    *("null", "None", "NaN", "1e309", "-1", "9" * 400, "x" * 5000, "2026-13-45", "0001-01-01"),
    *("9999-12-31", "2025-01-01..9999-12-31", "2026-01-01..2025-01-01", "--as=boss", "@file"),
    *("local", "boss@example.org", "administrator"),
)
STEPS = (1, 2, 4)
PARTS = (
    "at_risk",
    "assess",
    "thresholds",
    "standards",
    "assumptions",
    "history",
    "access",
    "churn",
)
PAGES = ("nps", "cx_pyramid", "response_times", "churn_cost", "overview")


def addresses(ids: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Pages with hostile parameters; ``ids`` are of events, scenarios and snapshots of others."""
    found: list[tuple[str, dict[str, Any]]] = []
    names = ("segment", "region", "journey", "own_1", "part", "survey", "period", "comparison")
    for number, text in enumerate(it.encode("utf-8", "replace").decode() for it in TEXTS):
        page = PAGES[number % len(PAGES)]
        found.append((page, {names[number % len(names)]: text}))
    for number, text in enumerate((*PARTS, *ids)):
        page = PAGES[number % len(PAGES)]
        found.append((page, {"part": text, "segment": ["Key", "SMB"], "scenario": text}))
    found += [
        ("nps", {"segment": ["Key"] * 300, "region": "Sud"}),
        ("nps", {"Segment": "Key", "SEGMENT": "Key", "segment[]": "Key"}),
        ("churn_cost", {"customer": "C1", "reader": "boss@example.org", "as": "boss@example.org"}),
        ("overview", {"scope": "{}", "role": "administrator", "seen_as": "boss@example.org"}),
        ("response_times", {"batch": "1", "contact": "K1", "channel": ["email", "call"]}),
    ]
    # Cases and customers within and without any scope, and such as there are none.
    found += [("cases", {"case": it}) for it in (*map(str, range(1, 98, 8)), "0", "1 or 1=1")]
    found += [("cases", {"customer": it}) for it in ("C1", "C2", "C40", "C41", "C999", "<b>")]
    return [(f"insights/{it}.py", query) for it, query in found]


def hostile_questions(ids: Sequence[str]) -> Iterator[Question]:
    """Each reading route with each text in some of its parameters, each in its turn, and in some
    that aren't there."""
    for act in API_ACTS:
        if act.verb != "GET":
            continue
        names = [*offered(act.command), "reader", "scope", "store_path"]
        least = (("metric", "nps"),) if act.name == "show" else ()
        for number, text in enumerate((*TEXTS, *ids)):
            for name in dict.fromkeys(names[(number * step + step) % len(names)] for step in STEPS):
                others = tuple(it for it in least if it[0] != name)
                yield act.name, (*others, (name, text))


def hostile_paths(ids: Sequence[str]) -> list[str]:
    """Routes that aren't there, or are written oddly."""
    odd = ["scenarios", "events", "customers/C1", "batches/1", "answers/R1", "records"]
    odd += [
        "../cx.duckdb",
        "..%2f..%2fetc%2fpasswd",
        "show/",
        "SHOW",
        "show;x=1",
        "//show",
        "figures/nps",
    ]
    odd += ["person", "right", "settings", "sql", "query", "mcp/", "mcp/sse", "openapi"]
    return [
        *odd,
        *(f"snapshots/{it}" for it in ids),
        *(f"{it}"[:60] for it in TEXTS if "/" not in it),
    ]


def bodies() -> list[bytes]:
    """What is sent to routes that take something, or take nothing."""
    found = [text.encode("utf-8", "surrogatepass") for text in TEXTS]
    found += [b"", b"\x00" * 100, b"\xff\xfe\x00", b"PK\x03\x04" + b"\x00" * 50, b"{" * 3000]
    return found


def messages(ids: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Calls of an assistant's tools: name and arguments, of any kind."""
    for number, text in enumerate((*TEXTS, *ids)):
        ways: list[tuple[str, Any]] = [
            ("figures", {"where": [text]}),
            ("figures", {"where": text, "lang": text}),
            ("why", {"figure": text}),
            ("why", {"figure": "nps", "where": [text, "segment=SMB"]}),
            ("why", {"figure": "nps", "from": text, "to": text}),
            ("why", {"figure": "nps", "as": text}),
            ("methods", {"section": text}),
            ("definitions", {"word": text}),
            (text, {"figure": "nps"}),
        ]
        yield from (ways[(number * step + step) % len(ways)] for step in STEPS)
    yield from (("why", it) for it in (None, [], 3, {"figure": ["nps"]}, {"figure": {"a": 1}}))
    yield from (("figures", {"where": it}) for it in (3, {"segment": "Key"}, [["Key"]], [None]))


def raw_messages() -> list[bytes]:
    """Bodies that are no call of a tool."""
    asked: list[Any] = [
        {"jsonrpc": "2.0", "id": 1, "method": it, "params": {"uri": "file:///etc/passwd"}}
        for it in (
            "resources/list",
            "resources/read",
            "prompts/get",
            "completion/complete",
            "x" * 99,
        )
    ]
    asked += [[], 3, None, "x", {"jsonrpc": "2.0"}, {"jsonrpc": "2.0", "id": [], "method": "ping"}]
    return [*bodies(), *(json.dumps(it).encode() for it in asked), b"[" * 70_000]
