"""Settings: thresholds, hours and economics as data, each with its source.

``settings.toml`` beside this module holds the defaults; a file named by ``CXDATA_SETTINGS``
(or passed in) overrides what it names. Thresholds never stand in code.
"""

from __future__ import annotations

import copy
import os
import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import polars as pl

from cxdata.errors import SettingsError
from cxdata.models import (
    CHANNELS,
    DIMENSIONS,
    OWN_DIMENSIONS,
    SURVEYS,
    Channel,
    Counted,
    Dimension,
    FiscalYear,
    OwnDimension,
    Survey,
    dimensions_of,
)

Clock = Literal["elapsed", "opening", "business"]
Audience = Literal["segment", "region", "journey", "strategic"]
MailSecurity = Literal["starttls", "tls", "none"]
WhenUnsure = Literal["ask", "again"]
AbandonRule = Literal["missed", "ignored", "short_ignored"]
# Figures that have a target; channels have their goals in their standards.
TargetFigure = Literal["nps", "level", "churn_cost", "churn_rate"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DEFAULT_SETTINGS = Path(__file__).with_name("settings.toml")
SETTINGS_VARIABLE = "CXDATA_SETTINGS"
STORE_VARIABLE, DEFAULT_STORE = "CXDATA_STORE", "data/cx.duckdb"
ALLOWED_HOSTS_VARIABLE = "CXDATA_ALLOWED_HOSTS"
AHEAD_VARIABLE = "CXDATA_AHEAD_AFTER_SECONDS"
TRUSTED_HEADER_VARIABLE, GROUPS_HEADER_VARIABLE = "CXDATA_TRUSTED_HEADER", "CXDATA_GROUPS_HEADER"
TRUSTED_PROXIES_VARIABLE = "CXDATA_TRUSTED_PROXIES"
WITHOUT_LOGIN_VARIABLE, LOGIN_VARIABLE = "CXDATA_WITHOUT_LOGIN", "CXDATA_LOGIN"
# What a header of HTTP may be called.
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
INBOX_VARIABLE = "CXDATA_INBOX"
# Where lists of people are read that lie in a lake; an address may hold a token.
LAKE_ENGINE_VARIABLE, LAKE_FACTS_VARIABLE = "CXDATA_LAKE_ENGINE", "CXDATA_LAKE_FACTS"
MAIL_LANGUAGES = ("", "en", "fr")
MAIL_PASSWORD_VARIABLE = "CXDATA_MAIL_PASSWORD"
# The address of a mailbox as every server takes it, and the name of a server.
_DOMAIN = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MAILBOX = re.compile(
    rf"[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_DOMAIN}", re.IGNORECASE
)
LONGEST_ADDRESS = 254
# A name or an address, an IPv6 address in brackets, and perhaps a port: no wildcard, no path.
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?")

# A dimension of the firm's own is called otherwise than what there is already, in either language.
OWN_NAME_LETTERS = 40
TAKEN_NAMES = frozenset(
    {*DIMENSIONS, "reason", "hour", "contact", "survey", "period"}
    | {"produit", "canal", "parcours", "motif", "enquete", "periode"}
)

OpeningSpan = tuple[time, time]
LEAP_YEAR = 2000  # of closing days without a year
MOST_CLOSED_DAYS = 366
MOST_MONTHS = 1200
_DAY = r"\d{4}-\d{2}-\d{2}|\d{2}/\d{2}/\d{4}|\d{2}-\d{2}"
_CLOSING = re.compile(
    rf"(?P<first>{_DAY})(?:\s*\.\.\s*(?P<last>{_DAY}))?(?P<name>(?![\d/.-])[^\n]*)"
)
_MONTH_DAY = re.compile(r"\d{2}-\d{2}")
END_OF_DAY = "24:00"


@dataclass(frozen=True)
class ClosingDays:
    """Days on which the firm is closed, both included; ``is_yearly``: in every year."""

    first_on: date
    last_on: date
    name: str = ""
    is_yearly: bool = False

    def within(self, first_on: date, last_on: date) -> set[date]:
        """Those of the days from ``first_on`` to ``last_on``, both included.

        >>> every = closing_days_of(["12-24..01-01 Winter"])[0]
        >>> len(every.within(date(2026, 12, 1), date(2027, 11, 30)))
        9
        """
        years = range(first_on.year - 1, last_on.year + 1) if self.is_yearly else [None]
        found: set[date] = set()
        for year in years:
            start, end = (
                _in_year(day, self.first_on, year) for day in (self.first_on, self.last_on)
            )
            count = (end - start).days + 1
            found |= {start + timedelta(days=place) for place in range(count)}
        return {day for day in found if first_on <= day <= last_on}


@dataclass(frozen=True)
class Firm:
    """``subdivision``: whose regional holidays there are besides, empty for none."""

    time_zone: str
    country: str
    currency: str
    subdivision: str = ""
    closing_days: tuple[ClosingDays, ...] = ()


@dataclass(frozen=True)
class Brand:
    """What the frame shows of the firm: its name, and the path of its logo; either may be empty."""

    name: str = ""
    logo: str = ""


@dataclass(frozen=True)
class StoreSettings:
    memory_limit: str
    threads: int
    temp_directory: str


@dataclass(frozen=True)
class ServerSettings:
    """Under which names the server answers, and how long it waits for a request.

    ``allowed_hosts``: in lower case, as ``name`` or ``name:port``, besides this machine's own
    names. A body may be silent for ``body_silence_seconds`` and, after that, come no more slowly
    than ``body_bytes_per_second``. Likely next views are computed once no page has run for
    ``ahead_after_seconds``; 0: never.
    """

    allowed_hosts: tuple[str, ...]
    header_seconds: float
    body_silence_seconds: float
    body_bytes_per_second: float
    held_upload_bytes: int
    ahead_after_seconds: float


@dataclass(frozen=True)
class AccessSettings:
    """How the dashboard knows who asks; read at the start of the process, never from the store.

    ``trusted_header``: in lower case, empty where no proxy logs people in; ``trusted_proxies``:
    whose headers are believed.
    """

    trusted_header: str
    groups_header: str
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    name_claim: str
    groups_claim: str
    login_seconds: float
    is_without_login: bool

    def is_proxy(self, address: str) -> bool:
        """Whether headers that come from this address are believed."""
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None) or peer
        return any(mapped in network for network in self.trusted_proxies)


@dataclass(frozen=True)
class LogSettings:
    """``folder``: empty for the folder ``logs`` beside the store; ``file_count``: older files
    that are kept beside the one that is written."""

    folder: str
    max_bytes: int
    file_count: int


@dataclass(frozen=True)
class Keep:
    """How many backups stay: the newest of so many days, weeks and months."""

    days: int
    weeks: int
    months: int


