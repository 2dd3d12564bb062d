"""The API: the acts of the command line for other programs, with their rights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cxdata.access.rights import Right, Subject, grant
from cxdata.api.acts import API_ACTS
from cxdata.api.assistant import TOOLS, without_people
from cxdata.api.openapi import BESIDE, openapi_document
from cxdata.cli import main
from cxdata.cli.parameters import ONLY_HERE, offered, options_of
from cxdata.cli.session import language_for, served_act
from cxdata.cli.through_server import READING_ACTS, TOLD_TYPE
from cxdata.cli.told import told_of
from cxdata.errors import AccessError
from cxdata.i18n import SOURCE_LOCALE
from cxdata.models import ROLES, Reader, Scope
from cxdata.panels.document import json_value
from cxdata.record import recorded_acts
from cxdata.store.connection import Store
from cxdata.store.tokens import create_token, reader_of_token, recorded_tokens, revoke_token
from tests.programs import Program, Said

CUSTOMERS = "customer_id;name;started_on;annual_revenue;segment\n" + "".join(
    f"C{number};Dupont-{number};2024-01-{number % 28 + 1:02};1000;Premium\n" for number in range(40)
)
ANSWERS = "response_id;responded_at;nps_score;segment;customer_id;comment\n" + "".join(
    f"{number};2026-01-{number % 28 + 1:02};{(10, 9, 3)[number % 3]};"
    f"{'Premium' if number % 4 else 'Standard'};C{number};secret {number}\n"
    for number in range(40)
)
MORE = ANSWERS + "99;2026-02-01;12;Premium;C1;\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store with answers and customers; no test of this file leaves anything else in it."""
    folder = tmp_path_factory.mktemp("api")
    path = folder / "cx.duckdb"
    for name, text in (("customers.csv", CUSTOMERS), ("answers.csv", ANSWERS)):
        (folder / name).write_text(text, "utf-8")
        done = command(path, "import", str(folder / name))
        assert done.exit_code == 0, done.output
    yield path
    Store.open(path).close()


@pytest.fixture(scope="module")
def program(place: Path) -> Program:
    return Program(place)


@pytest.fixture(scope="module")
def tokens(place: Path) -> dict[str, str]:
    """A token of each role, and one that may see people."""
    store = Store.open(place)
    made = {role: create_token(store, f"system {role}", role, 10) for role in ROLES}
    return made | {"people": create_token(store, "CRM", "reader", 1, may_see_people=True)}


def command(path: Path, *words: str) -> Any:
    return CliRunner().invoke(main, [*words, "--store", str(path)])


QUESTIONS = [
    ("show", ("metric", "nps")),
    ("show", ("metric", "nps"), ("by", "segment"), ("from", "2026-01-01")),
    ("show", ("metric", "nps"), ("grain", "month"), ("where", "segment=Premium")),
    (
        "show",
        ("metric", "nps-change"),
        ("compare", "2025-01-01..2025-02-01"),
        ("from", "2026-01-01"),
    ),
    ("figures", ("key", "nps")),
    ("figures", ("key", "nps"), ("lang", "fr")),
    ("batches",),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda it: " ".join(map(str, it)))
def test_http_answers_what_the_command_prints(place: Path, program: Program, question: Any) -> None:
    act, *pairs = question
    words = [f"--{name}={value}" for name, value in pairs if name not in ("metric", "key")]
    words += [value for name, value in pairs if name in ("metric", "key")]
    printed, words = command(place, act, *words), [act, *words]
    said = program.ask("GET", act, *pairs)
    assert said.status == 200
    assert said.document == json.loads(command(place, *words, "--json").stdout)
    told = told_of(program.ask("GET", act, *pairs, accept=TOLD_TYPE).document)
    assert [text for stream, text in told.lines if stream == "out"] == printed.stdout.splitlines()
    assert [text for stream, text in told.lines if stream != "out"] == printed.stderr.splitlines()


