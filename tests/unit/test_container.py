"""The image is made of what is there, and starts with a command that exists."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from cxdata.cli import main
from cxdata.store.files import ENDINGS

PROJECT = Path(__file__).parents[2]
DOCKERFILE = (PROJECT / "Dockerfile").read_text("utf-8")
LINES = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
SENT = [line.removeprefix("!") for line in LINES if line.startswith("!")]


def is_sent(path: Path) -> bool:
    """Whether the build is given a file; what no line names isn't."""
    return any(path.is_relative_to(it) or path.match(it) for it in SENT)


def test_nothing_is_sent_to_the_build_that_no_line_names() -> None:
    assert next(line for line in LINES if not line.startswith("#")) == "*"
    assert [it for it in SENT if not list(PROJECT.glob(it))] == []
    secret = (*(f"data/cx.duckdb{it}" for it in ENDINGS), ".streamlit/secrets.toml", ".git/config")
    assert [it for it in secret if is_sent(Path(it))] == []


def test_all_that_the_wheel_is_made_of_is_sent() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    told = project["project"]
    names = [*wheel["only-include"], *wheel["force-include"], told["readme"]]
    names += [*told["license-files"], "pyproject.toml", project["tool"]["hatch"]["version"]["path"]]
    names += re.findall(r"pip install .*-c (\S+)", DOCKERFILE)
    assert [it for it in names if not (PROJECT / it).exists() or not is_sent(Path(it))] == []


def test_the_image_starts_with_the_command_of_the_package() -> None:
    [words] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    program, command, *options = json.loads(words)
    scripts = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts[program] == "cxdata.cli:main"
    said = main.commands[command].make_context(command, options)
    assert said.params["address"] == "0.0.0.0"
    port = said.params["port"]
    assert f"EXPOSE {port}\n" in DOCKERFILE
    assert f"http://127.0.0.1:{port}/health" in DOCKERFILE


def test_the_user_of_the_image_owns_the_volume_with_the_store() -> None:
    user = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    [volume] = re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)
    assert user == [re.findall(r"install -d -o (\w+)", DOCKERFILE)[0]]
    assert f"CXDATA_STORE={volume}/" in DOCKERFILE


@pytest.mark.parametrize("name", ["deployment.md", "deployment.fr.md"])
def test_the_documents_show_the_last_lines_of_the_dockerfile(name: str) -> None:
    shown = (PROJECT / "docs" / name).read_text("utf-8")
    assert DOCKERFILE[DOCKERFILE.index("HEALTHCHECK") :] in shown
    number = re.findall(r"--uid (\d+)", DOCKERFILE)[0]
    assert f"chown {number} " in shown
