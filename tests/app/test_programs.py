"""What other programs find of this server, without starting one."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit import config

from cxdata.errors import StoreDamaged, StoreHeld
from cxdata.running import found_running
from cxdata.store.connection import Store
from pages.server import programs
from pages.server.programs import api, found_by_programs, own_address


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "store_path", lambda: tmp_path / "cx.duckdb")
    monkeypatch.setattr(programs, "_bound", [])


@pytest.mark.parametrize("fault", [StoreHeld, StoreDamaged])
def test_a_server_that_cant_have_the_store_leaves_the_note_of_who_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[StoreHeld]
) -> None:
    def refuse(path: Path) -> None:
        raise fault("no")

    monkeypatch.setattr(Store, "open", refuse)
    with found_by_programs():
        found = found_running(tmp_path / "cx.duckdb")
        assert (found is None) is (fault is StoreHeld)
        assert api.local_token == (found and found.token)
    assert found_running(tmp_path / "cx.duckdb") is None
    assert api.local_token is None


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8600"),
        ("::", "http://127.0.0.1:8600"),
        ("10.0.0.7", "http://10.0.0.7:8600"),
        ("::1", "http://[::1]:8600"),
    ],
)
def test_the_address_is_one_that_this_computer_reaches(
    monkeypatch: pytest.MonkeyPatch, host: str, address: str
) -> None:
    monkeypatch.setattr(programs, "_bound", [(host, 8600)])
    assert own_address() == address


def test_streamlits_own_door_for_agents_exists_and_is_off() -> None:
    """Without roles it would hand names to anybody: an option that goes by another name some day
    is noticed here."""
    shipped = (Path(__file__).parents[2] / ".streamlit/config.toml").read_text("utf-8")
    assert "enableAgentApi = false" in shipped
    assert "server.enableAgentApi" in config.get_config_options()
    assert config.get_option("server.enableAgentApi") is False
