"""Candidates of a search for rules, as pages, interface and command show them; and the one step from there to a draft."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, override

from audit.actor import Actor
from fraud.learning.experimenting import ExperimentNotValid
from fraud.learning.models import Experiment
from rules.language import parse, to_sentence
from rules.models import Rule, RuleVersion
from rules.services import drafts

#: Codes of rules that came out of a search; a person may choose another.
_PREFIX = "N"
_LONGEST_NAME = 120


def searches() -> Any:
    """All searches for rules, newest first."""
    return Experiment.objects.filter(kind=Experiment.Kind.MINING)


def candidates_of(experiment: Experiment, language: str) -> list[dict[str, Any]]:
    """The candidates with number (from 1), text, sentence, figures, and the versions that already have that text."""
    found = experiment.result.get("candidates") or []
    texts = [row["text"] for row in found]
    drafted: dict[str, list[RuleVersion]] = {}
    for version in RuleVersion.objects.filter(text__in=texts).select_related("rule").order_by("-pk"):
        drafted.setdefault(version.text, []).append(version)
    return [
        {
            **row,
            "number": number,
            "sentence": to_sentence(parse(row["text"]), language),
            "versions": drafted.get(row["text"], []),
        }
        for number, row in enumerate(found, 1)
    ]


def draft_candidate(*, experiment: Experiment, number: int, by: Actor, code: str = "") -> RuleVersion:
    """A draft with the candidate's text, for people to name, ask, propose, approve: nothing of it counts by itself.

    Without a code the next free one. Raises NotPermitted, ExperimentNotValid for a number that is none, CodeTaken and what
    `draft_rule` raises.
    """
    found = candidates_of(experiment, "en")
    if not 1 <= number <= len(found):
        raise ExperimentNotValid({"number": gettext("There is no such candidate.")})
    row = found[number - 1]
    return drafts.draft_rule(
        code=code.strip().upper() or _free_code(),
        text=row["text"],
        by=by,
        note=_note(experiment, row),
        name_ko=_name(row["text"], "ko"),
        name_en=_name(row["text"], "en"),
    )


def _name(text: str, language: str) -> str:
    said = to_sentence(parse(text), language)
    return said if len(said) <= _LONGEST_NAME else said[: _LONGEST_NAME - 1] + "…"


def _note(experiment: Experiment, row: dict[str, Any]) -> str:
    latest = row["latest"]
    values = {
        "n": experiment.pk,
        "misuse": latest["misuse"],
        "reviewed": latest["reviewed"],
        "hits": latest["hits"],
    }
    with override("ko"):
        korean = gettext(
            "From search %(n)s for missed misuse: %(hits)s hits of later claims, %(misuse)s misuse of %(reviewed)s with an outcome."
        )
    with override("en"):
        english = gettext(
            "From search %(n)s for missed misuse: %(hits)s hits of later claims, %(misuse)s misuse of %(reviewed)s with an outcome."
        )
    return f"{korean % values}\n{english % values}"


def _free_code() -> str:
    taken = set(Rule.objects.filter(code__startswith=_PREFIX).values_list("code", flat=True))
    return next(code for number in range(1, 10_000) if (code := f"{_PREFIX}{number:02}") not in taken)
