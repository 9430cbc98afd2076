"""Webhooks from the change to the receiver: two people, one transaction, one signature, ids and states only, no message lost or told twice (ASVS 5: 4.1.5, 15.3.2, 16.5.2)."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from audit.services import record
from audit.transactions import one_transaction
from cases.models import Webhook, WebhookMessage
from cases.services import errors, explanation_requests, undo, webhooks
from cases.services.night import let_time_pass
from cases.services.outbox import MAX_ATTEMPTS
from cases.services.webhook_outbox import send_messages
from cases.services.webhooks import EVENTS, secrets_of
from cases.webhooks.signing import signature
from tests.cases.stage import Stage, fresh
from tests.cast import NOW

pytestmark = pytest.mark.django_db
_S, _M = Webhook.State, WebhookMessage.State
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "webhook_receiver.py"


def example() -> Any:
    """The receiver of the documentation, as a module."""
    spec = importlib.util.spec_from_file_location("webhook_receiver", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def proposed(
    stage: Stage,
    *,
    url: str = "https://receiver.example.com/hook",
    events: Any = tuple(EVENTS),
    name: str = "erp",
) -> tuple[Webhook, str]:
    return webhooks.propose_webhook(
        name=name, url=url, events=events, reason="the ERP follows cases", by=stage.actor("system_admin")
    )


def active(stage: Stage, **more: Any) -> tuple[Webhook, str]:
    row, secret = proposed(stage, **more)
    return webhooks.approve_webhook(webhook=row, by=stage.actor("approver"), expected_version=1), secret


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes, dict[str, str]]]:
    """What would leave; every receiver agrees."""
    sent: list[tuple[str, bytes, dict[str, str]]] = []

    def post(url: str, body: bytes, headers: dict[str, str], **_more: Any) -> int:
        sent.append((url, body, headers))
        return 204

    monkeypatch.setattr("cases.services.webhook_outbox.post", post)
    return sent


@pytest.fixture
def receiving(settings: Any) -> Iterator[Any]:
    """Starts the documented receiver on this machine: `receiving(secret)` gives its address and the events it took."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    servers = []

    def start(secret: str) -> tuple[ThreadingHTTPServer, list[dict[str, Any]]]:
        taken: list[dict[str, Any]] = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), example().receiver(secret, taken.append))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server, taken

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_nothing_is_told_before_a_second_person_agrees(stage: Stage, posted: list[Any]) -> None:
    row, _secret = proposed(stage)
    stage.asked()
    assert not WebhookMessage.objects.exists()
    webhooks.approve_webhook(webhook=row, by=stage.actor("approver"), expected_version=1)
    stage.asked()
    assert {one.event for one in WebhookMessage.objects.all()} == {"request.sent"}
    with pytest.raises(NotPermitted):
        webhooks.approve_webhook(
            webhook=proposed(stage, name="second")[0], by=stage.actor("system_admin"), expected_version=1
        )


def test_every_event_is_told_with_ids_and_states_only(stage: Stage, posted: list[Any]) -> None:
    active(stage)
    case = stage.recovering(headline={"ko": "비밀 사정"})
    stage.post(case, 84_000)
    with one_transaction():
        record(
            action="run.finished",
            by=Actor.system("nightly"),
            subject="run:R-2026-11-20",
            after={"n_cases": 3},
        )
        record(
            action="case.opened",
            by=Actor.system("nightly"),
            subject="case:C-2026-777777",
            after={"state": "new", "pattern": "A04"},
        )
    stage.go_on(seconds=11)
    assert send_messages()["sent"] == 5
    told = [json.loads(body) for _url, body, _headers in posted]
    assert {one["event"] for one in told} == set(EVENTS)
    for one in told:
        assert set(one) == {"id", "event", "at", "state", "run" if one["event"] == "run.finished" else "case"}
    by_event = {one["event"]: one for one in told}
    assert by_event["recovery.closed"]["case"] == case.reference
    assert (by_event["recovery.closed"]["state"], by_event["run.finished"]["state"]) == ("closed", "finished")
    said = json.dumps(told, ensure_ascii=False)
    for secret in ("84000", "비밀", "E2001", "김도현", "A04", "n_cases", "0.55", "confirmed"):
        assert secret not in said


def test_a_message_stands_or_falls_with_its_change(stage: Stage) -> None:
    active(stage)
    with pytest.raises(RuntimeError, match="thought better"), transaction.atomic():
        record(
            action="case.opened", by=Actor.system("t"), subject="case:C-2026-888888", after={"state": "new"}
        )
        assert WebhookMessage.objects.filter(event_id="case:C-2026-888888#1").exists()
        raise RuntimeError("thought better of it")
    assert not WebhookMessage.objects.filter(event_id__startswith="case:C-2026-888888").exists()
    assert not AuditEvent.objects.filter(subject="case:C-2026-888888").exists()


