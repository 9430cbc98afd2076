"""The card policy: one person proposes how paragraphs read from a day on, another agrees. What was agreed never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.proposals import begins, is_past
from audit.redaction import find_struck
from audit.services import record
from audit.transactions import one_transaction
from rules.citing import NUMBER
from rules.exceptions import PageStale, ProposalStale, ValueNotValid
from rules.models import PolicyChange, PolicyParagraph, ValueChange
from rules.services.common import needed_reason
from rules.services.deciding import decide_change, waiting_change
from rules.services.paragraphs import policy_on

_S = ValueChange.State
POLICY = "policy"  # the audit chain of the document
TEXTS: Mapping[str, int] = {"title_ko": 80, "title_en": 80, "text_ko": 800, "text_en": 800}
MOST = 200


def propose_policy(
    *,
    paragraphs: Sequence[Mapping[str, Any]],
    valid_from: date,
    reason: str,
    by: Actor,
    seen: int | None = None,
) -> PolicyChange:
    """Propose how paragraphs read from a day on, or with `is_removed` that they end then.

    ``paragraphs``: {"number", "title_ko", "title_en", "text_ko", "text_en"} or {"number", "is_removed": True}. ``seen``: the
    `policy_version` of these numbers that the page showed. Letters sent before keep what they quoted, so the day may not lie in the
    past. Raises ReasonNeeded, ValueNotValid, PageStale, NotPermitted.
    """
    require(by, "rules.propose_rule")
    said = needed_reason(reason)[:300]
    if is_past(valid_from):
        raise ValueNotValid(
            reason=_(
                "A paragraph cannot begin in the past: letters have gone out. Choose today or a later day."
            )
        )
    if not 0 < len(paragraphs) <= MOST:
        raise ValueNotValid(reason=_("Propose at least one paragraph."))
    chosen = [_clean(one) for one in paragraphs]
    numbers = [one["number"] for one in chosen]
    if len(set(numbers)) < len(numbers):
        raise ValueNotValid(reason=_("Every paragraph can be named only once."))
    with one_transaction():
        # one after the other, also where a number is new and has no row to lock
        list(PolicyParagraph.objects.select_for_update().values_list("pk", flat=True))
        if seen is not None and seen != policy_version(numbers):
            raise PageStale()
        _refuse_waiting(numbers)
        _refuse_unchanged(chosen)
        change = PolicyChange.objects.create(
            paragraphs=chosen,
            base=newest_texts(numbers),
            valid_from=valid_from,
            reason=said,
            proposed_at=clock.now(),
            proposed_by_id=by.user_id,
        )
        record(action="policy.change_proposed", by=by, subject=POLICY, reason=said, after=_told(change))
    return change


def propose_adoption(*, valid_from: date, reason: str, by: Actor, seen: int | None = None) -> PolicyChange:
    """Propose that all shipped examples become the company's policy as they read. Raises as `propose_policy`."""
    rows = examples()
    if not rows:
        raise ValueNotValid(reason=_("No paragraph is an example any more."))
    paragraphs = [{name: getattr(row, name) for name in ("number", *TEXTS)} for row in rows]
    return propose_policy(paragraphs=paragraphs, valid_from=valid_from, reason=reason, by=by, seen=seen)


def confirm_policy(*, change: PolicyChange, by: Actor) -> PolicyChange:
    """Let the texts hold from their day, or from today where that has passed. Raises NotPermitted for its author, ProposalStale, WrongState."""
    require(by, "rules.activate_rule")
    with one_transaction():
        current = waiting_change(change, by)
        if is_overtaken(current):
            raise ProposalStale()
        current.valid_from = begins(current.valid_from)
        for one in current.paragraphs:
            PolicyParagraph.objects.create(**one, valid_from=current.valid_from, change=current)
        decide_change(current, _S.APPLIED, by, "valid_from")
        record(action="policy.changed", by=by, subject=POLICY, reason=current.reason, after=_told(current))
    return current


