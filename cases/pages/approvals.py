"""The inbox of a second person: whatever waits for somebody who did not propose it, of every kind, the oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.core.cache import cache
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from audit import clock
from audit.actor import Actor
from audit.language import current_language
from audit.people import Login, is_among, name_of
from audit.permissions import can
from audit.services import people_behind
from cases.models import Appeal, Decision, MailText, Recovery, Webhook
from cases.pages.calendar_year import KIND_WORDS as KIND_WORDS_OF_DAYS
from cases.pages.changes import Fact
from cases.pages.mail_texts import LANGUAGE_WORDS
from cases.pages.mails import WHAT
from cases.services.choice_words import disposition_word
from cases.services.mail_texts import current_text, text_of
from cases.services.money import outstanding
from cases.services.webhooks import EVENTS
from cases.visibility import visible_cases, visible_recoveries
from cases.workflow import State
from fraud.claims.models import ColumnExemption
from fraud.company.holiday_changes import DECIDING, may_decide, waiting_days
from fraud.company.pages import waiting_settings
from fraud.detection.models import ModelVersion, RuleSuppression
from fraud.detection.suppressing import visible_suppressions
from fraud.learning.promotion_words import evidence_words
from fraud.people.listing import waiting_changes
from fraud.web.tags import t2
from fraud.workbench.policy_page import change_row, change_title
from fraud.workbench.values_page import open_changes, rows_of
from rules.citing import number_words
from rules.models import RuleVersion
from rules.money import format_money
from rules.services import authors_of
from rules.services.policy import waiting_policy

MOST = 100  # of a kind: beyond it the kind's own page has the rest
COUNT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Waiting:
    """One proposal: its kind, what it is about and where it is decided, who proposed it, when and why, and what it changes."""

    kind: str
    title: str
    href: str
    by: str
    at: datetime | None
    reason: str = ""
    changes: tuple[Fact, ...] = ()

    @property
    def kind_word(self) -> str | Promise:
        """The kind in words."""
        return KIND_WORDS[self.kind]


KIND_WORDS: Mapping[str, str | Promise] = {
    "decision": pgettext_lazy("approval", "Decision"),
    "appeal": pgettext_lazy("approval", "Appeal"),
    "write_off": pgettext_lazy("approval", "Write-off"),
    "rule": pgettext_lazy("approval", "Rule"),
    "retirement": pgettext_lazy("approval", "Stopping a rule"),
    "value": pgettext_lazy("approval", "List or parameter"),
    "policy": pgettext_lazy("approval", "Card policy"),
    "settings": pgettext_lazy("approval", "Settings"),
    "version": pgettext_lazy("approval", "Model version"),
    "exemption": pgettext_lazy("approval", "Exemption of a column"),
    "suppression": pgettext_lazy("approval", "Suppression of a rule"),
    "webhook": pgettext_lazy("approval", "Webhook"),
    "calendar": pgettext_lazy("approval", "Calendar"),
    "mail_text": pgettext_lazy("approval", "Text of a mail"),
    "access": pgettext_lazy("approval", "Access"),
}


def waiting_for(by: Actor) -> list[Waiting]:
    """What the actor may decide now, the oldest first; nothing they proposed themselves, and no case they are involved in."""
    rows = [row for action, find in _KINDS if can(by, action) for row in find(by)]
    return sorted(
        rows, key=lambda row: (row.at is not None, row.at.timestamp() if row.at else 0.0, row.title)
    )


def waiting_count(by: Actor) -> int:
    """How many there are, remembered for a minute; 0 for whoever approves nothing."""
    if not any(can(by, action) for action, _find in _KINDS):
        return 0
    key = "cases:approvals:" + sha256(f"{by.username}:{by.employee_no}".encode()).hexdigest()
    known: int | None = cache.get(key)
    if known is None:
        known = len(waiting_for(by))
        cache.set(key, known, COUNT_SECONDS)
    return known


def _name(person: Login | None) -> str:
    return name_of(person) or _("the system")


def _decisions(by: Actor) -> Iterator[Waiting]:
    found = Decision.objects.filter(
        state=Decision.State.PROPOSED, case__in=visible_cases(by).filter(state=State.PENDING_APPROVAL)
    )
    for row in found.select_related("case__cardholder", "proposed_by").order_by("proposed_at")[:MOST]:
        if not is_among(by, [row.proposed_by]):
            amount = format_money(row.amount_minor, row.currency, current_language())
            yield Waiting(
                "decision",
                f"{row.case.reference} · {row.case.cardholder}",
                reverse("cases:detail", args=[row.case.reference]),
                _name(row.proposed_by),
                row.proposed_at,
                changes=(
                    Fact(_("Outcome"), "–", str(disposition_word(row.disposition))),
                    Fact(_("To recover"), "–", amount),
                ),
            )


def _appeals(by: Actor) -> Iterator[Waiting]:
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
            )


def _write_offs(by: Actor) -> Iterator[Waiting]:
    found = visible_recoveries(by).filter(write_off=Recovery.WriteOff.REQUESTED)
    for row in found.select_related("case__cardholder", "write_off_requested_by").order_by("pk")[:MOST]:
        if not is_among(by, [row.write_off_requested_by]):
            amount = format_money(outstanding(row), row.currency, current_language())
            yield Waiting(
                "write_off",
                f"{row.case.reference} · {row.case.cardholder}",
                reverse("cases:recovery", args=[row.case.reference]),
                _name(row.write_off_requested_by),
                None,
                row.write_off_reason,
                (Fact(_("Given up"), "–", amount),),
            )


def _rules(by: Actor) -> Iterator[Waiting]:
    found = RuleVersion.objects.filter(state=RuleVersion.State.PROPOSED)
    rows = found.select_related("rule", "proposed_by", "created_by", "edited_by")
    for row in rows.order_by("proposed_at")[:MOST]:
        if not is_among(by, authors_of(row)):
            active = row.rule.versions.filter(state=RuleVersion.State.ACTIVE).first()
            yield Waiting(
                "rule",
                f"{row.rule.code} {t2(row.rule, 'name')}",
                reverse("fraud:rule", args=[row.rule.code]),
                _name(row.proposed_by),
                row.proposed_at,
                row.note,
                (Fact(_("Text"), active.text if active else "–", row.text),),
            )


def _retirements(by: Actor) -> Iterator[Waiting]:
    found = RuleVersion.objects.exclude(retire_proposed_at=None)
    for row in found.select_related("rule", "retire_proposed_by").order_by("retire_proposed_at")[:MOST]:
        if not is_among(by, [row.retire_proposed_by]):
            yield Waiting(
                "retirement",
                f"{row.rule.code} {t2(row.rule, 'name')}",
                reverse("fraud:rule", args=[row.rule.code]),
                _name(row.retire_proposed_by),
                row.retire_proposed_at,
                row.retire_reason,
                (Fact(_("State"), str(row.get_state_display()), str(RuleVersion.State.RETIRED.label)),),
            )


def _values(by: Actor) -> Iterator[Waiting]:
    for told in open_changes()[:MOST]:
        change = told["change"]
        if is_among(by, [change.proposed_by]):
            continue
        if change.parameter is not None:
            address = reverse("fraud:parameter", args=[change.parameter.name])
            holding = [row for row in rows_of(change.parameter, clock.today()) if row.is_now]
            same = [row.text for row in holding if row.scope == told["scope"]]
            parts = (
                Fact(
                    told["scope"] or _("Value"),
                    ", ".join(same) or "–",
                    f"{told['value']} · {told['valid_from']}",
                ),
            )
        else:
            address = reverse("fraud:value-list", args=[change.value_list.name])
            parts = (Fact(_("Entries"), ", ".join(told["removed"]) or "–", ", ".join(told["added"]) or "–"),)
        yield Waiting(
            "value",
            f"{told['sign']} {t2(told['thing'], 'label')}",
            address,
            _name(change.proposed_by),
            change.proposed_at,
            _("overtaken: it can only be returned") if told["is_overtaken"] else change.reason,
            parts,
        )


def _policy(by: Actor) -> Iterator[Waiting]:
    for change in waiting_policy()[:MOST]:
        if is_among(by, [change.proposed_by]):
            continue
        told = change_row(change)
        yield Waiting(
            "policy",
            change_title(change, current_language()),
            reverse("fraud:policy") + f"#change-{change.pk}",
            _name(change.proposed_by),
            change.proposed_at,
            _("overtaken: it can only be returned") if told["is_overtaken"] else change.reason,
            tuple(
                Fact(
                    number_words(part["number"], current_language()),
                    t2(part["before"], "text") if part["before"] and not part["before"].is_example else "–",
                    "–" if part["after"]["is_removed"] else t2(part["after"], "text"),
                )
                for part in told["parts"][:3]
            ),
        )


def _settings(by: Actor) -> Iterator[Waiting]:
    for row in waiting_settings()[:MOST]:
        proposers: list[Login] = people_behind([row.proposed_by], employee_no=row.proposed_by_no)
        if not is_among(by, proposers):
            yield Waiting(
                "settings",
                _("Settings %(n)d") % {"n": row.number},
                reverse("fraud:threshold"),
                _name(proposers[-1]),
                row.created_at,
                _("overtaken: it can only be returned") if row.is_stale else row.note,  # type: ignore[attr-defined]
                tuple(Fact(str(one.label), one.before, one.value, str(one.effect)) for one in row.shown),  # type: ignore[attr-defined]
            )


def _versions(by: Actor) -> Iterator[Waiting]:
    for row in ModelVersion.objects.filter(stage=ModelVersion.Stage.PROPOSED).order_by("proposed_at")[:MOST]:
        proposers: list[Login] = people_behind([row.proposed_by], employee_no=row.proposed_by_no)
        if not is_among(by, proposers):
            yield Waiting(
                "version",
                row.reference,
                reverse("fraud:version", args=[row.reference]),
                _name(proposers[-1]),
                row.proposed_at,
                row.proposed_reason,
                (
                    Fact(_("In service"), row.proposed_over or "–", row.reference),
                    Fact(pgettext("approval", "Evidence"), "–", " ".join(evidence_words(row))),
                ),
            )


def _exemptions(by: Actor) -> Iterator[Waiting]:
    found = ColumnExemption.objects.filter(state=ColumnExemption.State.PROPOSED)
    for row in found.select_related("profile", "proposed_by").order_by("proposed_at")[:MOST]:
        if not is_among(by, [row.proposed_by]):
            yield Waiting(
                "exemption",
                f"{row.profile.name} · {row.column}",
                reverse("fraud:profile", args=[row.profile.name]),
                _name(row.proposed_by),
                row.proposed_at,
                row.reason,
            )


def _suppressions(by: Actor) -> Iterator[Waiting]:
    found = RuleSuppression.objects.filter(state=RuleSuppression.State.PROPOSED, until__gte=clock.today())
    rows = found.select_related("rule", "cardholder", "merchant", "proposed_by").order_by("proposed_at")
    for row in visible_suppressions(rows[:MOST], by):
        if not is_among(by, [row.proposed_by]):
            whom = row.cardholder.name if row.cardholder else row.merchant.name if row.merchant else "–"
            yield Waiting(
                "suppression",
                f"{row.rule.code} {t2(row.rule, 'name')}",
                reverse("cases:rule-operation", args=[row.rule.code]) + "#suppressions",
                _name(row.proposed_by),
                row.proposed_at,
                row.reason,
                (Fact(_("Left alone"), "–", f"{whom} · {row.until.isoformat()}"),),
            )


def _webhooks(by: Actor) -> Iterator[Waiting]:
    found = Webhook.objects.filter(state=Webhook.State.PROPOSED).select_related("proposed_by")
    for row in found.order_by("proposed_at")[:MOST]:
        if not is_among(by, [row.proposed_by]):
            told = ", ".join(str(EVENTS[event]) for event in row.events if event in EVENTS)
            yield Waiting(
                "webhook",
                row.name,
                reverse("cases:webhooks"),
                _name(row.proposed_by),
                row.proposed_at,
                row.reason,
                (Fact(row.url, "–", told),),
            )


def _days(by: Actor) -> Iterator[Waiting]:
    for row in waiting_days()[:MOST]:
        if may_decide(row, by):
            proposers: list[Login] = people_behind([row.proposed_by], employee_no=row.proposed_by_no)
            told = f"{row.name} ({KIND_WORDS_OF_DAYS[row.kind]})"
            yield Waiting(
                "calendar",
                f"{row.on.isoformat()} {row.name}",
                f"{reverse('cases:calendar')}?year={row.on.year}",
                _name(proposers[-1]),
                row.proposed_at,
                row.reason,
                (Fact(row.on.isoformat(), told if row.is_removal else "–", "–" if row.is_removal else told),),
            )


def _mail_texts(by: Actor) -> Iterator[Waiting]:
    found = MailText.objects.filter(state=MailText.State.PROPOSED).select_related("proposed_by")
    for row in found.order_by("proposed_at")[:MOST]:
        if not is_among(by, [row.proposed_by]):
            before, after = current_text(row.mail, row.language), text_of(row)
            told = ((_("Subject"), before[0], after[0]), (_("Text"), before[1], after[1]))
            yield Waiting(
                "mail_text",
                f"{WHAT[row.mail]} · {LANGUAGE_WORDS[row.language]}",
                reverse("cases:mail-text", args=[row.mail, row.language]),
                _name(row.proposed_by),
                row.proposed_at,
                row.reason,
                tuple(Fact(label, old, new) for label, old, new in told if old != new),
            )


def _access(by: Actor) -> Iterator[Waiting]:
    for row in waiting_changes(by)[:MOST]:
        if row.may_decide:
            user = row.change.user
            yield Waiting(
                "access",
                f"{name_of(user)} · {user.username}",
                reverse("fraud:person", args=[user.pk]),
                row.by,
                row.change.proposed_at,
                row.change.reason,
                (Fact(row.what, row.before, row.after),),
            )


#: The permission that decides a kind, and how what waits of it is found.
_KINDS: tuple[tuple[str, Callable[[Actor], Iterator[Waiting]]], ...] = (
    ("cases.approve_decision", _decisions),
    ("cases.decide_appeal", _appeals),
    ("cases.approve_write_off", _write_offs),
    ("rules.activate_rule", _rules),
    ("rules.activate_rule", _retirements),
    ("rules.activate_rule", _values),
    ("rules.activate_rule", _policy),
    ("fraud.activate_threshold", _settings),
    ("fraud.promote_version", _versions),
    ("fraud.approve_exemption", _exemptions),
    ("fraud.approve_suppression", _suppressions),
    ("cases.approve_webhook", _webhooks),
    (DECIDING, _days),
    ("cases.approve_mail_text", _mail_texts),
    ("fraud.approve_access", _access),
)
#: Whoever may do one of these has an inbox.
APPROVING_ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(action for action, _find in _KINDS))