def test_a_step_that_was_taken_back_in_time_is_not_told(stage: Stage, posted: list[Any]) -> None:
    active(stage)
    case = stage.taken()
    explanation_requests.request_explanation(
        case=case, by=stage.actor("reviewer"), expected_version=case.version
    )
    assert send_messages()["sent"] == 0, "it waits as long as it may be taken back"
    undo.undo_last_action(case=fresh(case), by=stage.actor("reviewer"), expected_version=fresh(case).version)
    stage.go_on(minutes=5)
    assert send_messages() == {"sent": 0, "failed": 0, "dead": 0}
    assert WebhookMessage.objects.get().state == _M.CANCELLED


def test_only_what_was_subscribed_to_is_told(stage: Stage) -> None:
    active(stage, events=["recovery.closed"])
    stage.notified()
    assert not WebhookMessage.objects.exists()


def test_a_receiver_believes_it_and_takes_it_once(stage: Stage, receiving: Any) -> None:
    row, secret = active(stage)
    server, taken = receiving(secret)
    Webhook.objects.filter(pk=row.pk).update(url=f"http://127.0.0.1:{server.server_port}/hook")
    stage.asked()
    stage.go_on(seconds=11)
    example_now = NOW + timedelta(seconds=11)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: example_now.timestamp())
        assert let_time_pass()["webhooks_sent"] == 1
        # The sender died after the receiver took it: it is sent again, and taken once.
        WebhookMessage.objects.update(state=_M.WAITING, next_attempt_at=NOW)
        assert let_time_pass()["webhooks_sent"] == 1
    assert [one["event"] for one in taken] == ["request.sent"]


def test_a_receiver_with_another_secret_refuses_it(stage: Stage, receiving: Any) -> None:
    row, _secret = active(stage)
    server, taken = receiving("whsec_another")
    Webhook.objects.filter(pk=row.pk).update(url=f"http://127.0.0.1:{server.server_port}/hook")
    stage.asked()
    stage.go_on(seconds=11)
    assert send_messages()["failed"] == 1
    assert (taken, WebhookMessage.objects.get().status) == ([], 401)


def test_the_signature_holds_for_these_bytes_this_time_and_either_secret() -> None:
    genuine = example().is_genuine
    header = signature(["new", "old"], 1_000, b'{"a":1}')
    assert genuine("new", header, b'{"a":1}', now=1_200)
    assert genuine("old", header, b'{"a":1}', now=1_200)
    assert not genuine("other", header, b'{"a":1}', now=1_200)
    assert not genuine("new", header, b'{"a":2}', now=1_200)
    assert not genuine("new", header, b'{"a":1}', now=1_301), "older than five minutes"
    assert not genuine("new", header.replace("t=1000", "t=1200"), b'{"a":1}', now=1_200)
    for broken in ("", "t=1000", "v1=", "t=,v1=x", "t=1000,t=1000,v1=x", "t=１０００,v1=é"):
        assert not genuine("new", broken, b"", now=1_000)


