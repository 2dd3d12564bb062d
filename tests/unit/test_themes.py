"""Themes: what comments talk about, by class and against the compared period."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cxdata.ingest import check_store, undo_batch
from cxdata.ingest.importing import import_file
from cxdata.metrics.nps.themes import comment_summary, nps_themes
from cxdata.metrics.statistics.intervals import wilson_interval
from cxdata.metrics.statistics.shares import ShareCounts, newcombe_interval, share_difference_p
from cxdata.models import Filters, Period
from cxdata.store.connection import Store

SAMPLE = Path(__file__).parents[2] / "sample_data" / "responses.parquet"
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
APRIL = Period(date(2026, 4, 1), date(2026, 4, 30))
Answer = tuple[int | None, str, int]  # score, comment, how many of them
LATE = "Livraison en retard"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "cx.duckdb")
    yield opened
    opened.close()


def add(store: Store, *answers: Answer, month: int = 5, **fields: str) -> int:
    """Import answers of the fourth of a month, each as often as it says."""
    rows = [
        {"response_id": f"{month}-{kind}-{n}-{fields}", "responded_at": f"2026-{month:02}-04",
         "survey": "relationship", "nps_score": score, "comment": comment,
         "language": "fr", **fields}
        for kind, (score, comment, count) in enumerate(answers)
        for n in range(count)
    ]  # fmt: skip
    report = import_file(
        store, pl.DataFrame(rows).write_csv().encode(), file_name="a.csv", kind="responses"
    )
    assert report.batch_id is not None
    assert report.refused_count == 0
    return report.batch_id


def themes(store: Store, filters: Filters | None = None) -> dict[str, dict[str, object]]:
    frame = nps_themes(store, filters or Filters(period=MAY), limit=None)
    return {row["theme"]: row for row in frame.iter_rows(named=True)}


def test_a_comment_counts_once_per_theme_and_by_its_class(store: Store) -> None:
    add(store, (0, "Retard, retards, RETARD !", 6), (7, "retard", 5), (10, "Parfait", 20))
    found = themes(store)
    assert list(found) == ["retard", "parfait"]
    late = found["retard"]
    classes = ("comment", "promoter", "passive", "detractor")
    assert [late[f"{name}_count"] for name in classes] == [11, 0, 5, 6]
    assert late["detractor_share"] == 1
    assert late["share"] == pytest.approx(11 / 31)
    assert late["nps_with"] == pytest.approx(-100 * 6 / 11)
    assert (late["base"], late["trend"]) == ("small", None)


def test_shares_are_of_the_class_and_have_their_intervals(store: Store) -> None:
    add(store, (0, "retard", 30), (0, "cher", 10), (10, "retard", 5), (10, "parfait", 95))
    late = themes(store)["retard"]
    low, high = wilson_interval(30, 40)
    assert late["detractor_share"] == 0.75
    assert late["detractor_share_low"] == pytest.approx(float(low))
    assert late["detractor_share_high"] == pytest.approx(float(high))
    assert late["promoter_share"] == 0.05
    low, high = newcombe_interval(ShareCounts(30, 40), ShareCounts(5, 100))
    assert late["difference"] == pytest.approx(0.7)
    assert late["difference_low"] == pytest.approx(float(low))
    assert late["difference_high"] == pytest.approx(float(high))
    assert late["passive_share"] is None


def test_p_values_are_adjusted_for_the_number_of_themes(store: Store) -> None:
    add(store, (0, "retard", 9), (0, "cher", 31), (10, "retard", 12), (10, "cher", 88))
    p = float(share_difference_p(ShareCounts(9, 40), ShareCounts(12, 100)))
    assert [row["difference_p_value"] for row in themes(store).values()] == pytest.approx([p, p])
    add(store, (0, "lent", 6), (10, "lent", 15), segment="home")
    with_third = [row["difference_p_value"] for row in themes(store).values()]
    assert len(with_third) == 3
    assert max(with_third) == with_third[2]  # equal shares


def test_a_theme_belongs_to_the_class_that_says_it_more(store: Store) -> None:
    add(
        store,
        (0, "retard", 50), (0, "accueil", 10),
        (8, "moyen", 50), (8, "accueil", 10),
        (10, "parfait", 50), (10, "accueil", 10),
    )  # fmt: skip
    assert {theme: row["nps_class"] for theme, row in themes(store).items()} == {
        "retard": "detractor",
        "accueil": None,
        "moyen": "passive",
        "parfait": "promoter",
    }


def test_trends_compare_the_share_of_all_comments(store: Store) -> None:
    add(store, (0, "retard", 60), (0, "accueil", 40), (10, "lent", 100), month=4)
    add(store, (0, "retard", 10), (0, "accueil", 40), (10, "lent", 130), (10, "robot", 20))
    found = themes(store)
    assert {theme: row["trend"] for theme, row in found.items()} == {
        "accueil": "steady",
        "retard": "falling",
        "lent": "rising",
        "robot": "new",
    }
    late = found["retard"]
    assert (late["compared_comment_count"], late["compared_share"]) == (60, 0.3)
    assert late["change"] == pytest.approx(-0.25)


def test_a_theme_that_went_silent_is_falling_and_its_few_comments_stay_hidden(
    store: Store,
) -> None:
    add(store, (0, "retard", 60), (10, "parfait", 100), month=4)
    add(store, (0, "retard", 3), (10, "parfait", 100))
    gone = themes(store)["retard"]
    assert (gone["trend"], gone["base"], gone["compared_comment_count"]) == (
        "falling",
        "withheld",
        60,
    )
    open_to_see = {"theme", "term", "language", "trend", "base"}
    open_to_see |= {"compared_comment_count", "compared_share"}
    assert {name for name, value in gone.items() if value is not None} == open_to_see


def test_few_comments_of_the_compared_period_stay_hidden_too(store: Store) -> None:
    add(store, (0, "retard", 3), (10, "parfait", 100), month=4)
    add(store, (0, "retard", 60), (10, "parfait", 100))
    late = themes(store)["retard"]
    assert late["trend"] == "rising"
    compared = ("compared_comment_count", "compared_share", "change", "change_p_value")
    assert [late[name] for name in compared] == [None] * 4
    few_before = themes(store, Filters(period=APRIL))["parfait"]
    assert few_before["trend"] is None
    assert few_before["compared_share"] is None


def test_themes_of_fewer_comments_than_the_minimum_are_not_listed(store: Store) -> None:
    add(store, (0, "retard", 4), (0, "cher", 5), (10, "parfait", 30))
    assert "retard" not in themes(store)
    assert "cher" in themes(store)


def test_too_few_comments_give_no_themes(store: Store) -> None:
    add(store, (0, "retard", 4), segment="home")
    add(store, (0, "retard", 40), segment="office")
    home = Filters(period=MAY, segment=("home",))
    assert nps_themes(store, home).is_empty()
    assert comment_summary(store, home).row(0) == (*[None] * 4, "too_few_to_show")
    assert comment_summary(store, Filters(period=MAY)).row(0) == (44, 0, 0, 44, None)


def test_an_empty_store_has_no_themes_but_their_columns(store: Store) -> None:
    frame = nps_themes(store, Filters())
    assert frame.is_empty()
    assert frame.schema["detractor_share"] == pl.Float64
    assert comment_summary(store, Filters()).row(0) == (0, None, None, None, "no_comments")


def test_two_words_replace_a_word_that_says_no_more(store: Store) -> None:
    add(store, (0, "Service client", 20), (0, "attente", 20), (0, "attente au téléphone", 20))
    assert list(themes(store)) == ["attente", "attente au téléphone", "service client"]


def test_parts_of_one_phrase_are_one_theme(store: Store) -> None:
    add(store, (0, "Le robot du chat tourne en rond", 20), (0, "parking fermé", 20))
    assert sorted(themes(store)) == ["parking fermé", "tourne en rond"]


def test_the_label_is_the_most_frequent_wording(store: Store) -> None:
    add(store, (0, "Techniciens", 6), (0, "TECHNICIEN", 5), (0, "technicien", 4))
    assert list(themes(store)) == ["technicien"]
    assert themes(store)["technicien"]["comment_count"] == 15


def test_the_same_word_in_two_languages_is_two_themes(store: Store) -> None:
    add(store, (0, "service", 6))
    add(store, (0, "services", 5), language="en")
    found = nps_themes(store, Filters(period=MAY))
    assert found["term"].to_list() == ["fr:servic", "en:servic"]
    assert found["language"].to_list() == ["fr", "en"]


def test_unscored_comments_count_but_belong_to_no_class(store: Store) -> None:
    add(store, (None, "retard", 6), (0, "retard", 4))
    late = themes(store)["retard"]
    assert (late["comment_count"], late["detractor_count"], late["nps_with"]) == (10, 4, None)


def test_undoing_a_batch_takes_its_terms_away_and_brings_the_earlier_ones_back(
    store: Store,
) -> None:
    rows = [
        {"response_id": str(n), "responded_at": "2026-05-04", "survey": "relationship",
         "nps_score": 0, "language": "fr"} for n in range(10)
    ]  # fmt: skip
    batches = []
    for comment in ("retard", "robot"):
        frame = pl.DataFrame(rows).with_columns(comment=pl.lit(comment))
        report = import_file(store, frame.write_csv().encode(), file_name=f"{comment}.csv")
        batches.append(report.batch_id)
    assert list(themes(store)) == ["robot"]
    undo_batch(store, batches[1])
    assert list(themes(store)) == ["retard"]
    assert check_store(store) == []
    undo_batch(store, batches[0])
    assert themes(store) == {}
    with store.cursor() as con:
        assert con.execute("select count(*) from comment_terms").fetchall() == [(0,)]


def test_hostile_comments_come_out_as_plain_words(store: Store) -> None:
    add(
        store,
        (0, "<script>alert('bonjour')</script> livraison", 6),
        (0, "=HYPERLINK('https://x.fr';'cliquez')", 6),
        (0, "'); drop table responses; --", 6),
        (0, "\x07livraison\x1b[0m " + "x" * 10_000, 6),
    )
    found = nps_themes(store, Filters(period=MAY), limit=None)
    shown = json.dumps(found["theme"].to_list(), ensure_ascii=False)
    assert not set(shown) & set("<>=()@{}:\\;")
    assert "livraison" in found["theme"].to_list()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("themes") / "cx.duckdb")
    import_file(opened, SAMPLE)
    yield opened
    opened.close()


AFTER_THE_FIX = Filters(
    period=Period(date(2025, 10, 1), date(2026, 6, 30)), comparison="same_period_last_year"
)


def test_late_delivery_is_a_theme_of_detractors_that_falls_after_the_fix(sample: Store) -> None:
    found = themes(sample, replace(AFTER_THE_FIX, journey=("Livraison",)))
    falling = {theme for theme, row in found.items() if row["trend"] == "falling"}
    late = {"livraison prévue", "jour de retard"}
    assert late <= falling
    assert {found[theme]["nps_class"] for theme in late} == {"detractor"}
    assert not any("lundi" in theme for theme in falling)


def test_of_all_journeys_the_fall_of_late_delivery_is_first_but_not_established(
    sample: Store,
) -> None:
    """Of 467 themes; customers who commented more than once are allowed for."""
    whole = nps_themes(sample, AFTER_THE_FIX, limit=None).sort(
        "change_p_value", "change", nulls_last=True
    )
    first = whole.head(4)
    assert {"livraison prévue", "jour de retard"} <= set(first["theme"])
    assert first["change"].max() < 0  # type: ignore[operator]
    assert 0.05 < first["change_p_value"].item(0) < 0.06
    assert set(whole["trend"].drop_nulls()) == {"steady"}


def test_the_themes_of_each_class_in_the_sample_are_the_planted_ones(sample: Store) -> None:
    found = themes(sample, AFTER_THE_FIX)
    classes = {theme: row["nps_class"] for theme, row in found.items()}
    for theme in ("impossible de parler", "pas livré", "plus personne", "ne comprend pas"):
        assert classes.get(theme, "absent") == "detractor", theme
    for theme in ("rapport qualité-prix", "impeccable", "rien à redire"):
        assert classes.get(theme, "absent") == "promoter", theme
    mondays = {classes[theme] for theme in classes if "téléphone le lundi" in theme}
    assert mondays == {"detractor"}
    english = {theme for theme, row in found.items() if row["language"] == "en"}
    assert any("technician" in theme for theme in english)


def test_the_limit_cuts_the_list_and_changes_no_figure(sample: Store) -> None:
    whole = nps_themes(sample, AFTER_THE_FIX, limit=None)
    assert nps_themes(sample, AFTER_THE_FIX, limit=7).equals(whole.head(7))
    assert nps_themes(sample, AFTER_THE_FIX).height == 20
    counts = whole["detractor_count"].drop_nulls().to_list()
    assert counts == sorted(counts, reverse=True)
