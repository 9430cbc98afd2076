"""Codes have words and moments the company's clock, wherever they leave the product."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import translation

from audit.exports import safe_cell
from cases.actions.casework import CASE_ACTIONS
from cases.actions.fields import Choice
from cases.actions.person import PERSON_ACTIONS
from cases.actions.recovery import RECOVERY_ACTIONS
from cases.instalments import Instalment
from cases.models import OutboxMessage, RecoveryPosting
from cases.services import recovery
from cases.services.choice_words import choice_word
from cases.services.notices import How
from fraud.web.api_json import CompanyJSONRenderer
from tests.cases.stage import AMOUNT, Stage, fresh

CHOICES = sorted(
    {
        (field.name, code)
        for rows in (CASE_ACTIONS, PERSON_ACTIONS, RECOVERY_ACTIONS)
        for row in rows.values()
        for field in row.form.fields
        if isinstance(field, Choice)
        for code in field.codes()
        if code
    }
)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("field", "code"), [*CHOICES, *(("how", one.value) for one in How)])
def test_every_choice_of_a_step_has_its_word(field: str, code: str, language: str) -> None:
    with translation.override(language):
        word = choice_word(field, code)
        assert "_" not in word
        is_korean = any("가" <= letter <= "힣" for letter in word)
        assert field == "language" or is_korean == (
            language == "ko"
        )  # a language is called as it calls itself


def test_exports_and_the_interface_tell_a_moment_by_the_company_s_clock() -> None:
    at = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert safe_cell(at) == "2026-11-20T10:30:00+09:00"
    assert CompanyJSONRenderer().render({"at": at}) == b'{"at":"2026-11-20T10:30:00+09:00"}'


@pytest.mark.django_db
def test_a_notice_tells_when_it_was_decided_by_the_company_s_clock(stage: Stage, client: Client) -> None:
    case = stage.notified()
    client.force_login(stage.cast.cardholder)
    told = client.get(f"/api/v1/my/notices/{case.reference}/").json()
    assert told["decided_at"].endswith("+09:00")
    assert datetime.fromisoformat(told["decided_at"]) == case.decisions.get().decided_at


@pytest.mark.django_db
def test_where_instalments_bounce_the_letter_tells_each_day_that_is_open_again(stage: Stage) -> None:
    case = stage.recovering()
    parts = [
        Instalment(date(2026, 12, 1), 30_000),
        Instalment(date(2027, 1, 4), 30_000),
        Instalment(date(2027, 2, 1), AMOUNT - 60_000),
    ]
    recovery.set_plan(case=case, plan=parts, by=stage.actor("clerk"), expected_version=case.version)
    stage.post(case, 30_000, line="B-1")
    stage.post(case, AMOUNT - 30_000, line="B-2")
    assert fresh(case).state == "closed"
    recovery.reverse_posting(
        posting=RecoveryPosting.objects.get(bank_reference="B-2"),
        reason="은행 반송",
        by=stage.actor("approver"),
        expected_version=fresh(case).version,
    )
    body = OutboxMessage.objects.get(key__startswith=f"recovery.bounced:{case.reference}:").body
    assert "남은 회차는 1월 4일 (월) 30,000원, 2월 1일 (월) 24,000원입니다." in body
