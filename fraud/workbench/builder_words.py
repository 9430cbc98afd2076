"""What the sentence blocks are made of, in the reader's language: fields with the company's own values, aggregates, functions, and the words between."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext

from audit.language import current_language
from fraud.company.values import current_settings
from fraud.detection.features import COMPUTED
from fraud.workbench.company_codes import choices_of, company_codes, department_names
from rules.fields import FIELDS, KEY_LABELS, KEYS, Field
from rules.language.check_calls import KEY_TYPES
from rules.language.functions import FUNCTIONS, NOT_WHOLE, OF_OTHERS, WINDOW_EXAMPLES, WINDOW_VALUES
from rules.language.types import Kind, name_of
from rules.models import Parameter, ValueList

_MOMENTS = frozenset(
    {"hour", "weekday", "is_night", "is_weekend", "is_holiday", "is_business_day", "business_date"}
)
_PERSON = ("cardholder.", "approver.", "on_", "has_overtime", "has_vehicle", "is_badged", "is_near")


def builder_words() -> dict[str, Any]:
    """Plain JSON: {"fields", "windows", "functions", "keys", "lists", "parameters", "currency", "words"}."""
    language = current_language()
    at = language == "ko"
    codes, departments = company_codes(), department_names()
    return {
        "fields": [
            {
                "name": field.name,
                "label": field.label(language),
                "type": field.type,
                "kind": name_of(Kind(field.type))[at],
                "unit": field.unit,
                "example": field.example,
                "group": _group(field),
                "choices": choices_of(field.name, codes, departments),
            }
            for field in FIELDS.values()
        ],
        "windows": [
            {
                "name": name,
                "label": window_words()[name],
                "value": None if kinds is None else sorted(kinds),
                "others": name in OF_OTHERS,
                "whole": name not in NOT_WHOLE and name != "since_last",
                "example": WINDOW_EXAMPLES[name],
            }
            for name, kinds in WINDOW_VALUES.items()
        ],
        "functions": [
            {
                "name": f.name,
                "label": _function_label(f.sentence_ko if at else f.sentence_en, len(f.arguments)),
                "arguments": [sorted(kinds) for kinds in f.arguments],
                "result": f.result.kind.value if f.result else "",
                "unit": f.result.unit if f.result else "",
                "variadic": f.is_variadic,
                "example": f.example,
            }
            for f in FUNCTIONS.values()
        ],
        "keys": [
            *({"name": name, "label": KEY_LABELS[name][at]} for name in KEYS),
            *(
                {"name": field.name, "label": field.label(language)}
                for field in FIELDS.values()
                if field.type in KEY_TYPES and (field.name,) not in KEYS.values()
            ),
        ],
        "lists": [
            {
                "name": row.name,
                "label": (row.label_ko if at else row.label_en) or row.name,
                "n": len(row.values),
            }
            for row in ValueList.objects.filter(is_retired=False).order_by("name")
        ],
        "parameters": [
            {"name": row.name, "label": (row.label_ko if at else row.label_en) or row.name, "type": row.kind}
            for row in Parameter.objects.filter(is_retired=False).order_by("name")
        ],
        "currency": current_settings().currency,
        "words": block_words(),
        "groups": _groups(),
    }


def _group(field: Field) -> str:
    name = field.name
    if name in COMPUTED and name not in _MOMENTS:
        return "behaviour"
    if name in _MOMENTS or field.type in {"date", "datetime"}:
        return "time"
    if name.startswith("merchant."):
        return "merchant"
    if name.startswith(_PERSON):
        return "person"
    if field.type == "money":
        return "amount"
    return "claim"


def _function_label(sentence: str, n: int) -> str:
    return sentence.format(*["…"] * max(n, 2)).strip()


def _groups() -> dict[str, str]:
    return {
        "amount": pgettext("rule builder", "Amounts"),
        "time": pgettext("rule builder", "Times"),
        "merchant": pgettext("rule builder", "Merchant"),
        "person": pgettext("rule builder", "People"),
        "claim": pgettext("rule builder", "The claim"),
        "behaviour": pgettext("rule builder", "Behaviour so far"),
        "windows": pgettext("rule builder", "Counted over other claims"),
        "functions": pgettext("rule builder", "Functions"),
        "parameters": pgettext("rule builder", "Parameters of the company"),
        "fixed": pgettext("rule builder", "Written here"),
    }


def window_words() -> dict[str, str]:
    """Aggregate → what it is called."""
    return {
        "count": pgettext("rule builder", "number of payments"),
        "since_last": pgettext("rule builder", "time since the previous payment"),
        "sum": pgettext("rule builder", "sum of"),
        "mean": pgettext("rule builder", "mean of"),
        "median": pgettext("rule builder", "median of"),
        "min": pgettext("rule builder", "smallest of"),
        "max": pgettext("rule builder", "largest of"),
        "percentile": pgettext("rule builder", "percentile of"),
        "deviation": pgettext("rule builder", "standard deviation of"),
        "change": pgettext("rule builder", "change against the time before of"),
        "share": pgettext("rule builder", "share of"),
        "distinct": pgettext("rule builder", "number of different"),
    }


def block_words() -> dict[str, str]:
    """The words between the parts of blocks."""
    return {
        "and": pgettext("rule builder", "all of these hold"),
        "or": pgettext("rule builder", "at least one of these holds"),
        "not_and": pgettext("rule builder", "not all of these hold"),
        "not_or": pgettext("rule builder", "none of these holds"),
        "joined": pgettext("rule builder", "How the conditions are joined"),
        "group": pgettext("rule builder", "Group"),
        "condition": pgettext("rule builder", "Condition"),
        "what": pgettext("rule builder", "What is looked at"),
        "how": pgettext("rule builder", "How it is compared"),
        "against": pgettext("rule builder", "Compared with"),
        "add_condition": pgettext("rule builder", "Add a condition"),
        "add_group": pgettext("rule builder", "Add a group"),
        "remove": pgettext("rule builder", "Remove"),
        "up": pgettext("rule builder", "Move up"),
        "down": pgettext("rule builder", "Move down"),
        "wrap": pgettext("rule builder", "Put into a group"),
        "not": pgettext("rule builder", "not"),
        "negated": pgettext("rule builder", "The opposite"),
        "=": pgettext("rule builder", "is equal to"),
        "!=": pgettext("rule builder", "is other than"),
        "<": pgettext("rule builder", "is less than"),
        "<=": pgettext("rule builder", "is at most"),
        ">": pgettext("rule builder", "is more than"),
        ">=": pgettext("rule builder", "is at least"),
        "so": pgettext("rule builder", "is so"),
        "in_values": pgettext("rule builder", "is one of"),
        "in_list": pgettext("rule builder", "is in the list"),
        "in_range": pgettext("rule builder", "lies between"),
        "contains": pgettext("rule builder", "contains"),
        "contains_values": pgettext("rule builder", "contains one of"),
        "contains_list": pgettext("rule builder", "contains a word of the list"),
        "starts with": pgettext("rule builder", "starts with"),
        "like": pgettext("rule builder", "has the form (* and ?)"),
        "matches": pgettext("rule builder", "matches the pattern"),
        "similar to": pgettext("rule builder", "is nearly the same name as"),
        "similar_values": pgettext("rule builder", "is nearly one of the names"),
        "similar_list": pgettext("rule builder", "is nearly a name of the list"),
        "missing": pgettext("rule builder", "is missing"),
        "fixed": pgettext("rule builder", "a fixed value"),
        "calculation": pgettext("rule builder", "a calculation"),
        "minus": pgettext("rule builder", "the negative of"),
        "now": pgettext("rule builder", "the time of the run"),
        "yes": pgettext("rule builder", "yes"),
        "no": pgettext("rule builder", "no"),
        "to": pgettext("rule builder", "and"),
        "value": pgettext("rule builder", "Value"),
        "amount": pgettext("rule builder", "Amount"),
        "currency": pgettext("rule builder", "Currency"),
        "unit": pgettext("rule builder", "Unit"),
        "add_value": pgettext("rule builder", "Add a value"),
        "list": pgettext("rule builder", "List"),
        "sign": pgettext("rule builder", "Sign of the calculation"),
        "same": pgettext("rule builder", "Of the same"),
        "part": pgettext("rule builder", "The part: of the same"),
        "whole_keys": pgettext("rule builder", "The whole: of the same"),
        "more_keys": pgettext("rule builder", "Also of the same …"),
        "span": pgettext("rule builder", "In which time"),
        "within": pgettext("rule builder", "within"),
        "within_parameter": pgettext("rule builder", "within the parameter"),
        "ever": pgettext("rule builder", "all the past"),
        "day": pgettext("rule builder", "on the same day"),
        "week": pgettext("rule builder", "in the same week"),
        "month": pgettext("rule builder", "in the same month"),
        "quarter": pgettext("rule builder", "in the same quarter"),
        "year": pgettext("rule builder", "in the same year"),
        "whole": pgettext("rule builder", "also what comes later in it"),
        "which": pgettext("rule builder", "Which claims"),
        "with_this": pgettext("rule builder", "with this claim"),
        "before": pgettext("rule builder", "only earlier claims"),
        "others": pgettext("rule builder", "only claims of other people"),
        "where": pgettext("rule builder", "Only claims for which"),
        "add_where": pgettext("rule builder", "Count only some claims"),
        "fraction": pgettext("rule builder", "Percentile"),
        "second": pgettext("rule builder", "seconds"),
        "minute": pgettext("rule builder", "minutes"),
        "hour": pgettext("rule builder", "hours"),
        "days": pgettext("rule builder", "days"),
        "weeks": pgettext("rule builder", "weeks"),
        "business day": pgettext("rule builder", "business days"),
        "here": pgettext("rule builder", "here"),
        "fill": pgettext("rule builder", "Fill in what is marked."),
        "stale": pgettext(
            "rule builder", "The text cannot be read yet; the blocks show it as it was before."
        ),
        "suggestions": pgettext("rule builder", "Suggestions"),
        "list_word": pgettext("rule builder", "list"),
        "parameter_word": pgettext("rule builder", "parameter"),
        "function_word": pgettext("rule builder", "function"),
        "key_word": pgettext("rule builder", "key"),
        "value_word": pgettext("rule builder", "value of your claims"),
        "first": pgettext("rule builder", "Begin with a condition"),
        "changed": pgettext("rule builder", "The blocks follow the text."),
        "offline": pgettext("rule builder", "The server cannot be reached. What you wrote is still here."),
        "find": pgettext("rule builder", "Find by name"),
        "again": pgettext("rule builder", "Try again"),
        "updating": pgettext("rule builder", "Being brought up to date …"),
        "older": pgettext("rule builder", "Counted for the text as it could last be read."),
        "not_counted": pgettext(
            "rule builder", "This could not be worked out now; change something or try again."
        ),
        "no_rule": pgettext(
            "rule builder", "The blocks make no rule yet; the text is still the one from before."
        ),
        "not_sent": pgettext(
            "rule builder",
            "Nothing was saved or counted: the text does not say yet what the blocks show. Mend what is marked, or try again in a moment.",
        ),
        "save_first": pgettext(
            "rule builder",
            "What is proposed is the saved draft, and there are changes beside it. Save the draft first.",
        ),
        "replaced": pgettext("rule builder", "The blocks took the place of a text that could not be read."),
        "put_back": pgettext("rule builder", "Put the text back"),
    }
