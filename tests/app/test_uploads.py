"""Uploads to a server that is really started, sent by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.servers import Answer, StartedServer, answer_on, started_server

SETTINGS = """
[server]
header_seconds = 5
body_silence_seconds = 1
body_bytes_per_second = 1_000_000
held_upload_megabytes = 1
"""
FILE = b"responded_at,nps_score\n2026-06-15,9\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedServer]:
    with started_server(tmp_path_factory.mktemp("uploads"), SETTINGS) as server:
        yield server


class Tab:
    """A session on one page, speaking Streamlit's own protocol."""

    def __init__(self, server: StartedServer, socket: ClientConnection) -> None:
        self.server = server
        self.socket = socket
        self.id = ""

    def open(self, page: str) -> None:
        request = BackMsg()
        request.rerun_script.page_name = page
        self.socket.send(request.SerializeToString())
        while True:
            message = self.received()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.id = message.new_session.initialize.session_id
            if kind == "script_finished":
                return

    def addresses(self, count: int = 1) -> list[str]:
        """Where the session may upload to, as its page would ask."""
        request = BackMsg()
        request.file_urls_request.request_id = "1"
        request.file_urls_request.file_names.extend(["a.csv"] * count)
        self.socket.send(request.SerializeToString())
        while True:
            message = self.received()
            if message.WhichOneof("type") == "file_urls_response":
                return [each.upload_url for each in message.file_urls_response.file_urls]

    def received(self) -> ForwardMsg:
        data = self.socket.recv(timeout=60)
        return ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())


@pytest.fixture
def tab(server: StartedServer) -> Iterator[Tab]:
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    origin = Origin(f"http://127.0.0.1:{server.port}")
    with connect(
        address, origin=origin, subprotocols=[Subprotocol("streamlit")], max_size=None
    ) as socket:
        yield Tab(server, socket)


def put(
    server: StartedServer, address: str, *lines: str, file: bytes = FILE, method: str = "PUT"
) -> Answer:
    head, body = upload(server, address, *lines, file=file, method=method)
    with server.connection() as connection:
        connection.sendall(head + body)
        return answer_on(connection)


def upload(
    server: StartedServer, address: str, *lines: str, file: bytes = FILE, method: str = "PUT"
) -> tuple[bytes, bytes]:
    """Head and body of an upload as the page sends it, with its token."""
    own = f"Host: 127.0.0.1:{server.port}"
    cookie = server.answer("GET /_stcore/health HTTP/1.1", own).headers["set-cookie"]
    found = re.match(r"_streamlit_xsrf=([^;]+)", cookie)
    assert found
    body = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n'
        b"Content-Type: text/csv\r\n\r\n" + file + b"\r\n--x--\r\n"
    )
    head = [
        f"{method} {address} HTTP/1.1",
        own,
        f"Origin: http://127.0.0.1:{server.port}",
        f"Cookie: _streamlit_xsrf={found[1]}",
        f"X-Xsrftoken: {found[1]}",
        "Content-Type: multipart/form-data; boundary=x",
        *(lines or [f"Content-Length: {len(body)}"]),
    ]
    return "\r\n".join([*head, "", ""]).encode(), body


def test_a_page_that_asks_for_a_file_gets_it(server: StartedServer, tab: Tab) -> None:
    tab.open("import")
    (address,) = tab.addresses()
    assert put(server, address).status == 204
    assert put(server, address, method="DELETE").status == 204


def test_a_page_without_a_place_for_files_gets_no_address(tab: Tab) -> None:
    tab.open("nps")
    assert tab.addresses() == []


def test_an_address_that_nobody_gave_is_refused(server: StartedServer, tab: Tab) -> None:
    tab.open("import")
    (address,) = tab.addresses()
    made_up = address[:-4] + "0000"
    assert put(server, made_up).status == 403
    assert put(server, made_up, method="DELETE").status == 403
    assert put(server, f"/_stcore/upload_file/nobody/{address.split('/')[-1]}").status == 403


def test_an_address_ends_with_the_page_that_asked(server: StartedServer, tab: Tab) -> None:
    tab.open("import")
    (address,) = tab.addresses()
    tab.open("nps")
    assert put(server, address).status == 403
    tab.open("import")
    assert put(server, address).status == 204
    assert put(server, address, method="DELETE").status == 204


def test_files_have_a_length_and_fit_into_memory(server: StartedServer, tab: Tab) -> None:
    tab.open("import")
    first, second = tab.addresses(2)
    for line, status in (("Transfer-Encoding: chunked", 411), ("Content-Length: 99999999999", 413)):
        head, _ = upload(server, first, line)
        with server.connection() as connection:
            connection.sendall(head)
            assert answer_on(connection).status == status
    assert put(server, first, file=b"a" * 700_000).status == 204
    assert put(server, second, file=b"a" * 700_000).status == 413
    assert put(server, first, method="DELETE").status == 204
    assert put(server, second, file=b"a" * 700_000).status == 204
    assert put(server, second, method="DELETE").status == 204


def test_a_body_that_falls_silent_is_ended(server: StartedServer, tab: Tab) -> None:
    tab.open("import")
    (address,) = tab.addresses()
    head, body = upload(server, address)
    with server.connection() as connection:
        connection.sendall(head + body[:40])
        assert answer_on(connection).status == 408
    assert "what=request a body that fell silent" in server.log


def test_a_body_that_drips_is_ended(server: StartedServer, tab: Tab) -> None:
    tab.open("import")
    (address,) = tab.addresses()
    head, body = upload(server, address, file=b"a" * 10_000)
    with server.connection() as connection:
        connection.sendall(head)
        connection.settimeout(0.2)
        for place in range(200):
            connection.sendall(body[place : place + 1])
            try:
                answer = answer_on(connection)
            except TimeoutError:
                continue
            break
    assert answer.status == 408
    assert "what=request a body that came too slowly" in server.log


def test_a_foreign_page_uploads_nothing(server: StartedServer, tab: Tab) -> None:
    tab.open("import")
    (address,) = tab.addresses()
    head, body = upload(server, address)
    for foreign in (b"Origin: http://evil.example", b"Origin: null", b"Origin: http://127.0.0.1:1"):
        with server.connection() as connection:
            connection.sendall(re.sub(rb"Origin: \S+", foreign, head) + body)
            assert answer_on(connection).status == 403
