"""The company's settings of detection and casework: defaults and what holds; `changing` has their change by two people.

Rule of reading: whoever needs a setting asks `current_settings()`; a run pins what it found (`to_json`) so that a
restart sees the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audit import clock
from audit.prepared import prepared
from fraud.company.calendar import CompanyCalendar, country_of_zone, public_holidays
from fraud.company.models import CompanyHoliday, CompanySettings
from fraud.company.thresholds import CostMatrix
from rules.money import is_known_currency


class SettingsNotValid(ValueError):
    """Proposed settings are not usable; `problems` names each field with a sentence saying what would be right."""

    code = "settings_not_valid"
    status = 422
    details = None

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in problems.items()))
        self.problems = problems

    @property
    def sentence(self) -> str:
        """What the interface answers, in the reader's language."""
        return " ".join(str(text) for text in self.problems.values())


class SettingsDamaged(RuntimeError):
    """The stored settings cannot be used; whatever needs them must not start."""


@dataclass(frozen=True, slots=True)
class CompanyValues:
    """Everything a company sets about detection and casework. Shares and probabilities lie in [0, 1]."""

    currency: str = "KRW"
    # How many cases a day, and who gets the seats
    reviewer_minutes_per_day: int = 1200
    minutes_per_case: int = 20
    novelty_share: float = 0.10
    control_sample_share: float = 0.05
    least_seats_used: float = 0.60  # share of seats used at least, while there is anything to learn from
    control_sample_number: int | None = None  # a fixed number a night instead of the share
    # The burst brake: new cases a night at most by one rule and for one person; the rest is held back. None: no limit
    rule_budget: int | None = 40
    person_budget: int | None = 10
    held_back_nights: int = 14  # nights a claim competes for a seat before its waiting expires
    # When a claim becomes an alert
    # cost: from the cost matrix, whenever that changes; f1, capacity, fixed: fixed_threshold, found in that way when it was proposed
    threshold_policy: str = "cost"
    fixed_threshold: float = 0.05
    costs: CostMatrix = field(default_factory=CostMatrix)
    band_medium: float = 0.05
    band_high: float = 0.30
    # Casework
    four_eyes_limit_minor: int = 500_000
    four_eyes_share: float = 0.05
    # How long what people sent is kept after a case ended, in months. None: as long as the case
    evidence_months: int | None = None
    texts_months: int | None = None
    # What figures of the overview are to reach. None: no target
    target_precision: float | None = None  # share of misuse among cases decided for or against, at least
    target_on_time: float | None = None  # share of explanation requests answered by their due date, at least
    target_days: int | None = None  # days from opening to decision, the median, at most
    # Learning
    training_window_days: int = 56
    label_delay_days: int = 28  # how long an outcome usually takes to become known
    minimum_confirmed: int = 30  # below: rank and band only, no percentage

    @property
    def capacity_per_day(self) -> int:
        """Cases the reviewers can open a day."""
        return self.reviewer_minutes_per_day // self.minutes_per_case

    @property
    def alert_threshold(self) -> float:
        """The probability over which a claim is an alert."""
        return self.costs.threshold() if self.threshold_policy == "cost" else self.fixed_threshold

    @property
    def novelty_seats(self) -> int:
        """Seats a night for unusual claims that resemble no known misuse: a share of what the control sample leaves, at least one where
        any share is wanted; it is taken only when nothing likelier wants it."""
        rest = self.capacity_per_day - self.control_sample_size
        return max(round(rest * self.novelty_share), 1 if self.novelty_share > 0 and rest > 1 else 0)

    @property
    def control_sample_size(self) -> int:
        """Claims drawn a night at random for measuring what is missed."""
        if self.control_sample_number is not None:
            return self.control_sample_number
        return round(self.capacity_per_day * self.control_sample_share)

    @property
    def least_seats(self) -> int:
        """Seats a night that are used at least, those of the control sample among them."""
        return round(self.capacity_per_day * self.least_seats_used)

    @property
    def model_seats(self) -> int:
        """Seats a night for the highest expected benefit."""
        return max(self.capacity_per_day - self.novelty_seats - self.control_sample_size, 0)


