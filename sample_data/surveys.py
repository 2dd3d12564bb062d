"""What an answer holds beside its score: satisfaction, effort, ratings and comment."""

from __future__ import annotations

import numpy as np
import polars as pl
import wording
from clock import DAY_SECONDS
from contact_log import CUSTOMER, UNKNOWN
from people import People, chosen, classes, loyalty, scores
from plan import (
    ANONYMOUS_SHARE,
    CHANNEL_SHARES,
    CHANNELS,
    COMMENT_SHARE,
    DELIVERY_FIX_ON,
    EFFORT_MEANS,
    ENGLISH_SHARE,
    EXTRACTED_AT,
    JOURNEYS,
    LIVRAISON,
    MISSED_RESPONSE_NPS,
    PRODUCTS,
    RATING_MEANS,
    RATING_MISSING_SHARES,
    RATING_WEIGHTS,
    RATINGS,
    REGIONS,
    SEGMENTS,
    TRANSACTIONAL_COUNT,
    TRANSACTIONAL_NPS,
    TRANSACTIONAL_NPS_AFTER_FIX,
    epoch_day,
)

SLOW_SECONDS = np.array([90, 40_000, 45, 14_400])  # an answer later than this annoys


def transactional_answers(
    rng: np.random.Generator, people: People, contacts: pl.DataFrame
) -> pl.DataFrame:
    """Answers asked for after a contact: ``customer``, ``responded_at``, ``journey``,
    ``channel``, ``nps_score``."""
    asked = contacts.filter(
        (pl.col("initiated_by") == CUSTOMER)
        & (pl.col("customer") != UNKNOWN)
        & pl.col("resolved_at").is_not_null()
        & (pl.col("resolved_at") < EXTRACTED_AT - 10 * DAY_SECONDS)
    )
    taken = np.sort(rng.choice(len(asked), TRANSACTIONAL_COUNT, replace=False))
    asked = asked[taken]
    delay = np.minimum(rng.lognormal(np.log(14 * 3600), 0.9, len(asked)), 9 * DAY_SECONDS)
    return asked.select(
        "customer",
        "journey",
        "channel",
        responded_at=pl.col("resolved_at") + pl.Series(delay.astype(np.int64)),
        nps_score=pl.Series(scores(rng, _transactional_classes(rng, people, asked))),
    )


def _transactional_classes(
    rng: np.random.Generator, people: People, asked: pl.DataFrame
) -> np.ndarray:
    journey, channel = asked["journey"].to_numpy(), asked["channel"].to_numpy()
    opened_at = asked["opened_at"].to_numpy()
    is_fixed = opened_at >= epoch_day(DELIVERY_FIX_ON) * DAY_SECONDS
    is_slow = asked["first_response_at"].to_numpy() - opened_at > SLOW_SECONDS[channel]
    nps = np.where(
        is_fixed,
        np.array(TRANSACTIONAL_NPS_AFTER_FIX)[journey],
        np.array(TRANSACTIONAL_NPS)[journey],
    )
    feeling = loyalty(rng, people, asked["customer"].to_numpy())
    rank = (np.argsort(np.argsort(feeling)) + 0.5) / len(feeling)
    return classes(rank, nps + MISSED_RESPONSE_NPS * is_slow)


def responses(
    rng: np.random.Generator,
    people: People,
    relationship: pl.DataFrame,
    transactional: pl.DataFrame,
) -> pl.DataFrame:
    """The extract of answers, oldest first, in the columns of the data contract."""
    channel = chosen(rng, CHANNEL_SHARES, len(relationship))
    every = pl.concat(
        [
            relationship.with_columns(channel=pl.Series(channel), survey=pl.lit("relationship")),
            transactional.with_columns(survey=pl.lit("transactional")),
        ],
        how="diagonal",
    ).sort("responded_at", maintain_order=True)
    every = _named(rng, people, every)
    every = _measured(rng, every)
    return _commented(rng, every)


def _named(rng: np.random.Generator, people: People, every: pl.DataFrame) -> pl.DataFrame:
    """Positions become names; some transactional answers are anonymous."""
    who = every["customer"].to_numpy()
    is_anonymous = (pl.col("survey") == "transactional") & pl.Series(
        rng.random(len(who)) < ANONYMOUS_SHARE
    )
    names = {
        "customer_id": customer_ids(who),
        "segment": np.array(SEGMENTS)[people.segment[who]],
        "region": np.array(REGIONS)[people.region[who]],
        "product": np.array(PRODUCTS)[people.product[who]],
    }
    return every.with_columns(
        pl.format("R{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6)).alias(
            "response_id"
        ),
        pl.Series(np.array(JOURNEYS)[every["journey"].to_numpy()]).alias("journey"),
        pl.Series(np.array(CHANNELS)[every["channel"].to_numpy()]).alias("channel"),
        pl.from_epoch("responded_at", "s").cast(pl.Datetime("ms", "UTC")).alias("responded_at"),
        pl.Series(every["journey"]).alias("journey_position"),
        *(
            pl.when(~is_anonymous).then(pl.Series(values)).alias(name)
            for name, values in names.items()
        ),
    )


