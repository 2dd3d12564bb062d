"""What travels between rooms: filters, periods, questions, reports. No behaviour of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, get_args

Grain = Literal["week", "month", "quarter", "year"]
# Those that begin where the fiscal year says.
LongGrain = Literal["quarter", "year"]
Comparison = Literal["previous_period", "same_period_last_year"]
Survey = Literal["relationship", "transactional", "benchmark"]
Channel = Literal["call", "email", "chat", "social"]
# What a batch brings: facts, or what somebody wrote into a list of cases.
Kind = Literal["responses", "contacts", "customers", "assessments", "invitations", "cases"]
# By what an invitation to a survey was sent; the channel of a contact is another thing.
SentBy = Literal["email", "sms", "web", "app", "phone", "letter"]
OwnDimension = Literal["own_1", "own_2", "own_3", "own_4", "own_5", "own_6"]
BuiltInDimension = Literal["segment", "region", "product", "channel", "journey"]
Dimension = BuiltInDimension | OwnDimension
FilterName = Literal["period", "survey"] | Dimension
# What a figure counts, and so which filters it has.
Counted = Literal["answers", "contacts", "customers", "assessments", "invitations"]
NpsClass = Literal["promoter", "passive", "detractor"]
Verdict = Literal["real_change", "within_noise", "too_few_answers"]
# What an NPS is held against.
LineKind = Literal["target", "benchmark"]
# What a decision can be about, so that it is known afterwards whether the figure moved; of channels
# the share answered in time. The codes are kept in the store.
DecisionFigure = Literal[
    "nps", "csat", "ces", "ces7", "call_in_time", "email_in_time", "chat_in_time",
    "social_in_time", "level", "churn_rate", "churn_cost",
]  # fmt: skip
DecisionStatus = Literal["open", "done", "dropped"]
# unsure: the server fell silent while it took the mail; dead: not tried again unless asked to.
MailState = Literal["waiting", "sending", "sent", "unsure", "dead", "dropped"]
# What a person may do: read; also import and keep; also change rights and erase people.
Role = Literal["reader", "manager", "administrator"]
# What became of a case. Withdrawn: the import that opened it was undone before anybody touched it.
CaseStatus = Literal["open", "contacted", "no_answer", "resolved", "closed", "withdrawn"]
Severity = Literal["urgent", "normal", "low"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
SURVEYS: tuple[Survey, ...] = get_args(Survey)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
BATCH_KINDS: tuple[Kind, ...] = get_args(Kind)
KINDS: tuple[Kind, ...] = tuple(it for it in BATCH_KINDS if it != "cases")  # of facts
SENT_BY: tuple[SentBy, ...] = get_args(SentBy)
# Places for dimensions of the firm's own, such as a store or a team: the settings name them.
OWN_DIMENSIONS: tuple[OwnDimension, ...] = get_args(OwnDimension)
BUILT_IN_DIMENSIONS: tuple[BuiltInDimension, ...] = get_args(BuiltInDimension)
DIMENSIONS: tuple[Dimension, ...] = (*BUILT_IN_DIMENSIONS, *OWN_DIMENSIONS)
FILTERS: tuple[FilterName, ...] = ("period", "survey", *DIMENSIONS)
NPS_CLASSES: tuple[NpsClass, ...] = get_args(NpsClass)
LINE_KINDS: tuple[LineKind, ...] = get_args(LineKind)
DECISION_FIGURES: tuple[DecisionFigure, ...] = get_args(DecisionFigure)
DECISION_STATUSES: tuple[DecisionStatus, ...] = get_args(DecisionStatus)
MAIL_STATES: tuple[MailState, ...] = get_args(MailState)
ROLES: tuple[Role, ...] = get_args(Role)
CASE_STATUSES: tuple[CaseStatus, ...] = get_args(CaseStatus)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
# A year earlier by weekdays: Mondays fall on Mondays.
YEAR_OF_WEEKS = timedelta(weeks=52)
# The filters that what is counted can't have; all others narrow it, those added later, too. A
# contact or a customer belongs to no survey, a customer to no channel and no journey; an
# assessment is of a whole journey, and no file of invitations names a channel of contacts. A page
# that shows the figure says so: cxdata.sentences.scope.
LEFT_OUT: Mapping[Counted, tuple[FilterName, ...]] = {
    "answers": (),
    "contacts": ("survey",),
    "customers": ("survey", "channel", "journey"),
    "assessments": ("survey", "segment", "region", "product", "channel", *OWN_DIMENSIONS),
    "invitations": ("channel",),
}


def dimensions_of(scope: Counted) -> tuple[Dimension, ...]:
    """The dimensions that what is counted has.

    >>> dimensions_of("customers")[:3]
    ('segment', 'region', 'product')
    """
    return tuple(name for name in DIMENSIONS if name not in LEFT_OUT[scope])


CUSTOMER_DIMENSIONS = dimensions_of("customers")


@dataclass(frozen=True)
class Period:
    """Whole days, both ends included.

    >>> Period(date(2026, 1, 1), date(2026, 3, 31)).previous()
    Period(first_on=datetime.date(2025, 10, 1), last_on=datetime.date(2025, 12, 31))
    """

    first_on: date
    last_on: date

    def __post_init__(self) -> None:
        if self.first_on > self.last_on:
            raise ValueError("a period ends on or after its first day")

    @property
    def day_count(self) -> int:
        return (self.last_on - self.first_on).days + 1

    def previous(self) -> Period:
        """The period of the same length just before; whole months stay whole months."""
        last_on = self.first_on - timedelta(days=1)
        if self._is_months:
            return Period(_months_before(self.first_on, self._month_count()), last_on)
        return Period(self.first_on - timedelta(days=self.day_count), last_on)

    def year_before(self) -> Period:
        """The same days one year earlier; 29 February becomes 28.

        Whole weeks, from Monday to Sunday, that aren't whole months become those of 52 weeks
        earlier: a week with five working days is compared with one that has as many.

        >>> Period(date(2026, 3, 2), date(2026, 3, 15)).year_before()
        Period(first_on=datetime.date(2025, 3, 3), last_on=datetime.date(2025, 3, 16))
        """
        if self._is_weeks and not self._is_months:
            return Period(self.first_on - YEAR_OF_WEEKS, self.last_on - YEAR_OF_WEEKS)
        return self.dates_year_before()

    def dates_year_before(self) -> Period:
        """The same dates one year earlier, whatever their weekdays."""
        after_last = _months_before(self.last_on + timedelta(days=1), 12)
        return Period(_months_before(self.first_on, 12), after_last - timedelta(days=1))

    @property
    def month_count(self) -> int | None:
        """How many whole months it has; None if it isn't made of whole months.

        >>> Period(date(2026, 1, 1), date(2026, 2, 28)).month_count
        2
        """
        return self._month_count() if self._is_months else None

    def compared(self, comparison: Comparison) -> Period:
        return self.previous() if comparison == "previous_period" else self.year_before()

    @property
    def _is_months(self) -> bool:
        return self.first_on.day == 1 and (self.last_on + timedelta(days=1)).day == 1

    @property
    def _is_weeks(self) -> bool:
        return self.first_on.isoweekday() == 1 and self.last_on.isoweekday() == 7

    def _month_count(self) -> int:
        after_last = self.last_on + timedelta(days=1)
        return (after_last.year - self.first_on.year) * 12 + after_last.month - self.first_on.month


def _months_before(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    for day_of_month in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, day_of_month))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


@dataclass(frozen=True)
class FiscalYear:
    """In which month a firm's years begin, and so its quarters; 1 is the calendar year.

    A year is called by the calendar year in which it ends. Hashable: what is drawn with it is
    remembered by it.

    >>> FiscalYear(4).year_of(date(2026, 3, 31)), FiscalYear(4).number(date(2026, 3, 31))
    (Period(first_on=datetime.date(2025, 4, 1), last_on=datetime.date(2026, 3, 31)), 2026)
    """

    first_month: int = 1

    @property
    def is_calendar(self) -> bool:
        return self.first_month == 1

    @property
    def offset(self) -> int:
        """How many months it begins after the calendar year, 0 to 11."""
        return self.first_month - 1

    def start_of(self, day: date, grain: LongGrain) -> date:
        """The first day of the quarter or year in which a day lies.

        >>> FiscalYear(2).start_of(date(2026, 1, 31), "quarter")
        datetime.date(2025, 11, 1)
        """
        months = day.year * 12 + day.month - 1 - self.offset
        start = months - months % (3 if grain == "quarter" else 12) + self.offset
        return date(start // 12, start % 12 + 1, 1)

    def year_of(self, day: date) -> Period:
        """The whole year in which a day lies."""
        start = self.start_of(day, "year")
        return Period(start, _months_before(start, -12) - timedelta(days=1))

    def number(self, day: date) -> int:
        """What the year of a day is called: the calendar year in which it ends."""
        return self.year_of(day).last_on.year

    def quarter(self, day: date) -> int:
        """Which quarter of its year a day lies in, 1 to 4.

        >>> [FiscalYear(10).quarter(date(2026, month, 1)) for month in (1, 9, 10)]
        [2, 4, 1]
        """
        return (day.month - self.first_month) % 12 // 3 + 1


CALENDAR_YEAR = FiscalYear()


def last_months(last_on: date, count: int) -> Period:
    """The ``count`` months that end on ``last_on``, that day included.

    >>> last_months(date(2026, 6, 30), 12)
    Period(first_on=datetime.date(2025, 7, 1), last_on=datetime.date(2026, 6, 30))
    """
    return Period(_months_before(last_on + timedelta(days=1), count), last_on)


@dataclass(frozen=True, kw_only=True)
class ChosenValues:
    """Of each dimension the values chosen; none chosen means "all"."""

    segment: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    journey: tuple[str, ...] = ()
    own_1: tuple[str, ...] = ()
    own_2: tuple[str, ...] = ()
    own_3: tuple[str, ...] = ()
    own_4: tuple[str, ...] = ()
    own_5: tuple[str, ...] = ()
    own_6: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filters(ChosenValues):
    """What a figure is about. Empty tuples mean "all"; ``survey`` is always one value.

    ``period`` None means the whole history. ``compared_to``, if given, takes the place of what
    ``comparison`` says. Hashable: it is part of every cache key.
    """

    period: Period | None = None
    comparison: Comparison = "previous_period"
    compared_to: Period | None = None
    survey: Survey = "relationship"


@dataclass(frozen=True)
class Scope:
    """Which rows somebody may see: those with one of the ``allowed`` values in every dimension
    that is named. No dimension named is everything; a dimension with no value is nothing.

    Dimensions stand in the order of ``DIMENSIONS``, values in order, so that equal scopes are
    equal. Hashable: it is part of every cache key.

    >>> Scope.of({"region": ["Sud", "Nord"]})
    Scope(allowed=(('region', ('Nord', 'Sud')),))
    >>> Scope.of({"region": ["Nord"]}).is_within(Scope.of({"region": ["Nord", "Sud"]}))
    True
    """

    allowed: tuple[tuple[Dimension, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, values: Mapping[Dimension, Iterable[str]]) -> Scope:
        """The scope of these values.

        Raises
        ------
        ValueError
            If a dimension doesn't exist.
        """
        if unknown := values.keys() - set(DIMENSIONS):
            raise ValueError(f"no dimension: {', '.join(sorted(unknown))}")
        named = (it for it in DIMENSIONS if it in values)
        return cls(tuple((it, tuple(sorted(set(values[it])))) for it in named))

    @property
    def is_everything(self) -> bool:
        return not self.allowed

    @property
    def is_nothing(self) -> bool:
        return any(not values for _, values in self.allowed)

    def is_within(self, other: Scope) -> bool:
        """Whether every row that this one lets through is let through by the other, too."""
        mine = dict(self.allowed)
        return self.is_nothing or all(
            name in mine and set(mine[name]) <= set(values) for name, values in other.allowed
        )


EVERYTHING = Scope()


@dataclass(frozen=True)
class Reader:
    """For whom something is computed: who it is, what they may do, and what they may see.

    ``name`` is how the record of what was done names them. Without ``may_see_people`` no name,
    comment or list of people reaches them.
    """

    name: str
    role: Role
    scope: Scope = EVERYTHING
    may_see_people: bool = False


@dataclass(frozen=True)
class Refusal:
    """One value of one row that can't be taken.

    ``line`` is the line (CSV) or row (sheet) of the user's file, 1 is its first.
    ``column`` is the user's own header. ``reason`` is a translatable English sentence
    with ``{placeholders}`` filled from ``values``.
    """

    line: int
    column: str
    value: str
    reason: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """One way to read what a file leaves open.

    ``choice`` is what answers the question so (``dmy``, ``,``, a sheet's name); ``examples`` are
    cells of the file, each with what it then becomes; ``outcome`` is what the file's figure would
    be, a sentence that can be translated.
    """

    choice: str
    examples: tuple[tuple[str, str], ...] = ()
    outcome: str = ""


@dataclass(frozen=True)
class Question:
    """What a file leaves open and only its owner knows.

    ``option`` is the choice of the import that answers it, ``about`` the field that it is asked
    of, if the choice is made for each field. ``text`` is a translatable English sentence whose
    ``{placeholders}`` ``values`` fill. ``readings`` are the answers, the likeliest first; none
    if any text of the option's form answers. ``answer`` is what was said, empty while open.
    """

    option: str
    text: str
    readings: tuple[Reading, ...] = ()
    about: str = ""
    values: dict[str, object] = field(default_factory=dict)
    answer: str = ""

    @property
    def is_open(self) -> bool:
        return not self.answer


@dataclass(frozen=True)
class Correction:
    """A value of the file that was brought to the store's form: how often, and first where.

    ``column`` is the user's own header, ``became`` the value as it is stored.
    """

    column: str
    value: str
    became: str
    count: int
    first_line: int


@dataclass(frozen=True)
class ImportReport:
    """What became of one file: every data row is accepted, refused or a duplicate.

    ``corrected_count`` counts accepted rows in which a value was brought to the store's
    form (``Téléphone`` became ``call``); ``replaced_count`` counts accepted rows that
    replaced an earlier version of the same row; ``left_out_count`` counts rows that are no
    answers (previews, unfinished answers), which are no data rows. ``batch_id`` is None after a
    dry run and when nothing was stored; ``is_held`` says that nothing was, because so many rows
    were refused that the file waits for a yes. ``case_count`` cases were opened by rules;
    ``held_rules`` would have opened so many that they wait for a yes.
    """

    batch_id: int | None
    file_name: str
    kind: Kind
    row_count: int
    accepted_count: int
    corrected_count: int
    replaced_count: int
    refused_count: int
    duplicate_count: int
    refusals: tuple[Refusal, ...]
    mapping: dict[str, str]
    notes: tuple[str, ...] = ()
    loaded_at: datetime | None = None
    left_out_count: int = 0
    corrections: tuple[Correction, ...] = ()
    is_held: bool = False
    case_count: int = 0
    held_rules: tuple[str, ...] = ()
