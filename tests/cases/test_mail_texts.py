"""What mails say: worded by one person, agreed to by another, never without what the reader has to learn."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage
from django.utils.translation import override

from audit.models import AuditEvent
from audit.permissions import NotPermitted
from cases.models import MailText, OutboxMessage
from cases.pages.mail_texts import preview
from cases.services import errors
from cases.services.mail_defaults import MAILS
from cases.services.mail_texts import (
    LANGUAGES,
    PLACES,
    approve_text,
    check_text,
    current_text,
    known_places,
    propose_text,
    return_text,
)
from cases.services.outbox import enqueue_mail, send_outbox
from fraud.claims.models import User
from fraud.people.mailing import LINK, mail_invitation, mail_notice
from tests.cases.stage import Stage

pytestmark = pytest.mark.django_db
MAIL, NEW = "decision.cleared", "검토가 끝났습니다. 협조해 주셔서 감사합니다.\n\n{notice_link}"


def proposed(stage: Stage, body: str = NEW, who: str = "system_admin", **more: object) -> MailText:
    asked = {
        "subject": "검토가 끝났습니다({reference})",
        "reason": "감사 인사를 넣습니다",
        "expected_number": 0,
        **more,
    }
    return propose_text(mail=MAIL, language="ko", body=body, by=stage.actor(who), **asked)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mail", MAILS)
def test_every_shipped_text_passes_its_own_check_and_previews_whole(mail: str, language: str) -> None:
    check_text(mail, language, *MAILS[mail][language])
    subject, body = preview(mail, language, *MAILS[mail][language])
    assert "{" not in subject + body
    assert body.strip()
    assert set(known_places(mail)) <= set(PLACES)


def test_a_text_counts_once_a_second_person_agreed_and_for_the_next_mail(stage: Stage) -> None:
    row = proposed(stage)
    assert current_text(MAIL, "ko") == MAILS[MAIL]["ko"]
    approve_text(text=row, by=stage.actor("approver"))
    sent = enqueue_mail(key="k", to=stage.cast.cardholder_record, mail=MAIL, case=stage.case())
    assert sent is not None
    assert "협조해 주셔서 감사합니다" in sent.body
    assert "/my/notices/" in sent.body
    assert MAILS[MAIL]["en"] == current_text(MAIL, "en")  # the other language stays
    entries = AuditEvent.objects.filter(action__startswith="mail.text_").order_by("pk")
    assert [entry.action for entry in entries] == ["mail.text_proposed", "mail.text_changed"]


def test_whoever_proposed_does_not_agree(stage: Stage) -> None:
    row = proposed(stage, who="approver")
    with pytest.raises(NotPermitted):
        approve_text(text=row, by=stage.actor("approver"))
    with pytest.raises(NotPermitted):
        return_text(text=row, reason="lieber nicht", by=stage.actor("approver"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("끝났습니다. {notice_link} {deadline}", "{deadline}"),
        ("끝났습니다. {notice_link} {기한}", "{기한}"),
        ("끝났습니다. {notice_link} {case.pk}", "{case.pk}"),
        ("끝났습니다. {notice_link} {name!r}", "{name!r}"),
        ("끝났습니다. {notice_link} {", "{notice_link}"),
        ("끝났습니다.", "{notice_link} (본인 화면 주소)"),
    ],
)
def test_an_unknown_or_missing_place_is_refused_with_what_would_be_right(
    stage: Stage, body: str, said: str
) -> None:
    with pytest.raises(errors.MailTextNotValid) as refused:
        proposed(stage, body)
    assert said in refused.value.sentence
    assert refused.value.field == "body"
    assert not MailText.objects.exists()


def test_values_are_never_read_as_places(stage: Stage) -> None:
    """What a person wrote into a mail stays as it is, braces and all."""
    _subject, body = preview("decision.notified", "en", "{reference}", "{message_line}{clause_line}{outcome}")
    assert "Thank you for explaining." in body
    case = stage.case()
    enqueue_mail(
        key="k", to=stage.cast.cardholder_record, mail="explanation.requested", case=case, text="{name} {x}",
        due_on="2026-12-01", request="Q-1",
    )  # fmt: skip
    assert "{name} {x}" in OutboxMessage.objects.get(key="k").body


def test_the_way_back_to_the_shipped_text_is_a_proposal_too(stage: Stage) -> None:
    approve_text(text=proposed(stage), by=stage.actor("approver"))
    subject, body = MAILS[MAIL]["ko"]
    back = proposed(stage, body, subject=subject, expected_number=1)
    assert back.is_shipped
    approve_text(text=back, by=stage.actor("other_approver"))
    assert current_text(MAIL, "ko") == (subject, body)
    assert [row.state for row in MailText.objects.order_by("number")] == ["retired", "active"]


def test_a_page_that_is_behind_is_refused(stage: Stage) -> None:
    approve_text(text=proposed(stage), by=stage.actor("approver"))
    with pytest.raises(errors.MailTextMoved):
        proposed(stage, NEW + "\n끝")
    late = proposed(stage, NEW + "\n끝", expected_number=1)
    with pytest.raises(errors.MailTextWaits):
        proposed(stage, NEW + "\n다시", who="approver", expected_number=1)
    again = proposed(stage, NEW + "\n다시", expected_number=1)
    with pytest.raises(errors.MailTextMoved):
        approve_text(text=late, by=stage.actor("approver"))
    return_text(text=again, reason="지금도 충분합니다", by=stage.actor("approver"))
    assert current_text(MAIL, "ko")[1] == NEW


def test_the_pages_keep_what_was_typed_and_show_how_it_would_read(stage: Stage, client) -> None:
    client.force_login(stage.cast.system_admin)
    assert "메일 문구" in client.get("/mail/texts/").content.decode()
    address = f"/mail/texts/{MAIL}/ko/"
    look = client.post(address, {"look": "1", "subject": "끝({reference})", "body": NEW}).content.decode()
    assert "끝(C-2026-000123)" in look
    assert not MailText.objects.exists()
    bad = client.post(
        address, {"subject": "완료", "body": "주소 없이", "reason": "짧게 합니다", "number": "0"}
    )
    assert bad.status_code == 422
    assert "주소 없이" in bad.content.decode()
    assert (
        client.post(
            address, {"subject": "완료", "body": NEW, "reason": "짧게 합니다", "number": "0"}
        ).status_code
        == 302
    )
    assert "{notice_link}" in client.get(f"{address}?from=0").content.decode()
    assert client.get("/mail/texts/nothing/ko/").status_code == 404
    client.force_login(stage.cast.auditor)
    assert (
        client.post(
            address, {"subject": "완료", "body": NEW, "reason": "짧게 합니다", "number": "0"}
        ).status_code
        == 403
    )


def test_programs_read_propose_and_preview_alike(stage: Stage, client) -> None:
    client.force_login(stage.cast.system_admin)
    address = f"/api/v1/mail/texts/{MAIL}/ko/"
    told = client.get(address).json()
    assert (told["number"], told["is_shipped"], told["waiting"]) == (0, True, None)
    body = {"subject": "끝({reference})", "body": NEW}
    json = "application/json"
    assert client.post(f"{address}preview/", body, content_type=json).json()["subject"] == "끝(C-2026-000123)"
    wrong = client.post(f"{address}preview/", {**body, "body": "{x}"}, content_type=json)
    assert wrong.status_code == 422
    assert wrong.json()["facts"]["field"] == "body"
    made = client.post(address, {**body, "reason": "짧게 합니다", "number": 0}, content_type=json).json()
    assert client.get(address).json()["waiting"] == made["number"]
    client.force_login(stage.cast.approver)
    agreed = client.post(f"/api/v1/mail/texts/changes/{made['number']}/approve/", {}, content_type=json)
    assert agreed.json()["state"] == "active"
    listed = client.get("/api/v1/mail/texts/", {"page_size": 100}).json()
    assert (len(listed["results"]), listed["next"]) == (2 * len(MAILS), None)


def worded(stage: Stage, mail: str, body: str) -> None:
    """The company words a mail in English anew, and a second person agrees."""
    subject = MAILS[mail]["en"][0]
    asked = {"mail": mail, "language": "en", "subject": subject, "body": body, "reason": "In our words"}
    row = propose_text(**asked, by=stage.actor("system_admin"), expected_number=0)
    approve_text(text=row, by=stage.actor("approver"))


def test_an_invitation_in_the_companys_words_leaves_with_its_one_time_link(
    stage: Stage, mailoutbox: list[EmailMessage]
) -> None:
    worded(stage, "login.invited", "Welcome, {username}! Within {hours} hours: {link}")
    user = stage.cast.reviewer
    User.objects.filter(pk=user.pk).update(email="r@example.test", language="en")
    user.refresh_from_db()
    assert mail_invitation(user, 1)
    kept = OutboxMessage.objects.get(key__startswith="login.invited:")
    assert kept.body.strip().endswith(LINK)  # no link lies in a table
    send_outbox()
    sent = mailoutbox[0].body
    assert sent.startswith(f"Welcome, {user.username}! Within ")
    assert "/accounts/" in sent
    assert LINK not in sent


def test_a_second_step_and_the_days_letter_read_as_the_company_words_them(stage: Stage) -> None:
    worded(stage, "login.second_step_added", "Second step: {username}.")
    worded(stage, "mail.dead", "Look here: {mails_link}")
    user = stage.cast.reviewer
    User.objects.filter(pk=user.pk).update(email="r@example.test", language="en")
    user.refresh_from_db()
    assert mail_notice(user, "login.second_step_added", "20261130")
    assert (
        OutboxMessage.objects.get(key__startswith="login.second_step").body
        == f"Second step: {user.username}.\n"
    )


@pytest.mark.parametrize(
    ("subject", "body", "said"),
    [
        ("Your login", "Come in, {username}, {hours}.", "{link}"),  # nobody could sign in by it
        ("Your login {link}", "Come in, {username}, {hours}, {link}.", "not in the subject"),
        ("Case {reference}", "Come in, {username}, {hours}, {link}.", "{reference}"),  # it is about no case
    ],
)
def test_a_text_that_would_invite_nobody_is_refused(subject: str, body: str, said: str) -> None:
    with override("en"), pytest.raises(errors.MailTextNotValid) as refused:
        check_text("login.invited", "en", subject, body)
    assert said in refused.value.sentence
