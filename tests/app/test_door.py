"""The door of a server that is really started, with requests written by hand."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cxdata.cli import main
from cxdata.running import found_running
from cxdata.store.connection import Store
from pages.server.startup import every_response
from tests.servers import Answer, StartedServer, answer_on, started_server

SETTINGS = """
[server]
allowed_hosts = ["CX.example.org", "proxy.example.org:8443"]
header_seconds = 2
body_silence_seconds = 2
body_bytes_per_second = 1_000
"""
# {port} is the server's own, {other} another one of this machine.
FOREIGN_ORIGINS = (
    "http://evil.example",
    "http://evil.example:{port}",
    "https://evil.example",
    "http://127.0.0.1",
    "http://127.0.0.1:{other}",
    "http://localhost:{other}",
    "https://127.0.0.1:{port}",
    "http://[::1]:{other}",
    "http://127.0.0.1.evil.example:{port}",
    "http://evil.example@127.0.0.1:{port}",
    "http://0.0.0.0:{port}",
    "null",
    "",
    "file://",
)
OWN_HOSTS = ("127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "cx.example.org")
FOREIGN_HOSTS = ("evil.example:{port}", "127.0.0.1:{other}")
STRANGE_HOSTS = (
    "evil.example",
    "127.0.0.1",
    "localhost",
    "localhost.:{port}",
    "127.0.0.1.:{port}",
    "evil.example@127.0.0.1:{port}",
    "127.0.0.1:{port}@evil.example",
    "127.0.0.1:{port}, evil.example",
    "127.0.0.1:{port}/",
    "127.0.0.1:0{port}",
    "127.0.0.1:{port}:{port}",
    "127.1:{port}",
    "2130706433:{port}",
    "0x7f.0.0.1:{port}",
    "0.0.0.0:{port}",
    "::1:{port}",
    "[::ffff:127.0.0.1]:{port}",
    "[::1%lo]:{port}",
    "[0:0:0:0:0:0:0:1]:{port}",
    "localhost.evil.example:{port}",
    "evil.cx.example.org",
    "cx.example.org.evil.example",
    "proxy.example.org",
    "*",
    "",
)
GOOD_HOSTS = (
    *OWN_HOSTS,
    "LOCALHOST:{port}",
    "Cx.Example.Org:{port}",
    "cx.example.org:443",
    "proxy.example.org:8443",
)
WEBSOCKET = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: streamlit",
)
PATHS = ("/", "/health", "/_stcore/health", "/_stcore/host-config", "/static/none.js")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedServer]:
    with started_server(tmp_path_factory.mktemp("door"), SETTINGS) as server:
        yield server


def named(text: str, server: StartedServer) -> str:
    return text.format(port=server.port, other=server.port + 1)


def page(server: StartedServer, host: str, *lines: str, path: str = "/") -> Answer:
    return server.answer(f"GET {path} HTTP/1.1", f"Host: {named(host, server)}", *lines)


def handshake(server: StartedServer, host: str, *lines: str) -> Answer:
    return page(server, host, *WEBSOCKET, *lines, path="/_stcore/stream")


def test_fourteen_foreign_origins_and_six_hosts_are_all_refused(server: StartedServer) -> None:
    found = {
        (kind, origin, host): ask(server, host, f"Origin: {named(origin, server)}").status
        for kind, ask in (("page", page), ("websocket", handshake))
        for origin in FOREIGN_ORIGINS
        for host in (*OWN_HOSTS, *FOREIGN_HOSTS)
    }
    assert len(found) == 2 * 14 * 6
    assert {what: status for what, status in found.items() if status != 403} == {}


def test_a_foreign_host_is_refused_with_and_without_its_own_origin(server: StartedServer) -> None:
    found = {
        (kind, host, origin): ask(server, host, *origin).status
        for kind, ask in (("page", page), ("websocket", handshake))
        for host in (*FOREIGN_HOSTS, *STRANGE_HOSTS)
        for origin in ((), (f"Origin: http://{named(host, server)}",))
    }
    assert {what: status for what, status in found.items() if status != 403} == {}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_behind_the_door(server: StartedServer, path: str) -> None:
    assert page(server, "evil.example:{port}", path=path).status == 403
    assert page(server, "127.0.0.1:{port}", "Origin: http://evil.example", path=path).status == 403


def test_the_names_of_this_machine_and_of_the_setting_are_served(server: StartedServer) -> None:
    found: dict[object, int] = {}
    for host in GOOD_HOSTS:
        own = f"Origin: http://{named(host, server)}"
        if host.endswith(":443") or "proxy" in host:
            own = own.replace("http:", "https:")
        for lines in ((), (own,)):
            found["page", host, lines] = page(server, host, *lines).status
            found["websocket", host, lines] = handshake(server, host, *lines).status
    assert {what: status for what, status in found.items() if status not in {200, 101}} == {}
    # A proxy that speaks HTTPS before the server, on the port that needs not be said.
    assert handshake(server, "cx.example.org", "Origin: https://cx.example.org").status == 101


def test_one_own_name_is_foreign_to_the_other(server: StartedServer) -> None:
    origin = f"Origin: http://localhost:{server.port}"
    assert handshake(server, "127.0.0.1:{port}", origin).status == 403


def test_a_program_without_origin_reads_health(server: StartedServer) -> None:
    answer = page(server, "127.0.0.1:{port}", "User-Agent: curl/8", path="/health")
    assert (answer.status, answer.body) == (200, b'{"status":"ok","data_version":0}')


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("GET / HTTP/1.1",), 400),
        (("GET / HTTP/1.0",), 400),
        (("GET / HTTP/1.1", "Host: {own}", "Host: {own}"), 400),
        (("GET / HTTP/1.1", "Host: {own}", "Host: evil.example"), 400),
        (("GET / HTTP/1.0", "Host: {own}", "Host: evil.example"), 400),
        (("GET http://evil.example/ HTTP/1.1", "Host: {own}"), 400),
        (("GET http://{own}/ HTTP/1.1", "Host: evil.example"), 403),
        (("CONNECT evil.example:443 HTTP/1.1", "Host: {own}"), 400),
        (("GET / HTTP/1.1", "Host: {own}", "X-Forwarded-Host: evil.example"), 403),
        (("GET / HTTP/1.1", "Host: {own}", "X-Forwarded-Host: {own}, evil.example"), 403),
        (("GET / HTTP/1.1", "Host: evil.example", "X-Forwarded-Host: {own}"), 403),
        (("GET / HTTP/1.1", "Host: {own}", "Origin: http://{own}", "Origin: http://evil"), 403),
        (("POST / HTTP/1.1", "Host: {own}"), 405),
        (("PUT /health HTTP/1.1", "Host: {own}"), 405),
        (("TRACE / HTTP/1.1", "Host: {own}"), 405),
        (("GET /_stcore/metrics HTTP/1.1", "Host: {own}"), 404),
        (("GET /_stcore/metrics?families=x HTTP/1.1", "Host: {own}"), 404),
        (("GET /_stcore/agent/openapi.json HTTP/1.1", "Host: {own}"), 404),
        (("POST /_stcore/agent/mcp HTTP/1.1", "Host: {own}"), 404),
        (("GET /_stcore/script-health-check HTTP/1.1", "Host: {own}"), 404),
        (("GET / HTTP/1.1", "Host: {own}", "Content-Length: 9999999"), 413),
        (("nonsense",), 400),
    ],
    ids=lambda value: " | ".join(value) if isinstance(value, tuple) else str(value),
)
def test_what_is_no_request_to_this_server_is_refused(
    server: StartedServer, lines: tuple[str, ...], status: int
) -> None:
    own = f"127.0.0.1:{server.port}"
    answer = server.answer(*(line.replace("{own}", own) for line in lines))
    assert answer.status == status
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("fetch", "status"),
    [
        (("same-origin", "cors", "empty"), 200),
        (("none", "navigate", "document"), 200),
        (("cross-site", "navigate", "document"), 200),  # a link in a mail
        (("same-site", "navigate", "document"), 200),
        (("cross-site", "navigate", "iframe"), 403),
        (("cross-site", "navigate", "embed"), 403),
        (("cross-site", "no-cors", "image"), 403),
        (("cross-site", "no-cors", "script"), 403),
        (("same-site", "no-cors", "script"), 403),  # a page on another port
        (("cross-site", "cors", "empty"), 403),
    ],
)
def test_another_site_may_link_here_and_load_nothing(
    server: StartedServer, fetch: tuple[str, str, str], status: int
) -> None:
    names = ("Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest")
    lines = [f"{name}: {value}" for name, value in zip(names, fetch, strict=True)]
    assert page(server, "127.0.0.1:{port}", *lines).status == status


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_websocket_of_another_site_is_refused(server: StartedServer, site: str) -> None:
    own = f"Origin: http://127.0.0.1:{server.port}"
    assert handshake(server, "127.0.0.1:{port}", own, f"Sec-Fetch-Site: {site}").status == 403


def test_every_response_has_the_headers(server: StartedServer) -> None:
    own = "127.0.0.1:{port}"
    script = next(iter(re.findall(rb"static/js/index\.[\w-]+\.js", page(server, own).body)))
    answers = {
        "page": page(server, own),
        "script": page(server, own, path=f"/{script.decode()}"),
        "compressed": page(server, own, "Accept-Encoding: gzip", path=f"/{script.decode()}"),
        "missing": page(server, own, path="/static/none.js"),
        "no media": page(server, own, path="/media/none.csv"),
        "health": page(server, own, path="/health"),
        "refused": page(server, "evil.example"),
        "unsafe path": page(server, own, path="/static/..%2f..%2fetc/passwd"),
        "options": server.answer("OPTIONS /_stcore/health HTTP/1.1", f"Host: {named(own, server)}"),
        "range": page(server, own, "Range: bytes=9-1", path="/media/none.csv"),
        "nonsense": server.answer("nonsense"),
        "websocket": handshake(server, own),
        "websocket refused": handshake(server, "evil.example"),
        "websocket elsewhere": page(server, own, *WEBSOCKET, path="/elsewhere"),
        "websocket of an old kind": page(
            server, own, *WEBSOCKET[:2], "Sec-WebSocket-Version: 8", path="/_stcore/stream"
        ),
    }
    expected = every_response()
    for name, answer in answers.items():
        assert {key: answer.headers.get(key) for key in expected} == expected, (name, answer)
    assert answers["websocket"].status == 101
    assert answers["websocket elsewhere"].status == 403


def test_slow_headers_are_ended(server: StartedServer) -> None:
    with server.connection() as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n".encode())
        connection.settimeout(0.1)
        dripped = 0
        while not is_ended(connection):
            connection.sendall(b"X-A: b\r\n")
            dripped += 1
            assert dripped < 200


def test_a_connection_that_says_nothing_is_ended(server: StartedServer) -> None:
    with server.connection() as connection:
        assert is_ended(connection)


def test_slow_headers_after_an_answer_are_ended(server: StartedServer) -> None:
    request = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
    with server.connection() as connection:
        for _ in range(3):
            connection.sendall(request)
            assert answer_on(connection).status == 200
        connection.sendall(request[:20])
        assert is_ended(connection)


def is_ended(connection: socket.socket) -> bool:
    """Whether the server ends the connection before the client's patience does."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def test_an_open_websocket_is_not_ended_by_the_limit_for_headers(server: StartedServer) -> None:
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Origin: http://127.0.0.1:{server.port}",
        *WEBSOCKET,
    ]
    with server.connection() as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        assert answer_on(connection).status == 101
        connection.settimeout(4)  # twice the limit; the session says nothing until it is asked
        assert not is_ended(connection)


