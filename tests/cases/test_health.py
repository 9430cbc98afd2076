"""Each fact of health against a situation made by hand, and the four doors that tell it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils.translation import override

from audit.actor import Actor, Role
from audit.clock import now
from cases.models import HeldBack, LastRing, OutboxMessage, Webhook, WebhookMessage
from cases.pages.health import duration, health_rows, prometheus
from cases.services import health
from cases.services.dead_mail import stuck_mails
from cases.services.health import Fact, Level, find_health, not_ready, worst
from cases.services.night import let_time_pass
from fraud.detection.models import ScreeningRun
from tests.cast import Cast, make_cast, make_claim, make_file, make_run

pytestmark = pytest.mark.django_db
AUDITOR = Actor("eunbi.cho", roles=frozenset({Role.AUDITOR}))
ADMIN = Actor("sungwoo.bae", roles=frozenset({Role.SYSTEM_ADMIN}))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def fact(code: str) -> Fact:
    """The fact as it is now."""
    return next(one for one in find_health() if one.code == code)


def mail(state: str, key: str, **age: float) -> None:
    OutboxMessage.objects.create(
        key=key,
        recipient="a@company-a.example",
        subject="s",
        body="b",
        state=state,
        next_attempt_at=now() - timedelta(**age),
    )


def test_a_new_company_is_ready_and_knows_what_it_has_not(cast: Cast) -> None:
    facts = find_health()
    assert not_ready(facts) == []
    unknown = {one.code for one in facts if one.value is None}
    assert unknown == {
        "broker_up",
        "model_damaged",
        "last_ring_seconds",
        "last_night_seconds",
        "last_night_failed",
    }


def test_the_sweep_says_when_it_rang() -> None:
    assert fact("last_ring_seconds").level == Level.WARN
    let_time_pass()
    assert fact("last_ring_seconds").level == Level.OK
    LastRing.objects.update(at=now() - timedelta(minutes=6))
    assert (fact("last_ring_seconds").level, 355 < (fact("last_ring_seconds").value or 0) < 370) == (
        Level.WARN,
        True,
    )
    LastRing.objects.update(at=now() - timedelta(minutes=31))
    assert fact("last_ring_seconds").level == Level.BAD


def test_the_last_night_grows_old_and_a_failed_one_is_told() -> None:
    run = make_run(finished_at=now() - timedelta(hours=3))
    assert (fact("last_night_seconds").level, fact("last_night_failed").value) == (Level.OK, 0)
    ScreeningRun.objects.update(finished_at=now() - timedelta(hours=27))
    assert fact("last_night_seconds").level == Level.WARN
    make_run(
        business_date=run.business_date + timedelta(days=1), state=ScreeningRun.State.FAILED, finished_at=None
    )
    assert fact("last_night_failed").level == Level.BAD
    assert not not_ready(find_health()), "people can still work"


def test_the_oldest_waiting_work_is_a_run_or_a_file() -> None:
    assert fact("oldest_work_seconds").value == 0
    make_file(state="importing", received_at=now() - timedelta(hours=2))
    assert (fact("oldest_work_seconds").level, round(fact("oldest_work_seconds").value or 0, -2)) == (
        Level.WARN,
        7200,
    )
    make_run(state=ScreeningRun.State.SCORING, started_at=now() - timedelta(hours=7), finished_at=None)
    assert fact("oldest_work_seconds").level == Level.BAD


def test_mail_is_dead_or_late(cast: Cast) -> None:
    mail("waiting", "a", minutes=-5)
    mail("sent", "b", days=9)
    assert (fact("mail_dead").value, fact("outbox_seconds").value) == (0, 0)
    mail("dead", "c", days=9)
    mail("waiting", "d", hours=3)
    assert (fact("mail_dead").value, fact("mail_dead").level) == (1, Level.WARN)
    assert (fact("outbox_seconds").level, round(fact("outbox_seconds").value or 0, -2)) == (Level.BAD, 10800)


def test_failed_tries_do_not_make_waiting_mail_young(cast: Cast) -> None:
    """Each failure moves the next attempt into the future: the mail still waits since it was written, and is told of."""
    mail("waiting", "a", minutes=-4)
    at = now()
    written = OutboxMessage.objects.filter(key="a")
    written.update(attempts=2, error="ConnectionRefusedError: refused", created_at=at - timedelta(minutes=5))
    assert (fact("mail_failing").value, fact("outbox_seconds").level) == (0, Level.OK), "chance is no alarm"
    assert [one.key for one in stuck_mails()] == ["a"], "but nobody is told that every mail has left"
    written.update(created_at=at - timedelta(minutes=20))
    assert (fact("mail_failing").value, fact("mail_failing").level) == (1, Level.WARN)
    assert (fact("outbox_seconds").level, round(fact("outbox_seconds").value or 0, -1)) == (Level.WARN, 1200)
    assert [one.key for one in stuck_mails()] == ["a"], "the mail page and the interface list it"
    text = prometheus(find_health())
    assert "cleancard_mail_failing 1\n" in text
    assert "cleancard_outbox_seconds 0\n" not in text
    for language, words in (
        ("en", "Mail that failed three times, or for ten minutes"),
        ("ko", "세 번 또는 10분 넘게 발송에 실패한 메일"),
    ):
        with override(language):
            assert words in [row.label for row in health_rows(find_health(), AUDITOR)]


def test_failed_tries_do_not_make_webhook_messages_young(cast: Cast) -> None:
    webhook = Webhook.objects.create(
        name="w", url="https://w.example/", reason="r", state="active", salt="s",
        proposed_by=cast.reviewer, proposed_at=now(),
    )  # fmt: skip
    WebhookMessage.objects.create(
        webhook=webhook, event_id="case:1#1", event="case.opened", payload={}, attempts=1, error="refused",
        next_attempt_at=now() + timedelta(minutes=2),
    )  # fmt: skip
    WebhookMessage.objects.update(created_at=now() - timedelta(hours=3))
    assert (fact("webhooks_failing").value, fact("webhooks_failing").level) == (1, Level.WARN)
    assert (fact("webhooks_seconds").level, round(fact("webhooks_seconds").value or 0, -2)) == (
        Level.BAD,
        10800,
    )
    Webhook.objects.update(state="stopped")
    assert (fact("webhooks_failing").value, fact("webhooks_seconds").value) == (0, 0)


def test_what_is_held_back_is_counted(cast: Cast) -> None:
    run = make_run()
    for ended in (None, now()):
        HeldBack.objects.create(
            claim=make_claim(cardholder=cast.cardholder_record), run=run, last_run=run, why="capacity", pattern="A04",
            expected_loss_minor=1, since=now(), resolved_at=ended, how="expired" if ended else "",
        )  # fmt: skip
    assert fact("held_back").value == 1


def test_a_database_that_is_away_is_told_and_nothing_raised(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "connection", _Away())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database_up"]) == (503, "bad")
    assert "secret words" not in answer.content.decode()


class _Away:
    def cursor(self) -> None:
        raise OperationalError("secret words of the server")


def test_a_broker_that_is_configured_has_to_answer(client: Any, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert fact("broker_up").level == Level.BAD
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    ("free", "level"), [(499 << 20, Level.BAD), (4 << 30, Level.WARN), (6 << 30, Level.OK)]
)
def test_the_disk_fills(free: int, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: type("Usage", (), {"free": free}))
    assert fact("disk_free_bytes").level == level
    assert bool(not_ready(find_health())) == (level == Level.BAD)


def test_a_schema_that_is_behind_takes_no_work() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'cases' AND name = '0006_planned_after'")
    assert [one.code for one in not_ready(find_health())] == ["migrations_waiting"]


LINE = re.compile(
    r"(# HELP cleancard_\w+ .+|# TYPE cleancard_\w+ gauge|cleancard_\w+ -?\d+(\.\d+)?(e\+\d+)?)"
)


def test_metrics_are_the_text_form_and_tell_every_figure(client: Any) -> None:
    let_time_pass()
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    told = {line.split()[0].removeprefix("cleancard_") for line in lines if not line.startswith("#")}
    assert told == {one.code for one in find_health() if one.value is not None}
    assert prometheus([Fact("held_back", 3)]).endswith("gauge\ncleancard_held_back 3\n")


def test_metrics_are_for_this_machine_or_for_who_shows_the_token(client: Any, settings: Any) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 404, (
        "passed on by a proxy of this machine"
    )
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404
    settings.METRICS_TOKEN = "a-token"
    assert client.get("/metrics").status_code == 404
    assert (
        client.get("/metrics", HTTP_AUTHORIZATION="Bearer a-token", REMOTE_ADDR="10.0.0.9").status_code == 200
    )
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer a-toke\u00f1").status_code == 404


def test_the_page_says_the_same_in_both_languages(client: Any, cast: Cast) -> None:
    client.force_login(cast.system_admin)
    mail("dead", "c", days=9)
    page = client.get("/health/").content.decode()
    assert "발송을 포기한 메일" in page
    assert page.index("발송을 포기한 메일") < page.index("데이터베이스 응답"), "what needs somebody first"
    assert client.get("/api/v1/health/").json()["level"] == "warn"
    client.force_login(cast.reviewer)
    assert client.get("/health/").status_code == 403


def test_every_fact_has_words_in_both_languages() -> None:
    facts = find_health()
    for language in ("ko", "en"):
        with override(language):
            rows = health_rows(facts, AUDITOR)
            assert len(rows) == len(facts)
            assert all(row.said and row.label for row in rows)
    assert worst([]) == Level.OK
    paths = ({row.href for row in health_rows(facts, by)} for by in (AUDITOR, ADMIN))
    assert [("/detection/" in of, "/mail/" in of) for of in paths] == [(True, True), (False, True)], (
        "nobody is led to a page that is not theirs"
    )


@pytest.mark.parametrize(
    ("seconds", "said"), [(59, "59초"), (60, "1분"), (3600 * 47, "47시간"), (86400 * 2, "2일")]
)
def test_a_length_of_time_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    with override("ko"):
        assert duration(seconds) == said
