"""What the fictional firm is meant to show: every planted figure, in one place.

Quarters are counted from 0 (July to September 2023) to 11 (April to June 2026).
Shares are 0 to 1, NPS are points, moments are seconds or days since 1970-01-01.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

SEED = 20260630
FIRST_ON = date(2023, 7, 1)
LAST_ON = date(2026, 6, 30)
TIME_ZONE = "Europe/Paris"
# When the extracts were made: 20:00 in Paris on the last day. No moment is later.
EXTRACTED_AT = int(datetime(2026, 6, 30, 18, 0, tzinfo=UTC).timestamp())
DELIVERY_FIX_ON = date(2025, 10, 1)
FIX_QUARTER = 9

SEGMENTS = ("Particuliers", "Premium", "Professionnels")
REGIONS = ("Île-de-France", "Nord", "Ouest", "Sud-Est", "Sud-Ouest", "Belgique")
PRODUCTS = ("Lave-linge", "Réfrigération", "Cuisson", "Chauffage", "Contrat de service")
JOURNEYS = ("Achat", "Livraison", "Installation", "Dépannage", "Facturation")
CHANNELS = ("call", "email", "chat", "social")
ACHAT, LIVRAISON, INSTALLATION, DEPANNAGE, FACTURATION = range(5)
CALL, EMAIL, CHAT, SOCIAL = range(4)
DETRACTOR, PASSIVE, PROMOTER, NO_CLASS = range(4)


def epoch_day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


# Customers ---------------------------------------------------------------------------------
CUSTOMER_COUNT = 20_000
FOUNDER_SHARE = 0.72  # were customers before the first day
FOUNDER_SEGMENTS = (0.56, 0.26, 0.18)
NEWCOMER_SEGMENTS = (0.52, 0.18, 0.30)
REGION_SHARES = (0.28, 0.16, 0.14, 0.18, 0.12, 0.12)
PRODUCT_SHARES = (0.27, 0.22, 0.20, 0.16, 0.15)
REVENUE_MEDIANS = (310.0, 1150.0, 3900.0)  # a year, by segment
REVENUE_SIGMA = 0.65
REVENUE_MISSING_SHARE = 0.01
STRATEGIC_SHARES = (0.0, 0.02, 0.06)  # of a segment, its largest revenues
SILENT_SHARE = 0.13  # never answer a survey

# Yearly customer churn of promoters by segment, and how many times more the other classes
# leave. The class is the one known when the quarter starts, so a year measured from its
# first day finds somewhat less than these ratios.
PROMOTER_CHURN = (0.051, 0.030, 0.085)
CHURN_RATIOS = (3.95, 1.75, 1.0, 1.85)  # detractor, passive, promoter, no class

# Relationship survey -------------------------------------------------------------------------
# Answers per month of each quarter; August 2024 has 12: the survey tool was being replaced.
ANSWERS_PER_MONTH = (
    (940, 820, 1050),
    (1020, 1000, 930),
    (1000, 980, 1010),
    (1000, 990, 1020),
    (1180, 12, 1260),
    (1040, 1010, 950),
    (1010, 990, 1030),
    (1020, 1000, 1040),
    (1010, 900, 1070),
    (1060, 1030, 980),
    (1040, 1010, 1050),
    (1050, 1030, 1020),
)
# Share of each segment among the answers. From 2024-Q4 professionals are asked as often as
# the others, and far fewer Premium customers than before.
ANSWER_MIX = (
    (0.50, 0.34, 0.16),
    (0.50, 0.34, 0.16),
    (0.49, 0.35, 0.16),
    (0.49, 0.35, 0.16),
    (0.48, 0.36, 0.16),
    (0.54, 0.16, 0.30),
    (0.53, 0.19, 0.28),
    (0.52, 0.21, 0.27),
    (0.51, 0.22, 0.27),
    (0.51, 0.23, 0.26),
    (0.50, 0.24, 0.26),
    (0.50, 0.24, 0.26),
)
# NPS of each segment before the journey's part is added.
SEGMENT_NPS = (
    (13, 43, -11),
    (14, 44, -10),
    (13, 43, -11),
    (14, 45, -10),
    (15, 46, -9),
    (18, 49, -5),
    (17, 48, -6),
    (17, 48, -6),
    (17, 47, -7),
    (20, 50, -4),
    (21, 51, -3),
    (22, 52, -2),
)
PASSIVE_SHARE = 0.27
ANSWER_JOURNEYS = (0.20, 0.30, 0.15, 0.20, 0.15)
JOURNEY_NPS_BEFORE_FIX = (6, -18, 3, 9, -8)
JOURNEY_NPS_AFTER_FIX = (6, 8, 3, 9, -8)
REGION_LEANING = (-0.05, 0.0, 0.05, 0.0, 0.0, 0.12)  # in standard deviations
LOYALTY_MEMORY = 0.80  # correlation of two answers of a customer with their lasting leaning

# Transactional survey ------------------------------------------------------------------------
TRANSACTIONAL_COUNT = 24_500
TRANSACTIONAL_NPS = (34, 12, 30, 42, 2)
TRANSACTIONAL_NPS_AFTER_FIX = (34, 36, 30, 42, 2)
MISSED_RESPONSE_NPS = -28  # what an answer that came too late costs
ANONYMOUS_SHARE = 0.03

# Effort by journey, 1 to 5, 1 is the least; the mean at a score of 7.
EFFORT_MEANS = (2.0, 2.2, 2.1, 1.75, 3.8)
RATINGS = ("delivery", "product_quality", "advice", "price", "after_sales")
RATING_MEANS = (3.6, 3.9, 3.7, 3.1, 3.5)
RATING_WEIGHTS = (0.60, 0.45, 0.35, 0.12, 0.55)  # how strongly it goes with the score
RATING_MISSING_SHARES = (0.10, 0.05, 0.15, 0.08, 0.35)
COMMENT_SHARE = 0.34
ENGLISH_SHARE = 0.07

# Contacts ------------------------------------------------------------------------------------
BASE_CONTACT_COUNT = 218_000  # repeats come on top
CHANNEL_SHARES = (0.51, 0.25, 0.15, 0.09)
CHANNEL_GROWTH = (0.05, 0.09, 0.20, 0.15)  # a year
CONTACT_JOURNEYS = (0.19, 0.26, 0.13, 0.27, 0.15)
SEASON = (1.12, 1.00, 0.97, 0.95, 0.95, 1.00, 0.98, 0.80, 1.05, 1.08, 1.10, 1.20)  # January first
WEEKDAYS = (  # Monday first, by channel
    (1.42, 1.05, 0.98, 0.98, 1.00, 0.45, 0.0),
    (1.15, 1.05, 1.00, 1.00, 0.95, 0.50, 0.45),
    (1.10, 1.00, 1.00, 1.00, 1.00, 0.75, 0.50),
    (1.00, 1.00, 1.00, 1.00, 1.00, 0.90, 0.90),
)
HOLIDAY_WEIGHTS = (0.0, 0.5, 0.3, 0.9)
HOURS = np.array(  # local hour of opening, by channel; nothing between 2 and 3 (clock change)
    [
        [0, 0, 0, 0, 0, 0, 0, 0, 8, 14, 16, 14, 8, 8, 12, 12, 11, 10, 6, 3, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 1, 2, 4, 8, 10, 10, 9, 6, 6, 8, 8, 8, 7, 5, 4, 4, 4, 3, 2],
        [0, 0, 0, 0, 0, 0, 0, 0, 6, 9, 10, 10, 9, 8, 9, 9, 9, 9, 7, 8, 8, 5, 0, 0],
        [0, 0, 0, 0, 0, 0, 1, 3, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7, 8, 8, 8, 7, 5, 0],
    ],
    dtype=float,
)
UNKNOWN_CALLER_SHARE = 0.04  # contacts whose customer was not recognised
CONTACT_WEIGHTS = (1.0, 1.2, 1.6)  # how often a segment gets in touch
# Seconds: median wait by channel (email: open business seconds), its spread, the caller's
# patience, and the wait in the slump (calls on Monday from 8 to 12, chats from 18 on).
WAIT_MEDIANS = (32.5, 12_100.0, 19.5, 3_300.0)
WAIT_SIGMAS = (0.95, 0.90, 0.85, 1.10)
SLUMP_MEDIANS = (112.0, 0.0, 78.0, 0.0)
PATIENCE_MEDIANS = (330.0, 0.0, 260.0, 0.0)
PATIENCE_SIGMA = 0.7
JOURNEY_WAIT_FACTORS = (1.03, 1.04, 1.02, 0.93, 0.94)
FORGOTTEN_SHARE = 0.002  # emails and social messages that nobody ever answers
# A follow-up of the same customer for the same reason within six days, by journey.
REPEAT_SHARES = (0.07, 0.09, 0.07, 0.025, 0.48)
REPEAT_ROUNDS = 2
SOLVED_AT_ONCE_SHARES = (0.85, 0.80, 0.84, 0.94, 0.52)
NEVER_SOLVED_SHARES = (0.012, 0.014, 0.012, 0.008, 0.020)
COMPANY_SHARES = (0.10, 0.06, 0.06, 0.36, 0.02)
AUTOMATIC_SHARES = (0.01, 0.02, 0.01, 0.035, 0.015)
REASONS = {  # by journey: reason and its share among the customers' own contacts
    ACHAT: {
        "information": 0.15, "conseil": 0.35, "disponibilité": 0.20, "commande": 0.20,
        "retour": 0.10,
    },
    LIVRAISON: {
        "information": 0.08, "retard": 0.42, "produit endommagé": 0.14, "créneau": 0.26,
        "suivi de commande": 0.10,
    },
    INSTALLATION: {
        "information": 0.09, "rendez-vous": 0.40, "mise en service": 0.31, "raccordement": 0.20,
    },
    DEPANNAGE: {
        "information": 0.05, "panne": 0.48, "rendez-vous": 0.22, "pièce détachée": 0.15,
        "entretien": 0.10,
    },
    FACTURATION: {
        "information": 0.10, "facture contestée": 0.42, "remboursement": 0.28, "prélèvement": 0.12,
        "duplicata": 0.08,
    },
}  # fmt: skip
# After the fix two late deliveries in three are gone.
DELIVERY_REASONS_AFTER_FIX = {
    "information": 0.11, "retard": 0.20, "produit endommagé": 0.17, "créneau": 0.38,
    "suivi de commande": 0.14,
}  # fmt: skip
OWN_REASONS = {  # by journey: what the firm (company, automatic) gets in touch about
    ACHAT: ({"marketing": 0.85, "conseil": 0.15}, {"marketing": 0.6, "disponibilité": 0.4}),
    LIVRAISON: ({"créneau": 0.7, "retard annoncé": 0.3}, {"suivi de commande": 1.0}),
    INSTALLATION: ({"rendez-vous": 0.8, "marketing": 0.2}, {"rendez-vous": 1.0}),
    DEPANNAGE: (
        {"rappel d'entretien": 0.55, "panne détectée": 0.42, "marketing": 0.03},
        {"réglage à distance": 1.0},
    ),
    FACTURATION: ({"erreur corrigée": 0.6, "marketing": 0.4}, {"échéance": 1.0}),
}
LAST_CHAT_SECONDS = (40, 15, 0)  # before the extract: chats still inside their time

# Assessments ---------------------------------------------------------------------------------
# By indicator: its level, and the latest value for each journey (None: never assessed).
ASSESSED = {
    "information_findable": (1, (0.90, 0.88, 0.89, 0.94, 0.90)),
    "needs_met_beyond_problem": (3, (0.84, 0.82, 0.85, 0.93, 0.28)),
    "proactive_share_confirmed": (4, (0.14, 0.18, 0.12, 0.78, 0.05)),
    "needs_met_unknowingly": (5, (0.03, None, 0.04, 0.08, None)),
    "customer_more_capable": (6, (0.21, None, None, 0.24, None)),
}
ASSESSED_ON = (
    date(2023, 11, 14), date(2024, 5, 15), date(2024, 11, 13),
    date(2025, 5, 14), date(2025, 11, 12), date(2026, 5, 13),
)  # fmt: skip
