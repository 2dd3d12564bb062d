"""Where a running dashboard is found, and who is believed to be one."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cxdata.cli.through_server import running_server
from cxdata.running import Running, found_running, note_beside, noted_as_running, proof_of


@contextmanager
def answering(proof: str | None) -> Iterator[tuple[str, list[str]]]:
    """A server that says it has this proof (None: the right one for ``token``), and what it got."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(f"{self.path} {self.headers}")
            nonce = self.path.partition("nonce=")[2]
            body = json.dumps({"proof": proof or proof_of("token", nonce)}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_note_is_for_its_owner_alone_and_goes_at_the_end(tmp_path: Path) -> None:
    store = tmp_path / "cx.duckdb"
    with noted_as_running(store, "http://127.0.0.1:1") as running:
        note = note_beside(store)
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        assert found_running(store) == running
        assert (len(running.token), running.process) == (43, os.getpid())
        with noted_as_running(store, "http://127.0.0.1:2") as other:
            assert other.token != running.token
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_ends_leaves_the_note_of_another_alone(tmp_path: Path) -> None:
    store = tmp_path / "cx.duckdb"
    with noted_as_running(store, "http://127.0.0.1:1"):
        other = Running("http://127.0.0.1:2", "t", 7)
        note_beside(store).write_text(json.dumps(other.__dict__))
        os.chmod(note_beside(store), 0o600)
    assert found_running(store) == other


@pytest.mark.parametrize("what", ["public", "link", "folder", "nonsense", "incomplete", "none"])
def test_what_is_no_private_note_is_not_believed(tmp_path: Path, what: str) -> None:
    store, note = tmp_path / "cx.duckdb", note_beside(tmp_path / "cx.duckdb")
    text = json.dumps(Running("http://127.0.0.1:1", "t", 1).__dict__)
    if what == "folder":
        note.mkdir()
    elif what == "link":
        (tmp_path / "elsewhere").write_text(text)
        os.chmod(tmp_path / "elsewhere", 0o600)
        note.symlink_to(tmp_path / "elsewhere")
    elif what != "none":
        note.write_text({"nonsense": "{", "incomplete": "{}"}.get(what, text))
        os.chmod(note, 0o644 if what == "public" else 0o600)
    assert found_running(store) is None


def test_only_who_knows_the_token_is_believed_and_it_is_never_sent_before(tmp_path: Path) -> None:
    store = tmp_path / "cx.duckdb"
    for proof, is_believed in ((None, True), ("0" * 64, False)):
        with answering(proof) as (address, heard):
            note = note_beside(store)
            note.write_text(json.dumps(Running(address, "token", 1).__dict__))
            os.chmod(note, 0o600)
            assert (running_server(str(store)) is not None) is is_believed
        assert len(heard) == 1
        assert "token" not in heard[0]
    assert running_server(str(store)) is None  # nobody listens there any more
