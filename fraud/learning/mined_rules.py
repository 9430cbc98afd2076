"""Candidates of a search for rules, as pages, interface and command show them; and the one step from there to a draft."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, override

from audit.actor import Actor
from fraud.learning.experimenting import ExperimentNotValid
from fraud.learning.mining.segments import Segment
from fraud.learning.models import Experiment
from rules.language import parse, to_sentence
from rules.models import Rule, RuleVersion
from rules.money import format_number
from rules.services import drafts

#: Codes of rules that came out of a search; a person may choose another.
_PREFIX = "N"
_LONGEST_NAME = 120


def searches() -> Any:
    """All searches for rules, newest first."""
    return Experiment.objects.filter(kind=Experiment.Kind.MINING)


def candidates_of(experiment: Experiment, language: str) -> list[dict[str, Any]]:
    """The candidates with number (from 1), text, sentence, figures, and the versions that already have that text."""
    return _with_words(experiment.result.get("candidates") or [], language)


def paths_told(experiment: Experiment, language: str) -> list[dict[str, Any]]:
    """The paths of a search in a segment, in the same form; `sentence` is that of the path alone."""
    found = experiment.result.get("paths") or []
    rows = _with_words(found, language)
    return [{**row, "sentence": to_sentence(parse(row["path"]), language)} for row in rows]


def _with_words(found: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
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
    """A draft with the text of a candidate, or of a segment's path, for people to name, ask, propose, approve: nothing of it counts by itself.

    Without a code the next free one. Raises NotPermitted, ExperimentNotValid for a number that is none or a search under way, CodeTaken and what
    `draft_rule` raises.
    """
    if not experiment.is_over:
        raise ExperimentNotValid(
            {"number": gettext("The search is still under way; its paths can be drafted once it is over.")}
        )
    found = candidates_of(experiment, "en") or paths_told(experiment, "en")
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


def segment_words(experiment: Experiment) -> list[str] | None:
    """What narrows a search in a segment, as codes and amounts people typed; empty for all claims, None for a search for misses."""
    if experiment.options.get("segment") is None:
        return None
    segment = Segment.read(experiment.options["segment"])
    ends = [
        format_number(end, segment.currency) if end is not None else ""
        for end in (segment.least, segment.most)
    ]
    amounts = [f"{ends[0]}–{ends[1]} {segment.currency}"] if any(ends) else []
    months = [f"{segment.month:%Y-%m}"] if segment.month else []
    return [*filter(None, (segment.department, segment.mcc)), *amounts, *months]


def _name(text: str, language: str) -> str:
    said = to_sentence(parse(text), language)
    return said if len(said) <= _LONGEST_NAME else said[: _LONGEST_NAME - 1] + "…"


def _note(experiment: Experiment, row: dict[str, Any]) -> str:
    latest = row.get("latest") or row["later"]
    values = {
        "n": experiment.pk,
        "misuse": latest["misuse"],
        "reviewed": latest["reviewed"],
        "hits": latest["hits"],
    }
    told = []
    for language in ("ko", "en"):
        with override(language):
            told.append(_note_text(is_path="path" in row) % values)
    return "\n".join(told)


def _note_text(*, is_path: bool) -> str:
    if is_path:
        return gettext(
            "From search %(n)s in a segment: %(hits)s later claims, %(misuse)s misuse of %(reviewed)s with an outcome."
        )
    return gettext(
        "From search %(n)s for missed misuse: %(hits)s hits of later claims, %(misuse)s misuse of %(reviewed)s with an outcome."
    )


def _free_code() -> str:
    taken = set(Rule.objects.filter(code__startswith=_PREFIX).values_list("code", flat=True))
    return next(code for number in range(1, 10_000) if (code := f"{_PREFIX}{number:02}") not in taken)
