"""What waits for a second person of how the company works: rules, lists, policy, settings, models, calendar, access."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit import clock
from audit.actor import Actor
from audit.language import current_language
from audit.people import Login, is_among, name_of
from audit.services import people_behind
from cases.pages.approval_rows import MOST, Waiting, proposer_name
from cases.pages.calendar_year import KIND_WORDS as KIND_WORDS_OF_DAYS
from cases.pages.changes import Fact
from fraud.claims.models import ColumnExemption
from fraud.company.holiday_changes import may_decide, waiting_days
from fraud.company.pages import waiting_settings
from fraud.detection.models import ModelVersion, RuleSuppression
from fraud.detection.suppressing import visible_suppressions
from fraud.learning.promotion_words import evidence_words
from fraud.people.listing import waiting_changes
from fraud.web.dates import say_day
from fraud.web.tags import t2
from fraud.workbench.policy_page import change_row, change_title
from fraud.workbench.tags import book_part
from fraud.workbench.values_page import open_changes, rows_of
from fraud.workbench.wording_page import change_row as wording_row
from rules.citing import number_words
from rules.models import RuleVersion
from rules.services import authors_of
from rules.services.book_bundle import steps_of, waiting_books
from rules.services.policy import waiting_policy
from rules.services.wording import waiting_wording


def rules(by: Actor) -> Iterator[Waiting]:
    """Versions of rules by others."""
    found = RuleVersion.objects.filter(state=RuleVersion.State.PROPOSED)
    rows = found.select_related("rule", "proposed_by", "created_by", "edited_by")
    for row in rows.order_by("proposed_at")[:MOST]:
        if not is_among(by, authors_of(row)):
            active = row.rule.versions.filter(state=RuleVersion.State.ACTIVE).first()
            yield Waiting(
                "rule",
                f"{row.rule.code} {t2(row.rule, 'name')}",
                reverse("fraud:rule", args=[row.rule.code]),
                proposer_name(row.proposed_by),
                row.proposed_at,
                row.note,
                (Fact(_("Rule text"), active.text if active else "–", row.text),),
            )


def retirements(by: Actor) -> Iterator[Waiting]:
    """Rules somebody else wants to stop."""
    found = RuleVersion.objects.exclude(retire_proposed_at=None)
    for row in found.select_related("rule", "retire_proposed_by").order_by("retire_proposed_at")[:MOST]:
        if not is_among(by, [row.retire_proposed_by]):
            yield Waiting(
                "retirement",
                f"{row.rule.code} {t2(row.rule, 'name')}",
                reverse("fraud:rule", args=[row.rule.code]),
                proposer_name(row.retire_proposed_by),
                row.retire_proposed_at,
                row.retire_reason,
                (Fact(_("State"), str(row.get_state_display()), str(RuleVersion.State.RETIRED.label)),),
            )


def values(by: Actor) -> Iterator[Waiting]:
    """Changes of lists and parameters."""
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
            proposer_name(change.proposed_by),
            change.proposed_at,
            _("overtaken: it can only be returned") if told["is_overtaken"] else change.reason,
            parts,
        )


def policy(by: Actor) -> Iterator[Waiting]:
    """Changes of the card policy."""
    for change in waiting_policy()[:MOST]:
        if is_among(by, [change.proposed_by]):
            continue
        told = change_row(change)
        yield Waiting(
            "policy",
            change_title(change, current_language()),
            reverse("fraud:policy") + f"#change-{change.pk}",
            proposer_name(change.proposed_by),
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


def words(by: Actor) -> Iterator[Waiting]:
    """Changes of what rules, their groups, lists and parameters are called, cite and ask."""
    for change in waiting_wording()[:MOST]:
        if is_among(by, [change.proposed_by]):
            continue
        told = wording_row(change)
        yield Waiting(
            "wording",
            told["title"],
            reverse("fraud:rule-groups") + f"#change-{change.pk}",
            proposer_name(change.proposed_by),
            change.proposed_at,
            _("overtaken: it can only be returned") if told["is_overtaken"] else change.reason,
            tuple(Fact(label, before or "–", after or "–") for label, before, after in told["parts"]),
        )


def books(by: Actor) -> Iterator[Waiting]:
    """Rule books that wait as a whole."""
    for change in waiting_books()[:MOST]:
        if is_among(by, [change.proposed_by]):
            continue
        changes = [step for step in steps_of(change) if step.action != "same"]
        parts = Counter(step.part for step in changes if step.action != "refused")
        yield Waiting(
            "book",
            _("Rule book %(n)d") % {"n": change.pk},
            reverse("fraud:book-change", args=[change.pk]),
            proposer_name(change.proposed_by),
            change.proposed_at,
            change.reason,
            tuple(Fact(book_part(part), "–", str(n)) for part, n in parts.items()),
        )


def settings(by: Actor) -> Iterator[Waiting]:
    """Changes of the company's settings."""
    for row in waiting_settings()[:MOST]:
        proposers: list[Login] = people_behind([row.proposed_by], employee_no=row.proposed_by_no)
        if not is_among(by, proposers):
            yield Waiting(
                "settings",
                _("Settings %(n)d") % {"n": row.number},
                reverse("fraud:threshold"),
                proposer_name(proposers[-1]),
                row.created_at,
                _("overtaken: it can only be returned") if row.is_stale else row.note,  # type: ignore[attr-defined]
                tuple(Fact(str(one.label), one.before, one.value, str(one.effect)) for one in row.shown),  # type: ignore[attr-defined]
            )


