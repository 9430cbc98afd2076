"""Mails as they are sent: the text that counts (`mail_texts`) with the facts of the case. No scores, rules or thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings

from audit.language import spoken
from audit.redaction import redact
from audit.struck_words import in_words
from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Case
from cases.services.company import company_today
from cases.services.mail_defaults import MAILS
from cases.services.mail_texts import current_text, filled
from fraud.web.dates import say_day
from rules.money import format_money

__all__ = ["MAILS", "render_mail", "render_text"]

_RESULTS = {
    "upheld": ("The decision stands", "결정 유지"),
    "reduced": ("The amount was reduced", "금액 감액"),
    "reversed": ("The decision was reversed", "결정 취소"),
}


def render_mail(mail: str, language: str, *, case: Case, **facts: Any) -> tuple[str, str]:
    """Subject (one line) and body of a mail in `ko` or `en`. Raises KeyError for an unknown mail."""
    return render_text(current_text(mail, spoken(language)), language, case=case, **facts)


def render_text(wording: tuple[str, str], language: str, /, *, case: Case, **facts: Any) -> tuple[str, str]:
    """The same of a text in hand (subject, body), such as one that is being written. `text` may be among the facts; numbers that nothing keeps are told in words."""
    values = _facts(case, spoken(language) == "ko", facts)
    subject, body = (in_words(redact(filled(part, values)), spoken(language)) for part in wording)
    return " ".join(subject.split())[:200], body.strip() + "\n"


def _facts(case: Case, is_korean: bool, facts: dict[str, Any]) -> dict[str, str]:
    language = "ko" if is_korean else "en"
    site = getattr(settings, "SITE_URL", "").rstrip("/")
    values = {
        "reference": case.reference,
        "name": case.cardholder.name or case.cardholder.employee_no,
        "case_link": f"{site}/cases/{case.reference}/",
        "notice_link": f"{site}/my/notices/{case.reference}/",
        "request_link": f"{site}/my/requests/{facts.get('request', '')}/",
        "amount_line": "",
        "clause_line": "",
        "message_line": "",
        "stake_line": "",
        "owed_line": "",
        "still_line": "",
        "appeal_line": "",
        "uncovered_line": "",
        "parts_line": "",
    }
    for name, value in facts.items():
        is_day = isinstance(value, date)
        values[name] = say_day(value, language, today=company_today()) if is_day else str(value)
    minor = facts.get("amount_minor")
    if minor:
        amount = format_money(int(minor), case.currency, language)
        values["amount"] = amount
        values["amount_line"] = f"{'반납할 금액' if is_korean else 'Amount to repay'}: {amount}\n"
    if "carried_minor" in facts:
        values["amount_line"] += _earlier_line(facts, case.currency, is_korean)
    if facts.get("uncovered_minor"):
        given = format_money(int(facts["uncovered_minor"]), case.currency, language)
        values["uncovered_line"] = (
            f"이 가운데 {given}은 반납이 취소되기 전에 회사가 돌려드린 금액입니다. "
            if is_korean
            else f"Of this, {given} had been given back to you before the repayment was taken back. "
        )
        values["amount_line"] += f"{values['uncovered_line'].strip()}\n" if values["amount_line"] else ""
    if "parts" in facts:
        values["parts_line"] = _parts_line(facts["parts"], case.currency, is_korean)
    if "stake_minor" in facts:
        left = format_money(int(facts["stake_minor"]), case.currency, language)
        values["stake_line"] = (
            f"지금 확인 대상 금액은 {left}입니다." if is_korean else f"What is looked at now is {left}."
        )
    if "due_minor" in facts:
        left = format_money(int(facts["due_minor"]), case.currency, language)
        values["stake_line"] = (
            f"지금 반납할 금액은 {left}입니다." if is_korean else f"What is to be repaid now is {left}."
        )
    if facts.get("appeal_ended"):
        values["appeal_line"] = (
            "이의신청도 함께 종료되었습니다. " if is_korean else "Your appeal has ended with it. "
        )
    if "owed_minor" in facts:
        owed = int(facts["owed_minor"])
        values["owed_line"] = _owed_line(owed, case.currency, is_korean)
        values["still_line"] = values["owed_line"] if owed else ""
    if facts.get("clause"):
        values["clause_line"] = f"{'근거 규정' if is_korean else 'Policy clause'}: {facts['clause']}\n"
    if facts.get("message"):
        values["message_line"] = f"{facts['message']}\n"
    if facts.get("disposition"):
        info = DISPOSITIONS[Disposition(facts["disposition"])]
        values["outcome"] = info.label_ko if is_korean else info.label_en
    if facts.get("result"):
        values["result"] = _RESULTS[str(facts["result"])][1 if is_korean else 0]
    return values


def _parts_line(parts: Sequence[tuple[date, int]], currency: str, is_korean: bool) -> str:
    """What is open of the agreed parts: each with its day and amount, the first one first."""
    language = "ko" if is_korean else "en"
    told = ", ".join(
        f"{say_day(on, language, today=company_today())} {format_money(minor, currency, language)}"
        for on, minor in parts
    )
    return f"남은 회차는 {told}입니다. " if is_korean else f"In the agreed parts: {told}. "


def _earlier_line(facts: Mapping[str, Any], currency: str, is_korean: bool) -> str:
    """Of a decision taken anew: what of its amount was repaid before, and what is still asked for."""
    language = "ko" if is_korean else "en"
    repaid, asked = (
        format_money(int(facts[name]), currency, language) for name in ("carried_minor", "asked_minor")
    )
    if is_korean:
        return f"이전 건 반납액: {repaid}\n남은 반납액: {asked}\n"
    return f"Repaid before: {repaid}\nStill to repay: {asked}\n"


def _owed_line(minor: int, currency: str, is_korean: bool) -> str:
    """What came back beyond what is due, and that it is the cardholder's."""
    owed = format_money(minor, currency, "ko" if is_korean else "en")
    if not minor:
        return "돌려드릴 금액은 없습니다." if is_korean else "Nothing is owed to you."
    if is_korean:
        return f"초과 반납액 {owed}을 돌려드립니다."
    return f"{owed} came back beyond what was due; it will be given back to you."