def test_nothing_asks_the_outside(server: StartedServer) -> None:
    for origin in FOREIGN_ORIGINS:
        handshake(server, "127.0.0.1:{port}", f"Origin: {named(origin, server)}")
    assert server.asked == ""


def test_a_refused_request_is_in_the_log_and_nothing_of_it(server: StartedServer) -> None:
    for _ in range(5):
        page(server, "marie.dupont.example", "Origin: http://jean.martin.example")
    assert server.log.count("warning refusal what=request foreign Host") == 1
    assert "marie" not in server.log + server.output
    assert "jean" not in server.log + server.output


def post(server: StartedServer, path: str, *lines: str, body: bytes = b"") -> Answer:
    host = f"Host: 127.0.0.1:{server.port}"
    return server.answer(
        f"POST {path} HTTP/1.1", host, f"Content-Length: {len(body)}", *lines, body=body
    )


def test_programs_change_something_with_a_token_in_the_header_only(server: StartedServer) -> None:
    found = found_running(server.store_path)
    assert found is not None
    assert found.address == f"http://127.0.0.1:{server.port}"
    key = f"Authorization: Bearer {found.token}"
    assert post(server, "/api/v1/undo?batch=1").status == 401
    assert post(server, f"/api/v1/undo?batch=1&token={found.token}").status == 401
    assert post(server, "/api/v1/undo?batch=1", f"Cookie: token={found.token}").status == 401
    assert post(server, "/api/v1/undo?batch=1", key, "Origin: http://evil.example").status == 403
    assert post(server, "/api/v1/undo?batch=1", key, "Sec-Fetch-Site: cross-site").status == 403
    assert post(server, "/api/v1/undo?batch=1", key).status == 422
    assert post(server, "/api/v1/undo/..", key).status == 405
    assert post(server, "/health", key).status == 405
    assert post(server, "/api/v1/undo?batch=1", key, body=b"x" * 70_000).status == 413
    assert page(server, "127.0.0.1:{port}", path="/metrics").status == 401
    assert page(server, "127.0.0.1:{port}", key, path="/metrics").status == 200
    assert page(server, "127.0.0.1:{port}", path="/api/v1/openapi.json").status == 200
    assert found.token not in server.log + server.output