@dataclass(frozen=True)
class BackupSettings:
    """Backups by the running dashboard; ``every_hours`` of 0: none. An empty ``folder`` is the
    folder ``backups`` beside the store."""

    folder: str
    every_hours: float
    keep: Keep
    source: str


@dataclass(frozen=True)
class PackSettings:
    """The look of the board pack: paths of the firm's own slides and logo; empty: none."""

    template: str
    logo: str
    source: str


@dataclass(frozen=True)
class MailSettings:
    """The server that mails are handed to, and to whom any may go: ``allowed`` are addresses and
    domains in lower case; none: nothing leaves. ``when_unsure`` is what becomes of a mail whose
    server fell silent while it took it."""

    sender: str
    server: str
    port: int
    security: MailSecurity
    user: str
    password_file: str
    certificate_file: str
    timeout_seconds: float
    allowed: tuple[str, ...]
    most_per_hour: int
    most_attachment_bytes: int
    dashboard_url: str
    chats_file: str
    when_unsure: WhenUnsure
    source: str

    def lets_through(self, address: str) -> bool:
        """Whether a mail may go to that address: itself or exactly its domain is on the list."""
        lower = address.lower()
        return lower in self.allowed or lower.rpartition("@")[2] in self.allowed


@dataclass(frozen=True)
class PrivacySettings:
    """After how many months what is about people goes, 0 for never: ``record_months`` who did
    what, ``comment_months`` the comments of answers, ``name_months`` the names of customers who
    left. ``hash_names``: a keyed hash is stored in the place of each name."""

    record_months: int
    comment_months: int
    name_months: int
    hash_names: bool
    source: str


@dataclass(frozen=True)
class InboxSettings:
    """The folder in which other systems put extracts, empty: none; how often it is looked into."""

    folder: str
    look_seconds: float
    source: str


@dataclass(frozen=True)
class AnswerSettings:
    """``small_base_count``: people, greyed below; ``minimum_count``: withheld below.

    ``last_only``: of each customer only the last answer of a period counts in an NPS.
    """

    small_base_count: int
    minimum_count: int
    confidence: float
    last_only: bool
    source: str


@dataclass(frozen=True)
class ImportSettings:
    """The limits of a file, and how many refused rows are too many to go on unasked.

    ``max_text_bytes`` is what a file may hold once it is unpacked and read as text; files from
    ``large_file_bytes`` on are read one at a time. ``max_rows`` and ``max_cells`` (rows times
    columns) count what is laid out in memory.

    A file is held when more than ``held_refused_share`` of its rows and at least
    ``held_refused_count`` are refused.
    """

    max_file_bytes: int
    max_unpacked_bytes: int
    max_expansion_ratio: float
    max_text_bytes: int
    large_file_bytes: int
    max_rows: int
    max_columns: int
    max_cells: int
    max_cell_length: int
    time_limit_seconds: float
    held_refused_share: float
    held_refused_count: int
    listed_refusal_count: int
    source: str


@dataclass(frozen=True)
class CaseSettings:
    """``most_at_once``: a rule that would open more cases after one import waits for a yes;
    ``owners``: who may be given cases, besides people with rights and owners of accounts;
    ``root_causes``: what may have been behind a case; ``mail_language``: of mails to owners, empty
    for that of the firm's country; ``digest_days`` (0: Monday) and ``digest_at``: when each owner
    gets their unfinished cases by mail, in the firm's time.
    """

    most_at_once: int
    owners: tuple[str, ...]
    root_causes: tuple[str, ...]
    mail_language: str
    digest_days: tuple[int, ...]
    digest_at: time
    source: str


@dataclass(frozen=True)
class ContactSettings:
    """How contacts are followed: ``return_days``: asking the same again within so many days is a
    return; ``answer_days``: an answer within so many days after a contact is about it;
    ``leave_days``: a customer who leaves within so many days after a contact left after it;
    ``information_reasons``: in lower case, what only asks for information;
    ``advertising_reasons``: in lower case, for what a contact of the company's own meets no need.
    """

    return_days: int
    answer_days: int
    leave_days: int
    information_reasons: tuple[str, ...]
    advertising_reasons: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class InvitationSettings:
    """How invitations are followed: ``response_days``: an answer within so many days after one
    answers it, and a younger one isn't counted yet; ``leave_days``: a customer who leaves within
    so many days after an invitation left after it.
    """

    response_days: int
    leave_days: int
    source: str


@dataclass(frozen=True)
class ResponseStandard:
    """What "in time" means on a channel; durations are seconds of its clock."""

    clock: Clock
    favourable_seconds: float
    limit_seconds: float
    is_strict: bool
    goal: float
    goal_is_published: bool
    abandon_rule: AbandonRule
    short_abandon_seconds: float
    source: str


@dataclass(frozen=True)
class ResponseOverride:
    """A standard of a channel for some contacts only: those of a segment, region or journey, or
    of strategic accounts (then ``value`` is ``yes``)."""

    channel: Channel
    audience: Audience
    value: str
    standard: ResponseStandard


@dataclass(frozen=True)
class Assumption:
    """A value nobody measured, as a range; ``low`` is what makes the cost low."""

    low: float
    central: float
    high: float
    unit: str
    source: str


AssumptionName = Literal[
    "margin_rate", "discount_rate", "acquisition_cost_amount", "horizon_years", "referral_rate"
]


@dataclass(frozen=True)
class ChurnSettings:
    """``overrides`` are assumptions of single segments, by segment and name."""

    class_survey: Survey
    bootstrap_count: int
    bootstrap_seed: int
    margin_rate: Assumption
    discount_rate: Assumption
    acquisition_cost_amount: Assumption
    horizon_years: Assumption
    referral_rate: Assumption
    overrides: Mapping[tuple[str, AssumptionName], Assumption]

    def assumption(self, name: AssumptionName, segment: str | None = None) -> Assumption:
        """The segment's own, or else the firm's."""
        firm: Assumption = getattr(self, name)
        return self.overrides.get((segment, name), firm) if segment is not None else firm


@dataclass(frozen=True)
class IndicatorOverride:
    """What the firm changed of an indicator of the pyramid; None: as in the model."""

    indicator: str
    threshold: float | None
    min_count: int | None
    weight: float | None
    source: str | None


@dataclass(frozen=True)
class PyramidSettings:
    """``assessed_valid_months``: an older assessment is no evidence."""

    assessed_valid_months: int
    overrides: tuple[IndicatorOverride, ...]


@dataclass(frozen=True)
class Target:
    """What a figure should reach: of a segment (None: of all customers) on certain days.

    ``value`` is in points for ``nps``, a level from 1 to 6 for ``level``, for ``churn_cost`` at
    most so much a year in the firm's currency, for ``churn_rate`` at most such a share of the
    customers a year, 0 to 1. ``survey`` None stands for each; ``first_on`` and
    ``last_on`` None for no bound.
    """

    figure: TargetFigure
    value: float
    survey: Survey | None = None
    segment: str | None = None
    first_on: date | None = None
    last_on: date | None = None
    source: str = ""

    def is_of(self, figure: TargetFigure, survey: Survey, segment: str | None, day: date) -> bool:
        """Whether it is that figure's, of the segment, on a day."""
        is_then = (self.first_on or date.min) <= day <= (self.last_on or date.max)
        is_asked = self.figure != "nps" or self.survey in (None, survey)
        return self.figure == figure and is_asked and self.segment == segment and is_then


