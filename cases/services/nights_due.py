"""Which nights are due, missed or held back by a paused one, and what waits for a later one: asked here, worked in `night`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, Q

from audit.clock import now
from fraud.claims.models import Claim
from fraud.company.calendar import NIGHT_ENDS_HOUR
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.screening.services import CUT, is_free

NIGHTLY = "nightly"
#: Nights looked back for missed ones; a longer gap is one catch-up of everything still pending.
MAX_CAUGHT_UP = 14
_NIGHT_HOUR = 2  # when the schedule rings, on the company's clock
State = ScreeningRun.State


class NightNotYet(ValueError):
    """A night of the future was asked for; `latest` is the last business date there may be a night of."""

    def __init__(self, latest: date) -> None:
        super().__init__(f"no night later than {latest.isoformat()}")
        self.latest = latest


class NightOver(ValueError):
    """A night was asked for that lies before the last one that ended, on `ended`: nights go forward."""

    def __init__(self, ended: date) -> None:
        super().__init__(f"the night of {ended.isoformat()} has ended")
        self.ended = ended


class NothingReceived(ValueError):
    """A night was asked for by whose end nothing had come in; the first claim came on the business date `first`."""

    def __init__(self, first: date) -> None:
        super().__init__(f"nothing was received before {first.isoformat()}")
        self.first = first


def paused_before(run: ScreeningRun) -> ScreeningRun | None:
    """A night before this one, by its date or begun before it, that stands still: later ones wait behind it, so that every claim meets
    its own night first. One that failed waits behind every night that was cut since.
    """
    before = Q(business_date__lt=run.business_date) | Q(pk__lt=run.pk)
    if run.state == State.FAILED:
        before |= Q(state__in=CUT)
    paused = ScreeningRun.objects.filter(before, source=NIGHTLY, paused_at__isnull=False)
    return paused.order_by("business_date").first() if run.source == NIGHTLY else None


def at_work_beside(run: ScreeningRun) -> ScreeningRun | None:
    """Another run of the same kind that was cut, or is being cut now, and has not ended: what it looks at must not change meanwhile."""
    others = ScreeningRun.objects.filter(source=run.source).exclude(pk=run.pk)
    cut = others.filter(state__in=CUT).order_by("pk").first()
    being_cut = (one for one in others.filter(state=State.PREPARING).order_by("pk") if not is_free(one))
    return cut or next(being_cut, None)


def business_date_of(moment: datetime) -> date:
    """The day a night belongs to: before 07:00 on the company's clock it is still the day before."""
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    return (local - timedelta(hours=NIGHT_ENDS_HOUR)).date()


def not_later(wanted: date | None, at: datetime) -> date:
    """The business date that is wanted, or the latest there may be a night of at a moment. Raises NightNotYet for a later one."""
    latest = business_date_of(at)
    if wanted is not None and wanted > max(latest, business_date_of(now())):
        raise NightNotYet(latest)
    return wanted or latest


def not_over(wanted: date) -> None:
    """Whether a night that has not been may still be begun: nights go forward, and begin where claims do. Raises NightOver, NothingReceived."""
    ended = ScreeningRun.objects.filter(source=NIGHTLY, state=State.FINISHED, business_date__gt=wanted)
    last = ended.order_by("-business_date").first()
    if last is not None:
        raise NightOver(last.business_date)
    first = Claim.objects.aggregate(first=Min("received_at"))["first"]
    if first is not None and first > end_of_night(wanted):
        raise NothingReceived(business_date_of(first))


def end_of_night(day: date) -> datetime:
    """The moment the night of a business date was due: 02:00 of the following day on the company's clock."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(day + timedelta(days=1), clock(_NIGHT_HOUR), zone).astimezone(UTC)


def claims_waiting() -> int:
    """How many claims no night has judged as they are now; history never waits."""
    judged = Score.objects.filter(claim=OuterRef("pk"), claim_version=OuterRef("version"))
    return Claim.objects.filter(~Exists(judged), is_history=False).count()


def next_night() -> date:
    """The business date of the night that takes what waits: the first that has not ended, else the one after the last."""
    nights = ScreeningRun.objects.filter(source=NIGHTLY)
    under_way = nights.exclude(state__in=ScreeningRun.ENDED).order_by("pk").first()
    if under_way is not None:
        return under_way.business_date
    last = nights.order_by("-business_date").first()
    return business_date_of(now()) if last is None else last.business_date + timedelta(days=1)


def missed_nights(before: date) -> list[date]:
    """Business dates since the last run that had none or whose run did not finish, oldest first, `before` excluded.

    A cancelled night is not missed: its claims are the next one's. Nor is any once `before` has finished: nights go forward.
    """
    runs = ScreeningRun.objects.filter(source=NIGHTLY, business_date__lte=before)
    last = runs.filter(state=State.FINISHED).order_by("-business_date").first()
    if last is None:
        return []
    first = max(last.business_date + timedelta(days=1), before - timedelta(days=MAX_CAUGHT_UP))
    cancelled = set(runs.filter(state=State.CANCELLED).values_list("business_date", flat=True))
    days = [first + timedelta(days=i) for i in range((before - first).days)]
    return [day for day in days if day not in cancelled]