def test_a_file_is_taken_looked_at_and_undone(
    place: Path, program: Program, tmp_path: Path
) -> None:
    (tmp_path / "more.csv").write_text(MORE, "utf-8")
    pairs = (("name", "../x/more.csv"), ("as", "responses"), ("dry_run", "1"))
    looked = program.ask("POST", "import", *pairs, body=MORE.encode())
    dry = json.loads(
        command(place, "import", str(tmp_path / "more.csv"), "--dry-run", "--json").stdout
    )
    assert (looked.status, looked.document) == (200, dry)
    back = program.ask(
        "POST", "import", ("name", "more.csv"), ("return_refused", "1"),
        body=MORE.encode(), accept=TOLD_TYPE,
    )  # fmt: skip
    told = told_of(back.document)
    assert told.document["refused_count"] == 1
    assert told.returned is not None
    assert b"score 12" in told.returned
    taken = program.ask(
        "POST",
        "import",
        ("name", "b.csv"),
        body=MORE.replace("99;", "98;").replace(";12;", ";9;").encode(),
    )
    assert taken.document["accepted_count"] == 1
    undone = program.ask("POST", "undo", ("batch", str(taken.document["batch_id"])))
    assert undone.document["removed_count"] == 1


def test_an_open_question_is_a_refusal_with_its_answers_in_both_languages(program: Program) -> None:
    odd = b"responded_at,nps_score\n" + b"01/02/2026,9\n" * 9
    said = program.ask("POST", "import", ("name", "odd.csv"), body=odd)
    assert (said.status, said.document["code"]) == (422, "refused")
    assert "--date-order dmy" in said.document["hint"]
    french = program.ask("POST", "import", ("name", "odd.csv"), body=odd, accept_language="fr")
    assert french.document["sentence"] != said.document["sentence"]
    assert program.ask("POST", "import", ("lang", "fr"), body=odd).document == french.document


HELD = b"responded_at,nps_score\n" + b"2026-03-01,11\n" * 30 + b"2026-03-02,9\n" * 3


def test_a_held_file_is_409_with_its_report(program: Program) -> None:
    said = program.ask("POST", "import", ("name", "held.csv"), body=HELD)
    assert (said.status, said.document["batch_id"]) == (409, None)
    assert said.document["refused_count"] == 30


ACTS_WITH_OPTIONS = {
    "show": (("metric", "nps"),),
    "figures": (("key", "nps"),),
    "export": (("format", "xlsx"), ("sections", "nps")),
    "undo": (("batch", "77"),),
    "decide": (("action", "close"), ("what", "none")),
    "token": (("act", "revoke"), ("name", "none")),
}


@pytest.mark.parametrize("act", API_ACTS, ids=lambda it: it.name)
def test_each_role_may_do_what_is_said_and_nothing_else(
    program: Program, tokens: dict[str, str], act: Any
) -> None:
    for role in ROLES:
        body = b"x" if act.takes_file else b""
        pairs = ACTS_WITH_OPTIONS.get(act.name, ())
        said = program.ask(act.verb, act.name, *pairs, token=tokens[role], body=body)
        is_let_in = ROLES.index(role) >= ROLES.index(act.role)
        if act.name == "cases":  # which name people, whom these tokens may not see
            is_let_in = False
        assert (said.status != 403) is is_let_in, (role, said.body)
        assert said.status in (200, 403, 409, 422)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer nothing", "Bearer " + "x" * 900, "bearer é"],
)
@pytest.mark.parametrize("path", ["batches", "mcp", "/metrics"])
def test_without_a_valid_token_nothing_is_said(
    program: Program, authorization: str, path: str
) -> None:
    verb = "POST" if path == "mcp" else "GET"
    said = program.ask(verb, path, token=None, authorization=authorization)
    assert (said.status, said.headers["www-authenticate"]) == (401, "Bearer")
    assert said.document["code"] == "unknown"


def test_a_token_that_is_revoked_or_was_changed_opens_nothing(
    place: Path, program: Program
) -> None:
    store = Store.open(place)
    made = create_token(store, "x", "reader", 1)
    assert program.ask("GET", "batches", token=made).status == 200
    changed = made[:-1] + ("A" if made[-1] != "A" else "B")
    assert program.ask("GET", "batches", token=changed).status == 401
    kept = recorded_tokens(store)
    assert made.split("_", 2)[2] not in kept.write_json()
    revoke_token(store, made.split("_")[1])
    assert program.ask("GET", "batches", token=made).status == 401
    with store.transaction() as con:
        con.execute(
            "update access_tokens set valid_until = created_at, revoked_at = null where name = 'x'"
        )
    assert program.ask("GET", "batches", token=made).status == 401


