"""Many sessions open lists at once, over Streamlit's own protocol."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import PROJECT, free_port

STRESS = PROJECT / "benchmarks" / "stress_lists.py"


def test_the_server_answers_while_many_open_every_list_at_once(sample_path: Path) -> None:
    """The version that froze did so before its first page was complete; a slow machine only opens
    fewer."""
    options = ["--sessions", "8", "--seconds", "10", "--threads", "2", "--patience", "600"]
    options += ["--port", str(free_port()), "--store", str(sample_path)]
    stressed = subprocess.run(
        [sys.executable, str(STRESS), *options], capture_output=True, check=False, text=True
    )
    assert stressed.returncode == 0, stressed.stdout + stressed.stderr