@dataclass(frozen=True)
class OwnDimensions:
    """The dimensions of the firm's own that are used, each with its name; files may have at most
    ``most_values`` different values of one."""

    names: Mapping[OwnDimension, str]
    most_values: int

    @property
    def pairs(self) -> tuple[tuple[OwnDimension, str], ...]:
        """The names as something to remember by."""
        return tuple(self.names.items())


@dataclass(frozen=True)
class NamesOf:
    """What a rated touchpoint or a journey is called: ``code`` as its file has it, a name by
    language."""

    code: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Settings:
    firm: Firm
    brand: Brand
    fiscal_year: FiscalYear
    store: StoreSettings
    server: ServerSettings
    access: AccessSettings
    log: LogSettings
    backup: BackupSettings
    pack: PackSettings
    mail: MailSettings
    privacy: PrivacySettings
    inbox: InboxSettings
    answers: AnswerSettings
    imports: ImportSettings
    cases: CaseSettings
    own_dimensions: OwnDimensions
    contacts: ContactSettings
    invitations: InvitationSettings
    opening_hours: Mapping[str, tuple[OpeningSpan, ...]]
    opening_hours_source: str
    response_time: Mapping[Channel, ResponseStandard]
    response_time_overrides: tuple[ResponseOverride, ...]  # the first that fits a contact counts
    churn: ChurnSettings
    pyramid: PyramidSettings
    targets: tuple[Target, ...]  # the first that fits counts
    touchpoint_names: tuple[NamesOf, ...]  # those without one are called as their column
    journey_names: tuple[NamesOf, ...]  # those without one are called as their file calls them
    values: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def business_day_seconds(self) -> float:
        """Average opening time of a weekday that opens at all."""
        return _business_day_seconds(self.opening_hours)

    def used_dimensions(self, scope: Counted | None = None) -> tuple[Dimension, ...]:
        """What figures can be filtered and split by: the built-in dimensions and those of the
        firm's own that have a name; of what is counted, if that is said."""
        return tuple(
            name
            for name in (dimensions_of(scope) if scope else DIMENSIONS)
            if name not in OWN_DIMENSIONS or name in self.own_dimensions.names
        )

    @property
    def unused_dimensions(self) -> tuple[OwnDimension, ...]:
        """The places for dimensions of the firm's own that have no name."""
        return tuple(name for name in OWN_DIMENSIONS if name not in self.own_dimensions.names)

    def target(
        self, figure: TargetFigure, survey: Survey, segment: str | None, day: date
    ) -> Target | None:
        """The first target of a figure that holds for the segment on a day; None without one."""
        return next((it for it in self.targets if it.is_of(figure, survey, segment, day)), None)

    def value(self, name: str) -> Any:
        """A setting as it stands in the file, by its name with dots: ``firm.currency``.

        Raises
        ------
        SettingsError
            If there is none of that name.
        """
        found: Any = self.values
        for part in name.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise _unknown(name)
            found = found[part]
        return found

    def value_or_none(self, name: str) -> Any:
        """As ``value``, but None for a setting that needn't be there and isn't."""
        *_, last = name.split(".")
        try:
            return self.value(name)
        except SettingsError:
            if _is_optional(last):
                return None
            raise

    def touchpoints_in(self, language: str) -> tuple[tuple[str, str], ...]:
        """The names of touchpoints in a language, of those that have one there."""
        return _names_in(self.touchpoint_names, language)

    def journeys_in(self, language: str) -> tuple[tuple[str, str], ...]:
        """The names of journeys in a language, of those that have one there."""
        return _names_in(self.journey_names, language)

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with others in place of some; names with dots, values as in the file.

        A value of None takes a setting out that needn't be there (``favourable_days``).

        Raises
        ------
        SettingsError
            If a setting doesn't exist, or the values make no sense together.
        """
        values = copy.deepcopy(dict(self.values))
        for name, value in changes.items():
            *path, last = name.split(".")
            table = values
            for part in path:
                table = table.get(part, {})
            if not isinstance(table, dict) or (last not in table and not _is_optional(last)):
                raise _unknown(name)
            if isinstance(table.get(last), dict):
                raise _unknown(name)
            _put(table, last, value)
        return _settings(values)


def load_settings(path: Path | str | None = None) -> Settings:
    """The default settings, overridden by a file.

    Parameters
    ----------
    path
        A TOML file with the values that differ; by default the one that the environment
        variable ``CXDATA_SETTINGS`` names, if any.

    Raises
    ------
    SettingsError
        If the file can't be read, or a value has the wrong type, is unknown or makes no
        sense; the sentence names it.
    """
    chosen = path or os.environ.get(SETTINGS_VARIABLE)
    if not chosen:
        said = tuple(sorted(it for it in os.environ.items() if it[0].startswith("CXDATA_")))
        return _default_settings(_text_of(DEFAULT_SETTINGS), said)
    return _settings(_overridden(_read_toml(DEFAULT_SETTINGS), _read_toml(Path(chosen)), ""))


def is_lake_told() -> bool:
    """Whether the environment says where single answers lie that aren't in the store."""
    return bool(os.environ.get(LAKE_ENGINE_VARIABLE) and os.environ.get(LAKE_FACTS_VARIABLE))


@lru_cache(maxsize=1)
def _default_settings(text: str, environment: tuple[tuple[str, str], ...]) -> Settings:
    """Read once per process and environment: each store that is opened asks for them."""
    return _settings(_parsed(text, DEFAULT_SETTINGS))


def _read_toml(path: Path) -> dict[str, Any]:
    return _parsed(_text_of(path), path)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "The settings file {path} can't be read.",
            "Check the name, and that it is UTF-8 text.",
            path=str(path),
        ) from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            "The settings file {path} is not valid TOML: {reason}.",
            "Compare it with cxdata/settings.toml.",
            path=str(path),
            reason=str(error),
        ) from error


def _overridden(base: dict[str, Any], changes: dict[str, Any], where: str) -> dict[str, Any]:
    result = dict(base)
    for name, value in changes.items():
        if name not in base and not _is_optional(name):
            raise _unknown(where + name)
        if isinstance(base.get(name), dict):
            if not isinstance(value, dict):
                raise SettingsError(
                    "The setting {name} is {value}; it has to be a table.",
                    **_said(where + name, value),
                )
            result[name] = _overridden(base[name], value, f"{where}{name}.")
        else:
            _put(result, name, value)
    return result


