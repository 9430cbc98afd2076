"""Recording and verifying in the database, and the triggers that refuse to change the past (ASVS 5: 16.2.1, 16.3.2)."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.actor import Actor
from audit.models import AppendOnly, AuditEvent, AuditHead
from audit.permissions import Role
from audit.registry import ActionNotRegistered
from audit.services import export_heads, find_faults, record

pytestmark = pytest.mark.django_db

REVIEWER = Actor(username="reviewer", roles=frozenset({Role.REVIEWER}), request_id="abc")


def record_some(subject: str = "case:C-2026-000001", n: int = 3) -> None:
    for i in range(n):
        with transaction.atomic():
            record(
                action="case.opened",
                by=REVIEWER,
                subject=subject,
                reason=f"because {i}",
                after={"n": i, "텍스트": "가"},
            )


def unlocked(sql: str, *params: object) -> None:
    """Change a row as somebody with the rights of the database's owner could, triggers removed."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_auditevent_no_update")
        cursor.execute("DROP TRIGGER audit_auditevent_no_delete")
        cursor.execute(sql, params)


def test_entry_keeps_actor_role_reason_and_request():
    record_some(n=1)
    event = AuditEvent.objects.get()
    assert (event.actor, event.actor_role, event.request_id, event.seq) == ("reviewer", "reviewer", "abc", 1)
    assert event.after == {"n": 0, "텍스트": "가"}


def test_chains_of_two_subjects_are_independent():
    record_some("case:C-1", 2)
    record_some("config", 3)
    assert {s: count for s, (count, _) in export_heads().items()} == {"case:C-1": 2, "config": 3}
    assert find_faults() == []


def test_unregistered_action_is_refused():
    with pytest.raises(ActionNotRegistered), transaction.atomic():
        record(action="case.invented", by=REVIEWER, subject="config")


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        record(action="case.opened", by=REVIEWER, subject="config")


@pytest.mark.django_db(transaction=True)
def test_entry_vanishes_with_the_change_that_failed():
    with pytest.raises(ValueError, match="rolled back"), transaction.atomic():
        record(action="case.opened", by=REVIEWER, subject="config")
        raise ValueError("rolled back")
    assert AuditEvent.objects.count() == 0
    assert AuditHead.objects.count() == 0


def test_orm_refuses_to_change_or_delete():
    record_some(n=1)
    event = AuditEvent.objects.get()
    for attempt in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(seq=9),
    ):
        with pytest.raises(AppendOnly):
            attempt()


@pytest.mark.parametrize("sql", ["UPDATE audit_auditevent SET reason = 'x'", "DELETE FROM audit_auditevent"])
def test_database_refuses_to_change_or_delete(sql):
    record_some(n=1)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("sql", "seq", "code"),
    [
        ("UPDATE audit_auditevent SET reason = 'x' WHERE seq = 2", 2, "hash"),
        ("UPDATE audit_auditevent SET after = '{}' WHERE seq = 1", 1, "hash"),
        ("DELETE FROM audit_auditevent WHERE seq = 2", 2, "gap"),
        ("DELETE FROM audit_auditevent WHERE seq = 3", 3, "cut"),
        ("UPDATE audit_auditevent SET seq = CASE seq WHEN 1 THEN 102 ELSE seq END", 1, "gap"),
    ],
)
def test_verify_names_the_first_bad_entry(sql, seq, code):
    record_some()
    unlocked(sql)
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", "--json", stdout=out, stderr=err)
    (fault,) = json.loads(out.getvalue())["faults"]
    assert (fault["subject"], fault["seq"], fault["code"]) == ("case:C-2026-000001", seq, code)


def test_exported_head_shows_a_tail_that_was_cut_with_its_head(tmp_path):
    record_some()
    file = tmp_path / "heads.json"
    call_command("verify_audit", "--head", str(file))
    unlocked("DELETE FROM audit_auditevent WHERE seq = 3")
    kept = AuditEvent.objects.get(seq=2)
    AuditHead.objects.update(seq=2, hash=kept.hash)
    assert find_faults() == []
    with pytest.raises(CommandError, match="ends after entry 2"):
        call_command("verify_audit", "--against", str(file), stderr=StringIO(), stdout=StringIO())


def test_whole_chain_says_so():
    record_some()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "기록 3건. 모든 체인이 온전합니다." in out.getvalue()


@pytest.mark.django_db
def test_a_reason_is_kept_without_card_and_resident_numbers():
    with transaction.atomic():
        record(
            action="access.refused",
            by=Actor("kim"),
            subject="case:C-1",
            reason="카드 4111-1111-1111-1111, 주민번호 900101-1234568 확인",
        )
    assert AuditEvent.objects.get().reason == "카드 [card …1111], 주민번호 [resident number] 확인"
    assert find_faults() == []