def test_a_token_for_a_part_of_the_data_sees_no_other(place: Path, program: Program) -> None:
    """Its figures are those of the part; what is about all of the data is refused."""
    scope = Scope.of({"segment": ["Premium"]})
    part = create_token(Store.open(place), "part", "reader", 1, scope=scope)
    seen = program.ask("GET", "show", ("metric", "nps"), token=part).document["rows"]
    asked = ("where", "segment=Premium")
    assert seen == program.ask("GET", "show", ("metric", "nps"), asked).document["rows"]
    assert 0 < seen[0]["answer_count"] < answer_count(program)
    by_segment = program.ask("GET", "show", ("metric", "nps"), ("by", "segment"), token=part)
    assert {row["segment"] for row in by_segment.document["rows"]} == {"Premium"}
    assert program.ask("GET", "/metrics", token=part).status == 403
    manager = create_token(Store.open(place), "part too", "manager", 1, scope=scope)
    said = program.ask("POST", "import", ("name", "a.csv"), body=MORE.encode(), token=manager)
    assert said.status == 403


def answer_count(program: Program) -> int:
    rows = program.ask("GET", "show", ("metric", "nps")).document["rows"]
    return int(rows[0]["answer_count"])


@pytest.mark.parametrize(
    ("act", "pairs"),
    [
        ("show", (("metric", "at-risk"),)),
        ("show", (("metric", "backlog"), ("by", "contact"))),
        ("figures", (("key", "churn_at_risk"),)),
    ],
)
def test_lists_of_people_need_leave(
    program: Program, tokens: dict[str, str], act: str, pairs: Any
) -> None:
    assert program.ask("GET", act, *pairs, token=tokens["reader"]).status == 403
    assert program.ask("GET", act, *pairs, token=tokens["people"]).status == 200


def test_only_the_computers_own_user_names_places_on_it(
    program: Program, tokens: dict[str, str], tmp_path: Path
) -> None:
    target = tmp_path / "b.duckdb"
    pairs = (("target", str(target)),)
    said = program.ask("POST", "backup", *pairs, token=tokens["administrator"])
    assert (said.status, target.exists()) == (403, False)
    assert program.ask("POST", "backup", *pairs).document["backup"] == str(target)
    own = program.ask("POST", "backup", token=tokens["administrator"])
    assert Path(own.document["backup"]).exists()


def test_a_store_is_repaired_while_it_is_served(place: Path, program: Program) -> None:
    """As the Data page says: the command line mends it, and the dashboard needn't be stopped."""
    with Store.open(place).transaction() as con:
        con.execute("update score_days set answer_count = answer_count + 1")
    found = program.ask("POST", "check").document
    assert (found["is_sound"], found["repaired"]) == (False, [])
    mended = program.ask("POST", "check", ("repair", "1")).document
    assert mended["is_sound"]
    assert mended["repaired"]
    assert program.ask("POST", "check").document["is_sound"]


def test_what_is_kept_for_files_and_snapshots_goes_through_the_server(
    place: Path, program: Program, tokens: dict[str, str], tmp_path: Path
) -> None:
    token = tokens["manager"]
    word = (("add", "channel"), ("add", "walk-in=email"))  # the two words of one option
    taught = program.ask("POST", "spellings", *word, token=token)
    assert [it["spelling"] for it in taught.document["spellings"]] == ["walk-in"]
    assert program.ask("POST", "spellings", word[0], token=token).status == 422
    gone = (("remove", "channel"), ("remove", "walk-in"))
    assert program.ask("POST", "spellings", *gone, token=token).document == {"spellings": []}
    kept = program.ask("POST", "profiles", token=token)
    assert (kept.status, kept.document) == (200, {"profiles": []})
    made = program.ask("POST", "snapshot", ("title", "Board"), token=token).document["snapshot_id"]
    listed = program.ask("GET", "snapshots", token=tokens["reader"]).document["snapshots"]
    assert [it["snapshot_id"] for it in listed] == [made]
    one = program.ask("GET", "snapshots", ("snapshot_id", made)).document
    assert one["figures"]
    copy = tmp_path / "copy.duckdb"
    assert program.ask("POST", "backup", ("target", str(copy))).status == 200
    asked = (("source", str(copy)),)
    assert program.ask("POST", "restore", *asked, token=tokens["administrator"]).status == 403
    tried = program.ask("POST", "restore", *asked, ("dry_run", "1"))
    assert tried.document["changes"] == {"going": [], "coming": [], "rows": {}}
    done = program.ask("POST", "restore", *asked)
    assert (done.status, done.document["restored"]) == (200, str(copy))
    assert program.ask("GET", "batches").status == 200


