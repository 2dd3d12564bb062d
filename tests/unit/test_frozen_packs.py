"""Packs that are frozen: whatever happens later, they open as they were, on every face."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from pptx import Presentation
from pypdf import PdfReader

from cxdata.cli import main
from cxdata.errors import AccessError, CxDataError, StoreDamaged
from cxdata.exports.mail import mail_html, mail_text
from cxdata.exports.pack_files import pack_file
from cxdata.followup.snapshots import recorded_snapshots, snapshot_of, take_snapshot
from cxdata.i18n import LOCALES, translator
from cxdata.ingest import undo_batch
from cxdata.ingest.people.erasing import erase_person
from cxdata.ingest.people.frozen import frozen_texts
from cxdata.ingest.soundness import check_store
from cxdata.models import Filters, Period, Reader, Scope
from cxdata.pack.choices import choice_named, forget_choice, keep_pack_choice, kept_pack_choices
from cxdata.pack.comparing import compared_snapshots, compared_with_today, differing_numbers
from cxdata.pack.comparison_words import comparison_lines
from cxdata.pack.freezing import chosen_of, freeze_pack, frozen_pack, in_meeting_order
from cxdata.pack.making import PackChoice
from cxdata.pack.pack import Pack, PackChart, PackTable, Series
from cxdata.pack.stored import PACK_FORMAT, pack_json, pack_of_json
from cxdata.panels import Request
from cxdata.record.reading import recorded_acts
from cxdata.store.connection import Store
from cxdata.store.expected import MIGRATIONS, newest_version
from cxdata.store.stored_json import packed_text, unpacked_text
from tests.stores import HOSTILE_TEXTS, add, answers, calls, customers

PERIOD = Period(date(2026, 1, 1), date(2026, 6, 30))
OF_OLD = Path(__file__).parents[1] / "snapshots_of_old"
# What a typesetter, an office document and a spreadsheet would do something with.
TYPST = '#eval("1+1") $x$ @ref <label> *b* _i_ // gone'
XML = "<a:t>&amp;]]></a:t><![CDATA[x"
HOSTILE = (TYPST, XML, HOSTILE_TEXTS["formula"], HOSTILE_TEXTS["html"], HOSTILE_TEXTS["markdown"])
TITLE = f"{TYPST} {XML} {HOSTILE_TEXTS['formula']}"


def at(store: Store, locale: str = "en") -> Request:
    filters = Filters(period=PERIOD)
    return Request.computed_now(store, filters, translator(locale))


def fill(store: Store) -> None:
    """Segments that some program would run; answers with comments, lost customers, late calls."""
    rows: list[dict[str, Any]] = []
    given: list[dict[str, Any]] = []
    for place, segment in enumerate(HOSTILE):
        for row in customers(24, lost_count=3 + place, segment=segment):
            number = f"{place}-{row['customer_id']}"
            is_strategic = row["customer_id"] == "C20"
            named = {
                "name": f"Firm Marker {place}{row['customer_id']}",
                "is_strategic": is_strategic,
            }
            rows.append({**row, **named, "customer_id": f"CUST-{number}"})
        for n, it in enumerate(answers([10, 9, 8, 3, 2, 10 - place] * 4, journey="Buying")):
            moved = {"responded_at": it["responded_at"].replace(month=4 + n % 3)}  # type: ignore[attr-defined]
            given.append(
                {**it, **moved, "response_id": f"{place}-{n}", "customer_id": f"CUST-{place}-C{n}"}
            )
    add(store, rows, "customers")
    add(store, given, "responses")
    add(store, calls([20, 400, 30] * 20, journey="Buying", segment=HOSTILE[0]), "contacts")


@dataclass(frozen=True)
class Frozen:
    """A store with a pack that was frozen, and what its faces said at that moment."""

    store: Store
    path: Path
    snapshot_id: str
    documents: dict[str, str]
    faces: dict[str, list[str]]


def opened(store: Store, snapshot_id: str, locale: str = "en", **options: bool) -> Pack:
    return frozen_pack(store, snapshot_id, locale, **options).pack


def read_faces(pack: Pack) -> dict[str, list[str]]:
    """All that the four faces say: numbers of charts and cells, texts."""
    slides = Presentation(io.BytesIO(pack_file(pack, "pptx").content)).slides
    shapes = [shape for slide in slides for shape in slide.shapes]
    said = [it.text_frame.text for it in shapes if it.has_text_frame]
    said += [c.text for it in shapes if it.has_table for row in it.table.rows for c in row.cells]
    charts = [it.chart for it in shapes if it.has_chart]
    numbers = [repr(tuple(s.values)) for it in charts for plot in it.plots for s in plot.series]
    pdf = PdfReader(io.BytesIO(pack_file(pack, "pdf").content))
    texts = [page.extract_text() for page in pdf.pages]
    [attached] = [content.decode() for file in pdf.attachments.values() for content in file]
    book = pack_file(pack, "xlsx").content
    sheets = pl.read_excel(io.BytesIO(book), sheet_id=0, has_header=False)
    cells = [repr(row) for sheet in sheets.values() for row in sheet.rows()]
    tr = translator(pack.locale)
    return {
        "pptx": [*said, *numbers],
        "pdf": [*texts, *attached.splitlines()],
        "xlsx": cells,
        "eml": [mail_text(pack, tr), mail_html(pack, tr)],
    }


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    path = tmp_path_factory.mktemp("frozen") / "cx.duckdb"
    store = Store.open(path)
    fill(store)
    choice = PackChoice(("nps", "response_times", "churn_cost"), TITLE, with_names=True)
    made = freeze_pack(at(store), "Board, March", choice, note="as said", taken_by="ana")
    documents = {it: pack_json(opened(store, made, it, with_names=True)) for it in LOCALES}
    yield Frozen(store, path, made, documents, read_faces(opened(store, made)))
    Store.open(path).close()


def test_a_pack_is_the_same_after_its_way_through_json(frozen: Frozen) -> None:
    pack = pack_of_json(frozen.documents["en"])
    again = pack_of_json(pack_json(pack))
    for one, other in zip(pack.figures, again.figures, strict=True):
        assert replace(one, frame=None) == replace(other, frame=None)
        if one.frame is not None and other.frame is not None:
            assert one.frame.schema == other.frame.schema
            assert one.frame.equals(other.frame)
    assert unpacked_text(packed_text(frozen.documents["en"]), "") == frozen.documents["en"]
    assert packed_text(frozen.documents["en"]).startswith("zlib:")


def test_numbers_that_are_none_and_lists_come_back_too() -> None:
    frame = pl.DataFrame(
        {
            "share": [0.1 + 0.2, float("nan"), float("inf"), None],
            "parts": [["a"], [], None, ["b", None]],
            "count": pl.Series([1, 2, 3, None], dtype=pl.Int8),
            "day": [date(2026, 1, 1), None, None, None],
        }
    )
    pack = pack_of_json((OF_OLD / "smallest.json").read_text("utf-8"))
    figure = replace(pack.figures[0], frame=frame)
    section = replace(pack.sections[0], figures=(figure,))
    kept = pack_of_json(pack_json(replace(pack, sections=(section,)))).figures[0].frame
    assert kept is not None
    assert kept.schema == frame.schema
    assert kept.equals(frame)


def test_it_opens_as_it_was_after_import_undo_settings_migration_and_a_newer_program(
    frozen: Frozen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "later.duckdb"
    with frozen.store.cursor() as con:
        con.execute("checkpoint")
    shutil.copy(frozen.path, path)
    store = Store.open(path)
    late = [
        {**it, "response_id": f"late-{n}", "customer_id": f"CUST-0-C{n}", "journey": "Buying"}
        for n, it in enumerate(answers([0] * 12))
    ]
    assert add(store, late, "responses").accepted_count == 12
    undo_batch(store, 3)
    store.change_settings({"answers.confidence": 0.8, "answers.minimum_count": 6})
    store.close()
    migrations = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, migrations)
    next_one = migrations / f"{newest_version() + 1:04}_next.sql"
    next_one.write_text("create table next_one (number integer);", "utf-8")
    monkeypatch.setattr("cxdata.pack.making.__version__", "9.0.0")
    monkeypatch.setattr("cxdata.followup.made_with.__version__", "9.0.0")
    store = Store.open(path, migrations=migrations)
    for locale in LOCALES:
        kept = opened(store, frozen.snapshot_id, locale, with_names=True)
        assert pack_json(kept) == frozen.documents[locale]
    assert read_faces(opened(store, frozen.snapshot_id)) == frozen.faces

    found = compared_with_today(store, frozen.snapshot_id, "en")
    causes = {it.key: it.causes for it in found.figures}
    assert causes["nps"] == ("later", "settings", "program")
    assert causes["compliance"] == ("undone", "settings", "program")
    assert found.later == {"responses": 1}
    assert found.undone == {"contacts": 1}
    assert [(it.counted, it.row_count, it.corrected_count) for it in found.rows] == [
        ("answers", 12, 0)
    ]
    assert [it[0] for it in found.settings] == ["answers.confidence", "answers.minimum_count"]
    lines = comparison_lines(found, translator("en"))
    nps = {it.key: it for it in found.figures}["nps"]
    assert (nps.then, nps.now) == ("+3", "−6")  # (48 - 44) of 120, (48 - 56) of 132
    assert lines[0].startswith("On ")
    assert "we said +3; it is −6 now." in lines[0]
    assert "1 file came later: 12 answers of the period." in lines
    assert "The program was 0.1.0, now 9.0.0." in lines
    store.close()


def test_nothing_differs_while_nothing_is_changed(frozen: Frozen) -> None:
    found = compared_with_today(frozen.store, frozen.snapshot_id, "fr")
    assert found.differing == ()
    assert comparison_lines(found, translator("fr"))[0].startswith("Tout est comme")


def test_two_snapshots_are_compared_the_earlier_first(frozen: Frozen) -> None:
    later = freeze_pack(
        replace(at(frozen.store), filters=Filters(period=PERIOD, segment=(HOSTILE[0],))),
        "Part",
        PackChoice(("nps",)),
    )
    with frozen.store.transaction() as con:
        con.execute(
            "update snapshots set taken_at = taken_at + interval 1 day where snapshot_id = $id",
            {"id": later},
        )
    found = compared_snapshots(frozen.store, later, frozen.snapshot_id, "en")
    assert (found.then.title, found.other and found.other.title) == ("Board, March", "Part")
    by_key = {(it.section, it.key): it for it in found.figures}
    assert by_key["nps", "nps"].causes == ("filters",)
    assert by_key["churn_cost", "churn_summary"].now == ""
    with pytest.raises(CxDataError, match="with another one, or with today"):
        compared_snapshots(frozen.store, later, later, "en")


def test_hostile_texts_are_texts_on_all_four_faces(frozen: Frozen) -> None:
    faces = frozen.faces
    pages = "".join(faces["pdf"]).replace("\n", "").replace(" ", "")
    slides, cells, mail = ("\n".join(faces[it]) for it in ("pptx", "xlsx", "eml"))
    for text in (TITLE, *HOSTILE[1:3]):
        assert text.replace(" ", "") in pages, text
        assert text in slides
        assert text in mail or text in HOSTILE
    for text in HOSTILE:
        assert repr(text)[1:-1] in cells or text in cells, text
    assert "<a:t>" not in faces["eml"][1]
    file = pack_file(opened(frozen.store, frozen.snapshot_id), "xlsx").content
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        assert not any(b"<f>" in book.read(it) for it in book.namelist() if "sheet" in it)


def test_texts_of_other_scripts_and_of_10_000_letters_pass_through_a_frozen_pack(
    frozen: Frozen,
) -> None:
    """What no font of the PDF has stands there as a box, and in full in the numbers attached."""
    pack = opened(frozen.store, frozen.snapshot_id)
    hard = ("שלום مرحبا", "👩‍👩‍👧 漢字 é", "Z" * 10_000)
    values = Series("n", (3.0, 2.0, 1.0))
    [told] = [it for it in pack.figures if it.key == "nps_by"]
    numbers = pl.DataFrame({"segment": hard, "nps": values.values})
    figures = (
        replace(told, title=hard[1], chart=PackChart("bars", hard, (values,)), frame=numbers),
        replace(told, chart=None, table=PackTable(("",), tuple((it,) for it in hard)), frame=None),
    )
    one = replace(pack, sections=(replace(pack.sections[1], figures=figures),), methods=())
    faces = read_faces(pack_of_json(pack_json(one)))
    attached, *_ = [it for it in faces["pdf"] if it.startswith('"nps_by"')]
    assert hard[1] in attached
    assert all(any(text in it for it in faces["pdf"]) for text in (hard[0], hard[2]))
    pages = "".join(it for it in faces["pdf"] if not it.startswith('"'))
    assert set("שלום") <= set(pages)
    assert "□□□ □□ é" in pages
    assert not set("👩漢字") & set(pages)
    assert any("Z" * 31 + "…" in it for it in faces["pptx"])
    assert all(any(text in it for it in faces["pptx"]) for text in hard[:2])
    assert all(any(repr(text)[1:-1] in it for it in faces["xlsx"]) for text in hard)
    assert all(hard[1] in it for it in faces["eml"])


def test_names_are_kept_only_if_asked_for_and_opened_only_for_who_may(frozen: Frozen) -> None:
    store = frozen.store
    assert not opened(store, frozen.snapshot_id).names_people
    assert opened(store, frozen.snapshot_id, with_names=True).names_people
    unnamed = store.seen_by(Reader("x", "manager", Scope(), may_see_people=False))
    with pytest.raises(AccessError):
        frozen_pack(unnamed, frozen.snapshot_id, "en", with_names=True)
    assert not frozen_pack(unnamed, frozen.snapshot_id, "en").pack.names_people
    assert unnamed.query("snapshot_packs", snapshot_id=frozen.snapshot_id)["people"].is_null().all()
    with pytest.raises(AccessError):
        freeze_pack(at(unnamed), "x", PackChoice(("churn_cost",), with_names=True))
    bare = freeze_pack(at(store), "Without", PackChoice(("churn_cost",)))
    with pytest.raises(CxDataError, match="frozen without names"):
        frozen_pack(store, bare, "en", with_names=True)


def test_it_opens_only_within_the_rights_that_it_was_made_with(frozen: Frozen) -> None:
    part = Scope.of({"segment": [HOSTILE[0]]})
    reader = frozen.store.seen_by(Reader("x", "manager", part, may_see_people=True))
    with pytest.raises(CxDataError, match="no snapshot"):
        frozen_pack(reader, frozen.snapshot_id, "en")
    own = freeze_pack(at(reader), "Own", PackChoice(("nps",)))
    assert frozen_pack(reader, own, "en").snapshot.scope == part
    assert compared_with_today(reader, own, "en").differing == ()
    # Whoever sees all of it compares it within the rights that it was made with.
    assert compared_with_today(frozen.store, own, "en").differing == ()


def test_an_erased_person_leaves_frozen_packs_and_nothing_else_of_them_changes(
    frozen: Frozen, tmp_path: Path
) -> None:
    path = tmp_path / "erased.duckdb"
    with frozen.store.cursor() as con:
        con.execute("checkpoint")
    shutil.copy(frozen.path, path)
    store = Store.open(path)
    who, name = "CUST-0-C20", "Firm Marker 0C20"
    assert name in frozen.documents["en"]
    done = erase_person(store, who)
    assert done.proof.is_gone
    with store.cursor() as con:
        said = "".join(text for *_, text in frozen_texts(con))
    assert name not in said
    assert who not in said
    assert "Firm Marker 1C20" in said
    before = pack_of_json(frozen.documents["en"])
    after = opened(store, frozen.snapshot_id, with_names=True)
    for one, other in zip(before.figures, after.figures, strict=True):
        assert (one.headline, one.chart, one.title) == (other.headline, other.chart, other.title)
    assert check_store(store) == []
    assert recorded_acts(store, act="person_erased").height == 1
    store.close()


def test_a_snapshot_of_format_1_still_opens() -> None:
    text = gzip.decompress((OF_OLD / "format-1.json.gz").read_bytes()).decode()
    pack = pack_of_json(text)
    by_key = {it.key: it for it in pack.figures}
    nps = by_key["nps"]
    assert nps.headline is not None
    assert (nps.headline.value, nps.basis[1]) == ("+23", "12,250 answers from 8,790 customers")
    assert nps.frame is not None
    assert nps.frame["nps"].item() == 23.395918367346937
    assert dict(pack.facts)["Program version"] == "0.1.0"
    pdf = PdfReader(io.BytesIO(pack_file(chosen_of(pack, ("nps",)), "pdf").content))
    assert "12,250 answers" in pdf.pages[1].extract_text()
    [numbers] = [content.decode() for file in pdf.attachments.values() for content in file]
    assert "23.395918367346937" in numbers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"pack is broken \(JSON\)"),
        ("{", r"pack is broken \(JSON\)"),
        ("[]", r"pack is broken \({}\)"),
        ("{}", r"pack is broken \(format\)"),
        ('{"format": true}', r"pack is broken \(format\)"),
        ('{"format": 1}', r"pack is broken \(pack\)"),
        ('{"format": 1, "pack": {"title": 3}}', r"pack is broken \(pack\.confidence\)"),
        ('{"format": 1, "pack": NaN}', r"pack is broken \(JSON\)"),
        ("[" * 100_000, r"pack is broken"),
        (f'{{"format": {PACK_FORMAT + 1}, "pack": {{}}}}', "reads up to 1"),
    ],
)
def test_a_broken_pack_or_one_of_a_later_version_is_said_in_one_sentence(
    text: str, said: str
) -> None:
    with pytest.raises(CxDataError, match=said):
        pack_of_json(text)


def test_what_is_wrong_within_a_pack_is_named_by_its_place() -> None:
    document = json.loads((OF_OLD / "smallest.json").read_text("utf-8"))
    figure = document["pack"]["sections"][0]["figures"][0]
    for change, place in (
        ({"headline": {"label": 1}}, "headline"),
        ({"frame": {"columns": [["a", "Int64", ["1"]]]}}, "frame.a"),
        ({"frame": {"columns": [["a", "Int8", [4000]]]}}, "frame.a"),
        ({"frame": {"columns": [["a", "Object", []]]}}, "frame.a"),
        ({"frame": {"columns": [["a", "Int64", [1]], ["b", "Int64", []]]}}, "frame"),
        ({"data_until": "June"}, "data_until"),
        ({"subject": "people"}, "subject"),
        ({"unheard": 1}, "unheard"),
    ):
        document["pack"]["sections"][0]["figures"][0] = {**figure, **change}
        with pytest.raises(CxDataError, match=rf"figures\[0\]\.{place}"):
            pack_of_json(json.dumps(document))


def test_a_kept_text_that_is_no_text_is_a_damaged_store() -> None:
    for kept in ("zlib:x", "zlib:" + "A" * 40, packed_text("x" * 30_000)[:-20]):
        with pytest.raises(StoreDamaged):
            unpacked_text(kept, "snapshot_packs.pack")


def test_snapshots_without_a_pack_stay_and_say_so(frozen: Frozen) -> None:
    bare = take_snapshot(frozen.store, "Of old", Filters())
    with pytest.raises(CxDataError, match="“Of old” was taken without its pack"):
        frozen_pack(frozen.store, bare, "en")
    rows = {it["title"]: it for it in recorded_snapshots(frozen.store).to_dicts()}
    assert (rows["Of old"]["has_pack"], rows["Board, March"]["has_pack"]) == (False, True)
    assert rows["Board, March"]["note"] == "as said"
    kept = snapshot_of(frozen.store, frozen.snapshot_id)
    assert kept.filters == Filters(period=PERIOD)
    assert kept.made_with is not None
    assert kept.made_with.settings["answers"]["confidence"] == 0.95


def test_sections_of_a_frozen_pack_are_chosen_and_a_meeting_begins_with_the_nps(
    frozen: Frozen,
) -> None:
    pack = opened(frozen.store, frozen.snapshot_id)
    assert [it.key for it in chosen_of(pack, ("churn_cost", "nps")).sections] == [
        "churn_cost",
        "nps",
    ]
    with pytest.raises(CxDataError, match="The pack has no section pyramid"):
        chosen_of(pack, ("pyramid",))
    assert next(it.key for it in in_meeting_order(pack)) == "nps"


def test_numbers_are_compared_by_their_rows() -> None:
    one = pl.DataFrame({"at": ["a", "b"], "nps": [1.0, float("nan")]})
    assert differing_numbers(one, one) == (0, 2)
    assert differing_numbers(one, one[::-1]) == (0, 2)
    assert differing_numbers(one, one[:1]) == (1, 2)
    assert differing_numbers(one, None) == (4, 4)
    summed = one.with_columns(nps=pl.Series([1.0 + 1e-13, float("nan")]))
    assert differing_numbers(one, summed) == (0, 2)


def test_choices_are_kept_under_a_name_own_before_shared(frozen: Frozen) -> None:
    store = frozen.store
    shared = keep_pack_choice(store, " Board ", PackChoice(("nps",), "For all"), "fr")
    keep_pack_choice(store, "Board", PackChoice(("churn_cost", "nps")), owner="ana")
    assert choice_named(store, "Board").choice == PackChoice(("nps",), "For all")
    assert choice_named(store, "Board").locale == "fr"
    assert choice_named(store, "Board", "ana").choice.sections == ("churn_cost", "nps")
    assert [it.owner for it in kept_pack_choices(store, "ana")] == ["ana", None]
    assert [it.owner for it in kept_pack_choices(store, "bob")] == [None]
    again = keep_pack_choice(store, "Board", PackChoice(("summary",)))
    assert choice_named(store, "Board").choice.sections == ("summary",)
    for missing in (shared, "nowhere"):
        with pytest.raises(CxDataError, match="No choice called"):
            forget_choice(store, missing)
    forget_choice(store, again)
    with pytest.raises(CxDataError, match="No choice called Board is kept"):
        choice_named(store, "Board")
    for name in ("", "x" * 81):
        with pytest.raises(CxDataError):
            keep_pack_choice(store, name, PackChoice())


def test_the_commands_freeze_list_compare_and_export(frozen: Frozen, tmp_path: Path) -> None:
    place = ("--store", str(frozen.path))

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, [*words, *place])

    keep_pack_choice(frozen.store, "Short", PackChoice(("nps",)), "fr")
    taken = run("snapshot", "June", "--choice", "Short", "--note", "n", "--by", "ana", "--json")
    made = json.loads(taken.stdout)["snapshot_id"]
    one = json.loads(run("snapshots", made, "--json").stdout)
    assert (one["title"], one["note"], one["languages"]) == ("June", "n", ["en", "fr"])
    beside = run("snapshots", made, "--against", "today", "--lang", "en")
    assert "Everything is as it was in “June”" in beside.stdout
    target = tmp_path / "june.xlsx"
    told = run("export", str(target), "--snapshot", made, "--json")
    assert json.loads(told.stdout)["sections"] == ["nps"]
    assert target.exists()
    refused = run("export", str(target), "--force", "--snapshot", made, "--from", "2026-01-01")
    assert refused.exit_code == 1
    assert "filters and a title of its own" in refused.stderr
    for words, said in (
        (("export", str(target), "--force", "--snapshot", "none"), "There is no snapshot none."),
        (("export", str(target), "--force", "--choice", "none"), "No choice called none is kept."),
        (("snapshots", made, "--against", made), "is compared with another one"),
    ):
        found = run(*words, "--lang", "en")
        assert found.exit_code == 1
        assert said in found.stderr
