"""The auditor's pages."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.urls import reverse

from audit.actor import Actor
from audit.models import AccessRecord, AuditEvent
from audit.permissions import Role
from audit.services import record
from fraud.claims.logins import create_login

pytestmark = pytest.mark.django_db


def login(client, role: Role, **values):
    user = create_login(
        username=role.value,
        password="secret",
        roles=[role],
        by=Actor.system("test"),
        language="en",
        check_password=False,
        **values,
    )
    client.force_login(user)
    return user


@pytest.fixture
def auditor(client):
    login(client, Role.AUDITOR)
    return client


def record_opened(n: int = 1) -> None:
    for i in range(n):
        with transaction.atomic():
            record(
                action="case.opened",
                by=Actor.system("nightly"),
                subject="case:C-1",
                reason=f"=SUM({i})",
                after={"n": i},
            )


def test_auditor_reads_who_did_what(auditor):
    record_opened()
    text = auditor.get(reverse("audit:events")).content.decode()
    assert "System (nightly screening)" in text
    assert "system:nightly" not in text
    assert "case:C-1" in text


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.AUDITOR])
def test_nobody_else_reads_the_log(client, role):
    login(client, role)
    assert client.get(reverse("audit:events")).status_code == 403


def test_filters_narrow_the_list_and_an_empty_one_says_so(auditor):
    record_opened()
    text = auditor.get(reverse("audit:events"), {"actor": "nobody"}).content.decode()
    assert "case:C-1 " not in text
    assert 'class="empty"' in text


def test_second_page_goes_on_where_the_first_ended(auditor):
    record_opened(60)
    first = auditor.get(reverse("audit:events"), {"subject": "case:C-1"})
    second = auditor.get(
        reverse("audit:events"), {"subject": "case:C-1", "after": first.context["following"]}
    )
    shown = [e.seq for e in first.context["events"]] + [e.seq for e in second.context["events"]]
    assert shown == list(range(60, 0, -1))


def test_list_needs_a_bounded_number_of_queries(auditor, django_assert_max_num_queries):
    record_opened(40)
    with django_assert_max_num_queries(10):
        auditor.get(reverse("audit:events"))


def test_verification_names_the_altered_entry(auditor):
    record_opened(3)
    assert b"were verified just now" in auditor.post(reverse("audit:verify")).content
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_auditevent_no_update")
        cursor.execute("UPDATE audit_auditevent SET actor = 'x' WHERE subject = 'case:C-1' AND seq = 2")
    text = auditor.post(reverse("audit:verify"), headers={"HX-Request": "true"}).content.decode()
    assert "case:C-1" in text
    assert "#2" in text
    assert "<html" not in text


def test_export_without_a_reason_is_refused(auditor):
    answer = auditor.post(reverse("audit:export"), {"reason": " "})
    assert answer.status_code == 400
    assert not AuditEvent.objects.filter(action="audit.exported").exists()


def test_export_is_recorded_and_no_cell_is_a_formula(auditor):
    record_opened()
    answer = auditor.post(reverse("audit:export"), {"reason": "yearly audit", "subject": "case:C-1"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "'=SUM(0)" in text
    assert AuditEvent.objects.get(action="audit.exported").reason == "yearly audit"


def test_cardholder_sees_who_looked_at_their_own_data_only(client):
    login(client, Role.CARDHOLDER, employee_no="E1")
    AccessRecord.objects.create(
        actor="r", actor_role="reviewer", subject="case:C-1", employee_no="E1", what="case"
    )
    assert client.get(reverse("audit:accesses"), {"employee_no": "E1"}).status_code == 200
    assert client.get(reverse("audit:accesses"), {"employee_no": "E2"}).status_code == 403
    assert client.get(reverse("audit:accesses")).status_code == 403