DEFAULTS = CompanyValues()
SHARES = ("novelty_share", "control_sample_share", "least_seats_used", "four_eyes_share")
NOT_NEGATIVE = (
    "reviewer_minutes_per_day",
    "four_eyes_limit_minor",
    "training_window_days",
    "label_delay_days",
    "minimum_confirmed",
)
WHOLE = (*NOT_NEGATIVE, "minutes_per_case")
MOST = 10**15
THRESHOLD_POLICIES = ("cost", "f1", "capacity", "fixed")
MAX_BUDGET = 100_000
MAX_HELD_BACK_NIGHTS = 365
TARGET_SHARES = ("target_precision", "target_on_time")
MAX_TARGET_DAYS = 365
KEPT_MONTHS = ("evidence_months", "texts_months")
MAX_MONTHS = 600


def to_json(values: CompanyValues) -> dict[str, Any]:
    """Plain JSON of all values, as stored in a settings row and pinned in a run."""
    return asdict(values)


def from_json(stored: Mapping[str, Any]) -> CompanyValues:
    """The values of a stored row over the defaults; names that no longer exist are ignored."""
    known = {f.name for f in fields(CompanyValues)}
    given = {name: value for name, value in stored.items() if name in known}
    if "costs" in given:
        given["costs"] = CostMatrix(**given["costs"])
    return replace(DEFAULTS, **given)


def current_settings() -> CompanyValues:
    """What holds now: the active row over the defaults, or the defaults alone."""
    rows = _active.rows()
    return from_json(rows[0].values) if rows else DEFAULTS


@prepared
def _active() -> QuerySet[CompanySettings]:
    return CompanySettings.objects.filter(state=CompanySettings.State.ACTIVE)[:1]


def pinned_settings() -> dict[str, Any]:
    """What holds now as a run pins it, as it is stored: whether it can be used is found out by `usable_settings`."""
    row = CompanySettings.objects.filter(state=CompanySettings.State.ACTIVE).first()
    stored = row.values if row is not None else {}
    return {**to_json(DEFAULTS), **stored} if isinstance(stored, dict) else {"unreadable": True}


def usable_settings(pinned: Mapping[str, Any]) -> CompanyValues:
    """The values a run pinned. Raises SettingsDamaged when they cannot be read or make no sense."""
    try:
        if "unreadable" in pinned:
            raise TypeError("the stored settings are no table of names and values")
        values = from_json(pinned)
        check_settings(values)
    except (TypeError, ValueError, AttributeError) as error:
        raise SettingsDamaged(f"the company's settings cannot be used: {error}") from error
    return values


def check_settings(values: CompanyValues) -> None:
    """Raises SettingsNotValid with a sentence for each field that cannot be used."""
    problems = _form_problems(values)
    if problems:
        raise SettingsNotValid(problems)
    for name in SHARES:
        if not 0 <= getattr(values, name) <= 1:
            problems[name] = _("Give a percentage from 0 to 100.")
    if values.novelty_share + values.control_sample_share >= 1:
        problems["novelty_share"] = _(
            "Leave some seats for the ranking: the two shares together must stay below 100 %."
        )
    for name in NOT_NEGATIVE:
        if getattr(values, name) < 0:
            problems[name] = _("Give a number of 0 or more.")
    if values.minutes_per_case < 1:
        problems["minutes_per_case"] = _("A case takes at least one minute.")
    if values.control_sample_number is not None and values.control_sample_number < 0:
        problems["control_sample_number"] = _("Give a number of 0 or more, or leave it empty.")
    problems |= _waiting_problems(values) | _threshold_problems(values) | _target_problems(values)
    if problems:
        raise SettingsNotValid(problems)