def customer_ids(who: np.ndarray) -> np.ndarray:
    return np.array([f"C{number + 1:05d}" for number in who])


def _measured(rng: np.random.Generator, every: pl.DataFrame) -> pl.DataFrame:
    """Satisfaction and effort follow the score; the ratings do, each with its own weight."""
    count = len(every)
    score = every["nps_score"].to_numpy()
    is_relationship = (every["survey"] == "relationship").to_numpy()
    csat = _rated(rng, 3.4 + 0.33 * (score - 7), 0.6)
    effort = np.array(EFFORT_MEANS)[every["journey_position"].to_numpy()] - 0.13 * (score - 7)
    measured = {
        "csat_score": (csat, rng.random(count) < np.where(is_relationship, 0.65, 0.95)),
        "ces_score": (
            _rated(rng, effort, 0.8),
            rng.random(count) < np.where(is_relationship, 0.5, 0.92),
        ),
        **_ratings(rng, every, score, is_relationship),
    }
    return every.with_columns(
        pl.when(pl.Series(is_given)).then(pl.Series(values)).alias(name)
        for name, (values, is_given) in measured.items()
    )


def _rated(rng: np.random.Generator, mean: np.ndarray, spread: float) -> np.ndarray:
    return np.clip(np.rint(mean + spread * rng.standard_normal(len(mean))), 1, 5).astype(np.int64)


def _ratings(
    rng: np.random.Generator, every: pl.DataFrame, score: np.ndarray, is_relationship: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Touchpoints rated in the relationship survey; late deliveries cost half a point."""
    standing = (score - score.mean()) / score.std()
    is_early = (every["responded_at"].dt.date() < DELIVERY_FIX_ON).to_numpy()
    is_late_delivery = is_early & (every["journey_position"].to_numpy() == LIVRAISON)
    ratings = {}
    for name, mean, weight, missing in zip(
        RATINGS, RATING_MEANS, RATING_WEIGHTS, RATING_MISSING_SHARES, strict=True
    ):
        felt = mean + weight * standing - 0.5 * is_late_delivery * (name == "delivery")
        is_given = is_relationship & (rng.random(len(score)) >= missing)
        ratings[f"rating_{name}"] = (_rated(rng, felt, 0.75), is_given)
    return ratings


def _commented(rng: np.random.Generator, every: pl.DataFrame) -> pl.DataFrame:
    every = every.with_columns(
        tone=pl.when(pl.col("nps_score") <= 6)
        .then(pl.lit("negative"))
        .when(pl.col("nps_score") <= 8)
        .then(pl.lit("neutral"))
        .otherwise(pl.lit("positive")),
        language=pl.when(pl.Series(rng.random(len(every)) < ENGLISH_SHARE))
        .then(pl.lit("en"))
        .otherwise(pl.lit("fr")),
    )
    about = every.with_columns(pl.col("product").fill_null(PRODUCTS[-1]))
    is_given = rng.random(len(every)) < COMMENT_SHARE
    texts = np.full(len(every), None, dtype=object)
    texts[is_given] = wording.comments(rng, about.filter(pl.Series(is_given)))
    _plant_hostile(every, texts)
    return every.with_columns(comment=pl.Series(list(texts), dtype=pl.String)).select(COLUMNS)


def _plant_hostile(every: pl.DataFrame, texts: np.ndarray) -> None:
    """On unhappy relationship answers of the last months, spread evenly."""
    hostile = wording.PHRASES["hostile"]["comments"]
    unhappy = (every["survey"] == "relationship") & (every["nps_score"] <= 4)
    places = unhappy.arg_true().to_numpy()[-40 * len(hostile) :: 40]
    texts[places] = hostile


COLUMNS = [
    "response_id", "customer_id", "responded_at", "survey", "journey", "channel", "nps_score",
    "csat_score", "ces_score", "comment", "language", "segment", "region", "product",
    *(f"rating_{name}" for name in RATINGS),
]  # fmt: skip
