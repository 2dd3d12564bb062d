"""The truths planted in sample_data/, found again from its files alone.

The numbers are those that sample_data/README.md states.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import holidays
import numpy as np
import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "sample_data"
EXTRACTED_AT = datetime(2026, 6, 30, 18, tzinfo=UTC)
FIX_ON = date(2025, 10, 1)
LAST_YEAR = (date(2025, 7, 1), date(2026, 6, 30))
YEAR_BEFORE = (date(2024, 7, 1), date(2025, 6, 30))
PROMOTER, DETRACTOR = pl.col("nps_score") >= 9, pl.col("nps_score") <= 6


@pytest.fixture(scope="module")
def clients() -> pl.DataFrame:
    return clients_of(FOLDER)


@pytest.fixture(scope="module")
def responses() -> pl.DataFrame:
    answers = pl.read_parquet(FOLDER / "responses.parquet")
    return answers.with_columns(responded_on=local("responded_at").dt.date())


@pytest.fixture(scope="module")
def relationship(responses: pl.DataFrame) -> pl.DataFrame:
    return responses.filter(pl.col("survey") == "relationship")


@pytest.fixture(scope="module")
def contacts() -> pl.DataFrame:
    """With ``opened`` (local) and ``status`` at the extract, by the default standards."""
    every = pl.read_parquet(FOLDER / "contacts.parquet").with_columns(opened=local("opened_at"))
    every = every.with_columns(deadline=deadline(every))
    response, last_moment = pl.col("first_response_at"), pl.col("deadline")
    in_time = pl.when(pl.col("channel") == "call").then(response < last_moment)
    return every.with_columns(
        status=pl.when(pl.col("abandoned_at").is_not_null())
        .then(pl.lit("missed"))
        .when(response.is_not_null())
        .then(
            pl.when(in_time.otherwise(response <= last_moment))
            .then(pl.lit("met"))
            .otherwise(pl.lit("missed"))
        )
        .when(last_moment < EXTRACTED_AT)
        .then(pl.lit("missed"))
        .otherwise(pl.lit("not_yet_due"))
    )


@pytest.fixture(scope="module")
def asked(contacts: pl.DataFrame) -> pl.DataFrame:
    return contacts.filter(pl.col("initiated_by") == "customer")


@pytest.fixture(scope="module")
def assessments() -> pl.DataFrame:
    return pl.read_excel(FOLDER / "assessments.xlsx")


def clients_of(folder: Path) -> pl.DataFrame:
    text = (folder / "clients.csv").read_bytes().decode("cp1252")
    rows = pl.read_csv(text.encode(), separator=";", infer_schema=False)
    revenue = pl.col("CA annuel").str.replace_all("\N{NO-BREAK SPACE}", "").str.replace(",", ".")
    return rows.select(
        customer_id="N° client",
        segment="Segment",
        region="Région",
        product="Produit",
        started_on=pl.col("Date d'entrée").str.to_date("%d/%m/%Y"),
        ended_on=pl.col("Date de sortie").replace("", None).str.to_date("%d/%m/%Y"),
        revenue_amount=revenue.replace("", None).cast(pl.Float64),
    )


def local(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone("Europe/Paris")


def deadline(contacts: pl.DataFrame) -> pl.Expr:
    """90 s, 45 s, 4 h; emails: the same time on the next business day of 9 to 18."""
    seconds = {"call": 90, "chat": 45, "social": 14_400, "email": 0}
    elapsed = pl.col("channel").replace_strict(seconds, return_dtype=pl.Int64)
    return (
        pl.when(pl.col("channel") == "email")
        .then(next_business_day(contacts["opened"]))
        .otherwise(pl.col("opened_at") + pl.duration(seconds=elapsed))
    )


def next_business_day(opened: pl.Series) -> pl.Series:
    """Nine opening hours later: the same time on the next open day, or the end of a day."""
    years = range(2023, 2028)
    closed = np.array(list(holidays.country_holidays("FR", years=years)), "datetime64[D]")
    day = opened.dt.date().to_numpy().astype("datetime64[D]")
    second = (opened.dt.hour() * 3600.0 + opened.dt.minute() * 60 + opened.dt.second()).to_numpy()
    is_open_day = np.is_busday(day, holidays=closed)
    is_early = is_open_day & (second < 9 * 3600)
    offset = np.where(is_open_day & ~is_early, 1, 0)
    day = np.busday_offset(day, offset, "forward", holidays=closed)
    is_open = is_open_day & ~is_early & (second < 18 * 3600)
    second = np.where(is_open, second, 18 * 3600).astype("timedelta64[s]")
    moment = pl.Series((day + second).astype("datetime64[ms]"))
    return moment.dt.replace_time_zone("Europe/Paris").dt.convert_time_zone("UTC")


def between(frame: pl.DataFrame, first_on: date, last_on: date) -> pl.DataFrame:
    return frame.filter(pl.col("responded_on").is_between(first_on, last_on))


def opened_in(frame: pl.DataFrame, first_on: date, last_on: date) -> pl.DataFrame:
    return frame.filter(pl.col("opened").dt.date().is_between(first_on, last_on))


def quarter(frame: pl.DataFrame, first_on: date) -> pl.DataFrame:
    return frame.filter(pl.col("responded_on").dt.truncate("1q") == first_on)


def nps(answers: pl.DataFrame) -> float:
    return 100 * float(answers.select(PROMOTER.mean() - DETRACTOR.mean()).item())


def z_of_change(before: pl.DataFrame, after: pl.DataFrame) -> float:
    """Two-sample z of the NPS, unadjusted."""
    variance = 0.0
    for answers in (before, after):
        promoter, detractor = answers.select(PROMOTER.mean(), d=DETRACTOR.mean()).row(0)
        variance += (promoter + detractor - (promoter - detractor) ** 2) / len(answers)
    return (nps(after) - nps(before)) / 100 / math.sqrt(variance)


def compliance(contacts: pl.DataFrame) -> float:
    counts = dict(contacts.group_by("status").len().iter_rows())
    return float(counts["met"] / (counts["met"] + counts["missed"]))


def test_the_extracts_have_the_promised_sizes(
    clients: pl.DataFrame, responses: pl.DataFrame, contacts: pl.DataFrame
) -> None:
    assert (len(clients), len(responses), len(contacts)) == (20_000, 60_052, 249_862)
    names = ("clients.csv", "responses.parquet", "contacts.parquet", "assessments.xlsx")
    sizes = [(FOLDER / name).stat().st_size for name in names]
    assert max(sizes) < 4_000_000
    assert sum(sizes) < 8_000_000


def test_generating_again_gives_the_same_extracts(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "generate.py"), "--to", str(tmp_path)]
    subprocess.run(command, check=True, timeout=300)
    for name in ("responses.parquet", "contacts.parquet"):
        assert pl.read_parquet(tmp_path / name).equals(pl.read_parquet(FOLDER / name))
    assert (tmp_path / "clients.csv").read_bytes() == (FOLDER / "clients.csv").read_bytes()
    again = pl.read_excel(tmp_path / "assessments.xlsx")
    assert again.equals(pl.read_excel(FOLDER / "assessments.xlsx"))


def test_the_customers_are_a_french_excel_csv() -> None:
    raw = (FOLDER / "clients.csv").read_bytes()
    header, first = raw.decode("cp1252").split("\r\n")[:2]
    assert header == (
        "N° client;Nom;Segment;Région;Produit;Compte stratégique;E-mail du responsable;"
        "Date d'entrée;Date de sortie;Motif de départ;CA annuel"
    )
    assert first.startswith("C00001;Famille ")
    assert raw.count(b"\n") == raw.count(b"\r\n") == 20_001
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_every_answer_stands_under_its_customers_own_dimensions(
    responses: pl.DataFrame, clients: pl.DataFrame
) -> None:
    dimensions = ["customer_id", "segment", "region", "product"]
    known = responses.filter(pl.col("customer_id").is_not_null())
    assert known.join(clients, on=dimensions, how="anti").is_empty()


def test_nobody_gets_in_touch_before_joining_or_after_leaving(
    contacts: pl.DataFrame, clients: pl.DataFrame
) -> None:
    dated = contacts.join(clients, on="customer_id")
    day = pl.col("opened").dt.date()
    assert dated.filter((day < pl.col("started_on")) | (day >= pl.col("ended_on"))).is_empty()


def test_no_moment_is_later_than_the_extract_and_none_precedes_its_opening(
    contacts: pl.DataFrame,
) -> None:
    moments = ["opened_at", "first_response_at", "abandoned_at", "resolved_at"]
    assert contacts.select(pl.max_horizontal(moments).max()).item() == EXTRACTED_AT
    assert contacts.select(pl.min_horizontal(moments) < pl.col("opened_at")).to_series().sum() == 0


def test_hostile_comments_are_there_to_be_shown_as_text(relationship: pl.DataFrame) -> None:
    comments = set(between(relationship, *LAST_YEAR)["comment"])
    assert {"=1+1", "'); drop table responses; --"} < comments
    assert "<script>alert('bonjour')</script> livraison en retard" in comments


def test_nps_really_rises_in_the_last_year(relationship: pl.DataFrame) -> None:
    before, after = between(relationship, *YEAR_BEFORE), between(relationship, *LAST_YEAR)
    assert (len(before), len(after)) == (11_542, 12_250)
    assert round(nps(before), 2) == 14.77
    assert round(nps(after), 2) == 23.40
    assert round(z_of_change(before, after), 1) == 8.0


def test_the_delivery_fix_shows_in_the_quarter_after_it(relationship: pl.DataFrame) -> None:
    before = quarter(relationship, date(2025, 7, 1))
    after = quarter(relationship, FIX_ON)
    assert (round(nps(before), 2), round(nps(after), 2)) == (13.79, 25.31)
    assert round(z_of_change(before, after), 1) == 5.4
    of_delivery = pl.col("journey") == "Livraison"
    deliveries = round(nps(before.filter(of_delivery)), 2), round(nps(after.filter(of_delivery)), 2)
    assert deliveries == (-0.66, 28.59)


def test_2024_q4_falls_by_mix_while_no_segment_surely_rises(relationship: pl.DataFrame) -> None:
    before = quarter(relationship, date(2024, 7, 1))
    after = quarter(relationship, date(2024, 10, 1))
    assert (round(nps(before), 2), round(nps(after), 2)) == (19.33, 13.03)
    assert round(z_of_change(before, after), 2) == -2.76
    rises = {
        "Particuliers": (11.64, 14.81),
        "Premium": (43.04, 45.62),
        "Professionnels": (-10.97, -7.56),
    }
    for segment, figures in rises.items():
        of_segment = pl.col("segment") == segment
        earlier, later = before.filter(of_segment), after.filter(of_segment)
        assert (round(nps(earlier), 2), round(nps(later), 2)) == figures
        assert 0 < z_of_change(earlier, later) < 1.2


def test_august_2024_has_twelve_answers(relationship: pl.DataFrame) -> None:
    assert len(between(relationship, date(2024, 8, 1), date(2024, 8, 31))) == 12


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("call", 0.8107), ("email", 0.8515), ("chat", 0.7068), ("social", 0.9082)],
)
def test_each_channel_has_its_compliance(
    asked: pl.DataFrame, channel: str, expected: float
) -> None:
    last_year = opened_in(asked, *LAST_YEAR).filter(pl.col("channel") == channel)
    assert round(compliance(last_year), 4) == expected


def test_calls_collapse_on_monday_mornings(asked: pl.DataFrame) -> None:
    calls = asked.filter(pl.col("channel") == "call")
    hour = pl.col("opened").dt.hour()
    is_slump = (pl.col("opened").dt.weekday() == 1) & hour.is_between(8, 11)
    slump, rest = calls.filter(is_slump), calls.filter(~is_slump)
    assert (round(compliance(slump), 4), round(compliance(rest), 4)) == (0.4052, 0.8571)
    assert compliance(slump) < 0.45
    assert compliance(rest) > 0.82


def test_chats_collapse_after_eighteen_hours(asked: pl.DataFrame) -> None:
    chats = asked.filter(pl.col("channel") == "chat")
    is_evening = pl.col("opened").dt.hour() >= 18
    evening, day = chats.filter(is_evening), chats.filter(~is_evening)
    assert (round(compliance(evening), 4), round(compliance(day), 4)) == (0.2752, 0.8429)


def test_open_contacts_are_past_their_deadline_or_not_yet_due(asked: pl.DataFrame) -> None:
    is_open = pl.col("first_response_at").is_null() & pl.col("abandoned_at").is_null()
    counts = asked.filter(is_open).group_by("channel", "status").len()
    assert {(channel, status): count for channel, status, count in counts.iter_rows()} == {
        ("email", "missed"): 113,
        ("email", "not_yet_due"): 16,
        ("social", "missed"): 41,
        ("social", "not_yet_due"): 1,
        ("chat", "not_yet_due"): 3,
    }


def churn_base(clients: pl.DataFrame, relationship: pl.DataFrame) -> pl.DataFrame:
    """Customers of 2025-07-01 with the class of their last answer before, and who left."""
    first_on, last_on = LAST_YEAR
    is_active = (pl.col("started_on") < first_on) & (
        pl.col("ended_on").is_null() | (pl.col("ended_on") >= first_on)
    )
    last_answers = relationship.filter(pl.col("responded_on") < first_on).sort("responded_at")
    classes = last_answers.group_by("customer_id").agg(pl.last("nps_score"))
    return (
        clients.filter(is_active)
        .join(classes, on="customer_id", how="left")
        .with_columns(
            is_lost=pl.col("ended_on").is_between(first_on, last_on).fill_null(False),
            nps_class=pl.when(PROMOTER)
            .then(pl.lit("promoter"))
            .when(DETRACTOR)
            .then(pl.lit("detractor"))
            .when(pl.col("nps_score").is_not_null())
            .then(pl.lit("passive")),
        )
    )


def test_customers_and_revenue_are_lost_at_different_rates(
    clients: pl.DataFrame, relationship: pl.DataFrame
) -> None:
    base = churn_base(clients, relationship)
    lost = base.filter("is_lost")
    assert (len(base), len(lost)) == (15_254, 1_487)
    revenue_lost = pl.col("revenue_amount").filter("is_lost").sum()
    assert base.select((revenue_lost / pl.sum("revenue_amount")).round(4)).item() == 0.1320
    assert base.select(pl.col("nps_class").is_not_null().mean().round(4)).item() == 0.7577


def test_detractors_leave_three_times_as_often_as_promoters(
    clients: pl.DataFrame, relationship: pl.DataFrame
) -> None:
    base = churn_base(clients, relationship)
    counts = base.group_by("nps_class").agg(pl.sum("is_lost"), pl.len())
    assert {name: (lost, count) for name, lost, count in counts.iter_rows()} == {
        "detractor": (581, 3_026),
        "passive": (276, 3_167),
        "promoter": (293, 5_365),
        None: (337, 3_696),
    }


def test_detractors_leave_more_often_within_each_segment_but_by_less(
    clients: pl.DataFrame, relationship: pl.DataFrame
) -> None:
    base = churn_base(clients, relationship).drop_nulls("nps_class")
    table = base.group_by("segment").agg(
        *(
            pl.col("is_lost").filter(pl.col("nps_class") == name).mean().alias(name)
            for name in ("detractor", "promoter")
        ),
        count=(pl.col("nps_class") == "detractor").sum(),
    )
    ratio = table.select("segment", (pl.col("detractor") / pl.col("promoter")).round(2))
    assert dict(ratio.iter_rows()) == {
        "Particuliers": 3.21,
        "Premium": 2.69,
        "Professionnels": 2.74,
    }
    excess = pl.col("detractor") - pl.col("promoter")
    standardised = table.select((excess * pl.col("count")).sum() / pl.col("count").sum()).item()
    by_class = dict(base.group_by("nps_class").agg(pl.mean("is_lost")).iter_rows())
    raw = by_class["detractor"] - by_class["promoter"]
    assert (round(raw, 4), round(standardised, 4)) == (0.1374, 0.1273)


def test_four_customers_in_five_have_answered(
    clients: pl.DataFrame, relationship: pl.DataFrame
) -> None:
    active = clients.filter(pl.col("ended_on").is_null())
    heard = active.join(relationship, on="customer_id", how="semi")
    assert (len(heard), len(active)) == (12_304, 15_432)


def journey_evidence(
    asked: pl.DataFrame, contacts: pl.DataFrame, responses: pl.DataFrame, journey: str
) -> dict[str, float]:
    """The measured indicators of cxdata/pyramid.toml over the last twelve months."""
    at_journey = pl.col("journey") == journey
    own, every = opened_in(asked, *LAST_YEAR).filter(at_journey), opened_in(contacts, *LAST_YEAR)
    every = every.filter(at_journey)
    next_at = pl.col("opened_at").shift(-1).over("customer_id", "reason", order_by="opened_at")
    known = own.drop_nulls("customer_id")
    repeated = known.select((next_at - pl.col("opened_at")).dt.total_seconds() < 7 * 86_400)
    effort = between(responses, *LAST_YEAR).filter(at_journey, pl.col("survey") == "transactional")
    # Asked again within seven days: a return. Settled: resolved, without a return.
    gap = (pl.col("opened_at") - pl.col("opened_at").shift(1)).over(
        "customer_id", "reason", order_by="opened_at"
    )
    is_return = (gap.dt.total_seconds() <= 7 * 86_400).fill_null(False)
    returns = int(known.select(is_return.sum()).item())
    is_returned = ((next_at - pl.col("opened_at")).dt.total_seconds() <= 7 * 86_400).fill_null(
        False
    )
    is_settled = is_return.not_() & is_returned.not_() & pl.col("resolved_at").is_not_null()
    is_unasked = (pl.col("initiated_by") != "customer") & (pl.col("reason") != "marketing")
    is_automatic = is_unasked & (pl.col("initiated_by") == "automatic")
    needs = len(own) - returns + every.select(is_unasked.sum()).item()
    return {
        "information_contact_share": own.select((pl.col("reason") == "information").mean()).item(),
        "compliance_rate": compliance(own),
        "resolved_share": own["resolved_at"].is_not_null().mean(),
        "repeat_contact_share": repeated.to_series().fill_null(False).mean(),
        "first_resolution_share": known.select(is_settled.sum()).item() / (len(known) - returns),
        "low_effort_share": (effort["ces_score"].drop_nulls() <= 2).mean(),
        "unasked_need_share": every.select(is_unasked.sum()).item() / needs,
        "automatic_need_share": every.select(is_automatic.sum()).item() / needs,
    }


@pytest.mark.parametrize(
    ("journey", "level", "figures"),
    [
        ("Achat", 3, (0.153, 0.801, 0.957, 0.073, 0.887, 0.765, 0.021, 0.004)),
        ("Livraison", 3, (0.100, 0.804, 0.956, 0.094, 0.865, 0.683, 0.080, 0.020)),
        ("Installation", 3, (0.082, 0.802, 0.955, 0.075, 0.885, 0.680, 0.061, 0.010)),
        ("Dépannage", 4, (0.048, 0.830, 0.967, 0.029, 0.939, 0.835, 0.389, 0.036)),
        ("Facturation", 2, (0.096, 0.825, 0.951, 0.416, 0.497, 0.062, 0.027, 0.012)),
    ],
)
def test_each_journey_stands_at_its_level(
    asked: pl.DataFrame,
    contacts: pl.DataFrame,
    responses: pl.DataFrame,
    assessments: pl.DataFrame,
    journey: str,
    level: int,
    figures: tuple[float, ...],
) -> None:
    measured = journey_evidence(asked, contacts, responses, journey)
    assert tuple(round(value, 3) for value in measured.values()) == figures
    assessed = assessments.filter(journey=journey).sort("assessed_on")
    latest = assessed.group_by("indicator").agg(pl.last("value"))
    assert level_reached({**measured, **dict(latest.iter_rows())}) == level


def level_reached(evidence: dict[str, float]) -> int:
    """Highest level up to which every indicator is clear of its threshold by a twentieth."""
    pyramid = tomllib.loads((ROOT / "cxdata" / "pyramid.toml").read_text(encoding="utf-8"))
    reached = 0
    for level in pyramid["levels"]:
        for indicator in level["indicators"]:
            value, threshold = evidence.get(indicator["id"]), indicator["threshold"]
            if value is None:
                return reached
            distance = (value - threshold) * (1 if indicator["direction"] == "higher" else -1)
            if distance < 0.05 * threshold:
                return reached
        reached = level["number"]
    return reached


def test_assessments_are_dated_by_excel_and_signed(assessments: pl.DataFrame) -> None:
    assert assessments.schema["assessed_on"] == pl.Date
    assert assessments["assessed_on"].max() == date(2026, 5, 13)
    assert assessments["assessed_by"].str.ends_with("@example.com").all()
    assert assessments["value"].is_between(0, 1).all()