def return_policy(*, change: PolicyChange, by: Actor, reason: str) -> PolicyChange:
    """Turn a change down. Raises NotPermitted for its author, ReasonNeeded, WrongState."""
    require(by, "rules.activate_rule")
    said = needed_reason(reason)
    with one_transaction():
        current = waiting_change(change, by)
        decide_change(current, _S.RETURNED, by)
        record(action="policy.change_returned", by=by, subject=POLICY, reason=said, after=_told(current))
    return current


def waiting_policy() -> list[PolicyChange]:
    """What waits for a second person, the oldest first."""
    return list(PolicyChange.objects.filter(state=_S.PROPOSED).select_related("proposed_by"))


def examples() -> list[PolicyParagraph]:
    """The shipped paragraphs that nobody has adopted, nor is to hold otherwise from a later day."""
    adopted = set(PolicyParagraph.objects.exclude(change=None).values_list("number", flat=True))
    return [row for number, row in policy_on().items() if row.is_example and number not in adopted]


def policy_version(numbers: Sequence[str]) -> int:
    """What a page shows of some paragraphs: the key of the text agreed on last, 0 for none."""
    return max(newest_texts(numbers).values(), default=0)


def is_overtaken(change: PolicyChange) -> bool:
    """Whether one of its paragraphs was changed by another since: then it can only be returned."""
    return newest_texts([one["number"] for one in change.paragraphs]) != change.base


def newest_texts(numbers: Sequence[str]) -> dict[str, int]:
    """Number → key of its newest text, also of one that holds only later; numbers the policy never had are not in it."""
    rows = PolicyParagraph.objects.filter(number__in=numbers).values("number").annotate(last=Max("pk"))
    return {row["number"]: row["last"] for row in rows.order_by("number")}


def _clean(one: Mapping[str, Any]) -> dict[str, Any]:
    number = str(one.get("number", "")).strip()
    if not NUMBER.fullmatch(number):
        raise ValueNotValid(reason=_("Write the number as article and paragraph, such as 4.2."))
    if one.get("is_removed"):
        held = PolicyParagraph.objects.filter(number=number).last()
        if held is None or held.is_removed:
            raise ValueNotValid(reason=_("The policy has no paragraph %(number)s.") % {"number": number})
        return {"number": number, **{name: getattr(held, name) for name in TEXTS}, "is_removed": True}
    kept: dict[str, Any] = {"number": number}
    for name, most in TEXTS.items():
        text = str(one.get(name, "")).replace("\r\n", "\n").strip()
        text = " ".join(text.split()) if name.startswith("title") else text
        if not text:
            raise ValueNotValid(
                reason=_("A paragraph needs a title and a text, each in Korean and in English.")
            )
        if len(text) > most:
            raise ValueNotValid(
                reason=_("“%(start)s…” is too long: at most %(n)s characters.")
                % {"start": text[:20], "n": most}
            )
        if find_struck(text):
            raise ValueNotValid(
                reason=_("The text holds what looks like a full card or resident number. Take it out.")
            )
        kept[name] = text
    return {**kept, "is_removed": False}


def _refuse_waiting(numbers: Sequence[str]) -> None:
    for change in waiting_policy():
        for one in change.paragraphs:
            if one["number"] in numbers:
                text = _("A change of paragraph %(number)s waits already. It has to be decided first.")
                raise ValueNotValid(reason=text % {"number": one["number"]})


def _refuse_unchanged(chosen: Sequence[Mapping[str, Any]]) -> None:
    """The same text once more is adopted where it was an example, and refused where it holds already."""
    for one in chosen:
        held = PolicyParagraph.objects.filter(number=one["number"]).last()
        if held and not held.is_example and all(getattr(held, name) == value for name, value in one.items()):
            raise ValueNotValid(reason=_("Paragraph %(number)s reads like that already.") % one)


def _told(change: PolicyChange) -> dict[str, Any]:
    """A change as plain values for the audit log: every text in full."""
    return {"paragraphs": change.paragraphs, "valid_from": change.valid_from.isoformat()}