def versions(by: Actor) -> Iterator[Waiting]:
    """Model versions to be put into service."""
    for row in ModelVersion.objects.filter(stage=ModelVersion.Stage.PROPOSED).order_by("proposed_at")[:MOST]:
        proposers: list[Login] = people_behind([row.proposed_by], employee_no=row.proposed_by_no)
        if not is_among(by, proposers):
            yield Waiting(
                "version",
                row.reference,
                reverse("fraud:version", args=[row.reference]),
                proposer_name(proposers[-1]),
                row.proposed_at,
                row.proposed_reason,
                (
                    Fact(_("In service"), row.proposed_over or "–", row.reference),
                    Fact(pgettext("approval", "Evidence"), "–", " ".join(evidence_words(row))),
                ),
            )


def exemptions(by: Actor) -> Iterator[Waiting]:
    """Columns to be exempted from what is removed."""
    found = ColumnExemption.objects.filter(state=ColumnExemption.State.PROPOSED)
    for row in found.select_related("profile", "proposed_by").order_by("proposed_at")[:MOST]:
        if not is_among(by, [row.proposed_by]):
            yield Waiting(
                "exemption",
                f"{row.profile.name} · {row.column}",
                reverse("fraud:profile", args=[row.profile.name]),
                proposer_name(row.proposed_by),
                row.proposed_at,
                row.reason,
            )


def suppressions(by: Actor) -> Iterator[Waiting]:
    """Suppressions of a rule, of people and places the reader sees."""
    found = RuleSuppression.objects.filter(state=RuleSuppression.State.PROPOSED, until__gte=clock.today())
    rows = found.select_related("rule", "cardholder", "merchant", "proposed_by").order_by("proposed_at")
    for row in visible_suppressions(rows[:MOST], by):
        if not is_among(by, [row.proposed_by]):
            whom = row.cardholder.name if row.cardholder else row.merchant.name if row.merchant else "–"
            yield Waiting(
                "suppression",
                f"{row.rule.code} {t2(row.rule, 'name')}",
                reverse("cases:rule-operation", args=[row.rule.code]) + "#suppressions",
                proposer_name(row.proposed_by),
                row.proposed_at,
                row.reason,
                (Fact(_("Left alone"), "–", f"{whom} · {_said(row.until)}"),),
            )


def days(by: Actor) -> Iterator[Waiting]:
    """Changes of the calendar."""
    for row in waiting_days()[:MOST]:
        if may_decide(row, by):
            proposers: list[Login] = people_behind([row.proposed_by], employee_no=row.proposed_by_no)
            told = f"{row.name} ({KIND_WORDS_OF_DAYS[row.kind]})"
            yield Waiting(
                "calendar",
                f"{_said(row.on)} {row.name}",
                f"{reverse('cases:calendar')}?year={row.on.year}",
                proposer_name(proposers[-1]),
                row.proposed_at,
                row.reason,
                (Fact(_said(row.on), told if row.is_removal else "–", "–" if row.is_removal else told),),
            )


def _said(on: date) -> str:
    return say_day(on, current_language(), today=clock.today())


def access(by: Actor) -> Iterator[Waiting]:
    """Roles and departments to be given or taken."""
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