def test_the_example_is_typed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", "/dev/null", str(EXAMPLE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_it_is_tried_for_a_day_and_a_half_then_shown_and_sent_again_by_hand(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.webhooks.posting import PostFailed

    def post(*_args: Any, **_more: Any) -> int:
        raise PostFailed("HTTP 503: not taken", 503)

    monkeypatch.setattr("cases.services.webhook_outbox.post", post)
    active(stage, events=["case.opened"])
    with one_transaction():
        record(
            action="case.opened", by=Actor.system("t"), subject="case:C-2026-999999", after={"state": "new"}
        )
    waits = []
    for _ in range(MAX_ATTEMPTS):
        message = WebhookMessage.objects.get()
        stage.go_to(message.next_attempt_at)
        before = message.next_attempt_at
        send_messages()
        waits.append(WebhookMessage.objects.get().next_attempt_at - before)
    assert waits[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert max(waits) == timedelta(hours=4)
    assert timedelta(days=1) < sum(waits, timedelta()) < timedelta(days=3)
    message = WebhookMessage.objects.get()
    assert (message.state, message.status) == (_M.DEAD, 503)
    webhooks.send_message_again(message=message, by=stage.actor("system_admin"))
    assert WebhookMessage.objects.get().state == _M.WAITING
    with pytest.raises(errors.WebhookMoved):
        webhooks.send_message_again(message=message, by=stage.actor("system_admin"))


def test_one_that_fails_holds_up_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from cases.webhooks.posting import PostFailed

    calls: list[str] = []

    def post(url: str, *_args: Any, **_more: Any) -> int:
        calls.append(url)
        if "bad" in url:
            raise PostFailed("it took too long")
        return 200

    monkeypatch.setattr("cases.services.webhook_outbox.post", post)
    active(stage, url="https://bad.example.com/", name="bad", events=["case.opened"])
    active(stage, url="https://good.example.com/", name="good", events=["case.opened"])
    for n in range(3):
        with one_transaction():
            record(
                action="case.opened",
                by=Actor.system("t"),
                subject=f"case:C-2026-60000{n}",
                after={"state": "new"},
            )
    assert send_messages() == {"sent": 3, "failed": 1, "dead": 0}
    assert calls.count("https://bad.example.com/") == 1


def test_the_secret_is_shown_once_kept_nowhere_and_changed_with_an_overlap(stage: Stage, client: Any) -> None:
    client.force_login(stage.cast.system_admin)
    form = {
        "name": "erp",
        "url": "https://receiver.example.com/",
        "events": ["case.opened"],
        "reason": "the ERP follows",
    }
    page = client.post("/connections/webhooks/propose/", form)
    row = Webhook.objects.get()
    (secret,) = secrets_of(row)
    assert (secret in page.content.decode(), page.headers["Cache-Control"]) == (True, "no-store")
    assert secret not in client.get("/connections/webhooks/").content.decode()
    kept = json.dumps([list(Webhook.objects.values()), list(AuditEvent.objects.values())], default=str)
    assert secret not in kept
    assert secret.removeprefix("whsec_") not in kept
    webhooks.approve_webhook(webhook=row, by=stage.actor("approver"), expected_version=1)
    new = webhooks.rotate_secret(webhook=row, by=stage.actor("system_admin"), expected_version=2)
    assert secrets_of(Webhook.objects.get()) == [new, secret]
    stage.go_on(hours=25)
    assert secrets_of(Webhook.objects.get()) == [new]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "https://127.1/"}, "url"),
        ({"url": "http://receiver.example.com/"}, "url"),
        ({"url": "https://user@receiver.example.com/"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["case.scored"]}, "events"),
        ({"name": "x"}, "name"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field_and_the_form_kept(
    change: dict[str, Any], field: str, stage: Stage, client: Any
) -> None:
    client.force_login(stage.cast.system_admin)
    form = {
        "name": "the erp",
        "url": "https://receiver.example.com/",
        "events": ["case.opened"],
        "reason": "the ERP follows",
    } | change
    page = client.post("/connections/webhooks/propose/", form)
    assert (page.status_code, page.context["wrong"]) == (422, field)
    assert form["url"] in page.content.decode().replace("&#x27;", "'")
    assert not Webhook.objects.exists()


def test_a_stopped_one_is_told_nothing_more(stage: Stage, posted: list[Any]) -> None:
    row, _secret = active(stage)
    stage.asked()
    webhooks.stop_webhook(
        webhook=row, reason="moved to another", by=stage.actor("system_admin"), expected_version=2
    )
    stage.asked()
    stage.go_on(minutes=1)
    send_messages()
    assert posted == []
    assert {one.state for one in WebhookMessage.objects.all()} == {_M.CANCELLED}


def test_the_page_shows_each_role_what_it_may_do(stage: Stage, client: Any) -> None:
    proposed(stage)
    client.force_login(stage.cast.approver)
    page = client.get("/connections/webhooks/").content.decode()
    assert "/approve/" in page
    assert "/propose/" not in page
    client.force_login(stage.cast.auditor)
    page = client.get("/connections/webhooks/").content.decode()
    assert "/approve/" not in page
    client.force_login(stage.cast.reviewer)
    assert client.get("/connections/webhooks/").status_code == 403


def test_the_interface_takes_the_same_steps(stage: Stage) -> None:
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_authenticate(stage.cast.system_admin)
    body = {
        "name": "erp",
        "url": "https://receiver.example.com/",
        "events": ["case.opened"],
        "reason": "the ERP follows",
    }
    assert client.post("/api/v1/webhooks/", body | {"secret": "mine"}, format="json").status_code == 400
    made = client.post("/api/v1/webhooks/", body, format="json").json()
    assert made["secret"].startswith("whsec_")
    path = f"/api/v1/webhooks/{made['number']}"
    assert client.post(f"{path}/approve/", {}, format="json", headers={"If-Match": '"1"'}).status_code == 403
    client.force_authenticate(stage.cast.approver)
    assert client.post(f"{path}/approve/", {}, format="json").status_code == 428
    assert client.post(f"{path}/approve/", {}, format="json", headers={"If-Match": '"9"'}).status_code == 409
    assert (
        client.post(f"{path}/approve/", {}, format="json", headers={"If-Match": '"1"'}).json()[
            "webhook_state"
        ]
        == "active"
    )
    assert [one["webhook_state"] for one in client.get("/api/v1/webhooks/").json()["results"]] == ["active"]
    assert "secret" not in client.get("/api/v1/webhooks/").content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "Take it out."), ("ko", "빼고 다시 적어 주세요.")])
def test_an_address_with_a_number_in_it_is_refused_not_changed(
    stage: Stage, language: str, words: str
) -> None:
    with override(language), pytest.raises(errors.WebhookNotValid) as refused:
        proposed(stage, url="https://receiver.example.com/hook/4111111111111111")
    with override(language):
        assert words in str(refused.value.sentence)
    assert (refused.value.why, Webhook.objects.count()) == ("number_inside", 0)
