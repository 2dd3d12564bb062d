"""By which way people come in: what isn't set up right lets nobody in."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxdata.access.ways_in import LoginFile, Way, login_file, way_in
from cxdata.cli import main
from cxdata.config import AccessSettings, load_settings
from cxdata.errors import AccessError, SettingsError
from pages.components.reader import header_identity

ACCESS = load_settings().access
HEADER = replace(ACCESS, trusted_header="x-user", groups_header="x-groups")
OPEN = replace(ACCESS, is_without_login=True)
SECRET = "s" * 32
BACK = "http://127.0.0.1:8501/oauth2callback"
AUTH = f'[auth]\nredirect_uri = "{BACK}"\ncookie_secret = "{SECRET}"\n'
USABLE = LoginFile(False, True, "https://cx.example.org/oauth2callback", 32)


@pytest.mark.parametrize(
    ("settings", "address", "login", "way"),
    [
        (ACCESS, "127.0.0.1", LoginFile(), "local"),
        (ACCESS, "0.0.0.0", LoginFile(), "none"),
        (ACCESS, "", LoginFile(), "none"),
        (ACCESS, "10.0.0.7", LoginFile(), "none"),
        (OPEN, "0.0.0.0", LoginFile(), "local"),
        (OPEN, "127.0.0.1", LoginFile(is_meant=True), "none"),
        (ACCESS, "127.0.0.1", USABLE, "login"),
        (ACCESS, "0.0.0.0", USABLE, "login"),
        (OPEN, "0.0.0.0", USABLE, "login"),
        (ACCESS, "127.0.0.1", replace(USABLE, secret_letters=31), "none"),
        (ACCESS, "127.0.0.1", replace(USABLE, redirect_uri="https://cx.example.org/"), "none"),
        (HEADER, "127.0.0.1", USABLE, "header"),
        (HEADER, "0.0.0.0", LoginFile(is_meant=True), "header"),
    ],
)
def test_the_way_in(settings: AccessSettings, address: str, login: LoginFile, way: Way) -> None:
    found = way_in(settings, address, login)
    assert found.way == way
    assert (found.reason is not None) == (way == "none")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (AUTH, LoginFile(False, True, BACK, 32)),
        ("[other]\nkey = 1\n", LoginFile()),
        ("[auth]\n", LoginFile(is_there=True)),
        ("[auth\n", LoginFile(is_meant=True)),
    ],
)
def test_a_file_of_a_login(tmp_path: Path, text: str, expected: LoginFile) -> None:
    file = tmp_path / "login.toml"
    file.write_text(text)
    assert login_file([tmp_path / "none.toml", file]) == expected
    assert login_file([tmp_path / "none.toml"], is_told=True).is_meant


def test_a_server_for_others_without_a_login_does_not_start(tmp_path: Path) -> None:
    store = ["--store", str(tmp_path / "cx.duckdb")]
    runner = CliRunner(env={"CXDATA_LOGIN": None, "CXDATA_WITHOUT_LOGIN": None})
    told = runner.invoke(main, [*store, "serve", "--address", "0.0.0.0"])
    assert told.exit_code == 1
    assert "it lets nobody in" in told.output
    bad = tmp_path / "login.toml"
    bad.write_text("[auth]\n")
    told = runner.invoke(main, [*store, "serve", "--login", str(bad)])
    assert "CXDATA_LOGIN" not in os.environ
    assert (told.exit_code, "isn't set up right" in told.output) == (1, True)


@pytest.mark.parametrize(
    ("sent", "name", "groups"),
    [
        ({"x-user": ["Ada@Example.org "]}, "ada@example.org", ()),
        ({"x-user": ["ada"], "x-groups": ["a, B", "c,"]}, "ada", ("a", "B", "c")),
        ({"x-user": ["Zo\u00c3\u00ab"]}, "zoë", ()),  # UTF-8, read as HTTP reads it
    ],
)
def test_a_header_names_a_person_and_groups(
    sent: dict[str, list[str]], name: str, groups: tuple[str, ...]
) -> None:
    found = header_identity(lambda it: sent.get(it, []), HEADER)
    assert (found.name, found.groups, found.is_local) == (name, groups, False)


@pytest.mark.parametrize("values", [[], [""], [" "], ["ada", "bob"]])
def test_a_header_that_names_nobody_or_two_lets_nobody_in(values: list[str]) -> None:
    with pytest.raises(AccessError):
        header_identity(lambda it: values if it == "x-user" else [], HEADER)


def test_headers_count_from_the_proxy_alone() -> None:
    wider = replace(ACCESS, trusted_proxies=load_proxies("127.0.0.1", "10.0.0.0/8"))
    believed = ("127.0.0.1", "::1", "10.1.2.3", "::ffff:127.0.0.1", "11.0.0.1", "", "proxy")
    assert [it for it in believed if ACCESS.is_proxy(it)] == [*believed[:2], believed[3]]
    assert [wider.is_proxy(it) for it in believed[2:5]] == [True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        'trusted_header = "X User"',
        "trusted_header = 1",
        'trusted_proxies = ["proxy.example.org"]',
        'trusted_proxies = ["10.0.0.1/8"]',
        "login_hours = 0",
        'without_login = "perhaps"',
        'name_claim = ""',
    ],
)
def test_a_setting_of_access_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f"[access]\n{text}\n")
    with pytest.raises(SettingsError, match="access"):
        load_settings(file)


def test_the_environment_goes_before_the_settings_of_access(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CXDATA_TRUSTED_HEADER", "X-User")
    monkeypatch.setenv("CXDATA_TRUSTED_PROXIES", "10.0.0.0/8")
    monkeypatch.setenv("CXDATA_WITHOUT_LOGIN", "yes")
    found = load_settings().access
    assert (found.trusted_header, found.is_without_login) == ("x-user", True)
    assert found.is_proxy("10.9.9.9")


def test_rights_are_given_listed_and_taken_by_the_command_line(tmp_path: Path) -> None:
    store = ["--store", str(tmp_path / "cx.duckdb")]

    def run(*words: str) -> str:
        told = CliRunner().invoke(main, [*store, "rights", *words])
        return f"{told.exit_code} {told.output}"

    assert "Nobody has been given rights yet." in run()
    assert run("grant", "Ada", "administrator").startswith("0 ")
    shown = run("grant", "Bob", "reader", "--where", "region=Nord", "--until", "2099-01-01")
    assert "No row has 'Nord' as its region yet" in shown
    assert "region=Nord" in run("list")
    assert run("grant", "ada", "reader").startswith("1 There has to be one administrator")
    assert run("revoke", "bob").startswith("0 ")
    assert run("revoke", "bob").startswith("1 bob has no rights here.")
    assert run("grant", "cleo", "reader", "--where", "planet=Mars").startswith("1 There is no")
    assert run("grant", "cleo").startswith("2 ")
    changes = json.loads(run("--history", "--json").partition(" ")[2])["changes"]
    assert [it["role"] for it in changes] == [None, "reader", "administrator"]
    assert changes[1]["scope"] == {"region": ["Nord"]}


def load_proxies(*addresses: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(it) for it in addresses)