def test_the_command_line_goes_through_the_running_dashboard(
    server: StartedServer, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("responded_at;nps_score;channel\n" + "2026-01-05;9;call\n" * 9 + "x;1;\n")

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--store", str(server.store_path)])

    def here(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--store", str(tmp_path / "own.duckdb")])

    refused = tmp_path / "refused.csv"
    for words in (
        ("import", str(file), "--dry-run"),
        ("import", str(file), "--refused", str(refused), "--json"),
        ("import", str(file), str(tmp_path / "none.csv")),
        ("show", "nps", "--by", "channel"),
        ("show", "nps", "--by", "none"),
        ("figures", "nps", "--json"),
        ("batches", "--json"),
        ("check",),
        ("undo", "7"),
        ("undo", "1", "--json"),
    ):
        there, written = run(*words), refused.exists() and refused.read_bytes()
        refused.unlink(missing_ok=True)
        own = here(*words)
        assert (refused.exists() and refused.read_bytes()) == written, words
        assert there.exit_code == own.exit_code, words
        lines = there.stderr.splitlines()
        assert lines[0] == "Through the running dashboard.", words
        if words[0] != "check":  # the blocks of the file differ
            assert lines[1:] == own.stderr.splitlines(), words
        if words[0] != "batches":
            assert there.stdout == own.stdout, words
        refused.unlink(missing_ok=True)
    copy = tmp_path / "copy.duckdb"
    assert run("backup", "--verify", str(copy)).exit_code == 0
    assert copy.exists()
    Store.open(tmp_path / "own.duckdb").close()


def test_a_name_of_the_environment_is_allowed_too(tmp_path: Path) -> None:
    hosts = "localhost:9000, 192.0.2.7"
    with started_server(tmp_path, CXDATA_ALLOWED_HOSTS=hosts) as server:
        assert page(server, "localhost:9000").status == 200
        assert handshake(server, "192.0.2.7:{port}", "Origin: http://192.0.2.7").status == 403
        own = f"Origin: http://192.0.2.7:{server.port}"
        assert handshake(server, "192.0.2.7:{port}", own).status == 101
        assert page(server, "192.0.2.8:{port}").status == 403
        assert socket.gethostname() not in server.log
