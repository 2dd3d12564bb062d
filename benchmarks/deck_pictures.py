"""Every slide and page of board packs as pictures, to be looked at.

    python benchmarks/deck_pictures.py SAMPLE_STORE FOLDER [--only NAME]

``SAMPLE_STORE`` is a store with the sample data, which is copied. Packs of it in both languages,
with names; of a filter without data; of twelve answers; of forty segments with names of sixty
letters; of hostile texts; and on a dark template. Slides are rendered by LibreOffice, pages by
poppler. ``FOLDER`` gets the files, a picture of each slide and page, and sheets of all of them.
Needs ``soffice`` and ``pdftoppm``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from shutil import copyfile

sys.path.remove(str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Inches

from cxdata.cases.changing import CASE_OUTCOMES, change_case
from cxdata.cases.listing import recorded_cases
from cxdata.exports.pack_files import PackLook, pack_file
from cxdata.followup.decisions import Decision, add_decision, recorded_decisions
from cxdata.followup.samples import SAMPLE_DECISIONS
from cxdata.i18n import Locale, translator
from cxdata.metrics import data_days
from cxdata.models import Filters, Period, last_months
from cxdata.pack.making import PackChoice, pack_of
from cxdata.pack.pack import Pack
from cxdata.panels import Request
from cxdata.store.connection import Store
from tests.stores import HOSTILE_TEXTS, MIDDAY, add, answers, calls, customers

NOTHING = Period(date(2001, 1, 1), date(2001, 3, 31))
FORTY = tuple(
    f"Établissement n° {n:02} de la région Provence-Alpes-Côte d’Azur, {n:02}" for n in range(40)
)
RIGHT_TO_LEFT = "מגזר עסקי – قطاع الأعمال"
HOSTILE = (
    *HOSTILE_TEXTS.values(),
    "<a:t>&amp;]]></a:t>",
    RIGHT_TO_LEFT,
    "👩‍👩‍👧 🇫🇷 émoji",
    "Z" * 10_000,
)
SHEET_WIDTH = 640
OFFICE_LOCALES = {"fr": "fr-FR"}


def main(sample: Path, folder: Path, only: str) -> None:
    with tempfile.TemporaryDirectory() as made:
        for name, pack, look in packs(sample, Path(made), only):
            place = folder / name
            place.mkdir(parents=True, exist_ok=True)
            for face in ("pptx", "pdf"):
                (place / f"pack.{face}").write_bytes(pack_file(pack, face, look).content)
            summary = [it for it in pack.sections if it.is_one_sheet]
            print(name, len(pack.figures), "figures,", len(summary), "summary")
            pictures(place / "pack.pptx", place / "slides", pack.locale)
            pictures(place / "pack.pdf", place / "pages")


def packs(sample: Path, made: Path, only: str) -> Iterator[tuple[str, Pack, PackLook]]:
    """Name, pack and look of each pack that is looked at."""
    dark = made / "dark.pptx"
    dark_template(dark)
    store = filled(made / "sample.duckdb", lambda it: follow_up(it), sample)
    year = last_months(data_days(store).last_on, 12)
    wanted: list[tuple[str, Locale, Period, PackLook, PackChoice]] = [
        ("sample-en", "en", year, PackLook(), PackChoice(with_names=True)),
        ("sample-fr", "fr", year, PackLook(), PackChoice(with_names=True)),
        ("nothing", "fr", NOTHING, PackLook(), PackChoice()),
        ("dark", "fr", year, PackLook(template=dark), PackChoice(with_names=True)),
        ("summary", "fr", year, PackLook(), PackChoice(("summary",))),
    ]
    for name, locale, period, look, choice in wanted:
        if only in name:
            yield name, pack_in(store, locale, period, choice), look
    store.close()
    for name, fill in (("twelve", twelve), ("forty", forty), ("hostile", hostile)):
        if only in name:
            other = filled(made / f"{name}.duckdb", fill)
            period = Period(date(2026, 1, 1), date(2026, 6, 30))
            yield name, pack_in(other, "fr", period, PackChoice(with_names=True)), PackLook()
            other.close()


def pack_in(store: Store, locale: Locale, period: Period, choice: PackChoice) -> Pack:
    return pack_of(Request.computed_now(store, Filters(period=period), translator(locale)), choice)


def filled(path: Path, fill: Callable[[Store], None], sample: Path | None = None) -> Store:
    if sample is not None:
        copyfile(sample, path)
    store = Store.open(path)
    fill(store)
    return store


def follow_up(store: Store) -> None:
    """What was done with the sample's cases, and its decisions where it has none."""
    if recorded_decisions(store).is_empty():
        for it in SAMPLE_DECISIONS:
            add_decision(store, it, today=it.decided_on)
    causes = store.settings.cases.root_causes
    for place, number in enumerate(recorded_cases(store)["case_number"].head(60)):
        said = {
            "status": ("contacted", "resolved", "no_answer")[place % 3],
            "root_cause": causes[(place * place) % len(causes)],
            "outcome": CASE_OUTCOMES[place % 4],
        }
        change_case(store, number, said)


