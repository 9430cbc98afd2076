"""Whether the whole thing works, as facts: the one place that `/readyz`, `/metrics`, the page and the interface ask.

Health is progress, not a process that exists: how old the oldest waiting work is, how the last night ended, when the schedule rang
last. A fact is `bad` when somebody has to act now, `warn` when somebody should look.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min

from audit.clock import now as clock_now
from cases.models import HeldBack, LastRing, OutboxMessage, Webhook, WebhookMessage
from cases.services.unsent import due_since, failing_mails, failing_rows
from fraud.claims.importing.running import ENDED
from fraud.claims.models import ClaimFile
from fraud.detection.model_files import damage_of
from fraud.detection.models import ModelVersion, ScreeningRun

Run = ScreeningRun.State
_S = OutboxMessage.State
MINUTE, HOUR = 60, 3600
#: Bytes below which nothing may be taken on any more, and below which somebody should look.
DISK_BAD, DISK_WARN = 500 << 20, 5 << 30


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: `value` in the unit its code ends with (seconds, bytes, or a number of things), None for nothing there."""

    code: str
    value: float | None
    level: Level = Level.OK
    detail: str = ""  # a reference, a state or an error of the machine


def find_health(now: datetime | None = None) -> list[Fact]:
    """Every fact, in the order a reader wants them. Never raises: a database that is away is a fact as well, and then the only other ones are those of the machine."""
    at = now or clock_now()
    found = [_database(), _disk(), _broker()]
    if found[0].level == Level.BAD:
        return found
    try:
        return [*found, *(fact for find in _FACTS for fact in find(at))]
    except DatabaseError as error:  # it went away meanwhile, or its tables are of another version
        return [Fact("database_up", 0, Level.BAD, type(error).__name__), *found[1:], _migrations()]


#: Without these no work may be taken on.
READY = ("database_up", "migrations_waiting", "model_damaged", "broker_up", "disk_free_bytes")


def not_ready(facts: list[Fact]) -> list[Fact]:
    """The facts that keep this from taking work on."""
    return [fact for fact in facts if fact.code in READY and fact.level == Level.BAD]


def worst(facts: list[Fact]) -> Level:
    """The gravest level of all."""
    levels = {fact.level for fact in facts}
    return Level.BAD if Level.BAD in levels else Level.WARN if Level.WARN in levels else Level.OK


def ring(bell: str) -> None:
    """Keep that a bell rang now."""
    LastRing.objects.update_or_create(bell=bell, defaults={"at": clock_now()})


def _database() -> Fact:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Fact("database_up", 0, Level.BAD, type(error).__name__)
    return Fact("database_up", 1)


def _disk() -> Fact:
    home = Path(settings.HOME)
    free = shutil.disk_usage(home if home.exists() else home.parent).free
    level = Level.BAD if free < DISK_BAD else Level.WARN if free < DISK_WARN else Level.OK
    return Fact("disk_free_bytes", free, level)


def _broker() -> Fact:
    """Whether the broker answers; None where none is configured, which is no fault."""
    if not settings.CELERY_BROKER_URL:
        return Fact("broker_up", None)
    from kombu import Connection

    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:  # each kind of broker has errors of its own
        return Fact("broker_up", 0, Level.BAD, type(error).__name__)
    return Fact("broker_up", 1)


def _migrations() -> Fact:
    n = len(_known_migrations() - set(MigrationRecorder(connection).applied_migrations()))
    return Fact("migrations_waiting", n, Level.BAD if n else Level.OK)


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those of this program; its files do not change while it runs."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _schema(at: datetime) -> list[Fact]:
    return [_migrations()]


def _model(at: datetime) -> list[Fact]:
    """1 where the version in service is damaged; bad only where nothing stands in for it."""
    champion = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()
    if champion is None:
        return [Fact("model_damaged", None)]
    if not (why := damage_of(champion)):
        return [Fact("model_damaged", 0, detail=champion.reference)]
    stand_in = champion.previous_champion
    while stand_in is not None and damage_of(stand_in):
        stand_in = stand_in.previous_champion
    return [Fact("model_damaged", 1, Level.WARN if stand_in else Level.BAD, f"{champion.reference}: {why}")]


def _night(at: datetime) -> list[Fact]:
    """Seconds since the last night ended, and whether the newest one failed."""
    newest = ScreeningRun.objects.order_by("-business_date", "-pk").first()
    if newest is None:
        return [Fact("last_night_seconds", None), Fact("last_night_failed", None)]
    finished = ScreeningRun.objects.filter(state=Run.FINISHED).order_by("-finished_at").first()
    age = (at - finished.finished_at).total_seconds() if finished and finished.finished_at else None
    late = Level.BAD if age is None or age > 50 * HOUR else Level.WARN if age > 26 * HOUR else Level.OK
    has_failed = newest.state == Run.FAILED
    return [
        Fact("last_night_seconds", age, late, finished.reference if finished else ""),
        Fact("last_night_failed", int(has_failed), Level.BAD if has_failed else Level.OK, newest.reference),
    ]


def _work(at: datetime) -> list[Fact]:
    """Age of the oldest run or delivery that is not at its end."""
    runs = ScreeningRun.objects.exclude(state__in=ScreeningRun.ENDED).aggregate(since=Min("started_at"))
    files = ClaimFile.objects.exclude(state__in=ENDED).aggregate(since=Min("received_at"))
    since = min((one["since"] for one in (runs, files) if one["since"]), default=None)
    return [_age("oldest_work_seconds", since, at, 1 * HOUR, 6 * HOUR)]


def _mail(at: datetime) -> list[Fact]:
    dead = OutboxMessage.objects.filter(state=_S.DEAD).count()
    failing = failing_mails(at).count()
    return [
        Fact("mail_dead", dead, Level.WARN if dead else Level.OK),
        Fact("mail_failing", failing, Level.WARN if failing else Level.OK),
        _age("outbox_seconds", due_since(OutboxMessage.objects.all(), at), at, 10 * MINUTE, 2 * HOUR),
    ]


def _webhooks(at: datetime) -> list[Fact]:
    active = WebhookMessage.objects.filter(webhook__state=Webhook.State.ACTIVE)
    dead = active.filter(state=WebhookMessage.State.DEAD).count()
    failing = failing_rows(active, at).count()
    return [
        Fact("webhooks_dead", dead, Level.WARN if dead else Level.OK),
        Fact("webhooks_failing", failing, Level.WARN if failing else Level.OK),
        _age("webhooks_seconds", due_since(active, at), at, 10 * MINUTE, 2 * HOUR),
    ]


def _held_back(at: datetime) -> list[Fact]:
    return [Fact("held_back", HeldBack.objects.filter(resolved_at=None).count())]


def _ring(at: datetime) -> list[Fact]:
    """Seconds since the sweep rang, by Celery beat or `manage.py sweep`."""
    rang = LastRing.objects.filter(bell=LastRing.Bell.SWEEP).first()
    if rang is None:
        return [Fact("last_ring_seconds", None, Level.WARN)]
    return [_age("last_ring_seconds", rang.at, at, 5 * MINUTE, 30 * MINUTE)]


def _age(code: str, since: datetime | None, at: datetime, warn: int, bad: int) -> Fact:
    """How long something waits; 0 where nothing does."""
    age = max((at - since).total_seconds(), 0.0) if since else 0.0
    return Fact(code, age, Level.BAD if age > bad else Level.WARN if age > warn else Level.OK)


_FACTS: tuple[Callable[[datetime], list[Fact]], ...] = (
    _schema,
    _model,
    _ring,
    _night,
    _work,
    _mail,
    _webhooks,
    _held_back,
)
