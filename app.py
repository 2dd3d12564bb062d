"""The server: ``streamlit run app.py``, or any ASGI server with ``app:app``.

The main script is ``pages/frame.py``, not this file, so that a link to a page opens with its
frame and filters even as the first request after a start.
"""

import streamlit as st
from starlette.routing import Route

from pages.server.programs import api
from pages.server.startup import (
    answer_fault,
    health,
    lifespan,
    server_middleware,
    show_script_error,
)

app = st.App(
    "pages/frame.py",
    lifespan=lifespan,
    middleware=server_middleware(),
    routes=[Route("/health", health), *api.routes()],
    exception_handlers={Exception: answer_fault},
    on_script_error=show_script_error,
)

if __name__ == "__main__":
    app.run()
