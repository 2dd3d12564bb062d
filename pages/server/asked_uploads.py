"""Uploads are taken only where a page asks for a file.

Streamlit gives any session addresses to upload to, and takes any file that is sent to a live
session, whether or not a page has a place for it; all of them stay in memory. Here an address is
only given while the session's page has a file widget, a file is only taken at an address that
was given, and all files held together have a limit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime, exists, get_instance
from streamlit.runtime.uploaded_file_manager import UploadFileUrlInfo

from cxdata.log import log_refusal
from pages.server.door import UPLOAD, DoorRefusal, refuse

FILE_WIDGET = "file_uploader_state_value"
# Addresses that a session may have open at a time.
REMEMBERED_ADDRESSES = 500

_given: dict[str, deque[str]] = {}


class AskedUploads:
    """Refuses a file that no page asked for, and one too many."""

    def __init__(self, app: ASGIApp, held_bytes: int, base_path: str = "") -> None:
        self.app = app
        self.held_bytes = held_bytes
        self.base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self.refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, send)
            return
        log_refusal("upload", refusal.reason)
        await refuse(refusal, scope, receive, send)

    def refusal(self, scope: Scope) -> DoorRefusal | None:
        asked = UPLOAD.fullmatch(str(scope["path"]).removeprefix(self.base_path))
        if scope["method"] not in {"PUT", "DELETE"} or asked is None:
            return None
        if asked["file"] not in _given.get(asked["session"], ()):
            return DoorRefusal(403, "a file that no page asked for")
        if scope["method"] == "DELETE":
            return None
        runtime = get_instance()
        if not has_file_widget(runtime, asked["session"]):
            return DoorRefusal(403, "a file that no page asked for")
        size = Headers(scope=scope).get("content-length")
        if size is None:
            return DoorRefusal(411, "a file without its length")
        if held_bytes(runtime) + int(size) > self.held_bytes:
            return DoorRefusal(413, "more files than fit into memory")
        return None


def give_only_asked_addresses(runtime: Runtime) -> None:
    """Have the runtime give addresses to sessions with a file widget only, and note them."""
    manager = runtime.uploaded_file_mgr
    give = manager.get_upload_urls

    def give_asked(session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        if not has_file_widget(runtime, session_id):
            log_refusal("upload", "a file that no page asked for")
            return []
        given = give(session_id, file_names)
        _forget_ended_sessions(runtime)
        noted = _given.setdefault(session_id, deque(maxlen=REMEMBERED_ADDRESSES))
        noted.extend(each.file_id for each in given)
        return list(given)

    manager.get_upload_urls = give_asked  # type: ignore[method-assign]


def has_file_widget(runtime: Runtime, session_id: str) -> bool:
    """Whether the page that the session shows has a place for a file."""
    info = runtime._session_mgr.get_active_session_info(session_id)
    if info is None:
        return False
    state: Any = info.session.session_state
    widgets = state._new_widget_state
    return any(
        widget.value_type == FILE_WIDGET
        and (widget.id in widgets.states or widget.id in state._old_state)
        for widget in list(widgets.widget_metadata.values())
    )


def held_bytes(runtime: Runtime) -> int:
    """What the uploaded files of all sessions take in memory."""
    stats: Any = runtime.uploaded_file_mgr.get_stats()
    return sum(each.byte_length for family in stats.values() for each in family)


def _forget_ended_sessions(runtime: Runtime) -> None:
    for session_id in list(_given):
        if not (exists() and runtime.is_active_session(session_id)):
            del _given[session_id]
