"""One figure: its value with what it was counted from, its interval, its target, how it is said, and two of them side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from audit.language import current_language
from fraud.detection.intervals import wilson
from fraud.web.tags import number, percent
from rules.money import format_money, to_decimal

NO_TARGETS: Mapping[str, Target] = {}
#: What the plain number of a figure is in, by its form; money by its currency.
UNITS: Mapping[str, Promise] = {
    "share": pgettext_lazy("unit", "share"),
    "count": pgettext_lazy("unit", "cases"),
    "days": pgettext_lazy("unit", "days"),
}


@dataclass(frozen=True, slots=True)
class Value:
    """`value` is a share in [0, 1], a count, days, or minor units; None where nothing is known. `n` of `of` were found."""

    value: float | None
    n: int | None = None
    of: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure is to reach: a share in [0, 1] or days, at least so much or, with `is_most`, at most."""

    value: float
    is_most: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a figure reaches it."""
        return value <= self.value if self.is_most else value >= self.value

    def said(self, form: str) -> str:
        """`≥ 90 %`, or for days `≤ 14`."""
        return (
            f"{'≤' if self.is_most else '≥'} {percent(self.value) if form == 'share' else number(self.value)}"
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A figure. `form`: share, count, days or money; `href` leads to the cases it counts (`n_listed`; None: to what it was made of)."""

    code: str
    words: str
    form: str
    value: Value
    href: str
    currency: str = ""
    n_listed: int | None = None

    @property
    def said(self) -> str:
        """The value in words, a dash for nothing."""
        return self._said(self.value.value)

    @property
    def said_interval(self) -> str:
        """`3.1–12.4 %`, empty without one."""
        low, high = self.value.low, self.value.high
        if low is None or high is None or low != low or high != high:
            return ""
        return f"{low * 100:.1f}–{high * 100:.1f} %"

    @property
    def said_of(self) -> str:
        """`3 of 40`, empty where it is no share of a count."""
        if self.value.n is None or self.value.of is None:
            return ""
        told = {"n": number(self.value.n), "of": number(self.value.of)}
        return pgettext("assurance", "%(n)s of %(of)s") % told

    @property
    def unit(self) -> str:
        """What the plain number of a table is in: share, cases, days or a currency."""
        return self.currency or {"share": "share", "count": "cases", "days": "days"}[self.form]

    @property
    def said_unit(self) -> str:
        """The unit in the reader's language; a currency by its letters."""
        return self.currency or str(UNITS[self.form])

    def said_change(self, before: Line | None) -> str:
        """The difference to the same figure of the month before: `+1.2 %p`, `-3`; empty where one is unknown."""
        old = before.value.value if before else None
        new = self.value.value
        if old is None or new is None:
            return ""
        step = new - old
        sign = "+" if step > 0 else ""
        if self.form == "share":
            return f"{sign}{step * 100:.1f} %p".replace("-", "−")
        if self.form == "days":
            return f"{sign}{step:.1f}".replace("-", "−")
        said = (
            format_money(int(step), self.currency, current_language()) if self.currency else f"{int(step):,}"
        )
        return f"{sign}{said}".replace("-", "−")

    def plain(self, value: float | None) -> object:
        """A value as a table has it: money in major units, all else as it is."""
        if value is None or value != value:
            return None
        return to_decimal(int(value), self.currency) if self.currency else value

    def _said(self, value: float | None) -> str:
        if value is None:
            return "–"
        if self.form == "share":
            return str(percent(value, 1))
        if self.form == "money":
            return format_money(int(value), self.currency, current_language())
        return str(number(value, 1 if self.form == "days" else 0))


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of a period and of the one before; None where one has no such figure. `target` where the company set one."""

    now: Line | None
    before: Line | None
    target: Target | None = None

    @property
    def line(self) -> Line:
        """The one that names it."""
        found = self.now or self.before
        assert found is not None
        return found

    @property
    def change(self) -> str:
        """The difference in words, empty where one of them is unknown."""
        return self.line.said_change(self.before) if self.now else ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without a target or a value."""
        value = self.now.value.value if self.now else None
        return None if self.target is None or value is None else self.target.is_met(value)

    @property
    def said_target(self) -> str:
        """`≥ 90 %`, `≤ 14.0`, empty without one."""
        if self.target is None:
            return ""
        return self.target.said(self.line.form)


@dataclass(frozen=True, slots=True)
class Section:
    """Figures of one subject; `note` says how to read them."""

    code: str
    words: str
    note: str
    pairs: tuple[Pair, ...]

    @property
    def has_targets(self) -> bool:
        """Whether any of its figures is to reach something."""
        return any(pair.target for pair in self.pairs)


def paired(
    now: Iterable[Line], before: Iterable[Line], targets: Mapping[str, Target] = NO_TARGETS
) -> Iterator[Pair]:
    """Figures of both periods by their code, in the order of the later one's, those of the earlier alone last."""
    then = {line.code: line for line in before}
    for line in now:
        yield Pair(line, then.pop(line.code, None), targets.get(line.code))
    for line in then.values():
        yield Pair(None, line)


def share(code: str, words: str, n: int, of: int, href: str, *, lists_other: bool = False) -> Line:
    """A share with its Wilson interval; `lists_other` where the list is not the `n` found."""
    bounds = wilson(n, of) if of else None
    value = Value(
        n / of if of else None, n, of, bounds.low if bounds else None, bounds.high if bounds else None
    )
    return Line(code, words, "share", value, href, n_listed=None if lists_other else n)


def counted(code: str, words: str, n: int, href: str) -> Line:
    """A number of cases."""
    return Line(code, words, "count", Value(n), href, n_listed=n)


def days_taken(code: str, words: str, value: float | None, href: str) -> Line:
    """A number of days."""
    return Line(code, words, "days", Value(value), href)


def money(code: str, words: str, minor: int, currency: str, href: str) -> Line:
    """A sum in minor units."""
    return Line(code, words, "money", Value(minor), href, currency)