def _form_problems(values: CompanyValues) -> dict[str, str]:
    """Settings that are not even of their kind: whole numbers, finite numbers, a currency this product lists."""
    problems: dict[str, str] = {}
    for name in WHOLE:
        if not _is_whole(getattr(values, name), -MOST, MOST):
            problems[name] = _("Give a whole number.")
    if values.control_sample_number is not None and not _is_whole(values.control_sample_number, -MOST, MOST):
        problems["control_sample_number"] = _("Give a whole number, or leave it empty.")
    for name in (*SHARES, "fixed_threshold", "band_medium", "band_high"):
        if not _is_number(getattr(values, name)):
            problems[name] = _("Give a percentage such as 10.")
    if not all(_is_number(cost) and cost >= 0 for cost in asdict(values.costs).values()):
        problems["costs"] = _("Give costs as numbers of 0 or more.")
    if not isinstance(values.currency, str) or not is_known_currency(values.currency):
        problems["currency"] = _("No such currency is known; write its three letters, such as KRW.")
    return problems


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def _waiting_problems(values: CompanyValues) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name in ("rule_budget", "person_budget"):
        limit = getattr(values, name)
        if limit is not None and not _is_whole(limit, 1, MAX_BUDGET):
            problems[name] = _("Give a whole number from 1 to %(most)s, or leave it empty for no limit.") % {
                "most": f"{MAX_BUDGET:,}"
            }
    if not _is_whole(values.held_back_nights, 1, MAX_HELD_BACK_NIGHTS):
        problems["held_back_nights"] = _("Give a whole number from 1 to %(most)s.") % {
            "most": MAX_HELD_BACK_NIGHTS
        }
    for name in KEPT_MONTHS:
        months = getattr(values, name)
        if months is not None and not _is_whole(months, 1, MAX_MONTHS):
            problems[name] = _(
                "Give a number of months from 1 to %(most)s, or leave it empty to keep them."
            ) % {"most": MAX_MONTHS}
    return problems


def _target_problems(values: CompanyValues) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name in TARGET_SHARES:
        share = getattr(values, name)
        if share is not None and not (_is_number(share) and 0 < share <= 1):
            problems[name] = _("Give a percentage above 0 up to 100, or leave it empty for no target.")
    days = values.target_days
    if days is not None and not _is_whole(days, 1, MAX_TARGET_DAYS):
        problems["target_days"] = _(
            "Give a number of days from 1 to %(most)s, or leave it empty for no target."
        ) % {"most": MAX_TARGET_DAYS}
    return problems


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _threshold_problems(values: CompanyValues) -> dict[str, str]:
    problems: dict[str, str] = {}
    if values.threshold_policy not in THRESHOLD_POLICIES:
        problems["threshold_policy"] = _("Choose one of the ways the list offers.")
    if not 0 < values.fixed_threshold < 1:
        problems["fixed_threshold"] = _("Give a percentage above 0 and below 100.")
    if not 0 < values.band_medium < values.band_high < 1:
        problems["band_high"] = _(
            "The high band must start above the medium band, both above 0 and below 100 %."
        )
    if values.costs.fn <= values.costs.tp or values.costs.fp <= values.costs.tn:
        problems["costs"] = _(
            "Missing misuse must cost more than finding it, and a false alarm more than none."
        )
    return problems


def current_calendar(*, without: frozenset[date] = frozenset()) -> CompanyCalendar:
    """The company's calendar: the public holidays of its time zone's country, and its own days added or taken out, but for those of `without`."""
    rows = [row for row in CompanyHoliday.objects.values_list("on", "kind") if row[0] not in without]
    working = {on for on, kind in rows if kind == CompanyHoliday.Kind.WORKING}
    own = {on for on, _kind in rows} - working
    days = (_public_holidays(clock.now().year + 2, settings.TIME_ZONE) - working) | own
    return _calendar(days, settings.TIME_ZONE)


@lru_cache(maxsize=4)
def _calendar(days: frozenset[date], zone: str) -> CompanyCalendar:
    """One calendar for the same days: it puts them in order when it is asked first."""
    return CompanyCalendar(holidays=days, zone=zone)


@lru_cache(maxsize=4)
def _public_holidays(last_year: int, zone: str) -> frozenset[date]:
    """From 2000 to a year: the same for everybody, and slow to work out."""
    return public_holidays(country_of_zone(zone), range(2000, last_year + 1))
