"""What a step would do and what it has done, in the reader's words: asked by pages and interface alike.

A dialog says beforehand whether a second person will have to agree; the confirmation says whether one has to.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.dispositions import Disposition
from cases.four_eyes import (
    AMOUNT,
    CONTRADICTS_SCORE,
    CURRENCY,
    REVERSAL,
    SAMPLE,
    contradicts_score,
    why_of_currency,
    why_second_person,
)
from cases.models import Appeal, Case, Decision
from cases.pages.hints import hints_of_outcome
from cases.services.decided import was_decided_before
from cases.services.decisions import BulkOutcome
from cases.services.steps import UNDO_SECONDS
from cases.services.texts import shown_money
from fraud.company.values import CompanyValues, current_settings


def said_of_decision(decision: Decision) -> str:
    """What became of a proposal: sent for approval and why, closed, or decided and told; and what is known against its outcome."""
    return " ".join([_became(decision), *hints_of_outcome(decision.case, decision.disposition)])


def _became(decision: Decision) -> str:
    if decision.state == Decision.State.PROPOSED:
        return _("sent for approval; nothing is decided yet. %(why)s") % {
            "why": why_second(decision.why_approval)
        }
    if decision.disposition == Disposition.LEGITIMATE:
        return _("closed as legitimate.")
    return _("decided; no second person was needed. The cardholder is told.")


def why_second(code: str) -> str:
    """Why a second person has to agree, without saying what the score was."""
    sentences = {
        AMOUNT: _("The amount is above the limit: a second person has to approve."),
        CURRENCY: _("The limit is in another currency than the amount: a second person has to approve."),
        REVERSAL: _("An earlier decision would be changed: a second person has to approve."),
        CONTRADICTS_SCORE: _("The outcome differs from what was expected: a second person has to approve."),
        SAMPLE: _("Drawn at random for a second look: a second person has to approve."),
    }
    return sentences.get(code, "")


def short_why(code: str) -> str:
    """The same in a few words, for whoever approves."""
    words = {
        AMOUNT: pgettext("why two people", "the amount is above the limit"),
        CURRENCY: pgettext("why two people", "the limit is in another currency"),
        REVERSAL: pgettext("why two people", "it changes an earlier decision"),
        CONTRADICTS_SCORE: pgettext("why two people", "it contradicts the score"),
        SAMPLE: pgettext("why two people", "drawn at random"),
    }
    return words.get(code, "")


def said_of_approval(decision: Decision) -> str:
    """What an approval has done."""
    if decision.disposition == Disposition.LEGITIMATE:
        return _("approved; the case is closed as legitimate.")
    if decision.amount_minor:
        money = shown_money(decision.amount_minor, decision.currency)
        return _("approved; %(money)s is to come back and the cardholder is told.") % {"money": money}
    return _("approved; the decision holds.")


def said_of_appeal(appeal: Appeal) -> str:
    """How an appeal ended."""
    return {
        Appeal.Result.UPHELD: _("the appeal was decided: the decision stands."),
        Appeal.Result.REDUCED: _("the appeal was decided: the amount was reduced."),
        Appeal.Result.REVERSED: _("the appeal was decided: the decision was reversed."),
        Appeal.Result.VOID: _("the appeal ended with the case; nobody judged it."),
    }[Appeal.Result(appeal.result)]


def said_of_bulk(outcomes: Sequence[BulkOutcome], *, step: str = "") -> str:
    """ "2 closed, 1 sent for approval, 1 left as it was", or that nothing was changed. `step`: of the rows that act on many."""
    n = {
        result: sum(1 for one in outcomes if one.result == result)
        for result in ("done", "closed", "pending", "refused")
    }
    parts = []
    if n["done"]:
        parts.append(_done(step, n["done"]) % {"n": n["done"]})
    if n["closed"]:
        parts.append(ngettext("%(n)d closed", "%(n)d closed", n["closed"]) % {"n": n["closed"]})
    if n["pending"]:
        said = ngettext("%(n)d sent for approval", "%(n)d sent for approval", n["pending"])
        parts.append(said % {"n": n["pending"]})
    if not parts:
        why = "; ".join(dict.fromkeys(one.sentence for one in outcomes if one.sentence))
        return _("Nothing was changed: %(why)s") % {"why": why}
    if n["refused"]:
        said = ngettext("%(n)d left as it was", "%(n)d left as they were", n["refused"])
        parts.append(said % {"n": n["refused"]})
    return ", ".join(parts) + "."


def _done(step: str, n: int) -> str:
    words = {
        "ask": ngettext("%(n)d asked to explain", "%(n)d asked to explain", n),
        "assign": ngettext("%(n)d assigned", "%(n)d assigned", n),
        "snooze": ngettext("%(n)d set aside", "%(n)d set aside", n),
        "undo": ngettext("%(n)d as before the last step", "%(n)d as before the last step", n),
    }
    return words.get(step) or ngettext("%(n)d done", "%(n)d done", n)


def forecast_proposal(case: Case, settings: CompanyValues) -> list[str]:
    """What a proposal on this case will lead to, said before it is made."""
    if was_decided_before(case):
        return [why_second(REVERSAL)]
    if why_of_currency(is_company_currency=case.currency == settings.currency):
        said = _(
            "The limit is in %(limit)s: any amount in %(currency)s has to be approved by a second person."
        )
        told = said % {"limit": settings.currency, "currency": case.currency}
        return [
            told,
            *_chance(
                settings.four_eyes_share,
                _("Without an amount, one in %(n)d is drawn at random for a second look."),
            ),
        ]
    limit = shown_money(settings.four_eyes_limit_minor, settings.currency)
    said = _("Above %(limit)s a second person has to approve; up to that it is decided at once.")
    return [said % {"limit": limit}, *_chance(settings.four_eyes_share)]


def forecast_part(case: Case, minor: int, settings: CompanyValues) -> tuple[bool, list[str]]:
    """Whether accepting the part within the limit, with `minor` to come back, is decided at once, and the words for it.

    Only what lot may draw stays open until it is done.
    """
    why = why_second_person(
        disposition=Disposition.CONFIRMED_MISUSE,
        amount_minor=minor,
        is_company_currency=case.currency == settings.currency,
        limit_minor=settings.four_eyes_limit_minor,
        band=case.band,
        is_reversal=was_decided_before(case),
        digest="0",  # nothing is drawn here: the hash is that of what will be stored
        share=0,
    )
    if why:
        return False, [why_second(why)]
    said = pgettext(
        "decision",
        "It is decided at once, and the cardholder is told. You can take it back for %(n)d seconds.",
    )
    return True, [
        said % {"n": UNDO_SECONDS},
        *_chance(settings.four_eyes_share, _("One in %(n)d is drawn at random for a second look.")),
    ]


def forecast_legitimate(case: Case, settings: CompanyValues) -> list[str]:
    """What closing this case as legitimate will lead to. A hidden score stays hidden: then only that it may happen."""
    if was_decided_before(case):
        return [why_second(REVERSAL)]
    if case.is_blind:
        return [
            _(
                "The case closes at once, unless its hidden score speaks otherwise: then a second person has to approve."
            )
        ]
    if contradicts_score(Disposition.LEGITIMATE, case.band):
        return [why_second(CONTRADICTS_SCORE)]
    return [
        _("The case closes at once."),
        *_chance(settings.four_eyes_share, _("One in %(n)d is drawn at random for a second look.")),
    ]


def forecast_bulk() -> list[str]:
    """What closing several cases will lead to."""
    return [
        _("Cases of high risk and reopened ones are sent for approval; the others close at once."),
        *_chance(current_settings().four_eyes_share),
    ]


def _chance(share: float, said: str = "") -> list[str]:
    if share <= 0:
        return []
    said = said or _("Of the others, one in %(n)d is drawn at random for a second look.")
    return [said % {"n": round(1 / share)}]