@pytest.mark.parametrize(
    ("act", "pairs"),
    [
        ("show", ()),
        ("show", (("metric", "nothing"),)),
        ("show", (("metric", "nps"), ("metric", "nps"))),
        ("show", (("metric", "nps"), ("store", "/etc/passwd"))),
        ("show", (("metric", "nps"), ("store_path", "x"))),
        ("show", (("metric", "nps"), ("by", "nothing"))),
        ("show", (("metric", "nps"), ("from", "yesterday"))),
        ("show", (("metric", "nps"), ("help", "1"))),
        ("show", (("metric", "--help"),)),
        ("figures", (("key", "--json"),)),
        ("methods", (("section", "nothing"),)),
    ],
)
def test_what_is_asked_wrongly_is_said(program: Program, act: str, pairs: Any) -> None:
    said = program.ask("GET", act, *pairs)
    assert said.status == 422
    assert said.document["sentence"]


def test_what_isnt_there_is_404(program: Program) -> None:
    assert program.ask("GET", "nothing").status == 404
    assert program.ask("GET", "undo", ("batch", "1")).status == 404


def test_a_body_that_is_too_large_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    store = Store.open(place)
    small = replace(store.settings, imports=replace(store.settings.imports, max_file_bytes=10))
    monkeypatch.setattr(Store, "settings", small)
    said = Program(place).ask("POST", "import", body=b"x" * 11)
    assert (said.status, said.document["code"]) == (413, "too_large")


def test_openapi_lists_every_route_and_parameter(program: Program) -> None:
    paths = openapi_document()["paths"]
    assert program.ask("GET", "openapi.json", token=None).document["paths"] == paths
    served = {(it.path, verb) for it in program.api.routes() for verb in it.methods or ()}
    told = {(path, verb.upper()) for path, it in paths.items() for verb in it}
    unsaid = {
        ("/api/v1/{rest:path}", "GET"),
        ("/api/v1/{rest:path}", "POST"),
        ("/api/v1/mcp", "GET"),
    }
    assert {it for it in served if it[1] != "HEAD"} - unsaid == told - {("/health", "GET")}
    for act in API_ACTS:
        operation = paths[f"/api/v1/{act.name}"][act.verb.lower()]
        names = {it["name"] for it in operation["parameters"]}
        assert {*offered(act.command)} <= names
        assert not names & {*ONLY_HERE, "json", "store", "refused"}
    assert {act.name for act in API_ACTS if act.verb == "GET"} == READING_ACTS
    assert {"/health", "/metrics"} <= set(BESIDE)


def test_methods_have_the_same_names_in_both_languages(program: Program) -> None:
    english, french = (program.ask("GET", "methods", ("lang", it)).document for it in ("en", "fr"))
    assert [it["section"] for it in english] == [it["section"] for it in french]
    assert english != french
    named = {it["section"] for it in english}
    for key in ("nps", "compliance", "churn_summary"):
        assert program.ask("GET", "figures", ("key", key)).document["method"] in named


# Those whose rows or words come from people, of all that are offered.
NEAR_PEOPLE = ("nps_themes", "nps_theme_points", "response_backlog", "churn_revenue_at_risk")


def call(program: Program, method: str, token: str, **parameters: Any) -> Said:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    return program.ask("POST", "mcp", body=json.dumps(message).encode(), token=token)


def test_an_assistant_is_welcomed_and_told_what_there_is(
    program: Program, tokens: dict[str, str]
) -> None:
    token = tokens["reader"]
    welcome = call(program, "initialize", token, protocolVersion="2025-03-26").document["result"]
    assert welcome["protocolVersion"] == "2025-03-26"
    other = call(program, "initialize", token, protocolVersion="1").document["result"]
    assert other["protocolVersion"] == "2025-06-18"
    tools = call(program, "tools/list", token).document["result"]["tools"]
    assert [it["name"] for it in tools] == ["figures", "why", "methods", "definitions"]
    assert all(it["annotations"]["readOnlyHint"] for it in tools)
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert program.ask("POST", "mcp", body=json.dumps(note).encode(), token=token).status == 202
    assert program.ask("GET", "mcp", token=token).status == 405