def _is_optional(name: str) -> bool:
    """Of a response standard: a duration can be said in seconds or in days."""
    return name.startswith(("favourable_", "limit_"))


def _put(table: dict[str, Any], name: str, value: Any) -> None:
    """Set a value; a duration in seconds takes the place of the one in days, and the reverse."""
    what, _, unit = name.rpartition("_")
    if what in ("favourable", "limit") and unit in ("seconds", "days"):
        table.pop(f"{what}_seconds", None)
        table.pop(f"{what}_days", None)
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value


def _unknown(name: str) -> SettingsError:
    return SettingsError(
        "There is no setting {name}.",
        "The names are those of cxdata/settings.toml.",
        name=name,
    )


def _said(name: str, value: object) -> dict[str, str]:
    """What the sentence about a wrong value names."""
    shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return {"name": name, "value": shown or "–"}


def _settings(values: dict[str, Any]) -> Settings:
    values = {**values, "targets": _days_as_texts(values["targets"])}
    hours = _opening_hours(values["opening_hours"])
    day_seconds = _business_day_seconds(hours)
    return Settings(
        firm=_firm(values["firm"]),
        brand=Brand(str(values["firm"]["name"]).strip(), str(values["firm"]["logo"]).strip()),
        fiscal_year=_fiscal_year(values["firm"]),
        store=_store_settings(values["store"]),
        server=_server_settings(values["server"]),
        access=_access_settings(values["access"]),
        log=_log_settings(values["log"]),
        backup=_backup_settings(values["backup"]),
        pack=PackSettings(**{name: str(text) for name, text in values["pack"].items()}),
        mail=_mail_settings(values["mail"]),
        privacy=_privacy_settings(values["privacy"]),
        inbox=_inbox_settings(values["inbox"]),
        answers=_answer_settings(values["answers"]),
        imports=_import_settings(values["imports"]),
        cases=_case_settings(values["cases"]),
        own_dimensions=_own_dimensions(values["own_dimensions"]),
        contacts=_contact_settings(values["contacts"]),
        invitations=_invitation_settings(values["invitations"]),
        opening_hours=MappingProxyType(hours),
        opening_hours_source=str(values["opening_hours"]["source"]),
        response_time=MappingProxyType(
            {
                channel: _standard(
                    f"response_time.{channel}.", values["response_time"][channel], day_seconds
                )
                for channel in CHANNELS
            }
        ),
        response_time_overrides=_overrides(values, day_seconds),
        churn=_churn_settings(values["churn"], values["churn_overrides"]),
        pyramid=_pyramid_settings(values["pyramid"], values["pyramid_overrides"]),
        targets=_targets(values["targets"]),
        touchpoint_names=_names_by_language("touchpoint", values["touchpoint_names"]),
        journey_names=_names_by_language("journey", values["journey_names"]),
        values=MappingProxyType(values),
    )


def _firm(table: dict[str, Any]) -> Firm:
    if not is_time_zone(table["time_zone"]):
        raise SettingsError(
            "The setting {name} is {value}; it has to be a time zone such as Europe/Paris.",
            **_said("firm.time_zone", table["time_zone"]),
        )
    return Firm(
        table["time_zone"],
        str(table["country"]),
        str(table["currency"]),
        str(table["subdivision"]).strip(),
        closing_days_of(table["closing_days"]),
    )


def _fiscal_year(table: dict[str, Any]) -> FiscalYear:
    """Apart from what counts are made with: no count holds a quarter or a year."""
    month = table["fiscal_year_month"]
    if month not in range(1, 13) or isinstance(month, bool):
        raise SettingsError(
            "The setting {name} is {value}; it has to be the number of a month, 1 to 12.",
            **_said("firm.fiscal_year_month", month),
        )
    return FiscalYear(int(month))


def closing_days_of(texts: object) -> tuple[ClosingDays, ...]:
    """Closing days as they are written: a day or two with ``..`` between them, and a name.

    >>> closing_days_of(["2026-06-17 Works", "05-02"])[0].name
    'Works'

    Raises
    ------
    SettingsError
        If a text is none.
    """
    listed = texts if isinstance(texts, list) else [texts]
    found = [_closing_days(text) for text in listed]
    wrong = [text for text, each in zip(listed, found, strict=True) if each is None]
    if wrong or not isinstance(texts, list):
        raise SettingsError(
            "The setting {name} is {value}; it has to be days such as 2026-06-17, 17/06/2026, "
            "2026-12-24..2026-12-31 or, for every year, 05-02, each with a name if you like.",
            **_said("firm.closing_days", (wrong or listed)[:3]),
        )
    return tuple(each for each in found if each is not None)


def _closing_days(text: object) -> ClosingDays | None:
    match = _CLOSING.fullmatch(text.strip()) if isinstance(text, str) else None
    if not match:
        return None
    first, last = match["first"], match["last"] or match["first"]
    is_yearly = _MONTH_DAY.fullmatch(first) is not None
    if is_yearly != (_MONTH_DAY.fullmatch(last) is not None):
        return None
    try:
        ends = [_closing_day(each) for each in (first, last)]
    except ValueError:
        return None
    if ends[1] < ends[0]:
        if not is_yearly:
            return None
        ends[1] = ends[1].replace(year=LEAP_YEAR + 1)
    if (ends[1] - ends[0]).days >= MOST_CLOSED_DAYS:
        return None
    return ClosingDays(ends[0], ends[1], match["name"].strip(" \t;,:-–"), is_yearly)


def _closing_day(text: str) -> date:
    """A day without a year is one of a leap year."""
    if _MONTH_DAY.fullmatch(text):
        return date.fromisoformat(f"{LEAP_YEAR}-{text}")
    if "/" in text:
        day, month, year = map(int, text.split("/"))
        return date(year, month, day)
    return date.fromisoformat(text)


def _in_year(day: date, first_on: date, year: int | None) -> date:
    """The day of a stretch that begins in the year; 29 February is the 28th in others."""
    if year is None:
        return day
    moved = year + day.year - first_on.year
    try:
        return day.replace(year=moved)
    except ValueError:
        return day.replace(year=moved, day=28)


def is_time_zone(name: object) -> bool:
    """Whether there is a time zone of that name wherever data is read and counted.

    The system may know more names, such as the zone of the machine itself.

    >>> is_time_zone("Europe/Paris"), is_time_zone("localtime"), is_time_zone("Paris")
    (True, False, False)
    """
    if not isinstance(name, str):
        return False
    try:
        ZoneInfo(name)
        pl.select(pl.datetime(2026, 1, 1, time_zone="UTC").dt.convert_time_zone(name))
    except (KeyError, ValueError, OSError, pl.exceptions.PolarsError):
        return False
    return True