def twelve(store: Store) -> None:
    add(store, customers(12, 2, segment="Or"), "customers")
    scores = [10, 9, 9, 10, 10, 9, 10, 9, 8, 7, 3, 0]
    rows = answers(scores, segment="Or", journey="Achat", comment="Ça marche")
    moved = [
        {**it, "responded_at": MIDDAY + timedelta(days=n - 14), "customer_id": f"C{n}"}
        for n, it in enumerate(rows)
    ]
    add(store, moved, "responses")


def forty(store: Store) -> None:
    segmented(store, FORTY, 30)


def hostile(store: Store) -> None:
    segmented(store, HOSTILE, 30)
    decided = Decision(
        "=1+1 <b>gras</b> **fort** #eval(1) " + RIGHT_TO_LEFT + " " + "mot " * 60,
        "@direction <script>",
        date(2026, 12, 31),
        "nps",
        Filters(segment=(HOSTILE[0],)),
        decided_on=date(2026, 4, 1),
    )
    add_decision(store, decided, today=decided.decided_on)


def segmented(store: Store, segments: tuple[str, ...], count: int) -> None:
    """Customers, answers of three months and calls of each segment."""
    rows, given, called = [], [], []
    for place, segment in enumerate(segments):
        rows += [
            {**it, "customer_id": f"{place}-{it['customer_id']}", "name": f"{segment[:300]} {n}"}
            for n, it in enumerate(customers(count, 2 + place % 5, segment=segment))
        ]
        said = answers(
            [10, 9, 8, 3, 10 - place % 10] * (count // 5), journey=segment, comment=segment
        )
        given += [
            {
                **it,
                "response_id": f"{place}-{n}",
                "customer_id": f"{place}-C{n}",
                "responded_at": it["responded_at"] - timedelta(days=30 * (n % 3)),  # type: ignore[operator]
            }
            for n, it in enumerate(said)
        ]
        called += [
            {**it, "contact_id": f"{place}-{n}"}
            for n, it in enumerate(calls([20, 400, 30] * 4, journey=segment, reason=segment))
        ]
    add(store, rows, "customers")
    add(store, given, "responses")
    add(store, called, "contacts")


def dark_template(path: Path) -> None:
    """A firm's template as many are: dark paper, light letters, its own fonts and accents."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    master = deck.slide_master
    colours = master._element.find(
        "{http://schemas.openxmlformats.org/presentationml/2006/main}clrMap"
    )
    for name, value in (("bg1", "dk2"), ("tx1", "lt1"), ("bg2", "dk1"), ("tx2", "lt2")):
        colours.set(name, value)
    places = [
        (shape, shape.left, shape.top, shape.width, shape.height)
        for holder in (master, *deck.slide_layouts)
        for shape in holder.placeholders
    ]
    for shape, left, top, width, height in places:  # read before the master's own are changed
        shape.left, shape.width = round(left * 4 / 3), round(width * 4 / 3)
        shape.top, shape.height = top, height
    fill = master.background.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor(0x14, 0x1B, 0x2D)
    part = next(it.target_part for it in master.part.rels.values() if "theme" in it.reltype)
    theme = etree.fromstring(part.blob)
    space = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    own = ("dk2", "141B2D"), ("accent1", "F2A900"), ("accent2", "4FC3F7")
    for name, colour in own:
        [value] = theme.findall(f".//a:{name}/a:srgbClr", space)
        value.set("val", colour)
    for value in theme.findall(".//a:latin", space)[:2]:
        value.set("typeface", "Liberation Serif")
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "An example that is left out"
    deck.save(str(path))


def pictures(file: Path, stem: Path, language: str = "") -> None:
    """A picture of each slide or page, and sheets of six. The office has the language of the pack:
    the marks of decimals and groups are those of whoever opens the deck."""
    source = file
    if file.suffix == ".pptx":
        with tempfile.TemporaryDirectory() as profile:
            speak(Path(profile), language)
            office = ["soffice", "--headless", f"-env:UserInstallation=file://{profile}"]
            convert = [*office, "--convert-to", "pdf", "--outdir", str(stem.parent / "of-office")]
            subprocess.run([*convert, str(file)], check=True, capture_output=True)
        source = stem.parent / "of-office" / "pack.pdf"
    subprocess.run(["pdftoppm", "-r", "72", "-png", str(source), str(stem)], check=True)
    shown = [Image.open(it).convert("RGB") for it in sorted(stem.parent.glob(f"{stem.name}-*.png"))]
    for first in range(0, len(shown), 6):
        small = [
            it.resize((SHEET_WIDTH, round(it.height * SHEET_WIDTH / it.width)))
            for it in shown[first : first + 6]
        ]
        high = max(it.height for it in small) + 6
        sheet = Image.new("RGB", (2 * (SHEET_WIDTH + 6), (len(small) + 1) // 2 * high), "gray")
        for place, it in enumerate(small):
            sheet.paste(it, (place % 2 * (SHEET_WIDTH + 6), place // 2 * high))
        sheet.save(stem.parent / f"sheet-{stem.name}-{first // 6}.png")


def speak(profile: Path, language: str) -> None:
    """An office profile that writes numbers as one of the language does."""
    user = profile / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" '
        f'oor:op="fuse"><value>{OFFICE_LOCALES.get(language, "en-GB")}</value></prop></item>'
        "</oor:items>",
        "utf-8",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sample", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    said = parser.parse_args()
    main(said.sample, said.folder, said.only)
