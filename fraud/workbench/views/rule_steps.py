"""The steps of a rule's versions as its page sends them: each calls its service and says what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from audit.language import current_language
from audit.typed import decimal_number, whole_number
from fraud.web.refusals import number_seen
from fraud.workbench.backtest import backtest_rule
from rules.book_text import BookNotValid, read_yaml
from rules.exceptions import ValueNotValid
from rules.models import RuleVersion
from rules.services import activation, drafts, rolling_out, turning_off

Step = Callable[[HttpRequest, RuleVersion], str]


def _save(request: HttpRequest, version: RuleVersion) -> str:
    typed = request.POST.get("weight", "").strip()
    weight = decimal_number(typed)
    if typed and weight is None:
        raise ValueNotValid(reason=_("Write a number, such as 500,000 or 0.5."))
    drafts.edit_draft(
        version=version,
        lock_version=number_seen(request, "lock_version"),
        by=request.actor,
        text=request.POST.get("text", ""),
        weight=None if weight is None else float(weight),
        is_always_open=request.POST.get("is_always_open") == "on",
        is_told_ahead=request.POST.get("is_told_ahead") == "on",
        note=request.POST.get("note", ""),
        examples=_typed_examples(request, version),
    )
    return _("The draft was saved.")


def _typed_examples(request: HttpRequest, version: RuleVersion) -> list[Any]:
    """The example rows of the editor; without the box those the version has. Raises ValueNotValid."""
    if "examples" not in request.POST:
        return list(version.examples)
    try:
        found = read_yaml(request.POST["examples"].replace("\r\n", "\n")) or []
    except BookNotValid as error:
        raise ValueNotValid(reason=error.message(current_language())) from error
    return found if isinstance(found, list) else [found]


def _propose(request: HttpRequest, version: RuleVersion) -> str:
    result = backtest_rule(text=version.text, by=request.actor)
    drafts.propose_version(
        version=version,
        by=request.actor,
        reason=request.POST.get("reason", ""),
        hit_rate=result.hit_rate,
        confirmation=request.POST.get("confirmation", "").strip().upper(),
        seen=number_seen(request),
    )
    return _("Proposed. Somebody else has to activate it.")


def _approval(request: HttpRequest) -> dict[str, Any]:
    """Who decides, what they say, and the text they were shown."""
    return {**_said(request), "seen": number_seen(request)}


def _said(request: HttpRequest) -> dict[str, Any]:
    """Who decides and what they say; of what runs, the address holds the number of the version that the page showed."""
    return {"by": request.actor, "reason": request.POST.get("reason", "")}


def _activate(request: HttpRequest, version: RuleVersion) -> str:
    percent = whole_number(request.POST.get("percent", "100").strip(), 3) or 0
    activation.activate_version(version=version, percent=percent, **_approval(request))
    return _("The version counts from the next run on.")


def _widen(request: HttpRequest, version: RuleVersion) -> str:
    percent = whole_number(request.POST.get("percent", "").strip(), 3) or 0
    rolling_out.widen_rule(version=version, percent=percent, **_approval(request))
    return _("The rule counts for more cardholders from the next run on.")


def _shadow(request: HttpRequest, version: RuleVersion) -> str:
    activation.shadow_version(version=version, **_approval(request))
    return _("The version runs in shadow: its hits are counted, no case is opened for them.")


def _return(request: HttpRequest, version: RuleVersion) -> str:
    drafts.return_version(version=version, **_approval(request))
    return _("Returned to its author.")


def _ask(request: HttpRequest, version: RuleVersion) -> str:
    questions = {name: request.POST.get(name, "") for name in ("question_ko", "question_en")}
    drafts.write_question(rule=version.rule, by=request.actor, seen=request.POST.get("seen", ""), **questions)
    return _("The question was saved.")


def _discard(request: HttpRequest, version: RuleVersion) -> str:
    drafts.discard_draft(version=version, **_approval(request))
    return _("The draft was discarded; it stays readable.")


def _propose_retirement(request: HttpRequest, version: RuleVersion) -> str:
    turning_off.propose_retirement(rule=version.rule, seen=version.number, **_said(request))
    return _("Proposed. The rule counts on until somebody else agrees that it stops.")


def _retire(request: HttpRequest, version: RuleVersion) -> str:
    turning_off.retire_rule(rule=version.rule, seen=version.number, **_said(request))
    return _("The rule stops from the next run on.")


def _keep(request: HttpRequest, version: RuleVersion) -> str:
    turning_off.return_retirement(rule=version.rule, seen=version.number, **_said(request))
    return _("The rule goes on counting.")


def _roll_back(request: HttpRequest, version: RuleVersion) -> str:
    turning_off.propose_roll_back(version=version, **_said(request))
    return _("Proposed. Somebody else has to activate it.")


def _back(request: HttpRequest, version: RuleVersion) -> str:
    """From the version that counts, as the page showed it, to the one before it."""
    earlier = turning_off.roll_back_rule(rule=version.rule, seen=version.number, **_said(request))
    return _("Proposed: back to version %(number)s. It counts once somebody else has agreed.") % {
        "number": earlier.number
    }


STEPS: dict[str, Step] = {
    "save": _save,
    "ask": _ask,
    "propose": _propose,
    "activate": _activate,
    "widen": _widen,
    "shadow": _shadow,
    "return": _return,
    "discard": _discard,
    "propose-retirement": _propose_retirement,
    "retire": _retire,
    "keep": _keep,
    "roll-back": _roll_back,
    "back": _back,
}
