"""``export``: a pack in a file, for the rights of who asks, on the command line and over HTTP."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pptx import Presentation

from cxdata import cli
from cxdata.api.acts import Asked, give_pack, pack_media_type
from cxdata.errors import AccessError, AskedWrongly
from cxdata.exports.pack_files import FACES, MEDIA_TYPES
from cxdata.models import Reader, Scope
from cxdata.record import recorded_acts
from cxdata.store.connection import Store
from tests.stores import add, answers, customers


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "cx.duckdb"
    store = Store.open(path)
    add(store, customers(40, lost_count=8, segment="Home"), "customers")
    add(store, answers([10, 9, 8, 3] * 10, segment="Home"), "responses")
    store.close()
    return path


def run(place: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.main, ["export", *words, "--store", str(place)])


def test_a_pack_is_written_and_names_are_recorded(place: Path, tmp_path: Path) -> None:
    target = tmp_path / "pack.pptx"
    words = ("--sections", "churn_cost,summary", "--names", "--lang", "fr", "--json")
    done = run(place, str(target), *words)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["sections"] == ["churn_cost", "summary"]
    assert told["path"] == str(target)
    slides = list(Presentation(str(target)).slides)
    assert slides[0].shapes.title.text_frame.text == "Expérience client\u00a0: dossier du comité"
    again = run(place, str(target))
    assert (again.exit_code, target.stat().st_size > 0) == (1, True)
    assert "--force" in again.stderr
    store = Store.open(place)
    assert recorded_acts(store)["act"].to_list().count("people_exported") == 1
    store.close()


def test_what_can_be_no_pack_is_said_before_anything_is_made(place: Path, tmp_path: Path) -> None:
    assert run(place, str(tmp_path / "pack.doc")).exit_code == 2
    wrong = run(place, str(tmp_path / "a.pdf"), "--sections", "nbs")
    assert "There is no section called nbs." in wrong.stderr
    nothing = run(place, str(tmp_path / "a.pdf"), "--template", "none.pptx", "--format", "pptx")
    assert "The template none.pptx can't be read." in nothing.stderr
    assert [*tmp_path.iterdir()] == []


def test_over_http_a_pack_is_for_the_rights_of_who_asks(place: Path) -> None:
    store = Store.open(place)
    bob = Reader("Bob", "reader", Scope.of({"segment": ["Home"]}), may_see_people=False)
    options = {"face": "pptx", "sections": ("churn_cost",)}
    asked = Asked(store.seen_by(bob), bob, {**options, "with_names": True}, "en", is_local=False)
    with pytest.raises(AccessError, match="names"):
        give_pack(asked)
    with pytest.raises(AccessError, match="name a place"):
        give_pack(Asked(asked.store, bob, {**options, "template": "x.pptx"}, "en", is_local=False))
    with pytest.raises(AskedWrongly, match="Say as what"):
        give_pack(Asked(asked.store, bob, {"face": None}, "en", is_local=False))
    told = give_pack(Asked(asked.store, bob, options, "en", is_local=False))
    assert told.returned is not None
    [*slides] = Presentation(io.BytesIO(told.returned)).slides
    assert "You see: Segment Home" in slides[1].notes_slide.notes_text_frame.text
    assert [pack_media_type({"face": it}) for it in FACES] == [*MEDIA_TYPES.values()]
    store.close()
