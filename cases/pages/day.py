"""The day of a case: its payments, cancellations and approvals among leave, trips, overtime and night hours; as data and as a picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.models import Case
from cases.pages.case import ClaimRow
from cases.pages.day_axis import stretch
from cases.pages.related import Around
from fraud.claims.models import Claim
from fraud.claims.personnel import PersonSpan, person_spans
from rules.language.transactions import MONEY_BACK

MAX_DAYS = 3  # pictures; the table has all days
#: Kind of moment → its word.
KINDS: dict[str, str | Promise] = {
    "case": pgettext_lazy("moment of a day", "payment of this case"),
    "other": pgettext_lazy("moment of a day", "other payment"),
    "declined": pgettext_lazy("moment of a day", "declined"),
    "back": pgettext_lazy("moment of a day", "cancelled or refunded"),
    "approval": pgettext_lazy("moment of a day", "expense approved"),
}
SPANS: dict[str, str | Promise] = {
    "leave": pgettext_lazy("part of a day", "leave"),
    "trip": pgettext_lazy("part of a day", "business trip"),
    "overtime": pgettext_lazy("part of a day", "approved overtime"),
}
#: Kinds of leave as personnel systems code them most often; another word is shown as it was delivered.
LEAVES: dict[str, str | Promise] = {
    "annual": pgettext_lazy("kind of leave", "annual leave"),
    "sick": pgettext_lazy("kind of leave", "sick leave"),
    "parental": pgettext_lazy("kind of leave", "parental leave"),
    "suspension": pgettext_lazy("kind of leave", "suspension"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at a time of the day; `has_time` False: only the day is known."""

    kind: str
    at: datetime
    has_time: bool
    claim: Claim
    amount_minor: int

    @property
    def on(self) -> date:
        return self.at.date()

    @property
    def word(self) -> str:
        return str(KINDS[self.kind])


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a day that was leave, trip or overtime, in minutes of the day."""

    kind: str
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One day with a picture of its own; `timeless`: how many of its moments have no time of day."""

    on: date
    moments: list[Moment]
    parts: list[Part]
    timeless: int


@dataclass(frozen=True, slots=True)
class CaseDays:
    """The days of a case's payments, the last three as pictures; `moments` are all, oldest first."""

    days: list[ShownDay] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    n_days: int = 0

    @property
    def kinds(self) -> list[str]:
        """The kinds of moments that occur, in the order of the legend."""
        found = {one.kind for day in self.days for one in day.moments}
        return [kind for kind in KINDS if kind in found]


def days_of(case: Case, rows: list[ClaimRow], around: Around) -> CaseDays:
    """What happened on the days of the case's payments. One query: the personnel feeds."""
    if not rows:
        return CaseDays()
    moments = sorted(_moments(rows, around), key=lambda one: (one.at, one.claim.pk))
    all_days = sorted({timezone.localdate(row.claim.transacted_at) for row in rows})
    shown = all_days[-MAX_DAYS:]
    # from the day before: overtime goes past midnight
    spans = person_spans(case.cardholder.employee_no, shown[0] - timedelta(days=1), shown[-1])
    days = [
        ShownDay(
            day,
            [one for one in moments if one.on == day and one.has_time],
            _parts(spans, day),
            sum(one.on == day and not one.has_time for one in moments),
        )
        for day in shown
    ]
    wanted = set(all_days)
    told = [one for one in moments if one.on in wanted or one.kind in ("approval", "back")]
    return CaseDays(days, told, len(all_days))


def _moments(rows: list[ClaimRow], around: Around) -> Iterable[Moment]:
    for row in rows:
        claim = row.claim
        yield _moment(claim, _kind(claim, is_case=True))
        if claim.claim_approved_at:
            yield Moment(
                "approval", timezone.localtime(claim.claim_approved_at), True, claim, claim.amount_minor
            )
        if claim.cancelled_at:
            minor = claim.cancel_minor or claim.amount_minor
            yield Moment("back", timezone.localtime(claim.cancelled_at), True, claim, -abs(minor))
    for claim in around.of_days:
        yield _moment(claim, _kind(claim, is_case=False))


def _moment(claim: Claim, kind: str) -> Moment:
    return Moment(kind, timezone.localtime(claim.transacted_at), claim.has_time, claim, claim.amount_minor)


def _kind(claim: Claim, *, is_case: bool) -> str:
    if claim.txn_type == Claim.TxnType.DECLINE:
        return "declined"
    if claim.txn_type in MONEY_BACK:
        return "back"
    return "case" if is_case else "other"


def _parts(spans: Iterable[PersonSpan], day: date) -> list[Part]:
    found = []
    for span in spans:
        part = stretch(span, day)
        if part is not None:
            found.append(Part(span.kind, span_words(span), *part))
    return found


def span_words(span: PersonSpan) -> str:
    """`annual leave, morning`, `business trip: 부산`, `approved overtime 19:00–22:00`."""
    word = str(SPANS[span.kind])
    if span.kind == "leave":
        word = str(LEAVES.get(span.what, span.what) or word)
        halves = {"am": _("%(leave)s, morning"), "pm": _("%(leave)s, afternoon")}
        return halves[span.half] % {"leave": word} if span.half in halves else word
    if span.kind == "overtime" and (span.since or span.until):
        since, until = (f"{at:%H:%M}" if at else "" for at in (span.since, span.until))
        return f"{word} {since}–{until}"
    return f"{word}: {span.what}" if span.what else word