def test_an_assistant_gets_verdict_count_interval_and_method(
    program: Program, tokens: dict[str, str]
) -> None:
    said = call(program, "tools/call", tokens["reader"], name="why", arguments={"figure": "nps"})
    result = said.document["result"]
    told = result["structuredContent"]
    assert not result["isError"]
    assert told == json.loads(result["content"][0]["text"])
    assert told["headline"]["value"]
    assert told["how"]
    [row] = told["rows"][:1]
    assert {"answer_count", "nps_low", "nps_high"} <= {*row}
    words = call(
        program, "tools/call", tokens["reader"], name="definitions", arguments={"word": "promot"}
    )
    assert "promoter" in {it["en"] for it in words.document["result"]["structuredContent"]["items"]}


@pytest.mark.parametrize("figure", NEAR_PEOPLE)
def test_an_assistant_never_gets_names_or_comments(
    program: Program, tokens: dict[str, str], figure: str
) -> None:
    said = call(program, "tools/call", tokens["people"], name="why", arguments={"figure": figure})
    assert b"Dupont-" not in said.body
    assert b"secret " not in said.body
    assert '"C1"' not in said.body.decode()


def test_rows_for_an_assistant_have_no_text_of_a_person() -> None:
    row = {"customer_id": 7, "name": "Ada", "nps": 1.0, "channel": "call", "tags": ["a"]}
    assert without_people([row]) == [{"nps": 1.0, "channel": "call"}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"[" * 60_000, -32700),
        (b"[]", -32600),
        (b'{"jsonrpc": "2.0", "id": 1}', -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/undo"}', -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}', -32602),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "undo"}}',
            -32602,
        ),
    ],
)
def test_nonsense_is_answered_as_such(program: Program, body: bytes, code: int) -> None:
    assert program.ask("POST", "mcp", body=body).document["error"]["code"] == code


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("why", {"figure": "churn_at_risk"}),
        ("why", {}),
        ("why", {"figure": "half a character \udc80"}),
        ("figures", {"key": "churn_at_risk"}),
        ("figures", {"where": ["segment=None such"]}),
        ("methods", {"section": "../../etc/passwd"}),
    ],
)
def test_a_tool_refuses_with_a_sentence(program: Program, tool: str, arguments: Any) -> None:
    said = call(program, "tools/call", "the-token-of-this-computer", name=tool, arguments=arguments)
    result = said.document["result"]
    assert result["isError"]
    assert result["structuredContent"]["sentence"]


def test_tools_change_nothing(program: Program, place: Path) -> None:
    before = Store.open(place).data_version
    for tool in (it for it in TOOLS if it.name != "figures"):
        call(program, "tools/call", "the-token-of-this-computer", name=tool.name, arguments={})
    assert Store.open(place).data_version == before


def test_measures_have_ages_and_counts_and_no_names(
    program: Program, tokens: dict[str, str]
) -> None:
    said = program.ask("GET", "/metrics", token=tokens["reader"])
    text = said.body.decode()
    assert said.headers["content-type"].startswith("application/openmetrics-text")
    assert 'cx_rows{kind="responses"} 40' in text
    assert 'cx_last_import_age_seconds{kind="customers"} ' in text
    assert text.endswith("# EOF\n")
    assert "csv" not in text
    assert "cx_inbox_waiting" not in text
    program.api.waiting_count = lambda: 3
    assert "cx_inbox_waiting 3" in program.ask("GET", "/metrics").body.decode()
    program.api.waiting_count = None


def test_the_command_makes_lists_and_revokes_tokens(place: Path) -> None:
    made = json.loads(
        command(place, "token", "create", "BI", "--only", "segment=Premium", "--json").stdout
    )
    listed = json.loads(command(place, "token", "list", "--json").stdout)["tokens"]
    [row] = [it for it in listed if it["name"] == "BI"]
    assert row["scope"] == {"segment": ["Premium"]}
    assert made["token"].startswith(f"cxd_{row['token_id']}_")
    assert "hash" not in row
    assert command(place, "token", "revoke", row["token_id"]).exit_code == 0
    assert command(place, "token", "revoke", row["token_id"]).exit_code == 1
    assert command(place, "token", "create", " ").exit_code == 1
    assert command(place, "token", "create", "x", "--only", "colour=red").exit_code == 1


@pytest.fixture(scope="module")
def somebody(place: Path) -> Reader:
    """A person who may see a part, and a group whose members may see another."""
    store = Store.open(place)
    rights = (
        Right(Subject.of("person", "Ada@example.org"), "reader", PREMIUM),
        Right(Subject.of("group", "All"), "manager", may_see_people=True),
        Right(Subject.of("person", "boss@example.org"), "administrator", may_see_people=True),
    )
    for right in rights:
        grant(store, right)
    return Reader("ada@example.org", "reader", PREMIUM)


