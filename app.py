"""The server: ``streamlit run app.py``, or any ASGI server with ``app:app``.

The main script is ``pages/frame.py``, not this file, so that a link to a page opens with its
frame and filters even as the first request after a start.
"""

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from pages.components.server import (
    CompressedBundles,
    PageHeaders,
    health,
    lifespan,
    show_script_error,
)

app = st.App(
    "pages/frame.py",
    lifespan=lifespan,
    middleware=[Middleware(PageHeaders), Middleware(CompressedBundles)],
    routes=[Route("/health", health)],
    on_script_error=show_script_error,
)

if __name__ == "__main__":
    app.run()