def _store_settings(table: dict[str, Any]) -> StoreSettings:
    return StoreSettings(
        memory_limit=str(table["memory_limit"]),
        threads=int(_number("store.threads", table["threads"], 0, 1024)),
        temp_directory=str(table["temp_directory"]),
    )


def _server_settings(table: dict[str, Any]) -> ServerSettings:
    def number(name: str, least: float, most: float) -> float:
        return _number(f"server.{name}", table[name], least, most)

    return ServerSettings(
        allowed_hosts=_allowed_hosts(table["allowed_hosts"]),
        header_seconds=number("header_seconds", 0.1, 600),
        body_silence_seconds=number("body_silence_seconds", 0.1, 600),
        body_bytes_per_second=number("body_bytes_per_second", 1, 1e9),
        held_upload_bytes=int(number("held_upload_megabytes", 1, 1_000_000) * 1_000_000),
        ahead_after_seconds=_ahead_after(table["ahead_after_seconds"]),
    )


def _ahead_after(value: object) -> float:
    told = os.environ.get(AHEAD_VARIABLE, "").strip()
    name = "server.ahead_after_seconds"
    return _number(name, float(told) if told.isdecimal() else told or value, 0, 86_400)


def _allowed_hosts(listed: object) -> tuple[str, ...]:
    """Those of the settings and those of the environment."""
    added = [each for each in os.environ.get(ALLOWED_HOSTS_VARIABLE, "").split(",") if each.strip()]
    hosts = [*listed, *added] if isinstance(listed, list) else [listed]
    names = [each.strip().lower() for each in hosts if isinstance(each, str)]
    is_list = isinstance(listed, list) and len(names) == len(hosts)
    if not is_list or not all(_HOST.fullmatch(name) for name in names):
        raise SettingsError(
            "The setting {name} is {value}; it has to be a list of names such as cx.example.org "
            "or 10.0.0.7:8501, without wildcards.",
            **_said("server.allowed_hosts", hosts),
        )
    return tuple(names)


def _access_settings(table: dict[str, Any]) -> AccessSettings:
    return AccessSettings(
        trusted_header=_header(table, "trusted_header", TRUSTED_HEADER_VARIABLE),
        groups_header=_header(table, "groups_header", GROUPS_HEADER_VARIABLE),
        trusted_proxies=_networks(table["trusted_proxies"]),
        name_claim=_claim(table, "name_claim"),
        groups_claim=_claim(table, "groups_claim"),
        login_seconds=_number("access.login_hours", table["login_hours"], 0.01, 720) * 3600,
        is_without_login=_without_login(table["without_login"]),
    )


def _header(table: dict[str, Any], name: str, variable: str) -> str:
    value = os.environ.get(variable) or table[name]
    if not isinstance(value, str) or (value and not _HEADER.fullmatch(value)):
        raise SettingsError(
            "The setting {name} is {value}; it has to be the name of a header such as "
            "X-Forwarded-Email, or empty.",
            **_said(f"access.{name}", value),
        )
    return value.lower()


def _networks(listed: object) -> tuple[IPv4Network | IPv6Network, ...]:
    """Those of the settings and those of the environment."""
    added = os.environ.get(TRUSTED_PROXIES_VARIABLE, "").split(",")
    given = [*listed, *added] if isinstance(listed, list) else [listed]
    try:
        return tuple(ip_network(str(it).strip()) for it in given if str(it).strip())
    except ValueError as error:
        raise SettingsError(
            "The setting {name} is {value}; it has to be a list of addresses or networks such as "
            "127.0.0.1 or 10.0.0.0/8.",
            **_said("access.trusted_proxies", given),
        ) from error


def _claim(table: dict[str, Any], name: str) -> str:
    value = table[name]
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(
            "The setting {name} is {value}; it has to be the name of a claim such as email.",
            **_said(f"access.{name}", value),
        )
    return value.strip()


def _without_login(value: object) -> bool:
    said = os.environ.get(WITHOUT_LOGIN_VARIABLE, "").strip().lower()
    words = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    return _truth("access.without_login", words.get(said, said) if said else value)


def _log_settings(table: dict[str, Any]) -> LogSettings:
    return LogSettings(
        folder=str(table["folder"]),
        max_bytes=int(_number("log.max_megabytes", table["max_megabytes"], 0.01, 1000) * 1_000_000),
        file_count=int(_number("log.file_count", table["file_count"], 1, 1000)),
    )


def _backup_settings(table: dict[str, Any]) -> BackupSettings:
    return BackupSettings(
        folder=str(table["folder"]),
        every_hours=_number("backup.every_hours", table["every_hours"], 0, 8784),
        keep=keep_of(table["keep"]),
        source=str(table["source"]),
    )


def _mail_settings(table: dict[str, Any]) -> MailSettings:
    def number(name: str, least: float, most: float) -> float:
        return _number(f"mail.{name}", table[name], least, most)

    return MailSettings(
        sender=_sender(table["sender"]),
        server=str(table["server"]).strip(),
        port=int(number("port", 1, 65535)),
        security=_choice("mail.security", table["security"], get_args(MailSecurity)),
        user=str(table["user"]),
        password_file=str(table["password_file"]),
        certificate_file=str(table["certificate_file"]),
        timeout_seconds=number("timeout_seconds", 0.1, 600),
        allowed=_allowed_mailboxes(table["allowed"]),
        most_per_hour=int(number("most_per_hour", 1, 100_000)),
        most_attachment_bytes=int(number("most_attachment_megabytes", 0.1, 100) * 1_000_000),
        dashboard_url=_dashboard_url(table["dashboard_url"]),
        chats_file=str(table["chats_file"]).strip(),
        when_unsure=_choice("mail.when_unsure", table["when_unsure"], get_args(WhenUnsure)),
        source=str(table["source"]),
    )


def is_mailbox(address: object) -> bool:
    """Whether a text is the address of one mailbox and nothing else: no name, no line end.

    >>> is_mailbox("ada@example.org"), is_mailbox("Ada <ada@example.org>"), is_mailbox("a@b\\nX:")
    (True, False, False)
    """
    return (
        isinstance(address, str)
        and len(address) <= LONGEST_ADDRESS
        and _MAILBOX.fullmatch(address) is not None
    )


def _sender(value: object) -> str:
    if value != "" and not is_mailbox(value):
        raise SettingsError(
            "The setting {name} is {value}; it has to be an address such as cx@example.org.",
            **_said("mail.sender", value),
        )
    return str(value)


def _allowed_mailboxes(listed: object) -> tuple[str, ...]:
    """Addresses and domains in lower case; ``@example.org`` is the domain."""
    texts = [str(it).strip().lower().removeprefix("@") for it in _listed("mail.allowed", listed)]
    wrong = [it for it in texts if not is_mailbox(it if "@" in it else f"a@{it}")]
    if wrong:
        raise SettingsError(
            "The setting {name} is {value}; it has to be a list of addresses such as "
            "ada@example.org and domains such as example.org, without wildcards.",
            **_said("mail.allowed", wrong[:3]),
        )
    return tuple(texts)


