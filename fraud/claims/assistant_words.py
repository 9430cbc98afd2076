"""The assistant's guesses in words: columns with how sure and why, and the forms that can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from fraud.claims.feed_words import feed_words
from fraud.claims.importing.field_labels import FIELD_LABELS, SPECIAL_LABELS, field_label
from fraud.claims.importing.fields import REQUIRED
from fraud.claims.importing.guessing.forms import all_forms, amount_readings
from fraud.claims.importing.guessing.grid import ENCODINGS
from fraud.claims.importing.guessing.guess import TableGuess
from fraud.claims.importing.guessing.layout import SEARCHED, SEPARATORS
from fraud.claims.importing.guessing.texts import found_text, kind_text, level_text, why_text
from fraud.claims.importing.parsing.formats import readable
from fraud.claims.importing.parsing.readings import readings
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.trying import Trial

_LEVEL_TAGS = {
    "sure": "success",
    "likely": "info",
    "doubtful": "warning",
    "none": "",
    "open": "danger",
    "chosen": "success",
}


def column_words(found: TableGuess, language: str) -> list[dict[str, Any]]:
    """Each column with its values, its field, and how sure and why."""
    return [
        {
            "header": column.header,
            "samples": column.samples,
            "field": column.field,
            "label": field_label(column.field, language) if column.field else "",
            "level": column.level,
            "level_text": level_text(column.level, language),
            "tag": _LEVEL_TAGS[column.level],
            "why": why_text(column.why, column.params, language),
            "can_map": column.why not in {"doubled", "unnamed"},
        }
        for column in found.columns
    ]


def form_words(found: TableGuess, language: str) -> dict[str, Any]:
    """What can be chosen beside the columns."""
    at = 1 if language == "ko" else 0
    signs = {",": _("comma ,"), ";": _("semicolon ;"), "\t": _("tab"), "|": _("bar |"), "\x1f": "U+001F"}
    return {
        "fields": [(name, both[at]) for name, both in (FIELD_LABELS | SPECIAL_LABELS).items()],
        "separators": [(sign, signs.get(sign, sign)) for sign in SEPARATORS],
        "encodings": ENCODINGS,
        "header_rows": range(1, SEARCHED + 1),
        "days": [(form, readable(form)) for form in all_forms()],
        "dates_found": ", ".join(
            list(dict.fromkeys(readable(form.split(" ")[0]) for form in found.choices.date_forms))[:2]
        ),
        "layout": found.grid.layout,
        "signature": f"{found.grid.signature}:{found.based}",
    }


def finding_words(found: TableGuess, language: str) -> dict[str, dict[str, str]]:
    """What was found about layout and forms → how sure and why."""
    return {
        one.what: {
            "level": level_text(one.level, language),
            "code": one.level,
            "tag": _LEVEL_TAGS[one.level],
            "why": found_text(one.why, one.params, language),
        }
        for one in found.findings
    }


def kind_words(found: TableGuess, language: str) -> dict[str, str] | None:
    """What the table is instead of a list of claims: a sentence, and the personnel feed that takes it with what it is called."""
    if found.kind is None:
        return None
    feed = found.kind.name if found.kind.name in FEEDS else ""
    text = kind_text(found.kind.name, found.kind.columns, language)
    return {"text": text, "feed": feed, "word": feed_words().get(feed, "")}


def open_questions(found: TableGuess, trial: Trial | None) -> dict[str, list[dict[str, str]]]:
    """What nobody but a person can say: the readings of a date (`dates`) and of an amount (`amounts`) that the file leaves open.

    Dates are asked about only where reading the whole file did not settle them.
    """
    questions: dict[str, list[dict[str, str]]] = {}
    unread = trial is None or any(reason["code"] == "date_ambiguous" for reason in trial.reasons)
    for one in found.findings:
        example = str(one.params.get("example", ""))
        if one.what == "dates" and found.open_dates and unread and example:
            questions["dates"] = [
                {"value": form, "form": readable(form), "example": example, "reading": day.isoformat()}
                for form, day in readings(example)
            ]
        if one.what == "decimal" and found.open_amounts:
            questions["amounts"] = [
                {"value": sign, "example": example, "reading": f"{amount.normalize():,f}"}
                for sign, amount in amount_readings(example)
            ]
    return questions


def needed_fields(spec: Mapping[str, Any], language: str) -> list[str]:
    """What no column of the table gives though every claim needs it."""
    columns = spec.get("columns", {})
    needed = [
        field_label(name, language)
        for name in spec.get("required", REQUIRED)
        if name not in columns and not (name == "external_id" and spec.get("identity"))
    ]
    if "currency" not in columns and not spec.get("currency", {}).get("default"):
        needed.append(field_label("currency", language))
    return needed