PREMIUM = Scope.of({"segment": ["Premium"]})
ACTS_OF_SOMEBODY = {"show": (("metric", "nps"),), "figures": (("key", "nps"),), "batches": ()}
OF_SOMEBODY = (
    ("show", ("metric", "nps"), ("by", "segment")),
    ("figures", ("key", "nps")),
)


@pytest.mark.parametrize("question", OF_SOMEBODY, ids=lambda it: " ".join(map(str, it)))
def test_a_command_as_somebody_prints_what_they_see_on_either_way(
    place: Path, program: Program, somebody: Reader, question: Any
) -> None:
    act, *pairs = question
    words = [value if name in ("metric", "key") else f"--{name}={value}" for name, value in pairs]
    printed = command(place, act, *words, "--as", "ADA@example.org", "--json")
    asked_of: Any = main.commands[act]
    seen = Store.open(place).seen_by(somebody)
    act_itself = served_act(asked_of)
    english = language_for(act_itself, SOURCE_LOCALE)
    wanted = act_itself(seen, **options_of(asked_of, pairs), **english)
    assert json.loads(printed.stdout) == json_value(wanted.document)
    assert command(place, act, *words, "--json").stdout != printed.stdout
    asked = ("as", "ada@example.org")
    through = told_of(program.ask("GET", act, *pairs, asked, accept=TOLD_TYPE).document)
    assert through.document == json.loads(printed.stdout)
    assert "As ada@example.org (reader): segment=Premium; no names and comments." in {
        text for _, text in through.lines
    }


def test_as_somebody_never_shows_more_than_the_caller_may_see(
    place: Path, program: Program, tokens: dict[str, str], somebody: Reader
) -> None:
    part = create_token(Store.open(place), "narrow", "reader", 1, scope=PREMIUM)
    for token in (*tokens.values(), part):
        for asked in (("as", "boss@example.org"), ("as_group", "All"), ("as", ""), ("as", "x")):
            for act, pairs in (
                ("show", (("metric", "nps"),)),
                ("figures", (("key", "nps"),)),
                ("batches", ()),
            ):
                said = program.ask("GET", act, *pairs, asked, token=token)
                assert (said.status, said.document["code"]) == (403, "not_allowed")
    view = Store.open(place).seen_by(somebody)
    for seen in (view, Store.open(place).seen_by(Reader("x", "administrator"))):
        with pytest.raises(AccessError):
            served_act(main.commands["batches"])(seen, as_name="boss@example.org")


def test_as_somebody_the_rights_of_the_moment_count_and_lists_are_recorded(
    place: Path, program: Program, somebody: Reader
) -> None:
    assert command(place, "batches", "--as", "ada@example.org").exit_code == 1
    assert command(place, "batches", "--as", "x", "--as-group", "All").exit_code == 0
    assert command(place, "snapshots", "--as", "ada@example.org").exit_code == 0
    nobody = command(place, "show", "nps", "--as", "nobody@example.org")
    assert (nobody.exit_code, nobody.stdout) == (1, "")
    assert "Nobody has given nobody@example.org rights here yet." in nobody.stderr
    refused = command(place, "show", "backlog", "--by", "contact", "--as", "ada@example.org")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert command(place, "show", "at-risk", "--as-group", "All").exit_code == 0
    newest = recorded_acts(Store.open(place), act="list_opened", limit=1).row(0, named=True)
    assert newest["place"] == "show --as All"
    asked = (("metric", "at-risk"), ("as_group", "All"))
    assert program.ask("GET", "show", *asked).status == 200
    newest = recorded_acts(Store.open(place), act="list_opened", limit=1).row(0, named=True)
    assert newest["place"] == "/api/v1/show --as All"


def test_a_token_whose_scope_can_not_be_read_opens_nothing(place: Path) -> None:
    store = Store.open(place)
    made = create_token(store, "old", "reader", 1, scope=PREMIUM)
    for text in ('{"planet": ["Mars"]}', "[]", "{", '{"segment": 3}'):
        with store.transaction() as con:
            con.execute("update access_tokens set scope = $1 where name = 'old'", [text])
        found = reader_of_token(store, made)
        assert found is not None
        assert found.scope.is_nothing
    revoke_token(store, made.split("_")[1])
