"""Claims over the threshold that got no seat, as a list: who waits, since when, and whose waiting ended without one."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from audit.actor import Actor
from audit.paging import COUNT_SECONDS, Page, capped_count, keyset_page
from audit.people import number_key
from cases.models import Alert, HeldBack
from cases.pages.headlines import rule_names
from cases.visibility import newest_entry
from fraud.claims.identity import claims_involving
from fraud.claims.models import Claim
from fraud.claims.units import within_units
from fraud.company.values import current_settings
from fraud.detection.models import RuleHit

PAGE_SIZE = 50
WAITING = "waiting"
#: What the list can show. Who got a seat stands in the queue itself; a random check must not be told by having waited.
PARTS: dict[str, str | Promise] = {
    WAITING: pgettext_lazy("held back", "Waiting"),
    HeldBack.How.EXPIRED.value: pgettext_lazy("held back", "Expired"),
    HeldBack.How.OUTDATED.value: pgettext_lazy("held back", "No longer in question"),
}
ABOUT: dict[str, str | Promise] = {
    WAITING: gettext_lazy("Over the threshold, but without a seat. They compete again every night."),
    HeldBack.How.EXPIRED.value: gettext_lazy(
        "Over the threshold, but without a seat for as many nights as the settings say. They compete no more; "
        "a claim's page opens a case by hand."
    ),
    HeldBack.How.OUTDATED.value: gettext_lazy(
        "Under the threshold since: other facts or another score. They compete again if that changes."
    ),
}
WHY: dict[str, str | Promise] = {
    HeldBack.Why.CAPACITY.value: pgettext_lazy("held back", "no seat left"),
    HeldBack.Why.RULE_BUDGET.value: pgettext_lazy("held back", "too many of one rule"),
    HeldBack.Why.PERSON_BUDGET.value: pgettext_lazy("held back", "too many of one person"),
    HeldBack.Why.UNPROVEN.value: pgettext_lazy(
        "held back", "nothing of its rule confirmed yet: everything else goes first"
    ),
    HeldBack.Why.DETACHED.value: pgettext_lazy("held back", "taken out of a case"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for waiting, in words, and how many claims wait for it."""

    code: str
    words: str | Promise
    n: int


#: part → what it is ordered by
ORDER = {WAITING: "expected_loss_minor", **dict.fromkeys(list(PARTS)[1:], "resolved_at")}


@dataclass(frozen=True, slots=True)
class Among:
    """Which rows of a part: held back or let go last by the run of a reference, for a reason (`HeldBack.Why`), hit by the rule of a code."""

    run: str = ""
    why: str = ""
    rule: str = ""


ALL = Among()


def held_back_rows(by: Actor, part: str, among: Among = ALL) -> QuerySet[HeldBack]:
    """The rows of a part, without claims the reader is involved in and those in a blind case."""
    rows = HeldBack.objects.filter(resolved_at=None) if part == WAITING else HeldBack.objects.filter(how=part)
    blind = Alert.objects.filter(
        claim=OuterRef("claim"), left_at=None, case__drawn_blind=True, case__closed_at=None
    )
    own = claims_involving(by, Claim.objects.all())
    rows = rows.exclude(claim__in=own.values("pk")).exclude(Exists(blind))
    rows = within_units(rows, by, "claim__cardholder__department")
    if among.run:
        rows = rows.filter(last_run__reference=among.run)
    if among.why:
        rows = rows.filter(why=among.why)
    if among.rule:
        hits = RuleHit.objects.filter(
            claim=OuterRef("claim"), rule_version__rule__code=among.rule, is_shadow=False
        )
        rows = rows.filter(Exists(hits))
    return rows


def waiting_by_reason(by: Actor, rule: str) -> tuple[Reason, ...]:
    """What a rule hit and waits for a seat now, by reason, the most first: for pages and interface, as the list itself counts it."""
    rows = held_back_rows(by, WAITING, Among(rule=rule)).order_by().values_list("why")
    counts = dict(rows.annotate(n=Count("pk")))
    return tuple(
        Reason(why, WHY[why], counts[why]) for why in sorted(counts, key=lambda why: (-counts[why], why))
    )


def held_back_page(by: Actor, part: str, *, cursor: str, among: Among = ALL, language: str) -> Page:
    """A page of a part, the largest (or latest) first; each row carries `why_word`, `reason` and `nights`, those it may wait."""
    rows = held_back_rows(by, part, among).select_related(
        "claim__cardholder__department", "claim__merchant", "run"
    )
    page = keyset_page(rows, by=ORDER[part], cursor=cursor, size=PAGE_SIZE)
    names = rule_names({row.pattern for row in page.rows}, language)
    nights = current_settings().held_back_nights
    for row in page.rows:
        row.why_word, row.reason, row.nights = WHY[row.why], names.get(row.pattern, ""), nights
    return page


def held_back_count(by: Actor) -> int:
    """How many claims wait that the reader may see, counted no further than the cap; remembered like the queue's other counts."""
    key = f"cases:held-back:{newest_entry()}:{by.is_system}:{number_key(by.employee_no)}:{sorted(by.units)}"
    key = "cases:held-back:" + sha256(key.encode()).hexdigest()
    n = cache.get_or_set(key, lambda: capped_count(held_back_rows(by, WAITING)), COUNT_SECONDS)
    return int(n or 0)


def held_back_parts(part: str) -> list[dict[str, Any]]:
    """The list's parts as links."""
    return [{"code": code, "label": label, "is_current": code == part} for code, label in PARTS.items()]
