"""What rules refer to beside fields: managed lists, parameters with effective dates, the company's calendar, the run's context."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from rules.language.normal import normalise
from rules.mcc_words import holds_categories, with_chains

#: Kinds a parameter can have; money entries carry a currency each.
PARAMETER_TYPES = ("money", "number", "percent", "duration")


@dataclass(frozen=True)
class ValueListSpec:
    """A managed list ``@name`` of texts or codes; comparison is on normalised text."""

    name: str
    kind: str = "text"
    values: frozenset[str] = frozenset()
    label_en: str = ""
    label_ko: str = ""
    #: The values as compared: width, case and Hangul composition normalised, empty ones dropped; of merchant categories with the codes that
    #: the networks give to single chains of a trade.
    normalised: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        plain = frozenset(normalise(value) for value in self.values) - {""}
        object.__setattr__(
            self, "normalised", with_chains(plain) if holds_categories(self.name, self.kind) else plain
        )

    def label(self, lang: str) -> str:
        """The list's name for a reader."""
        return (self.label_ko if lang == "ko" else self.label_en) or f"@{self.name}"


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """One value from ``valid_from`` up to, not including, ``valid_to``, for the scope given; empty scope fields mean "all".

    Money ``value`` is in minor units of ``currency``; percent is a ratio (0.05); duration is in seconds.
    """

    value: int | Decimal
    valid_from: date
    valid_to: date | None = None
    currency: str = ""
    grade: str = ""
    purpose_code: str = ""
    department_code: str = ""

    @property
    def scope(self) -> dict[str, str]:
        """Field → required value, for the scope fields that are set."""
        pairs = {
            "cardholder.grade": self.grade,
            "purpose_code": self.purpose_code,
            "cardholder.department": self.department_code,
        }
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter ``$name``. Which value a claim meets: of those valid on its local date, in its currency (money) and whose scope fits,
    the one with the most scope fields; among equals the latest ``valid_from``. None fits: missing."""

    name: str
    type: str
    values: tuple[ParameterValue, ...] = ()
    label_en: str = ""
    label_ko: str = ""

    def __post_init__(self) -> None:
        if self.type not in PARAMETER_TYPES:
            raise ValueError(
                f"${self.name}: {self.type!r} is no parameter type; use one of {', '.join(PARAMETER_TYPES)}"
            )
        if self.type == "money" and any(not value.currency for value in self.values):
            raise ValueError(f"${self.name}: each money value needs a currency")

    def ranked(self) -> tuple[ParameterValue, ...]:
        """The values, the one that wins first."""
        return self._ranked

    @cached_property
    def _ranked(self) -> tuple[ParameterValue, ...]:
        return tuple(
            sorted(self.values, key=lambda value: (-len(value.scope), -value.valid_from.toordinal()))
        )

    def label(self, lang: str) -> str:
        """The parameter's name for a reader."""
        return (self.label_ko if lang == "ko" else self.label_en) or f"${self.name}"


class Calendar(Protocol):
    """The company's calendar, as far as rules need it."""

    @property
    def holidays(self) -> Set[date]: ...

    def is_business_day(self, day: date, /) -> bool: ...


@dataclass(frozen=True)
class PlainCalendar:
    """Monday to Friday except the given holidays."""

    holidays: frozenset[date] = frozenset()

    def is_business_day(self, day: date, /) -> bool:
        """True from Monday to Friday when no holiday."""
        return day.weekday() < 5 and day not in self.holidays


@dataclass(frozen=True)
class Context:
    """What a run knows beside the claims. ``now`` is the business time of the run, never the wall clock; None: unknown.

    ``undelivered`` are fields the company does not deliver at all: of those even ``is missing`` is unknown, so that a rule about them
    reports "not evaluable" and neither hits everything nor passes everything. None: the engine takes the columns the frame lacks.
    ``night`` are the local hours in which night begins and ends (23 to 7: from 23:00 up to 06:59).
    """

    lists: Mapping[str, ValueListSpec] = field(default_factory=dict)
    parameters: Mapping[str, ParameterSpec] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=PlainCalendar)
    zone: str = "Asia/Seoul"
    now: datetime | None = None
    night: tuple[int, int] = (23, 7)
    undelivered: frozenset[str] | None = None
