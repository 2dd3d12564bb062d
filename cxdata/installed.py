"""Where the files lie that are no part of ``cxdata``: in the project's folder, or in the package.

An installed package holds them in ``cxdata/_dashboard``, so that nothing called ``pages`` or
``docs`` comes to lie beside the other packages; there they have the same places to each other
as in the project.
"""

from __future__ import annotations

from pathlib import Path

PACKAGED = "_dashboard"


def dashboard_folder(package: Path) -> Path:
    """The folder with ``app.py``, ``pages/`` and all else that lies beside ``package``."""
    packaged = package / PACKAGED
    return packaged if packaged.is_dir() else package.parent


FOLDER = dashboard_folder(Path(__file__).parent)
# What ``streamlit run`` is given. Streamlit reads the .streamlit/config.toml beside it from
# wherever it is started, and finds ``pages`` there.
APP = FOLDER / "app.py"
PAGES_FOLDER = FOLDER / "pages"
DOCS_FOLDER = FOLDER / "docs"
SAMPLE_FOLDER = FOLDER / "sample_data"
