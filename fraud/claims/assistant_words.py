"""The assistant's guesses in words: columns with how sure and why, and the forms that can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from fraud.claims.importing.field_labels import FIELD_LABELS, SPECIAL_LABELS, field_label
from fraud.claims.importing.fields import REQUIRED
from fraud.claims.importing.guessing.forms import all_forms
from fraud.claims.importing.guessing.grid import ENCODINGS
from fraud.claims.importing.guessing.guess import TableGuess
from fraud.claims.importing.guessing.layout import SEARCHED, SEPARATORS
from fraud.claims.importing.guessing.texts import level_text, why_text
from fraud.claims.importing.parsing.formats import readable

_LEVEL_TAGS = {"sure": "success", "likely": "info", "doubtful": "warning", "none": ""}


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
        "dates_found": ", ".join(readable(form) for form in found.choices.date_forms[:2]),
        "layout": found.grid.layout,
        "signature": found.grid.signature,
    }


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