def _listed(name: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise SettingsError(
            "The setting {name} is {value}; it has to be a list.", **_said(name, value)
        )
    return value


def _dashboard_url(value: object) -> str:
    if value != "" and not re.fullmatch(r"https?://[^\s<>\"']+", str(value)):
        raise SettingsError(
            "The setting {name} is {value}; it has to be an address such as "
            "https://cx.example.org, or empty.",
            **_said("mail.dashboard_url", value),
        )
    return str(value).rstrip("/")


def _privacy_settings(table: dict[str, Any]) -> PrivacySettings:
    def months(name: str) -> int:
        return int(_number(f"privacy.{name}", table[name], 0, MOST_MONTHS))

    return PrivacySettings(
        record_months=months("record_months"),
        comment_months=months("comment_months"),
        name_months=months("name_months"),
        hash_names=_truth("privacy.hash_names", table["hash_names"]),
        source=str(table["source"]),
    )


def _inbox_settings(table: dict[str, Any]) -> InboxSettings:
    return InboxSettings(
        folder=os.environ.get(INBOX_VARIABLE) or str(table["folder"]),
        look_seconds=_number("inbox.look_seconds", table["look_seconds"], 0.05, 3600),
        source=str(table["source"]),
    )


def keep_of(text: object) -> Keep:
    """How many backups stay, as it is written in settings and on the command line.

    >>> keep_of("7d, 4w")
    Keep(days=7, weeks=4, months=0)

    Raises
    ------
    SettingsError
        If it isn't numbers of days, weeks and months, or would keep none.
    """
    words = [word.strip() for word in text.split(",")] if isinstance(text, str) else []
    counts = {word[-1:]: word[:-1] for word in words}
    is_right = len(counts) == len(words) and counts.keys() <= {"d", "w", "m"}
    if not is_right or not all(re.fullmatch("[0-9]{1,4}", it) for it in counts.values()):
        counts = {}
    keep = Keep(*(int(counts.get(unit, "0")) for unit in "dwm"))
    if keep == Keep(0, 0, 0):
        raise SettingsError(
            "The setting {name} is {value}; it has to be days, weeks and months such as 7d,4w,12m.",
            **_said("backup.keep", text),
        )
    return keep


def _answer_settings(table: dict[str, Any]) -> AnswerSettings:
    small = int(_number("answers.small_base_count", table["small_base_count"], 1, 10_000))
    minimum = int(_number("answers.minimum_count", table["minimum_count"], 1, small))
    confidence = _number("answers.confidence", table["confidence"], 0.5, 0.999)
    last_only = _truth("answers.last_only", table["last_only"])
    return AnswerSettings(small, minimum, confidence, last_only, table["source"])


def _import_settings(table: dict[str, Any]) -> ImportSettings:
    def number(name: str, least: float, most: float) -> float:
        return _number(f"imports.{name}", table[name], least, most)

    return ImportSettings(
        max_file_bytes=int(number("max_file_megabytes", 1, 100_000) * 1_000_000),
        max_unpacked_bytes=int(number("max_unpacked_megabytes", 1, 100_000) * 1_000_000),
        max_expansion_ratio=number("max_expansion_ratio", 1, 1_100),
        max_text_bytes=int(number("max_text_megabytes", 1, 100_000) * 1_000_000),
        large_file_bytes=int(number("large_file_megabytes", 0.001, 100_000) * 1_000_000),
        max_rows=int(number("max_rows", 1, 1e9)),
        max_columns=int(number("max_columns", 1, 100_000)),
        max_cells=int(number("max_cells", 1_000, 1e10)),
        max_cell_length=int(number("max_cell_length", 100, 10_000_000)),
        time_limit_seconds=number("time_limit_seconds", 1, 86_400),
        held_refused_share=number("held_refused_share", 0, 1),
        held_refused_count=int(number("held_refused_count", 1, 1e9)),
        listed_refusal_count=int(number("listed_refusal_count", 1, 10_000_000)),
        source=str(table["source"]),
    )


def _own_dimensions(table: dict[str, Any]) -> OwnDimensions:
    names: dict[OwnDimension, str] = {}
    for place in OWN_DIMENSIONS:
        value = table[place]
        if value == "":
            continue
        _check_own_name(f"own_dimensions.{place}", value, names.values())
        names[place] = value
    most = _number("own_dimensions.most_values", table["most_values"], 2, 100_000)
    return OwnDimensions(MappingProxyType(names), int(most))


def _check_own_name(setting: str, value: object, others: Collection[str]) -> None:
    """A name stands on one line, in an option of the command, and means one thing."""
    is_line = isinstance(value, str) and " ".join(value.split()) == value and value.isprintable()
    if not is_line or "=" in str(value) or len(str(value)) > OWN_NAME_LETTERS:
        raise SettingsError(
            "The setting {name} is {value}; it has to be a name on one line, of at most {most} "
            "letters and without =.",
            **_said(setting, value),
            most=OWN_NAME_LETTERS,
        )
    if plain_name(str(value)) in {*TAKEN_NAMES, *map(plain_name, others)}:
        raise SettingsError(
            "The setting {name} is {value}; that is what another dimension is called.",
            **_said(setting, value),
        )


def plain_name(name: str) -> str:
    """A name without case and accents: what two names mustn't have in common.

    >>> plain_name("Région"), plain_name("MAGASIN")
    ('region', 'magasin')
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))


def _case_settings(table: dict[str, Any]) -> CaseSettings:
    owners = _texts("cases.owners", table["owners"])
    return CaseSettings(
        most_at_once=int(_number("cases.most_at_once", table["most_at_once"], 1, 100_000)),
        owners=tuple(dict.fromkeys(it.lower() for it in owners)),
        root_causes=tuple(dict.fromkeys(_texts("cases.root_causes", table["root_causes"]))),
        mail_language=_choice("cases.mail_language", table["mail_language"], MAIL_LANGUAGES),
        digest_days=_weekdays("cases.digest_days", table["digest_days"]),
        digest_at=_time_of_day("cases.digest_at", table["digest_at"]),
        source=str(table["source"]),
    )


def _contact_settings(table: dict[str, Any]) -> ContactSettings:
    return ContactSettings(
        return_days=int(_number("contacts.return_days", table["return_days"], 1, 90)),
        answer_days=int(_number("contacts.answer_days", table["answer_days"], 1, 365)),
        leave_days=int(_number("contacts.leave_days", table["leave_days"], 1, 731)),
        information_reasons=_reasons("information_reasons", table),
        advertising_reasons=_reasons("advertising_reasons", table),
        source=str(table["source"]),
    )


def _invitation_settings(table: dict[str, Any]) -> InvitationSettings:
    return InvitationSettings(
        response_days=int(_number("invitations.response_days", table["response_days"], 1, 365)),
        leave_days=int(_number("invitations.leave_days", table["leave_days"], 1, 731)),
        source=str(table["source"]),
    )


def _reasons(name: str, table: dict[str, Any]) -> tuple[str, ...]:
    return tuple(each.lower() for each in _texts(f"contacts.{name}", table[name]))


def _texts(name: str, listed: object) -> tuple[str, ...]:
    """The texts of a list, without blanks around them."""
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise SettingsError(
            "The setting {name} is {value}; it has to be a list of texts.",
            **_said(name, listed),
        )
    return tuple(each.strip() for each in listed if each.strip())


def _weekdays(name: str, listed: object) -> tuple[int, ...]:
    """Days of the week by number, 0 for Monday."""
    days = [_choice(name, it, WEEKDAYS) for it in _texts(name, listed)]
    return tuple(sorted({WEEKDAYS.index(it) for it in days}))


def _time_of_day(name: str, value: object) -> time:
    said = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", said):
        raise SettingsError(
            "The setting {name} is {value}; it has to be a time such as 07:30.",
            **_said(name, value),
        )
    return time.fromisoformat(said)


def _opening_hours(table: dict[str, Any]) -> dict[str, tuple[OpeningSpan, ...]]:
    hours = {day: _spans(day, table[day]) for day in WEEKDAYS}
    if not any(hours.values()):
        raise SettingsError("The opening hours must be open on at least one weekday.")
    return hours


def _spans(day: str, texts: object) -> tuple[OpeningSpan, ...]:
    wrong = SettingsError(
        "The setting {name} is {value}; it has to be spans such as 09:00-12:30, in order and not "
        "overlapping; the last may end after midnight.",
        **_said(f"opening_hours.{day}", texts),
    )
    if not isinstance(texts, list):
        raise wrong
    try:
        pairs = [_times_of_day(text) for text in texts]
    except (ValueError, AttributeError, TypeError) as error:
        raise wrong from error
    moments = [moment for pair in pairs for moment in pair]
    # Only the day's last span may end on the next day.
    in_order = [later > earlier for earlier, later in pairwise(moments)]
    if any(len(pair) != 2 for pair in pairs) or not all(in_order[:-1]):
        raise wrong
    return tuple((pair[0], pair[1]) for pair in pairs)


def _times_of_day(text: str) -> tuple[time, ...]:
    """The ends of a span; 24:00 is the midnight at which a day ends."""
    *starts, end = text.split("-")
    midnight = "00:00" if end.strip() == END_OF_DAY else end
    return tuple(time.fromisoformat(each.strip()) for each in (*starts, midnight))


def _business_day_seconds(hours: Mapping[str, tuple[OpeningSpan, ...]]) -> float:
    open_days = [spans for spans in hours.values() if spans]
    return sum(_span_seconds(span) for spans in open_days for span in spans) / len(open_days)


def _span_seconds(span: OpeningSpan) -> float:
    start, end = (datetime.combine(date.min, moment) for moment in span)
    seconds = (end - start).total_seconds()
    return seconds if seconds > 0 else seconds + 86_400


def _standard(where: str, table: dict[str, Any], day_seconds: float) -> ResponseStandard:
    clock = _choice(where + "clock", table["clock"], get_args(Clock))
    favourable = _duration(where + "favourable", table, "favourable", day_seconds)
    limit = _duration(where + "limit", table, "limit", day_seconds)
    if limit <= favourable:
        raise SettingsError(
            "The setting {name} is {value}; it has to be longer than the favourable time.",
            **_said(where + "limit", limit),
        )
    return ResponseStandard(
        clock=clock,
        favourable_seconds=favourable,
        limit_seconds=limit,
        is_strict=_truth(where + "is_strict", table["is_strict"]),
        goal=_number(where + "goal", table["goal"], 0.01, 1),
        goal_is_published=_truth(where + "goal_is_published", table["goal_is_published"]),
        abandon_rule=_choice(where + "abandon_rule", table["abandon_rule"], get_args(AbandonRule)),
        short_abandon_seconds=_number(
            where + "short_abandon_seconds", table["short_abandon_seconds"], 0, 3600
        ),
        source=str(table["source"]),
    )


def _overrides(values: dict[str, Any], day_seconds: float) -> tuple[ResponseOverride, ...]:
    return tuple(
        _override(where, row, values, day_seconds)
        for where, row in _tables("response_time_overrides", values["response_time_overrides"])
    )


def _override(
    where: str, table: dict[str, Any], values: dict[str, Any], day_seconds: float
) -> ResponseOverride:
    """What the table doesn't say is the channel's own standard."""
    channel = _choice(where + "channel", table.get("channel"), CHANNELS)
    audience = _choice(where + "audience", table.get("audience"), get_args(Audience))
    value = table.get("value")
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(
            "The setting {name} is {value}; it has to be the name of a segment, region or journey, "
            "or yes.",
            **_said(where + "value", value),
        )
    standard = dict(values["response_time"][channel])
    for name, own in table.items():
        if name in ("channel", "audience", "value"):
            continue
        if name not in standard and not _is_optional(name):
            raise _unknown(where + name)
        _put(standard, name, own)
    return ResponseOverride(channel, audience, value, _standard(where, standard, day_seconds))


def _duration(name: str, table: dict[str, Any], what: str, day_seconds: float) -> float:
    if f"{what}_days" in table:
        return _number(f"{name}_days", table[f"{what}_days"], 0.01, 366) * day_seconds
    return _number(f"{name}_seconds", table.get(f"{what}_seconds"), 1, 366 * 86_400)


def _churn_settings(table: dict[str, Any], overrides: object) -> ChurnSettings:
    assumptions = {name: _assumption(f"churn.{name}", table[name], name) for name in ASSUMED}
    own: dict[tuple[str, AssumptionName], Assumption] = {}
    for where, row in _tables("churn_overrides", overrides):
        name = _choice(where + "assumption", row.get("assumption"), get_args(AssumptionName))
        key = (_text(where + "segment", row.get("segment")), name)
        if key in own:
            raise SettingsError(
                "The setting {name} is {value}; the segment has a row for this assumption already.",
                **_said(where + "assumption", name),
            )
        own[key] = _assumption(where.removesuffix("."), table[name] | {"source": ""} | row, name)
    return ChurnSettings(
        class_survey=_choice("churn.class_survey", table["class_survey"], SURVEYS),
        bootstrap_count=int(
            _number("churn.bootstrap_count", table["bootstrap_count"], 100, 100_000)
        ),
        bootstrap_seed=int(_number("churn.bootstrap_seed", table["bootstrap_seed"], 0, 2**31)),
        overrides=MappingProxyType(own),
        **assumptions,
    )


# The least and the most that each assumption can sensibly be.
ASSUMED: Mapping[AssumptionName, tuple[float, float]] = MappingProxyType(
    {
        "margin_rate": (0, 1),
        "discount_rate": (0, 1),
        "acquisition_cost_amount": (0, 1e9),
        "horizon_years": (1, 100),
        "referral_rate": (0, 10),
    }
)


def _assumption(where: str, table: dict[str, Any], name: AssumptionName) -> Assumption:
    low, central, high = (
        _number(f"{where}.{which}", table.get(which), *ASSUMED[name])
        for which in ("low", "central", "high")
    )
    if not (low <= central <= high or low >= central >= high):
        raise SettingsError(
            "The setting {name} is {value}; it has to be low, central and high in order.",
            **_said(where, (low, central, high)),
        )
    return Assumption(low, central, high, str(table["unit"]), str(table["source"]))


def _pyramid_settings(table: dict[str, Any], overrides: object) -> PyramidSettings:
    return PyramidSettings(
        assessed_valid_months=int(
            _number("pyramid.assessed_valid_months", table["assessed_valid_months"], 1, 120)
        ),
        overrides=tuple(
            IndicatorOverride(
                indicator=_text(where + "indicator", row.get("indicator")),
                threshold=_number_or_none(where + "threshold", row.get("threshold"), 0, 1),
                min_count=_whole_or_none(where + "min_count", row.get("min_count"), 1, 1e6),
                weight=_number_or_none(where + "weight", row.get("weight"), 0, 100),
                source=None if row.get("source") is None else str(row["source"]),
            )
            for where, row in _tables("pyramid_overrides", overrides)
        ),
    )


GIVEN_NAME_LETTERS = 80  # of a touchpoint or a journey
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")


def _names_by_language(thing: str, listed: object) -> tuple[NamesOf, ...]:
    """The rows of ``touchpoint_names`` or ``journey_names``; ``thing`` is the key of each."""
    setting = f"{thing}_names"
    found = tuple(_names_of(thing, where, row) for where, row in _tables(setting, listed))
    told = [(thing, it.code) for it in found]
    told += [named for it in found for named in it.names.items()]
    for key, name in told:
        if told.count((key, name)) > 1:  # two would be one on a chart
            raise SettingsError(
                "The setting {name} is {value}; it is there twice.",
                **_said(f"{setting}.{key}", name),
            )
    return found


def _names_of(thing: str, where: str, row: dict[str, Any]) -> NamesOf:
    for name in row:
        if name != thing and not _LANGUAGE_CODE.fullmatch(name):
            raise _unknown(where + name)
    names = {it: " ".join(str(row[it] or "").split()) for it in row if it != thing}
    for language, name in names.items():
        if len(name) > GIVEN_NAME_LETTERS or not name.isprintable():
            raise SettingsError(
                "The setting {name} is {value}; it has to be a name of {most} letters at most.",
                **_said(where + language, name),
                most=GIVEN_NAME_LETTERS,
            )
    return NamesOf(
        _text(where + thing, row.get(thing)).strip(),
        MappingProxyType({it: name for it, name in names.items() if name}),
    )


def _names_in(called: tuple[NamesOf, ...], language: str) -> tuple[tuple[str, str], ...]:
    return tuple((it.code, it.names[language]) for it in called if language in it.names)


# The least and the most that each target can sensibly be.
TARGETED: Mapping[TargetFigure, tuple[float, float]] = MappingProxyType(
    {"nps": (-100, 100), "level": (1, 6), "churn_cost": (0, 1e12), "churn_rate": (0, 1)}
)


def _targets(listed: object) -> tuple[Target, ...]:
    return tuple(_target(where, row) for where, row in _tables("targets", listed))


def _target(where: str, row: dict[str, Any]) -> Target:
    for name in row:
        if name not in Target.__dataclass_fields__:
            raise _unknown(where + name)
    figure: TargetFigure = _choice(where + "figure", row.get("figure"), get_args(TargetFigure))
    survey = row.get("survey")
    segment = row.get("segment")
    first_on, last_on = (_day_or_none(where + it, row.get(it)) for it in ("first_on", "last_on"))
    if first_on and last_on and last_on < first_on:
        raise SettingsError(
            "The setting {name} is {value}; it has to be on or after the first day.",
            **_said(where + "last_on", last_on),
        )
    value = _number(where + "value", row.get("value"), *TARGETED[figure])
    return Target(
        figure=figure,
        value=float(int(value)) if figure == "level" else value,
        survey=None if survey is None else _choice(where + "survey", survey, SURVEYS),
        segment=None if segment is None else _text(where + "segment", segment),
        first_on=first_on,
        last_on=last_on,
        source=str(row.get("source", "")),
    )


def _days_as_texts(listed: object) -> object:
    """The list with days as texts, so that a change of it can be kept as JSON."""
    if not isinstance(listed, list):
        return listed
    return [
        {name: it.isoformat() if isinstance(it, date) else it for name, it in each.items()}
        if isinstance(each, dict)
        else each
        for each in listed
    ]


def _day_or_none(name: str, value: object) -> date | None:
    """A day as a text writes it: 2026-12-31."""
    try:
        return None if value is None else date.fromisoformat(str(value))
    except ValueError:
        raise SettingsError(
            "The setting {name} is {value}; it has to be a day such as 2026-12-31.",
            **_said(name, value),
        ) from None


def _tables(name: str, listed: object) -> list[tuple[str, dict[str, Any]]]:
    """The tables of a list, each with what a sentence calls it."""
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise SettingsError(
            "The setting {name} is {value}; it has to be a list of tables.", **_said(name, listed)
        )
    return [(f"{name}.{place}.", each) for place, each in enumerate(listed, start=1)]


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(
            "The setting {name} is {value}; it has to be a text.", **_said(name, value)
        )
    return value


def _number_or_none(name: str, value: object, least: float, most: float) -> float | None:
    return None if value is None else _number(name, value, least, most)


def _whole_or_none(name: str, value: object, least: float, most: float) -> int | None:
    return None if value is None else int(_number(name, value, least, most))


def _number(name: str, value: object, least: float, most: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= float(value) <= most:  # type: ignore[arg-type]
        raise SettingsError(
            "The setting {name} is {value}; it has to be a number from {least} to {most}.",
            **_said(name, value),
            least=_whole_if_so(least),
            most=_whole_if_so(most),
        )
    return float(value)  # type: ignore[arg-type]


def _whole_if_so(value: float) -> float:
    """A bound as a sentence writes it: 1 and 1000000000, not 1.0 and 1e+09."""
    return int(value) if value == int(value) else value


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(
            "The setting {name} is {value}; it has to be true or false.",
            **_said(name, value),
        )
    return value


def _choice(name: str, value: object, choices: tuple[str, ...]) -> Any:
    if value not in choices:
        raise SettingsError(
            "The setting {name} is {value}; it has to be one of {choices}.",
            **_said(name, value),
            choices=", ".join(choices),
        )
    return value
