"""The image is made of what is there, and starts with a command that exists."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from cxdata.api.openapi import BESIDE
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


COMPOSE = (PROJECT / "compose.yaml").read_text("utf-8")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    return found


def test_only_the_proxy_of_the_compose_file_can_be_reached(services: dict[str, Any]) -> None:
    assert {name for name, it in services.items() if "ports" in it} == {"proxy"}
    assert services["proxy"]["command"][-1] == "login:4180"
    login = services["login"]["environment"]
    assert login["OAUTH2_PROXY_HTTP_ADDRESS"].endswith(":4180")
    [port] = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert login["OAUTH2_PROXY_UPSTREAMS"] == f"http://dashboard:{port}"


def test_what_passes_the_login_by_asks_for_a_token_itself(services: dict[str, Any]) -> None:
    skipped = services["login"]["environment"]["OAUTH2_PROXY_SKIP_AUTH_ROUTES"].split(",")
    guarded = [path for path, (_, _, needs_token) in BESIDE.items() if needs_token]
    open_paths = ["/", "/nps", "/_stcore/stream", "/health", "/metricsx", "/x/api/v1/show"]
    for path in [*guarded, "/api/v1/import"]:
        assert any(re.search(it, path) for it in skipped), path
    assert [path for path in open_paths if any(re.search(it, path) for it in skipped)] == []


def test_the_dashboard_of_the_compose_file_can_write_to_its_volume_alone(
    services: dict[str, Any],
) -> None:
    [volume] = re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)
    dashboard = services["dashboard"]
    assert dashboard["read_only"] is True
    assert [it.split(":")[1] for it in dashboard["volumes"]] == [volume]
    assert [it.split(":")[0] for it in dashboard["tmpfs"]] == ["/tmp"]
    assert dashboard["cap_drop"] == ["ALL"]
    assert "user" not in dashboard  # the image's own, which has no rights
    assert "CX_HOST" in dashboard["environment"]["CXDATA_ALLOWED_HOSTS"]


def test_no_secret_stands_in_the_compose_file_and_each_one_is_asked_for(
    services: dict[str, Any],
) -> None:
    login = services["login"]["environment"]
    for name, value in login.items():
        if name.endswith(("SECRET", "CLIENT_ID", "ISSUER_URL")):
            assert re.fullmatch(r"\$\{[A-Z_]+:\?.+\}", value), name
    names = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    for document in ("deployment.md", "deployment.fr.md"):
        shown = (PROJECT / "docs" / document).read_text("utf-8")
        assert [it for it in sorted(names) if f"`{it}`" not in shown] == []


def test_every_network_and_volume_of_the_compose_file_is_declared() -> None:
    whole = yaml.safe_load(COMPOSE)
    used = {it for service in whole["services"].values() for it in service["networks"]}
    kept = {it.split(":")[0] for s in whole["services"].values() for it in s.get("volumes", ())}
    assert (used, kept) == (set(whole["networks"]), set(whole["volumes"]))
    needed = {it for service in whole["services"].values() for it in service.get("depends_on", ())}
    assert needed <= set(whole["services"])
