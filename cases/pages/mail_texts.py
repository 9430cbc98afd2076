"""What mails say, as pages show it: every mail with its texts, one text with its places, versions and a preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.people import is_among
from audit.permissions import can
from cases.models import Case, MailText
from cases.pages.mails import WHAT
from cases.services.company import company_today
from cases.services.mail_defaults import MAILS
from cases.services.mail_texts import (
    LANGUAGES,
    PLACES,
    active_text,
    current_text,
    filled,
    known_places,
    needed_places,
    text_of,
)
from cases.services.mails import render_text
from cases.services.notice_defaults import NOTICES
from fraud.claims.models import Cardholder
from fraud.company.values import current_settings
from fraud.web.dates import say_day

LANGUAGE_WORDS: Mapping[str, str] = {"ko": "한국어", "en": "English"}
_READERS: Mapping[str, str | Promise] = {
    "staff": pgettext_lazy("reader of a mail", "staff"),
    "manager": pgettext_lazy("reader of a mail", "the manager"),
    "person": pgettext_lazy("reader of a mail", "the cardholder"),
    "owner": pgettext_lazy("reader of a mail", "the person the login belongs to"),
    "admins": pgettext_lazy("reader of a mail", "the system admins"),
    "model_owners": pgettext_lazy("reader of a mail", "the model owners"),
}
#: Readers of mails that their places do not tell.
_READER_OF: Mapping[str, str] = {
    "explanation.overdue": "manager",
    "login.left": "admins",
    "mail.dead": "admins",
    "detection.alarms": "model_owners",
    "model.damaged": "model_owners",
    "notice": "staff",
    "notices": "staff",
}
_S = MailText.State


@dataclass(frozen=True, slots=True)
class TextRow:
    """A mail in the list: who reads it, and of each language whether the company changed it and whether a change waits."""

    mail: str
    word: str
    reader: str | Promise
    languages: list[dict[str, Any]]


def text_rows() -> list[TextRow]:
    """Every mail, by its words."""
    rows: dict[tuple[str, str], dict[str, MailText]] = {}
    for row in MailText.objects.filter(state__in=[_S.ACTIVE, _S.PROPOSED]):
        rows.setdefault((row.mail, row.language), {})[row.state] = row
    found = [
        TextRow(mail, str(WHAT[mail]), reader_of(mail), [_state(rows, mail, code) for code in LANGUAGES])
        for mail in MAILS
    ]
    return sorted(found, key=lambda row: row.word)


def _state(rows: dict[tuple[str, str], dict[str, MailText]], mail: str, language: str) -> dict[str, Any]:
    held = rows.get((mail, language), {})
    active = held.get(_S.ACTIVE)
    return {
        "code": language,
        "word": LANGUAGE_WORDS[language],
        "subject": text_of(active)[0] if active else MAILS[mail][language][0],
        "changed_at": active.decided_at if active and not active.is_shipped else None,
        "waits": _S.PROPOSED in held,
    }


def reader_of(mail: str) -> str | Promise:
    """Who gets a mail, in words."""
    if mail in _READER_OF:
        return _READERS[_READER_OF[mail]]
    if mail in NOTICES:
        return _READERS["owner"]
    return _READERS["staff" if "case_link" in known_places(mail) else "person"]


def text_context(mail: str, language: str, by: Actor) -> dict[str, Any]:
    """One text: what counts, what waits, what was before, its places, and how it reads with made-up values."""
    rows = MailText.objects.filter(mail=mail, language=language).select_related("proposed_by", "decided_by")
    versions = list(rows.order_by("-number"))
    waiting = next((row for row in versions if row.state == _S.PROPOSED), None)
    subject, body = current_text(mail, language)
    active = active_text(mail, language)
    needed = needed_places(mail, language)
    return {
        "mail": mail,
        "language": language,
        "word": str(WHAT[mail]),
        "reader": reader_of(mail),
        "languages": [(code, LANGUAGE_WORDS[code]) for code in LANGUAGES],
        "subject": subject,
        "body": body,
        "shipped": MAILS[mail][language],
        "is_shipped": (subject, body) == MAILS[mail][language],
        "number": active.number if active else 0,
        "versions": versions,
        "waiting": waiting,
        "waiting_text": text_of(waiting) if waiting else None,
        "waiting_preview": preview(mail, language, *text_of(waiting)) if waiting else None,
        "may_decide": bool(
            waiting and can(by, "cases.approve_mail_text") and not is_among(by, [waiting.proposed_by])
        ),
        "places": [(name, PLACES[name], name in needed) for name in known_places(mail)],
        "preview": preview(mail, language, subject, body),
    }


def preview(mail: str, language: str, subject: str, body: str) -> tuple[str, str]:
    """Subject and body as a reader would get them, of a case, a login and alarms that do not exist."""
    is_korean = language == "ko"
    if mail in NOTICES:
        values = _notice_values(is_korean)
        title, text = filled(subject, values), filled(body, values)
        return " ".join(title.split())[:200], text.strip() + "\n"
    case = Case(
        reference="C-2026-000123",
        currency=current_settings().currency,
        cardholder=Cardholder(employee_no="E2001", name="김도현" if is_korean else "Dohyun Kim"),
    )
    due = company_today() + timedelta(days=10)
    letter = (
        "11월 19일 한밭식당 180,000원 결제의 참석자를 모두 알려 주십시오.",
        "Please name everybody at the meal of 19 November at Hanbat.",
    )
    facts: dict[str, Any] = {
        "request": "Q-2026-000045",
        "due_on": due,
        "given_on": company_today(),
        "amount_minor": 84_000,
        "text": letter[0] if is_korean else letter[1],
        "merchant": "한밭식당" if is_korean else "Hanbat",
        "clause": "법인카드 관리규정 제4조 2항" if is_korean else "Corporate card policy §4.2",
        "message": "설명해 주셔서 감사합니다." if is_korean else "Thank you for explaining.",
        "disposition": "confirmed_misuse",
        "result": "reduced",
        "stake_minor": 84_000,
        "appeal_ended": True,
        "owed_minor": 30_000,
        "other": "C-2026-000124",
    }
    return render_text((subject, body), language, case=case, **facts)


def _notice_values(is_korean: bool) -> dict[str, str]:
    site = str(getattr(settings, "SITE_URL", "")).rstrip("/")
    waits = (
        "C-2026-000123 건의 결정을 승인해 주십시오."
        if is_korean
        else "Case C-2026-000123 waits for your approval."
    )
    alarm = "규칙 R-104의 적중이 줄었습니다." if is_korean else "Rule R-104 finds less than before."
    return {
        "username": "kim.dohyun",
        "hours": str(settings.PASSWORD_RESET_TIMEOUT // 3600),
        "link": f"{site}/…",
        "last_day": say_day(company_today(), "ko" if is_korean else "en", today=company_today()),
        "alarms": f"- {alarm}",
        "detection_link": f"{site}/detection/",
        "n": "3",
        "mails_link": f"{site}/mail/",
        "sentence": waits,
        "case_link": f"{site}/cases/C-2026-000123/",
        "notices": f"- {waits}\n  {site}/cases/C-2026-000123/",
        "notices_link": f"{site}/notices/",
    }
