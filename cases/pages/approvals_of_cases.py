"""What waits for a second person of the work on cases: decisions, appeals, write-offs, and how the company is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.actor import Actor
from audit.language import current_language
from audit.models import AuditEvent
from audit.people import is_among
from cases.models import Appeal, Case, Decision, MailText, Recovery, Webhook
from cases.pages.approval_rows import MOST, Waiting, proposer_name
from cases.pages.changes import Fact
from cases.pages.mail_texts import LANGUAGE_WORDS
from cases.pages.mails import WHAT
from cases.services.amount_words import AMOUNTS, Amount
from cases.services.choice_words import disposition_word
from cases.services.mail_texts import current_text, text_of
from cases.services.money import due_minor, outstanding, stakes_of
from cases.services.standing import case_subject
from cases.services.webhooks import EVENTS
from cases.visibility import visible_cases, visible_recoveries
from cases.workflow import State
from rules.money import format_money


def decisions(by: Actor) -> Iterator[Waiting]:
    """Decisions somebody else proposed."""
    found = Decision.objects.filter(
        state=Decision.State.PROPOSED, case__in=visible_cases(by).filter(state=State.PENDING_APPROVAL)
    )
    rows = list(found.select_related("case__cardholder", "proposed_by").order_by("proposed_at")[:MOST])
    stakes = stakes_of([row.case for row in rows])
    for row in rows:
        if not is_among(by, [row.proposed_by]):
            amount = format_money(row.amount_minor, row.currency, current_language())
            outcome = Fact(_("Outcome"), "–", str(disposition_word(row.disposition)))
            stake = stakes[row.case_id]
            before = format_money(stake.carried_minor, row.currency, current_language())
            yield Waiting(
                "decision",
                f"{row.case.reference} · {row.case.cardholder}",
                reverse("cases:detail", args=[row.case.reference]),
                proposer_name(row.proposed_by),
                row.proposed_at,
                row.reason,
                tuple(
                    fact
                    for fact, is_there in (
                        (outcome, True),
                        (Fact(str(AMOUNTS[Amount.DUE]), "–", amount), row.amount_minor),
                        (Fact(str(AMOUNTS[Amount.RECOVERED_BEFORE]), "–", before), stake.carried_minor),
                        (Fact(_("Message to the cardholder"), "–", row.message), row.message),
                    )
                    if is_there
                ),
            )


def appeals(by: Actor) -> Iterator[Waiting]:
    """Open appeals against what others decided."""
    found = Appeal.objects.filter(
        result=Appeal.Result.OPEN, case__in=visible_cases(by).filter(state=State.APPEALED)
    )
    rows = found.select_related("case__cardholder", "decision__proposed_by", "decision__decided_by")
    for row in rows.order_by("submitted_at")[:MOST]:
        if not is_among(by, [row.decision.proposed_by, row.decision.decided_by]):
            yield Waiting(
                "appeal",
                f"{row.case.reference} · {row.case.cardholder}",
                reverse("cases:detail", args=[row.case.reference]),
                str(row.case.cardholder),
                row.submitted_at,
                row.text,
                _contested(row),
            )


def _contested(appeal: Appeal) -> tuple[Fact, ...]:
    """What was decided, what of it is still asked for, and that the cardholder asks for less or nothing."""
    case, decision, language = appeal.case, appeal.decision, current_language()
    due = due_minor(case, decision)
    facts = [Fact(_("Outcome"), "–", str(disposition_word(decision.disposition)))]
    if decision.amount_minor:
        decided = format_money(decision.amount_minor, decision.currency, language)
        facts.append(Fact(str(AMOUNTS[Amount.DECIDED]), "–", decided))
    if due != decision.amount_minor:
        still = format_money(due, decision.currency, language)
        facts.append(Fact(str(AMOUNTS[Amount.DUE]), "–", still))
    return tuple(facts)


def write_offs(by: Actor) -> Iterator[Waiting]:
    """Recoveries somebody else wants to give up."""
    found = visible_recoveries(by).filter(write_off=Recovery.WriteOff.REQUESTED)
    rows = list(found.select_related("case__cardholder", "write_off_requested_by").order_by("pk")[:MOST])
    asked_at = _asked_at(row.case for row in rows)
    for row in rows:
        if not is_among(by, [row.write_off_requested_by]):
            amount = format_money(outstanding(row), row.currency, current_language())
            yield Waiting(
                "write_off",
                f"{row.case.reference} · {row.case.cardholder}",
                reverse("cases:recovery", args=[row.case.reference]),
                proposer_name(row.write_off_requested_by),
                asked_at.get(case_subject(row.case)),
                row.write_off_reason,
                (Fact(str(AMOUNTS[Amount.WRITTEN_OFF]), "–", amount),),
            )


def _asked_at(cases: Iterable[Case]) -> dict[str, datetime]:
    """Chain of a case → when giving up was asked for last, as the chain tells it."""
    entries = AuditEvent.objects.filter(
        subject__in=[case_subject(case) for case in cases], action="recovery.write_off_requested"
    )
    return {
        subject: datetime.fromisoformat(at)
        for subject, at in entries.order_by("seq").values_list("subject", "at")
    }


def webhooks(by: Actor) -> Iterator[Waiting]:
    """Webhooks somebody else proposed."""
    found = Webhook.objects.filter(state=Webhook.State.PROPOSED).select_related("proposed_by")
    for row in found.order_by("proposed_at")[:MOST]:
        if not is_among(by, [row.proposed_by]):
            told = ", ".join(str(EVENTS[event]) for event in row.events if event in EVENTS)
            yield Waiting(
                "webhook",
                row.name,
                reverse("cases:webhooks"),
                proposer_name(row.proposed_by),
                row.proposed_at,
                row.reason,
                (Fact(row.url, "–", told),),
            )


def mail_texts(by: Actor) -> Iterator[Waiting]:
    """Texts of mails somebody else proposed."""
    found = MailText.objects.filter(state=MailText.State.PROPOSED).select_related("proposed_by")
    for row in found.order_by("proposed_at")[:MOST]:
        if not is_among(by, [row.proposed_by]):
            before, after = current_text(row.mail, row.language), text_of(row)
            subject, body = pgettext("mail", "Subject"), pgettext("mail", "Text")
            told = ((subject, before[0], after[0]), (body, before[1], after[1]))
            yield Waiting(
                "mail_text",
                f"{WHAT[row.mail]} · {LANGUAGE_WORDS[row.language]}",
                reverse("cases:mail-text", args=[row.mail, row.language]),
                proposer_name(row.proposed_by),
                row.proposed_at,
                row.reason,
                tuple(Fact(label, old, new) for label, old, new in told if old != new),
            )
